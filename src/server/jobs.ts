import { type Db, PgBoss } from 'pg-boss'

/** Work that outlives the request that asked for it. */
export interface Jobs {
  /** `at`: not before then. `once`: of jobs with the same word only one waits. */
  send(name: string, data: Record<string, unknown>, when?: { at?: Date; once?: string }): Promise<void>
  /** Lets running work finish for up to `seconds`, then stops. */
  close(seconds: number): Promise<void>
}

export interface Worker {
  run(data: Record<string, unknown>): Promise<void>
  /** How many run at a time; one when absent. */
  atOnce?: number
}
export type Workers = Readonly<Record<string, Worker>>

const aMinute = 60_000

/**
 * Starts the queue on the ledger's own database. What was queued or running when
 * the process died is not kept here: the rows that say what is still to do are the truth, and the caller sends anew.
 */
export async function startJobs(
  db: Db,
  backend: 'postgres' | 'pglite',
  workers: Workers,
  onError: (error: unknown, job: string) => void,
): Promise<Jobs> {
  const boss = new PgBoss({ db, schema: 'jobs', ...(backend === 'pglite' && { backend }) })
  const told = new Map<string, number>()
  boss.on('error', error => {
    // A ledger that does not answer fails every worker at each of its looks: once a minute says it.
    const now = performance.now()
    const words = error.message.replace(/ \(Queue: .*\)$/, '')
    if (now - (told.get(words) ?? Number.NEGATIVE_INFINITY) < aMinute) return
    for (const [known, at] of told) if (now - at >= aMinute) told.delete(known)
    told.set(words, now)
    onError(error, 'queue')
  })
  await boss.start()
  const ids = new Map<string, string>()
  for (const [name, { run, atOnce = 1 }] of Object.entries(workers)) {
    await boss.createQueue(name, { retryLimit: 0, expireInSeconds: 23 * 3600 })
    await boss.deleteAllJobs(name)
    const id = await boss.work(
      name,
      { pollingIntervalSeconds: 2, batchSize: 1, localConcurrency: atOnce },
      async ([job]) => {
        if (!job) return
        try {
          await run(job.data as Record<string, unknown>)
        } catch (error) {
          onError(error, name)
          throw error
        }
      },
    )
    ids.set(name, id)
  }
  return {
    async send(name, data, { at, once } = {}) {
      await boss.send(name, data, { ...(at && { startAfter: at }), ...(once && { singletonKey: once }) })
      if (at && at.getTime() > Date.now()) return
      const id = ids.get(name)
      if (id) boss.notifyWorker(id)
    },
    close: seconds => boss.stop({ graceful: true, timeout: seconds * 1000 }),
  }
}
