import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { connectors } from '#connectors/index.ts'
import { abandonImports, unfinishedImports, wantedFiles } from '#features/connections/history.ts'
import { runImport } from '#features/connections/run.ts'
import { chooseStore } from '#features/connections/store.ts'
import { sweepUploads } from '#features/connections/uploads.ts'
import { lookThrough } from '#features/connections/watch.ts'
import type { Context } from '#features/context.ts'
import { keepLate } from '#features/plan/late-keeping.ts'
import { sendLetters } from '#features/reviews/letters.ts'
import { gatherEvents } from '#features/settings/gather-events.ts'
import { rememberWorld } from '#features/settings/world.ts'
import { type Actor, system } from '#kernel/actor.ts'
import { Failure } from '#kernel/error.ts'
import { createEngine } from '#metrics/create-engine.ts'
import { hasEmbedded } from '#postgres/embedded.ts'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { createImports, type ImportProgress } from '#sync/imports.ts'
import { createPacker } from '#sync/packer.ts'
import { createSyncs, type Syncs } from '#sync/syncs.ts'
import { createVault } from '#sync/vault.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import type { Auth } from './auth.ts'
import { type Config, readConfig } from './config.ts'
import type { Jobs } from './jobs.ts'
import { freePort, listening } from './listen.ts'
import { holderOf, makeDataFolder, takeLock } from './lock.ts'
import { secretOf } from './secret.ts'
import { keepInStep } from './step.ts'
import { keepWatch } from './watch.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Everything opened and joined, without a door: what a command works in, and what a server serves. */
export interface House {
  readonly config: Config
  readonly open: OpenLedger
  /** Sign-in; its library is loaded only when somebody asks for it. */
  auth(): Promise<Auth>
  context(actor: Actor): Context
  /** Who does work that outlives its request; in a command the work is done at once. */
  workThrough(enqueue: Context['enqueue']): void
  /** Runs one queued import to its end. */
  runImport(id: string, onProgress?: (progress: ImportProgress) => void): Promise<void>
  /** Brings the event log up to what files and task systems say. */
  followEvents(): Promise<void>
  /** Connected systems. */
  readonly syncs: Syncs
  /** Waits for work under way, then closes everything. */
  close(): Promise<void>
}

export interface HouseOptions {
  /** A command that only stores: the embedded granary takes one thread and less memory. */
  modest?: boolean
  /** A backup is brought back: its granary is there already, its ledger comes. */
  restoring?: boolean
  /** Address people reach the server by, where the environment does not say. */
  url?: string
  demo?: Context['demo']
  /** Hears what went wrong in work that nobody waits for. */
  onError?: (error: unknown) => void
  /** Hears how far the granary's derived tables are made anew after an upgrade, in rows. */
  onDerive?: ((done: number, total: number) => void) | undefined
}

/** Opens the data folder: ledger (migrated), granary, metric language, imports. */
export async function openHouse(
  env: Environment,
  folder: string,
  {
    url,
    demo = null,
    onError = () => undefined,
    onDerive,
    modest = false,
    restoring = false,
  }: HouseOptions = {},
): Promise<House> {
  const config = readConfig(env, folder)
  const address = config.baseUrl ?? url ?? `http://localhost:${config.port}`
  makeDataFolder(folder)
  const clock = () => new Date()
  if (!restoring) await refuseLostLedger(config)
  const [open, granary] = await bothOrNone(
    openLedger({ databaseUrl: config.databaseUrl, folder }),
    openGranary(config, onDerive, modest),
  )
  const { ledger } = open
  const world = rememberWorld(ledger)
  const metrics = createEngine({ granary, world: world.told })
  const vault = createVault(secretOf(config))
  const imports = createImports({
    granary,
    folder,
    clock,
    salt: vault.salt,
    ensureStore: ({ handle, ...given }) => chooseStore(ledger, { store: handle, ...given }),
  })
  const syncs = createSyncs({
    ledger,
    granary,
    packer: createPacker(),
    folder,
    vault,
    connectors,
    clock,
    fetch,
  })
  let signIn: Promise<Auth> | undefined
  const auth = () => {
    signIn ??= import('./auth.ts').then(({ createAuth }) => createAuth(config, ledger, address))
    return signIn
  }
  const accounts: Context['accounts'] = {
    hashPassword: async password => (await auth()).accounts.hashPassword(password),
    hashKey: async key => (await auth()).accounts.hashKey(key),
    mail: async (...letter) => (await auth()).accounts.mail(...letter),
    mails: config.mail !== undefined,
    url: address,
  }
  const followEvents = async () => {
    if (await gatherEvents(ledger, granary)) world.forget()
  }
  const running =
    (alone: boolean): House['runImport'] =>
    (id, onProgress) =>
      runImport({ ledger, imports, clock, folder, stopping: () => closing, alone }, id, onProgress)
        .then(followEvents)
        .then(syncs.relink)
        .finally(world.forget)
  const run = running(false)
  // What a command was asked for it takes in by itself, until a server takes the work over.
  const runAlone = running(true)
  await abandonImports(ledger, clock())
  let closing = false
  const working = new Set<Promise<void>>()
  let enqueue: Context['enqueue'] = (job, { id, all, replay }) => {
    const begun =
      job === 'erase'
        ? syncs.eraseAll()
        : job === 'sync'
          ? syncs.work({ id, all, replay, whole: true }).then(followEvents)
          : runAlone(id)
    const work: Promise<void> = begun
      .then(() => undefined)
      .catch(onError)
      .finally(() => working.delete(work))
    working.add(work)
  }
  return {
    config,
    open,
    auth,
    context: actor => ({
      actor,
      ledger,
      granary,
      metrics,
      imports,
      syncs,
      accounts,
      vault,
      clock,
      folder,
      watchFolders: config.watchFolders,
      demo,
      note: () => undefined,
      onceCommitted: () => undefined,
      settled: world.forget,
      enqueue: (job, data) => enqueue(job, data),
    }),
    workThrough: other => {
      enqueue = other
    },
    runImport: run,
    followEvents,
    syncs,
    async close() {
      await Promise.all(working)
      closing = true
      await syncs.close()
      await granary.close()
      await open.close()
    },
  }
}

/** A file is taken in when it has not changed for as long. */
const LOOK_MS = 30_000

const openGranary = (
  config: Config,
  onDerive: HouseOptions['onDerive'],
  modest: boolean,
): Promise<Warehouse> =>
  config.warehouseUrl
    ? import('#warehouse/clickhouse.ts').then(({ openClickhouse }) =>
        openClickhouse({
          url: config.warehouseUrl ?? '',
          cluster: config.warehouseCluster,
          work: join(config.folder, 'granary', 'sending'),
          onDerive,
        }),
      )
    : openDuckdb({
        folder: join(config.folder, 'granary'),
        ...(config.warehouseMemory && { memoryLimit: config.warehouseMemory }),
        onDerive,
        modest,
      })

/**
 * A ledger that is gone beside figures that are still there is not made anew: people, plans and connections would be lost
 * without a word, and whoever came first would be the new owner of the figures.
 * @throws Failure('unavailable') saying what brings it back.
 */
async function refuseLostLedger(config: Config): Promise<void> {
  const { folder, databaseUrl, warehouseUrl } = config
  const place = join(folder, 'granary')
  if (databaseUrl || warehouseUrl || hasEmbedded(folder) || !existsSync(place)) return
  const granary = await openGranary(config, undefined, true)
  const delivered = await granary.changes(-1).finally(() => granary.close())
  if (delivered.length === 0) return
  throw new Failure(
    'unavailable',
    `The ledger of ${folder} is gone, while its granary still holds figures.`,
    {
      next:
        `Put ${join(folder, 'ledger')} back, or bring a backup back into a new folder: ./quarterdeck restore DIR --data NEW. ` +
        'Was it kept on a server, set DATABASE_URL again. To begin anew, name a new folder with --data and import the files in ' +
        `${join(folder, 'raw')} into it.`,
    },
  )
}

/** Two things that are opened at once: when one fails the other is closed again. */
async function bothOrNone<A extends Closable, B extends Closable>(
  first: Promise<A>,
  second: Promise<B>,
): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([first, second])
  if (a.status === 'fulfilled' && b.status === 'fulfilled') return [a.value, b.value]
  if (a.status === 'fulfilled') await a.value.close()
  if (b.status === 'fulfilled') await b.value.close()
  throw a.status === 'rejected' ? a.reason : (b as PromiseRejectedResult).reason
}
interface Closable {
  close(): Promise<void>
}

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
    const step = keepInStep(house.syncs, () => jobs, wanted.baseUrl, options.log)
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
        sync: { run: data => step.round(data).then(house.followEvents), atOnce: 6 },
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
