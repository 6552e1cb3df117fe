import { Failure } from '#kernel/error.ts'
import type { Session } from './session.ts'

export interface Filter {
  field: string
  condition: 'eq' | 'neq' | 'gt' | 'gteq' | 'lt' | 'lteq' | 'in' | 'nin'
  value: string
}

/** A list to be read whole. */
export interface Search {
  /** Below V1: `orders`. */
  path: string
  /** All must hold. */
  filters?: readonly Filter[]
  /** What it is read along, upwards: a time, or the unique field itself. */
  along: string
  /** The unique field, by the name filters have for it. */
  unique: string
  /** Name of the unique field in the answers, where it is another; several together where none is unique. */
  id?: string | readonly string[]
  /** Rows at once. */
  size?: number
}

type Json = Readonly<Record<string, unknown>>

export interface Found {
  rows: Json[]
  /** How many there were in all when the reading began. */
  total: number
  remarks: string[]
}

/** With input limiting on Magento gives at most 300 rows, and takes at most this many in a list. */
const most = 300
/** Records that break: more of them are no accident. */
const patience = 25

const query = (filters: readonly Filter[], { along, unique }: Search, size: number, page: number) => {
  const inside = (rest: string) => `searchCriteria${rest}`
  const sorts = along === unique ? [along] : [along, unique]
  return [
    ...filters.flatMap(({ field, condition, value }, n) => {
      const at = `[filterGroups][${n}][filters][0]`
      return [
        [inside(`${at}[field]`), field],
        [inside(`${at}[value]`), value],
        [inside(`${at}[conditionType]`), condition],
      ] as const
    }),
    ...sorts.flatMap(
      (field, n) =>
        [
          [inside(`[sortOrders][${n}][field]`), field],
          [inside(`[sortOrders][${n}][direction]`), 'ASC'],
        ] as const,
    ),
    [inside('[pageSize]'), String(size)] as const,
    [inside('[currentPage]'), String(page)] as const,
  ]
}

/** One page. Null where this edition has no such list. */
export async function page(
  session: Session,
  search: Search,
  filters: readonly Filter[],
  size: number,
  number = 1,
): Promise<{ items: Json[]; total: number } | null> {
  const answer = (await session.get(search.path, query(filters, search, size, number))) as {
    items?: unknown
    total_count?: unknown
  } | null
  if (answer === null) return null
  return {
    items: Array.isArray(answer.items) ? (answer.items as Json[]) : [],
    total: Number(answer.total_count ?? 0),
  }
}

/**
 * Reads a list whole, upwards along one field, each page from where the last one ended instead of by its number: rows
 * that change while they are read move to the end or out of the window, and would pull others past a page's edge.
 *
 * Ends when the page is not full and Magento counts no more, when a page is empty, or when the last page comes again
 * (past the end Magento repeats it). A record that breaks its page is closed in on and left out, and told in a remark.
 * Null where this edition has no such list.
 */
export async function* walk(session: Session, search: Search): AsyncGenerator<Found | null> {
  const { along, unique, filters = [] } = search
  const full = Math.min(search.size ?? most, most)
  const strict = along === unique
  const idOf = (row: Json): string =>
    (typeof search.id === 'object' ? search.id : [search.id ?? unique])
      .map(name => String(row[name]))
      .join(' ')
  const broken: string[] = []
  let remarks: string[] = []
  let cursor: string | null = null
  let seen = new Set<string>()
  let before = ''
  let size = full
  let number = 1
  let total: number | null = null
  for (;;) {
    const here: Filter[] = [
      ...filters,
      ...(cursor === null
        ? []
        : [{ field: along, condition: strict ? 'gt' : 'gteq', value: cursor } as const]),
      ...(broken.length === 0 ? [] : [{ field: unique, condition: 'nin', value: broken.join(',') } as const]),
    ]
    let got: { items: Json[]; total: number } | null
    try {
      got = await page(session, search, here, size, number)
    } catch (error) {
      const own = breaks(error)
      // Pages too large for a gateway's patience, or one with a bad record: try with fewer.
      if (size > (own ? 1 : 5) && (own || isSlow(error))) {
        size = Math.max(1, Math.floor(size / 4))
        number = 1
        before = ''
        continue
      }
      if (!own || typeof search.id === 'object' || broken.length >= patience) throw error
      const id = await brokenOne(session, search, [
        ...here,
        ...(seen.size === 0
          ? []
          : [{ field: unique, condition: 'nin', value: [...seen].join(',') } as const]),
      ])
      broken.push(id)
      remarks.push(`Magento breaks on ${search.path} ${unique} ${id}: it is left out.`)
      number = 1
      continue
    }
    if (got === null) {
      yield null
      return
    }
    total ??= got.total
    const ids = got.items.map(idOf)
    const again = number > 1 && ids.join(',') === before
    const left = got.total - (number - 1) * size - ids.length
    if (ids.length === 0 || again) {
      if (left > 0 && number === 1) remarks.push(miscounted(search, left))
      if (again && got.total > (number - 1) * size)
        remarks.push(miscounted(search, got.total - (number - 1) * size))
      if (remarks.length > 0) yield { rows: [], total, remarks }
      return
    }
    const fresh = got.items.filter((_, n) => !seen.has(ids[n] ?? ''))
    if (fresh.length > 0 || remarks.length > 0) yield { rows: fresh, total, remarks }
    remarks = []
    if (ids.length < size && left <= 0) return
    const last = got.items.at(-1) as Json
    const end = strict ? idOf(last) : String(last[along])
    if (end === cursor) {
      for (const id of ids) seen.add(id)
      before = ids.join(',')
      number += 1
    } else {
      cursor = end
      seen = new Set(strict ? [] : ids.filter((_, n) => String(got.items[n]?.[along]) === end))
      number = 1
      before = ''
      size = Math.min(full, size * 2)
    }
  }
}

const miscounted = ({ path }: Search, left: number): string =>
  `Magento counts ${left} more ${path} than it gives.`

/** Whether Magento itself broke, which it does again however often it is asked. */
const breaks = (error: unknown): boolean => error instanceof Failure && error.details?.status === 500
const isSlow = (error: unknown): boolean => error instanceof Failure && error.code === 'unavailable'

/** The id of the first record in the sort, which breaks every page it is on: halved down to, with one row at a time. */
async function brokenOne(session: Session, search: Search, filters: readonly Filter[]): Promise<string> {
  let low = 0
  // Numbers are unsigned: of what is old and large, half of them lie above 2³¹.
  let high = 2 ** 32 - 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const fails = await page(
      session,
      search,
      [
        ...filters,
        { field: search.unique, condition: 'gteq', value: String(low) },
        { field: search.unique, condition: 'lteq', value: String(middle) },
      ],
      1,
    ).then(
      () => false,
      error => {
        if (breaks(error)) return true
        throw error
      },
    )
    if (fails) high = middle
    else low = middle + 1
  }
  return String(low)
}

/** `YYYY-MM-DD HH:MM:SS` in UTC, as Magento writes and compares times. */
export const stamp = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ')

/** What changed in a turn's window. */
export const within = (field: string, { from, to }: { from: number; to: number }): Filter[] => [
  { field, condition: 'gteq', value: stamp(Math.max(0, from)) },
  { field, condition: 'lt', value: stamp(to) },
]

/** Everything of a list with some ids, a few at a time; empty where the edition does not have the list. */
export async function* among(
  session: Session,
  search: Search,
  field: string,
  ids: readonly (string | number)[],
): AsyncGenerator<Found> {
  const few = 100
  for (let from = 0; from < ids.length; from += few) {
    const value = ids.slice(from, from + few).join(',')
    for await (const found of walk(session, {
      ...search,
      filters: [...(search.filters ?? []), { field, condition: 'in', value }],
    }))
      if (found) yield found
  }
}
