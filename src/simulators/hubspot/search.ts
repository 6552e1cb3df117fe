/** A record as searching and listing see it. Values are text, as all are in this CRM. */
export interface Found {
  id: string
  properties: Readonly<Record<string, string>>
}

interface Filter {
  propertyName: string
  operator: string
  value?: string
  highValue?: string
  values?: string[]
}

export interface SearchRequest {
  filterGroups?: { filters: Filter[] }[]
  sorts?: (string | { propertyName: string; direction?: 'ASCENDING' | 'DESCENDING' })[]
  properties?: string[]
  limit?: number
  after?: string
  query?: string
}

/** What a search refuses, in the vendor's words; null where it is right. */
export function refusal(request: SearchRequest): string | null {
  const groups = request.filterGroups ?? []
  const after = Number(request.after ?? 0)
  const limit = request.limit ?? 10
  if (groups.length > 5) return 'Too many filter groups: at most 5.'
  if (groups.some(group => group.filters.length > 6)) return 'Too many filters in a group: at most 6.'
  if (groups.flatMap(group => group.filters).length > 18) return 'Too many filters: at most 18.'
  if ((request.query ?? '').length > 3000) return 'The query is too long.'
  if (!(limit >= 1 && limit <= 200)) return 'The limit must be 1 to 200.'
  if (!(after >= 0) || after + limit > 10_000) return 'There was a problem with the request.'
  if ((request.sorts ?? []).length > 1) return 'Only one sort is allowed.'
  return null
}

/** Whether a filter would break the vendor's own search: a date at zero does. */
export const breaks = (request: SearchRequest): boolean =>
  (request.filterGroups ?? []).some(group =>
    group.filters.some(one => /date$/.test(one.propertyName) && Number(one.value) === 0),
  )

/** Dates are compared by their instant, whether they are given as text or as milliseconds. */
const comparable = (value: string): number | string => {
  if (/^-?\d+(\.\d+)?$/.test(value)) return Number(value)
  const at = /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? value.toLowerCase() : at
}

function holds(one: Found, filter: Filter): boolean {
  const own = one.properties[filter.propertyName]
  if (filter.operator === 'HAS_PROPERTY') return own !== undefined && own !== ''
  if (filter.operator === 'NOT_HAS_PROPERTY') return own === undefined || own === ''
  if (own === undefined) return false
  const a = comparable(own)
  const b = comparable(filter.value ?? '')
  if (filter.operator === 'IN') return (filter.values ?? []).map(comparable).includes(a)
  if (filter.operator === 'BETWEEN') return a >= b && a <= comparable(filter.highValue ?? '')
  if (filter.operator === 'EQ') return a === b
  if (filter.operator === 'NEQ') return a !== b
  if (typeof a !== typeof b) return false
  if (filter.operator === 'GT') return a > b
  if (filter.operator === 'GTE') return a >= b
  if (filter.operator === 'LT') return a < b
  return filter.operator === 'LTE' && a <= b
}

/** One page of what is found among all, in the order asked for; equal ones come in no order one may rely on. */
export function search(
  all: readonly Found[],
  request: SearchRequest,
): { total: number; page: Found[]; next: string | null } {
  const groups = request.filterGroups ?? []
  const found = all.filter(
    one => groups.length === 0 || groups.some(group => group.filters.every(filter => holds(one, filter))),
  )
  const [sort] = request.sorts ?? []
  const by = typeof sort === 'string' ? sort.replace(/^-/, '') : (sort?.propertyName ?? 'createdate')
  const down = typeof sort === 'string' ? sort.startsWith('-') : sort?.direction === 'DESCENDING'
  const key = new Map(found.map(one => [one, comparable(one.properties[by] ?? '')]))
  const rank = (one: Found) => (Number(one.id) * 7919) % 1009
  found.sort((a, b) => {
    const [x, y] = [key.get(a) ?? '', key.get(b) ?? '']
    if (x !== y) return (x < y ? -1 : 1) * (down ? -1 : 1)
    return rank(a) - rank(b) || Number(a.id) - Number(b.id)
  })
  const from = Number(request.after ?? 0)
  const to = from + (request.limit ?? 10)
  return { total: found.length, page: found.slice(from, to), next: to < found.length ? String(to) : null }
}
