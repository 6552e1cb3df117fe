import { createHash } from 'node:crypto'
import { Failure } from '#kernel/error.ts'
import { csvRecords } from './csv.ts'
import { dateText, get, post, type Session } from './session.ts'

const dayMs = 86_400_000
/** Longest range an export may have, and how many are asked for ahead: two run at a time, ten may wait. */
const range = 30 * dayMs
const ahead = 4
/** Between two looks at a job: the vendor changes its word no oftener. */
const look = 60_000

interface Export {
  exportId: string
  status: string
  numberOfRecords?: number | null
  fileChecksum?: string | null
}
interface Job {
  from: number
  to: number
  id: string
}

const path = '/bulk/v1/activities/export'
const fields = [
  'marketoGUID',
  'leadId',
  'activityDate',
  'activityTypeId',
  'campaignId',
  'primaryAttributeValueId',
  'primaryAttributeValue',
  'attributes',
]

/** Activities from one instant to another (ms), range by range from the oldest; each with how far it reaches. */
export async function* exported(
  session: Session,
  types: readonly number[],
  from: number,
  to: number,
): AsyncGenerator<{ records: Record<string, string | null>[]; reached: number | null }> {
  const jobs: Job[] = []
  let next = from
  const fill = async () => {
    while (jobs.length < ahead && next < to) {
      const job = await start(session, types, next, Math.min(to, next + range))
      jobs.push(job)
      next = job.to
    }
  }
  for (await fill(); jobs.length > 0; await fill()) {
    const job = jobs.shift() as Job
    for (let tries = 0; ; tries++) {
      const done = await finished(session, job)
      if (
        done &&
        (Number(done.numberOfRecords ?? 1) === 0 || (yield* file(session, job, done.fileChecksum ?? null)))
      )
        break
      if (tries === 3)
        throw new Failure('unavailable', 'Marketo does not finish an export of activities.', {
          next: 'It is tried again at the next turn.',
          details: { from: dateText(job.from), to: dateText(job.to) },
        })
      // Failed, cancelled or spoilt: the same range as a new job.
      if (!done) Object.assign(job, await start(session, types, job.from, job.to))
    }
    yield { records: [], reached: job.to }
  }
}

async function start(session: Session, types: readonly number[], from: number, to: number): Promise<Job> {
  const { result } = await post<{ result: Export[] }>(session, `${path}/create.json`, {
    fields,
    format: 'CSV',
    filter: { createdAt: { startAt: dateText(from), endAt: dateText(to) }, activityTypeIds: types },
  })
  const id = result[0]?.exportId
  if (!id) throw new Failure('unavailable', 'Marketo makes no export.')
  await post(session, `${path}/${id}/enqueue.json`)
  return { from, to, id }
}

/** The job once it is done; null where it failed or was cancelled (which is spelt in two ways). */
async function finished(session: Session, job: Job): Promise<Export | null> {
  for (;;) {
    const { result } = await get<{ result: Export[] }>(session, `${path}/${job.id}/status.json`, [])
    const [state] = result
    if (state?.status === 'Completed') return state
    if (/^(Failed|Cancell?ed)$/.test(state?.status ?? '')) return null
    await session.sleep(look)
  }
}

/** The job's file in batches; true where it is what its checksum says. What came of a spoilt one comes again and changes nothing. */
async function* file(
  session: Session,
  job: Job,
  checksum: string | null,
): AsyncGenerator<{ records: Record<string, string | null>[]; reached: null }, boolean> {
  const hash = createHash('sha256')
  const body = session.http.bytes({ url: `${session.base}${path}/${job.id}/file.json` })
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const part of body) {
      hash.update(part)
      yield part
    }
  }
  let records: Record<string, string | null>[] = []
  try {
    for await (const record of csvRecords(counted())) {
      records.push(record)
      if (records.length === 1000) {
        yield { records, reached: null }
        records = []
      }
    }
  } catch (error) {
    // A line that is cut short: the file is.
    if (error instanceof Failure || (error as Error).name === 'Postponed') throw error
    return false
  }
  if (checksum && checksum !== `sha256:${hash.digest('hex')}`) return false
  yield { records, reached: null }
  return true
}
