import type { CanonicalRow, Mapped } from '#connectors/connector.ts'
import type { TableName } from '#kernel/canonical.ts'
import type { Ledger } from '#postgres/open.ts'
import { erased } from '#postgres/tables/connections.ts'
import { hasher, scrubbed } from './place.ts'

/** Tables with rows of single customers: the column that says whose, and what else says who they are. */
export const personal = {
  sales_lines: { id: 'customer_id', kind: 'customer', blank: [] },
  customers: { id: 'customer_id', kind: 'customer', blank: ['name', 'email_hash', 'city', 'tags'] },
  leads: { id: 'lead_id', kind: 'lead', blank: ['email_hash'] },
  message_events: { id: 'person', kind: 'lead', blank: [] },
} as const satisfies Partial<
  Record<TableName, { id: string; kind: 'customer' | 'lead'; blank: readonly string[] }>
>
export type PersonalTable = keyof typeof personal

/** Tables whose titles people write: whoever is named there is taken out of them. */
export const titled = {
  deals: ['name'],
  deal_lines: ['title'],
  tasks: ['title', 'fields', 'url'],
} as const satisfies Partial<Record<TableName, readonly string[]>>
export type TitledTable = keyof typeof titled
export const titledTables = Object.keys(titled) as TitledTable[]
export const personalTables = Object.keys(personal) as PersonalTable[]

/** Leaves people out whose data was erased. */
export interface Forget {
  /** Whether the row is one of theirs. */
  isTheirs(name: PersonalTable, row: CanonicalRow): boolean
  /** The row as it may stay: figures are as they were, whose they are is not told; others as they are. */
  row(name: TableName, row: CanonicalRow): CanonicalRow
  /** The same for a record and what it means; `members` name what is personal in it. */
  record(record: unknown, mapped: Mapped | null, members: readonly string[]): [unknown, Mapped | null]
  /** A record of a connection that is no more: what it means is not known, nor which of its members are personal. */
  orphan(record: unknown, members: readonly string[]): unknown
  /** Whether a text names one of their addresses. */
  names(text: string): boolean
}

/** Stands in a title where somebody's name or address stood. */
const nobodyThere = '[erased]'
/** Words of a name: fewer are anybody's. */
const [fewest, most] = [2, 5]
const words = /[\p{L}\p{M}’']+/gu

/** A name as it is looked for in titles; '' for one of a single word. */
const plainName = (name: string): string => {
  const own = name.toLowerCase().match(words) ?? []
  return own.length < fewest || own.length > most ? '' : own.join(' ')
}

const addresses = /[^\s"'<>,;:|()[\]]+@[^\s"'<>,;:|()[\]]+/g

/**
 * What a person is known by in the list of the erased: the salted hash of the address, and those of the numbers that
 * stores and platforms know them by.
 */
export const keysOf = (salt: string) => {
  const hash = hasher(salt)
  return {
    email: hash,
    /** Of a whole name, to find it in titles; null for one that is too short to be anybody's alone. */
    name: (name: string): string | null => {
      const plain = plainName(name)
      return plain === '' ? null : hash(`name ${plain}`)
    },
    row: (name: PersonalTable, row: CanonicalRow): string => {
      const { id, kind } = personal[name]
      const place = kind === 'lead' ? `${row.store} ${row.platform}` : String(row.store)
      return hash(`${kind} ${place} ${row[id]}`)
    },
  }
}

/** Who is to be left out; null while nobody is. */
export async function forgetting(ledger: Ledger, salt: string): Promise<Forget | null> {
  const gone = new Set((await ledger.select({ hash: erased.hash }).from(erased)).map(row => row.hash))
  return gone.size === 0 ? null : forgetter(gone, salt)
}

/** Leaves out those whose hashes are given. */
export function forgetter(gone: ReadonlySet<string>, salt: string): Forget {
  const key = keysOf(salt)
  const isAddress = (text: string) =>
    (text.includes('@') || text.startsWith('hash:')) && gone.has(key.email(text))
  const names = (text: string) =>
    isAddress(text) || (text.includes('@') && (text.match(addresses) ?? []).some(isAddress))

  const isTheirs = (name: PersonalTable, row: CanonicalRow): boolean => {
    const id = String(row[personal[name].id] ?? '')
    if (id === '' || id.startsWith('erased-')) return false
    const hashed = 'email_hash' in row ? String(row.email_hash) : ''
    return gone.has(hashed) || gone.has(id) || isAddress(id) || gone.has(key.row(name, row))
  }
  /** A text people wrote, without addresses and names of theirs. */
  const untitled = (text: string): string => {
    const plain = text.includes('@')
      ? text.replaceAll(addresses, one => (isAddress(one) ? nobodyThere : one))
      : text
    const found = [...plain.matchAll(words)]
    let left = ''
    let from = 0
    for (let at = 0; at < found.length; at++)
      for (let count = most; count >= fewest; count--) {
        const last = found[at + count - 1]
        const start = found[at]?.index ?? 0
        if (!last || start < from) continue
        const end = last.index + last[0].length
        const hash = key.name(plain.slice(start, end))
        if (hash === null || !gone.has(hash)) continue
        left += plain.slice(from, start) + nobodyThere
        from = end
        at += count - 1
        break
      }
    return left + plain.slice(from)
  }
  const row = (name: TableName, given: CanonicalRow): CanonicalRow => {
    if (name in titled) {
      const columns = titled[name as TitledTable] as readonly string[]
      const left = columns.map(column => [column, untitled(String(given[column] ?? ''))] as const)
      return left.every(([column, text]) => text === String(given[column] ?? ''))
        ? given
        : { ...given, ...Object.fromEntries(left) }
    }
    if (!(name in personal)) return given
    const table = name as PersonalTable
    if (!isTheirs(table, given)) return given
    const { id, blank } = personal[table]
    const left = Object.fromEntries(blank.filter(column => column in given).map(column => [column, '']))
    const known = String(given[id])
    // The same for all rows of one person, so that counts stay right.
    const nobody = known.startsWith('erased-') ? known : `erased-${key.email(`nobody ${known}`)}`
    return { ...given, ...left, [id]: nobody }
  }
  /** A record of theirs as it may stay: an address alone goes, in a text it is replaced. */
  const left = (record: unknown, members: readonly string[]): unknown =>
    withTexts(
      scrubbed(record, members, () => ''),
      text => (isAddress(text) ? '' : untitled(text)),
    )
  return {
    isTheirs,
    row,
    names,
    record(record, mapped, members) {
      const rows = Object.entries(mapped?.rows ?? {}) as [TableName, CanonicalRow[]][]
      let theirs = false
      const kept = rows.map(([name, some]) => {
        const own = some.map(one => row(name, one))
        theirs ||= own.some((one, n) => one !== some[n])
        return [name, own]
      })
      if (!theirs && !names(JSON.stringify(record))) return [record, mapped]
      return [left(record, members), mapped && { ...mapped, rows: Object.fromEntries(kept) }]
    },
    orphan(record, members) {
      const text = JSON.stringify(record)
      return names(text) || untitled(text) !== text ? left(record, members) : record
    },
  }
}

/** The same value with every text in it made anew. */
const withTexts = (value: unknown, made: (text: string) => string): unknown => {
  if (typeof value === 'string') return made(value)
  if (Array.isArray(value)) return value.map(one => withTexts(one, made))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withTexts(inner, made)]))
}
