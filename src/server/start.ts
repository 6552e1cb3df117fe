import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { connectors } from '#connectors/index.ts'
import { abandonImports } from '#features/connections/history.ts'
import { runImport } from '#features/connections/run.ts'
import { chooseStore } from '#features/connections/store.ts'
import type { Context } from '#features/context.ts'
import { gatherEvents } from '#features/settings/gather-events.ts'
import { rememberWorld } from '#features/settings/world.ts'
import type { Actor } from '#kernel/actor.ts'
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
import { makeDataFolder } from './lock.ts'
import { secretOf } from './secret.ts'

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
  const world = rememberWorld(ledger, connectors, clock)
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
        // One that was broken off goes on at the next start, and this then.
        .then(() => (closing ? undefined : followEvents().then(syncs.relink)))
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
