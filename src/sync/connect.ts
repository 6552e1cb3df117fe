import { rm } from 'node:fs/promises'
import { eq, inArray } from 'drizzle-orm'
import type { Checked, Connector, Credentials } from '#connectors/connector.ts'
import { Failure, invalid } from '#kernel/error.ts'
import type { Ledger } from '#postgres/open.ts'
import {
  type ConnectedShop,
  connections,
  hooksTaken,
  sourceTotals,
  streams,
  turns,
  unmapped,
} from '#postgres/tables/connections.ts'
import { stores } from '#postgres/tables/settings.ts'
import { allConnections, type Connection, connectionOf, noteConnection } from './connected.ts'
import { writeFormer } from './former.ts'
import { rawFolder } from './raw.ts'
import { connectorOf, reachOf, type SyncParts } from './round.ts'

export interface ConnectRequest {
  vendor: string
  /** By field name; `base_url` where the vendor's own address is not meant. */
  credentials: Credentials
  /** Store its rows belong to: the handle of its first shop, or, for a system without shops, of a store that is there. */
  store?: string
  /** Id to be known by; made from vendor and account when absent. */
  id?: string
  privacy?: boolean
  /** How far back history is read, days; four years when absent. */
  backDays?: number
}

const usualBack = 4 * 366
const patience = 60_000

/** Asks the vendor whether the credentials are right and what they open. Nothing is kept. @throws Failure in words. */
export async function test(parts: SyncParts, vendor: string, credentials: Credentials): Promise<Checked> {
  const connector = connectorOf(parts.connectors, vendor)
  checkFields(connector, credentials)
  const signal = AbortSignal.timeout(patience)
  const session = connector.open(credentials, reachOf(parts, credentials, signal))
  try {
    return await connector.check(session)
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure('unavailable', `${connector.name} does not answer: ${(error as Error).message}.`, {
      next: 'Check the address and whether the system is up; then try again.',
      cause: error,
    })
  }
}

function checkFields(connector: Connector, credentials: Credentials): void {
  const known = new Set([...connector.fields.map(one => one.name), 'base_url'])
  const strange = Object.keys(credentials).find(name => !known.has(name))
  if (strange) throw invalid(`${connector.name} takes no ${strange}.`, `It takes ${[...known].join(', ')}.`)
  const missing = connector.fields.filter(one => !one.optional && !credentials[one.name]?.trim())
  if (missing.length > 0)
    throw invalid(
      `${connector.name} needs ${missing.map(one => one.name).join(', ')}.`,
      missing.map(one => `${one.label}: ${one.about}`).join(' '),
    )
  const base = credentials.base_url
  if (base !== undefined && !/^https?:\/\/[^/\s]+/.test(base))
    throw invalid('The other address is no web address.', 'Give one like https://shop.example.com.')
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 50)

/**
 * Keeps a connection whose credentials were tested, with the stores its shops become. The same account again only changes
 * its credentials: history stays. To be run in the transaction of a write.
 */
export async function connect(
  parts: SyncParts,
  ledger: Ledger,
  request: ConnectRequest,
  checked: Checked,
  by: string,
): Promise<{ id: string; isNew: boolean }> {
  const { vendor, credentials } = request
  const connector = connectorOf(parts.connectors, vendor)
  const id = request.id ?? slug(`${vendor}-${checked.account}`)
  if (!/^[a-z0-9][a-z0-9-]{0,60}$/.test(id))
    throw invalid(`“${id}” is no name for a connection.`, 'Use small letters, digits and -.')
  const all = await allConnections(ledger)
  const [known] = await ledger.select().from(connections).where(eq(connections.id, id)).for('update')
  const others = new Set(all.flatMap(one => (one.id === id ? [] : one.shops.map(shop => shop.store))))
  const shops = await storesOf(ledger, checked, request.store, known?.shops ?? [], others)
  const home = shops[0]?.store ?? (await homeOf(ledger, request.store ?? known?.home))
  const secret = new Set(connector.fields.filter(one => one.secret).map(one => one.name))
  const given = Object.fromEntries(Object.entries(credentials).filter(([name]) => !secret.has(name)))
  const row = {
    vendor,
    account: checked.account,
    credentials: parts.vault.lock(id, { ...handedOver(parts, connector, known), ...credentials }),
    given,
    shops,
    home,
    facts: { ...checked.facts },
    limits: [...checked.limits],
    trouble: null,
    uncompared: null,
    failures: 0,
    nextAt: parts.clock().toISOString(),
    // What the vendor was told to sign with, or under whose name, may be another now.
    hooks: null,
  }
  if (known) {
    if (known.vendor !== vendor)
      throw new Failure('conflict', `The connection ${id} is one to ${known.vendor}.`, {
        next: 'Choose another name with --name.',
      })
    // What two shops sold would stand as one's. A shop keeps its key; its name may change.
    if (known.shops.length > 0 && !shops.some(({ key }) => known.shops.some(one => one.key === key)))
      throw new Failure(
        'conflict',
        `These are credentials of ${checked.account}; this connection is one to ${known.account}.`,
        { next: `Connect ${checked.account} as a system of its own.` },
      )
    await noteConnection(ledger, id, row)
    // What could not be seen of the past before can be now.
    if (known.limits.some(one => !checked.limits.includes(one)))
      await ledger
        .update(streams)
        .set({ edition: 0, back: null, nextAt: row.nextAt })
        .where(eq(streams.connection, id))
  } else
    await ledger.insert(connections).values({
      id,
      ...row,
      privacy: request.privacy ?? false,
      createdAt: parts.clock().toISOString(),
      backDays: request.backDays ?? usualBack,
      by,
    })
  const hosts = (some: readonly ConnectedShop[]) => some.flatMap(shop => [...shop.hosts]).sort()
  if (String(hosts(shops)) !== String(hosts(known?.shops ?? []))) await reroute(parts, ledger, all)
  return { id, isNew: !known }
}

/** Secrets a vendor handed over for its calls, which nobody gives again; none where the vault has another key now. */
function handedOver({ vault }: SyncParts, connector: Connector, known: Connection | undefined): Credentials {
  if (!known) return {}
  const fields = new Set(['base_url', ...connector.fields.map(one => one.name)])
  try {
    return Object.fromEntries(
      Object.entries(vault.unlock(known.id, known.credentials)).filter(([name]) => !fields.has(name)),
    )
  } catch {
    return {}
  }
}

/** Rows that find their store by host may belong to a shop that has just come: they are mapped anew at the next round. */
async function reroute(parts: SyncParts, ledger: Ledger, all: readonly Connection[]): Promise<void> {
  const routed = all.filter(one => parts.connectors.find(({ vendor }) => vendor === one.vendor)?.byHost)
  if (routed.length === 0) return
  const ids = routed.map(one => one.id)
  await ledger.update(streams).set({ stale: true }).where(inArray(streams.connection, ids))
  await ledger
    .update(connections)
    .set({ nextAt: parts.clock().toISOString() })
    .where(inArray(connections.id, ids))
}

/**
 * The stores the shops become: those they are already, else new ones by their key. Keys are a system's own, and two of one
 * kind may call their shops alike, as every Magento does its first: what is another connection's store already is not taken
 * for it unless it is named.
 */
async function storesOf(
  ledger: Ledger,
  { account, shops }: Checked,
  wanted: string | undefined,
  before: readonly ConnectedShop[],
  others: ReadonlySet<string>,
): Promise<ConnectedShop[]> {
  const made: ConnectedShop[] = []
  for (const [index, shop] of shops.entries()) {
    const known = before.find(one => one.key === shop.key)?.store
    const named = slug(shop.key)
    const own = others.has(named) ? slug(`${account}-${shop.key}`) : named
    const store = known ?? (index === 0 && wanted ? wanted : own)
    const [kept] = await ledger.select().from(stores).where(eq(stores.store, store))
    // A shop that was moved to another zone is the same shop: days stay as its store has them.
    if (kept && (kept.currency !== shop.currency || (!known && kept.timezone !== shop.timezone)))
      throw new Failure(
        'conflict',
        `The store ${store} is kept in ${kept.currency} and ${kept.timezone}; the shop ${shop.name} trades in ${shop.currency} and ${shop.timezone}.`,
        { next: 'Give another store with --store.' },
      )
    if (!kept)
      await ledger
        .insert(stores)
        .values({ store, name: shop.name, currency: shop.currency, timezone: shop.timezone, kind: shop.kind })
    made.push({ ...shop, hosts: [...shop.hosts], store })
  }
  return made
}

/** The store of a system that has no shops: the one named, else the first there is. */
async function homeOf(ledger: Ledger, wanted: string | undefined): Promise<string> {
  const all = await ledger.select().from(stores).orderBy(stores.updatedAt, stores.store)
  if (wanted) {
    if (!all.some(one => one.store === wanted))
      throw invalid(
        `There is no store ${wanted}.`,
        `There are ${all.map(one => one.store).join(', ') || 'none yet'}.`,
      )
    return wanted
  }
  const [first] = all
  if (!first)
    throw invalid(
      'There is no store yet that this system could belong to.',
      'Connect a shop or import sales first; then connect this.',
    )
  return first.store
}

/** Takes a connection away; what it brought is kept or deleted, as asked. */
export async function disconnect(
  parts: SyncParts,
  ledger: Ledger,
  id: string,
  keepData: boolean,
): Promise<void> {
  const own = await connectionOf(ledger, id)
  if (keepData) await writeFormer(parts.folder, own)
  for (const one of [streams, turns, unmapped, hooksTaken, sourceTotals])
    await ledger.delete(one).where(eq(one.connection, id))
  await ledger.delete(connections).where(eq(connections.id, id))
  if (keepData) return
  // Where rows find their store by host, any store may hold some.
  for (const { store } of await ledger.select().from(stores))
    await parts.granary.remove({ store, source: id })
  await rm(rawFolder(parts.folder, id), { recursive: true, force: true })
}
