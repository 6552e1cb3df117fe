import { createReadStream } from 'node:fs'
import { open as openFile, readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { eq } from 'drizzle-orm'
import type { CanonicalRow, Place, Stream } from '#connectors/connector.ts'
import { table } from '#kernel/canonical.ts'
import { Failure } from '#kernel/error.ts'
import type { Ledger } from '#postgres/open.ts'
import { erased, imports, unmapped } from '#postgres/tables/connections.ts'
import { stores } from '#postgres/tables/settings.ts'
import type { Parameters } from '#warehouse/warehouse.ts'
import { allConnections } from './connected.ts'
import { joinErasures } from './erasures.ts'
import {
  type Forget,
  forgetting,
  keysOf,
  type PersonalTable,
  personal,
  personalTables,
  type TitledTable,
  titledTables,
} from './forget.ts'
import { type Former, readFormer } from './former.ts'
import { type Carrying, carryRows } from './own-rows.ts'
import { dropTurn, LostTurn, rawFolder, rawTurns, readRaw, writeRaw } from './raw.ts'
import { placeFor, type SyncParts } from './round.ts'

/** What is kept of one person in one place. */
export interface Held {
  kind: 'customer' | 'lead'
  store: string
  platform: string
  id: string
  name: string
  country: string
  /** Orders of a customer; stages a lead entered. */
  count: number
  /** Salted hash of the address; '' where none is known. */
  hash: string
}

/** A person as somebody asks for them: by address, or by the number a store or platform knows them by. */
export interface Wanted {
  email?: string
  id?: string
  /** Where the number is one: other stores may know somebody else by it. Every store when absent. */
  store?: string
}

/** Everything that is kept of a person, wherever they are known; other numbers of the same address are found with it. */
export async function findPerson({ granary, vault }: SyncParts, wanted: Wanted): Promise<Held[]> {
  const hash = keysOf(vault.salt).email
  const from = granary.dialect.from
  const hashes = new Set(wanted.email ? [hash(wanted.email)] : [])
  const ids = new Set([wanted.id ?? '', wanted.email?.trim().toLowerCase() ?? '', ...hashes].filter(Boolean))
  const own: Parameters = wanted.store === undefined ? {} : { store: wanted.store }
  const inStore = wanted.store === undefined ? '' : ' AND store = {store:String}'
  // Who is named by a number may have an address, by which other stores know them.
  if (wanted.id !== undefined)
    for (const [name, { id }] of [
      ['customers', personal.customers] as const,
      ['leads', personal.leads] as const,
    ])
      for (const row of await granary.query(
        `SELECT DISTINCT email_hash FROM ${from(name)} WHERE ${id} = {id:String} AND email_hash <> ''${inStore}`,
        { id: wanted.id, ...own },
      ))
        hashes.add(String(row.email_hash))
  const known = { ids: [...ids], hashes: [...hashes] }
  const some = (column: string, list: keyof typeof known): string =>
    known[list].length === 0
      ? '1 = 0'
      : `${column} IN (${known[list].map((_, n) => `{${list}${n}:String}`).join(', ')})`
  const parameters: Parameters = {
    ...Object.fromEntries(
      Object.entries(known).flatMap(([list, all]) => all.map((value, n) => [`${list}${n}`, value])),
    ),
    ...own,
  }
  const whose = (id: string) => `(${some(id, 'ids')}${inStore} OR ${some('email_hash', 'hashes')})`
  const held: Held[] = []
  const customers = await granary.query(
    `SELECT store, customer_id, name, country, email_hash FROM ${from('customers')} WHERE ${whose('customer_id')}`,
    parameters,
  )
  // Guests, and customers whose store tells no list of them, are known by their orders alone.
  const buyers = await granary.query(
    `SELECT DISTINCT store, customer_id FROM ${from('sales_lines')} WHERE ${some('customer_id', 'ids')}${inStore}`,
    parameters,
  )
  const listed = new Set(customers.map(row => `${row.store} ${row.customer_id}`))
  for (const row of [...customers, ...buyers.filter(one => !listed.has(`${one.store} ${one.customer_id}`))]) {
    const [count] = await granary.query(
      `SELECT count(DISTINCT order_id) AS n FROM ${from('sales_lines')} WHERE store = {store:String} AND customer_id = {id:String}`,
      { store: String(row.store), id: String(row.customer_id) },
    )
    held.push(heldOf('customer', row, String(row.customer_id), Number(count?.n ?? 0)))
  }
  for (const row of await granary.query(
    `SELECT store, platform, lead_id, max(country) AS country, max(email_hash) AS email_hash, count(*) AS n FROM ${from('leads')}
     WHERE ${whose('lead_id')} GROUP BY store, platform, lead_id`,
    parameters,
  ))
    held.push(heldOf('lead', row, String(row.lead_id), Number(row.n)))
  return held
}

const heldOf = (kind: Held['kind'], row: CanonicalRow, id: string, count: number): Held => ({
  kind,
  store: String(row.store),
  platform: String(row.platform ?? ''),
  id,
  name: String(row.name ?? ''),
  country: String(row.country ?? ''),
  count,
  hash: String(row.email_hash ?? ''),
})

/**
 * Writes down by hashes alone that a person is to be erased: from now on nothing of them is kept. What is there goes
 * when `eraseAll` runs. To be run in the transaction of a write.
 */
export async function noteErased(
  ledger: Ledger,
  salt: string,
  at: Date,
  wanted: Wanted,
  held: readonly Held[],
  platforms: readonly string[],
): Promise<void> {
  const key = keysOf(salt)
  // A number may be known where no row tells of it: in records that were kept, or come later.
  const { id } = wanted
  const all = id === undefined ? [] : await ledger.select({ store: stores.store }).from(stores)
  const places = all.map(one => one.store).filter(store => (wanted.store ?? store) === store)
  const numbers = places.flatMap(store =>
    id === undefined
      ? []
      : [
          key.row('customers', { store, customer_id: id }),
          ...platforms.map(platform => key.row('leads', { store, platform, lead_id: id })),
        ],
  )
  const hashes = held.map(({ kind, store, platform, id }) =>
    kind === 'customer'
      ? key.row('customers', { store, customer_id: id })
      : key.row('leads', { store, platform, lead_id: id }),
  )
  const known = new Set([
    ...(wanted.email ? [key.email(wanted.email)] : []),
    ...hashes,
    ...numbers,
    // Who is named by a number is known by the address from now on, and by the name in what people write.
    ...held.flatMap(one => [one.hash || [], key.name(one.name) ?? []].flat()),
  ])
  for (const hash of known)
    await ledger
      .insert(erased)
      .values({ hash, at: at.toISOString() })
      .onConflictDoUpdate({ target: erased.hash, set: { done: false } })
}

/** What erasing did. */
export interface Erased {
  rows: number
  records: number
  /** Kept files that named them and cannot be rewritten: they are deleted. */
  files: number
}

/**
 * Erases everybody who is to be: rows of the granary lose what says who they are and keep their figures, records kept of
 * vendors are rewritten without them, kept files that name them go. Cut short, it is run again.
 */
export async function eraseAll(parts: SyncParts): Promise<Erased> {
  const { ledger, vault } = parts
  await joinErasures(ledger, parts.folder, vault.salt)
  const due = await ledger.select().from(erased).where(eq(erased.done, false))
  const done: Erased = { rows: 0, records: 0, files: 0 }
  const forget = due.length > 0 ? await forgetting(ledger, vault.salt) : null
  if (!forget) return done
  const sources = new Set<string>()
  for (const name of personalTables) done.rows += await eraseRows(parts, name, forget, sources)
  for (const name of titledTables) done.rows += await eraseTitles(parts, name, forget)
  done.records += await eraseRaw(parts, forget)
  done.records += await eraseOrphans(parts, forget)
  for (const row of await ledger.select().from(unmapped))
    if (forget.names(JSON.stringify(row.record))) {
      await ledger.delete(unmapped).where(eq(unmapped.key, row.key))
      done.records += 1
    }
  done.files += await eraseFiles(parts, forget, sources)
  for (const { hash } of due) await ledger.update(erased).set({ done: true }).where(eq(erased.hash, hash))
  return done
}

/** Rows of a table: those of the erased are put in again without what says whose they are. */
async function eraseRows(
  to: Carrying,
  name: PersonalTable,
  forget: Forget,
  sources: Set<string>,
): Promise<number> {
  const { granary } = to
  const { id, kind, blank } = personal[name]
  const columns = [
    'store',
    ...(kind === 'lead' ? ['platform'] : []),
    id,
    ...blank.filter(column => column === 'email_hash'),
  ]
  const from = granary.dialect.from(name)
  const theirs: CanonicalRow[] = []
  for await (const some of granary.stream(`SELECT DISTINCT ${columns.join(', ')} FROM ${from}`))
    theirs.push(...some.filter(row => !String(row[id]).startsWith('erased-') && forget.isTheirs(name, row)))
  let count = 0
  for (const person of theirs) {
    const where = columns.map(column => `${column} = {${column}:String}`).join(' AND ')
    const rows = await granary.query(`SELECT * FROM ${from} WHERE ${where}`, person as Parameters)
    const bySource = Map.groupBy(rows, row => String(row.source))
    for (const [source, own] of bySource) {
      sources.add(source)
      const left = own.map(row => forget.row(name, row))
      await carryRows(to, { id: `erase-${crypto.randomUUID()}`, table: name, rows: left, source })
    }
    // Where they are part of the key the old rows stand beside the new.
    const { store, ...rest } = person
    const key = Object.fromEntries(
      Object.entries(rest).filter(([column]) => (table(name).key as readonly string[]).includes(column)),
    ) as Record<string, string>
    if (id in key) await granary.remove({ store: String(store), table: name, rows: [key] })
    count += rows.length
  }
  return count
}

/** Titles of a table that name them: the rows are put in again without. */
async function eraseTitles(to: Carrying, name: TitledTable, forget: Forget): Promise<number> {
  const { granary } = to
  const bySource = new Map<string, CanonicalRow[]>()
  for await (const some of granary.stream(`SELECT * FROM ${granary.dialect.from(name)}`))
    for (const row of some) {
      const left = forget.row(name, row)
      if (left === row) continue
      const own = bySource.get(String(row.source)) ?? []
      own.push(left)
      bySource.set(String(row.source), own)
    }
  for (const [source, rows] of bySource)
    await carryRows(to, { id: `erase-${crypto.randomUUID()}`, table: name, rows, source })
  return [...bySource.values()].flat().length
}

/** Records as vendors gave them: each file with one of theirs is written anew and takes the old one's place. */
async function eraseRaw(parts: SyncParts, forget: Forget): Promise<number> {
  let count = 0
  for (const own of await allConnections(parts.ledger)) {
    const streams = parts.connectors.find(one => one.vendor === own.vendor)?.streams ?? []
    const place = await placeFor(parts, own)
    for (const stream of streams) {
      const left = (record: unknown) =>
        forget.record(record, meaningOf(stream, record, place), stream.personal ?? [])[0]
      for (const turn of await rawTurns(parts.folder, own.id, stream.name))
        count += await eraseTurn(parts.folder, own.id, stream.name, turn, left)
    }
  }
  return count
}

/** Records of connections that were taken away and whose data stayed, read as their connection read them. */
async function eraseOrphans(parts: SyncParts, forget: Forget): Promise<number> {
  const { ledger, folder, connectors } = parts
  const known = new Set((await allConnections(ledger)).map(one => one.id))
  const foldersIn = async (place: string) =>
    (await readdir(place, { withFileTypes: true }).catch(() => []))
      .filter(one => one.isDirectory())
      .map(one => one.name)
  let count = 0
  for (const connection of await foldersIn(join(folder, 'raw'))) {
    if (known.has(connection)) continue
    const was = await formerOf(parts, connection)
    // A store that is gone takes with it what its numbers mean: addresses and names are still found.
    const place = was && (await placeFor(parts, was).catch(() => null))
    for (const name of await foldersIn(rawFolder(folder, connection))) {
      // Where it is not written down whose records they are, they are read as each system's that has such.
      const streams = connectors
        .filter(one => !was || one.vendor === was.vendor)
        .flatMap(one => one.streams)
        .filter(stream => stream.name === name)
      const members = streams.flatMap(stream => stream.personal ?? [])
      const left = (record: unknown) => {
        for (const stream of place ? streams : []) {
          const kept = place && forget.record(record, meaningOf(stream, record, place), members)[0]
          if (kept !== record) return kept
        }
        return forget.orphan(record, members)
      }
      for (const turn of await rawTurns(folder, connection, name))
        count += await eraseTurn(folder, connection, name, turn, left)
    }
  }
  return count
}

/**
 * What mapping needs of a connection that is no more: as it was written down when it ended; for those that ended before
 * that was done, by its name and the store that has most of its rows. Null where neither tells.
 */
async function formerOf(parts: SyncParts, id: string): Promise<Former | null> {
  const kept = await readFormer(parts.folder, id)
  if (kept) return kept
  const vendor = parts.connectors.find(one => id.startsWith(`${one.vendor}-`))?.vendor
  const [most] = await parts.granary.query(
    `SELECT store, count(*) AS n FROM (${personalTables
      .map(name => `SELECT store FROM ${parts.granary.dialect.from(name)} WHERE source = {source:String}`)
      .join(' UNION ALL ')}) r GROUP BY store ORDER BY 2 DESC, 1 LIMIT 1`,
    { source: id },
  )
  return vendor && most ? { vendor, home: String(most.store), shops: [], privacy: false, facts: {} } : null
}

async function eraseTurn(
  folder: string,
  connection: string,
  stream: string,
  turn: string,
  leftOf: (record: unknown) => unknown,
): Promise<number> {
  const raw = writeRaw(folder, connection, stream, turn)
  let count = 0
  try {
    for await (const record of readRaw(folder, connection, stream, turn)) {
      const left = leftOf(record)
      if (left !== record) count += 1
      await raw.write(left)
    }
    // Written under its old name only when it is whole.
    if (count > 0) await raw.keep()
  } catch (error) {
    if (!(error instanceof LostTurn)) throw error
    // Nobody can read it to its end, nor say whom it names.
    await dropTurn(folder, connection, stream, turn)
  } finally {
    await raw.drop()
  }
  return count
}

const meaningOf = (stream: Stream<unknown, unknown>, record: unknown, place: Place) => {
  try {
    return stream.map(record, place)
  } catch {
    return null
  }
}

/** Kept files of imports that brought rows of theirs or name their address, and lists of rejected rows that do. */
async function eraseFiles({ folder, ledger }: SyncParts, forget: Forget, sources: ReadonlySet<string>) {
  const origins = (await ledger.select({ result: imports.result }).from(imports)).map(
    row => (row.result as { origin?: { source: string; content: string } } | null)?.origin,
  )
  const named = new Set(origins.flatMap(one => (one && sources.has(one.source) ? [one.content] : [])))
  let count = 0
  for (const place of [join(folder, 'raw'), join(folder, 'rejects')])
    for (const entry of await readdir(place, { withFileTypes: true }).catch(() => [])) {
      const path = join(place, entry.name)
      if (!entry.isFile() || !(named.has(basename(path)) || (await isNamedIn(path, forget)))) continue
      await rm(path, { force: true })
      count += 1
    }
  return count
}

/** Whether a text file, packed or not, names an address of theirs. Workbooks and Parquet are known by their rows. */
async function isNamedIn(path: string, forget: Forget): Promise<boolean> {
  const file = await openFile(path)
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0).finally(() => file.close())
  const stream = createReadStream(path)
  const text = buffer[0] === 0x1f && buffer[1] === 0x8b ? stream.pipe(createGunzip()) : stream
  try {
    for await (const line of createInterface({ input: text })) if (forget.names(line)) return true
    return false
  } catch (cause) {
    throw new Failure('unavailable', `The kept file ${basename(path)} cannot be read.`, { cause })
  } finally {
    stream.destroy()
  }
}
