import { join } from 'node:path'
import type { Logger } from 'pino'
import { unfinishedImports, wantedFiles } from '#features/connections/history.ts'
import { sweepUploads } from '#features/connections/uploads.ts'
import { lookThrough } from '#features/connections/watch.ts'
import { keepLate } from '#features/plan/late-keeping.ts'
import { sendLetters } from '#features/reviews/letters.ts'
import { type Actor, system } from '#kernel/actor.ts'
import { Failure } from '#kernel/error.ts'
import { readConfig } from './config.ts'
import type { Jobs } from './jobs.ts'
import { freePort, listening } from './listen.ts'
import { holderOf, takeLock } from './lock.ts'
import { type House, type HouseOptions, openHouse } from './start.ts'
import { keepInStep } from './step.ts'
import { keepWatch } from './watch.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A file is taken in when it has not changed for as long. */
const LOOK_MS = 30_000

export interface ServeOptions {
  /** Asked for on the command line, before what the environment says. */
  port?: number
  host?: string
  /** Where the project lies, for the browser bundle. */
  home: string
  version: string
  log: Logger
  /** Serves on loopback only, everybody signed in as this actor, with this said about the data. */
  demo?: { actor: Actor; attribution: string }
  onDerive?: HouseOptions['onDerive']
  /** Work to be done before the door opens, e.g. loading the demo data. */
  before?: (house: House) => Promise<void>
}

export interface Server {
  /** Address for people. */
  url: string
  /** Where the first owner sets up; null once there is one. */
  setUpLink: string | null
  house: House
  close(): Promise<void>
}

const local = (host: string): boolean => ['127.0.0.1', 'localhost', '::1'].includes(host)
const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/**
 * Opens the house and its doors: HTTP, the jobs, MCP. What was queued or cut short goes on.
 * @throws Failure('conflict') when another process serves this data folder.
 */
export async function serve(env: Environment, folder: string, options: ServeOptions): Promise<Server> {
  const lock = takeLock(folder, options.demo ? 'demo' : 'start')
  const other = lock ? null : holderOf(folder)
  if (!lock)
    throw new Failure(
      'conflict',
      `Another process already uses the data folder ${folder}${other ? `: \`quarterdeck ${other.command}\` (process ${other.pid})` : ''}.`,
      {
        next: 'Stop it first, or choose another folder with --data.',
      },
    )
  const undo: (() => Promise<unknown> | unknown)[] = [() => lock.release()]
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const wanted = readConfig(env, folder)
    const host = options.demo ? '127.0.0.1' : (options.host ?? wanted.host)
    const asked = options.port ?? wanted.port
    // Links name the port before the door opens, so a free one is looked for first.
    const port = asked === 0 ? await freePort(host) : asked
    const house = await openHouse(env, folder, {
      url: `http://${local(host) ? 'localhost' : bracketed(host)}:${port}`,
      demo: options.demo ? { attribution: options.demo.attribution } : null,
      onDerive: options.onDerive,
    })
    undo.push(() => house.close())
    const { config, open } = house
    await options.before?.(house)

    const [{ startJobs }, { httpApp }, auth] = await Promise.all([
      import('./jobs.ts'),
      import('./http.ts'),
      house.auth(),
    ])
    const step = keepInStep(house.syncs, () => jobs, wanted.baseUrl, options.log, house.followEvents)
    const watch = keepWatch(
      house.context(system('watch')),
      () => jobs,
      error => options.log.error({ err: error }, 'watch failed'),
    )
    const jobs: Jobs = await startJobs(
      open.queue,
      open.kind,
      {
        import: { run: data => house.runImport(String(data.id)) },
        // Most of them wait for their vendors' paces most of the time.
        sync: { run: step.round, atOnce: 6 },
        erase: { run: () => house.syncs.eraseAll().then(() => undefined) },
        letters: {
          async run() {
            await sendLetters(house.context(system('letters')))
          },
        },
        watch: { run: () => watch.look() },
      },
      (error, job) => options.log.error({ err: error, job }, 'job failed'),
    )
    undo.push(() => jobs.close(10))
    // Readings are broken off before jobs are waited for: they would not end by themselves in time.
    undo.push(() => house.syncs.close())
    house.workThrough((job, data) => {
      jobs.send(job, data).catch(error => options.log.error({ err: error, job }, 'job not queued'))
    })
    for (const id of await unfinishedImports(open.ledger)) await jobs.send('import', { id })
    // Somebody may have been erased and the work cut short; where nobody was it is done at once.
    await jobs.send('erase', {})
    undo.push(() => step.close())
    await step.begin()
    // Plans locked by an earlier release: what it did not keep of them is kept while it is known.
    await keepLate(house.context(system('plan'))).catch(error =>
      options.log.error({ err: error }, 'locked plans not looked through'),
    )
    // What is due is found in the ledger, so a look that was missed is made up for by the next.
    const post = setInterval(
      () =>
        void jobs
          .send('letters', {}, { once: 'letters' })
          .catch(error => options.log.error({ err: error }, 'letters not queued')),
      60_000,
    )
    undo.push(() => clearInterval(post))
    watch.begin()
    undo.push(() => watch.close())
    const sweep = async () => sweepUploads(folder, new Date(), await wantedFiles(open.ledger))
    await sweep()
    const hourly = setInterval(
      () => sweep().catch(error => options.log.error({ err: error }, 'uploads not swept')),
      3_600_000,
    )
    undo.push(() => clearInterval(hourly))
    let looking = false
    const lookForFiles = async () => {
      if (looking) return
      looking = true
      try {
        for (const id of await lookThrough(open.ledger, config.watchFolders, () => new Date()))
          await jobs.send('import', { id })
      } finally {
        looking = false
      }
    }
    const looks = setInterval(
      () => lookForFiles().catch(error => options.log.error({ err: error }, 'folders not looked through')),
      LOOK_MS,
    )
    undo.push(() => clearInterval(looks))

    const base = config.baseUrl ? new URL(config.baseUrl) : null
    const app = httpApp({
      context: house.context,
      who: headers => auth.who(headers, options.demo?.actor),
      auth: request => auth.handler(request),
      token: lock.holder.token,
      demo: options.demo?.actor ?? null,
      hook: house.syncs.hook,
      hurried: step.hurry,
      log: options.log,
      web: join(options.home, 'dist'),
      version: options.version,
      https: base?.protocol === 'https:',
      origins: new Set(base ? [base.origin] : []),
      hosts:
        base || local(host)
          ? new Set(['127.0.0.1', 'localhost', '[::1]', ...(base ? [base.hostname] : [])])
          : null,
      trustProxy: config.trustProxy,
      uploadLimit: config.uploadLimit,
    })
    if (!base && !local(host))
      options.log.warn('Set PUBLIC_URL to the address people use: sign-in accepts requests from there only.')
    const bound = await listening(app.fetch, host, port)
    undo.push(bound.close)
    step.listen()
    const every = host === '0.0.0.0' || host === '::'
    lock.serving(`http://${local(host) || every ? '127.0.0.1' : bracketed(host)}:${bound.port}`)
    return {
      url: config.baseUrl ?? `http://${local(host) || every ? 'localhost' : bracketed(host)}:${bound.port}`,
      setUpLink: options.demo ? null : await auth.setUpLink(),
      house,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
