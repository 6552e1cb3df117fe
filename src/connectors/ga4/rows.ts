import { invalid } from '#kernel/error.ts'
import { exact } from '#kernel/money.ts'
import type { Place, PlaceStore } from '../connector.ts'
import type { Flag, Table } from './report.ts'

/** Who counted: the name these rows carry in the granary. */
export const origin = 'ga4'

/** A row of a table by the names of its fields. */
export type Named = (field: string) => string

/** The rows of a table as the vendor named them; a field that was not asked for is ''. */
export function* named({ fields, rows }: Table): Generator<{ get: Named; other: boolean }> {
  const at = new Map(fields.map((name, index) => [name, index]))
  for (const row of rows)
    yield { get: field => row[at.get(field) ?? -1] ?? '', other: row.includes('(other)') }
}

/** A count. Key events come as floats. @throws Failure where it is no number. */
export function count(text: string): number {
  if (text === '') return 0
  const number = Number(text)
  if (!Number.isFinite(number)) throw invalid(`"${text}" is no count.`)
  return Math.round(number)
}

/** Money as decimal text of four places: it comes as a float. */
export const money = (text: string): string => (text === '' ? '0' : exact(text).toDecimalPlaces(4).toString())

export const plus = (a: string, b: string): string => exact(a).plus(exact(b)).toString()

const order = ['sampled', 'thresholded', 'other_row', 'provisional'] as const

/** What a reader should know of a row, as the granary keeps it. */
export const qualityOf = (flags: readonly Flag[], provisional: boolean, other = false): string =>
  order
    .filter(one =>
      one === 'provisional' ? provisional : flags.includes(one) || (other && one === 'other_row'),
    )
    .join(', ')

/** Every store whose rows of this property a record may replace: those of its hosts, whether they have rows now or not. */
export function storesOf(place: Place, hosts: Iterable<string>): Map<string, PlaceStore> {
  const known = place.facts.hosts
  const all = new Set([...(Array.isArray(known) ? (known as string[]) : []), ...hosts])
  // The connection's own store has what came from hosts nobody knows.
  const stores = [place.home, ...[...all].map(host => place.storeOf(host))]
  return new Map(stores.map(one => [one.store, one]))
}

/** `(not set)` says nothing of a country; codes stay as they are. */
export const country = (id: string): string => (id === '(not set)' ? '' : id)
