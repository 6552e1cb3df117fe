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
export const personalTables = Object.keys(personal) as PersonalTable[]

/** Leaves people out whose data was erased. */
export interface Forget {
  /** Whether the row is one of theirs. */
  isTheirs(name: PersonalTable, row: CanonicalRow): boolean
  /** The row as it may stay: figures are as they were, whose they are is not told; others as they are. */
  row(name: TableName, row: CanonicalRow): CanonicalRow
  /** The same for a record and what it means; `members` name what is personal in it. */
  record(record: unknown, mapped: Mapped | null, members: readonly string[]): [unknown, Mapped | null]
  /** Whether a text names one of their addresses. */
  names(text: string): boolean
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
  const row = (name: TableName, given: CanonicalRow): CanonicalRow => {
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
      return [
        withoutAddresses(
          scrubbed(record, members, () => ''),
          names,
        ),
        mapped && { ...mapped, rows: Object.fromEntries(kept) },
      ]
    },
  }
}

const withoutAddresses = (value: unknown, names: (text: string) => boolean): unknown => {
  if (typeof value === 'string') return names(value) ? '' : value
  if (Array.isArray(value)) return value.map(one => withoutAddresses(one, names))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, withoutAddresses(inner, names)]),
  )
}
