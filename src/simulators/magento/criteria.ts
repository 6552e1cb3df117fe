import { unitOf } from '../company/draw.ts'

/** Values of a row that can be filtered and sorted by, by Magento's names. Times are text in UTC. */
export type Row = Readonly<Record<string, string | number | null>>

export interface Filter {
  field: string
  condition: string
  value: string
}

export interface Criteria {
  /** AND of ORs. */
  groups: readonly (readonly Filter[])[]
  sorts: readonly { field: string; descending: boolean }[]
  pageSize: number
  page: number
}

/** An error as Magento tells it: `%1` and `%name` in the message stand for the parameters. */
export class MagentoError extends Error {
  readonly status: number
  readonly parameters: unknown

  constructor(status: number, message: string, parameters?: unknown) {
    super(message)
    this.status = status
    this.parameters = parameters
  }
}

const conditions = new Set(
  'eq neq gt gteq lt lteq from to in nin like nlike null notnull finset moreq'.split(' '),
)
/** With input limiting on, as it is in the cloud service. */
const largest = 300
const usual = 20

/**
 * Reads a search as Magento does: any indices, camel or snake case.
 * @throws MagentoError where there is no searchCriteria, or it has a member that does not exist.
 */
export function readCriteria(query: URLSearchParams): Criteria {
  const filters = new Map<string, Map<string, Record<string, string>>>()
  const sorts = new Map<string, Record<string, string>>()
  let pageSize = usual
  let page = 1
  let asked = false
  for (const [name, value] of query) {
    if (!name.startsWith('searchCriteria')) {
      if (name !== 'fields') throw new MagentoError(400, 'The parameter "%1" is not known.', [name])
      continue
    }
    asked = true
    const [top = '', ...rest] = [...name.matchAll(/\[([^\]]*)\]/g)].map(one => snake(one[1] ?? ''))
    if (top === 'filter_groups' && rest.length === 4 && rest[1] === 'filters') {
      const [group = '', , filter = '', key = ''] = rest
      if (!['field', 'value', 'condition_type'].includes(key)) throw unknown(key)
      const into = filters.get(group) ?? new Map<string, Record<string, string>>()
      filters.set(group, into)
      into.set(filter, { ...into.get(filter), [key]: value })
    } else if (top === 'sort_orders' && rest.length === 2) {
      const [index = '', key = ''] = rest
      if (!['field', 'direction'].includes(key)) throw unknown(key)
      sorts.set(index, { ...sorts.get(index), [key]: value })
    } else if (top === 'page_size') pageSize = whole(value)
    else if (top === 'current_page') page = Math.max(1, whole(value))
    else if (top !== '' || rest.length > 0) throw unknown(top)
  }
  if (!asked)
    throw new MagentoError(400, '"%fieldName" is required. Enter and try again.', {
      fieldName: 'searchCriteria',
    })
  if (pageSize > largest)
    throw new MagentoError(400, 'Maximum SearchCriteria pageSize is %max', { max: largest })
  return {
    groups: [...filters.values()].map(group =>
      [...group.values()].map(one => {
        const condition = one.condition_type ?? 'eq'
        if (!conditions.has(condition))
          throw new MagentoError(400, 'Undefined condition type "%1"', [condition])
        return { field: one.field ?? '', condition, value: one.value ?? '' }
      }),
    ),
    // Without a direction Magento sorts downwards.
    sorts: [...sorts.values()].map(one => ({
      field: one.field ?? '',
      descending: (one.direction ?? 'DESC').toUpperCase() !== 'ASC',
    })),
    pageSize: pageSize || usual,
    page,
  }
}

const snake = (text: string): string => text.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
const unknown = (name: string) =>
  new MagentoError(400, 'Property "%1" does not have accessor method "%2" in class "%3".', [
    name,
    `get${name}`,
    'Magento\\Framework\\Api\\SearchCriteriaInterface',
  ])
const whole = (text: string): number => {
  const number = Number(text)
  if (!Number.isInteger(number))
    throw new MagentoError(
      400,
      'The "%1" value\'s type is invalid. The "%2" type was expected. Verify and try again.',
      [text, 'int'],
    )
  return number
}

const isNumber = (text: string): boolean => /^\d+$/.test(text)
/** Bounds are text; those of numbers compare as such. */
const apart = (a: string, b: string): number =>
  isNumber(a) && isNumber(b) ? Number(a) - Number(b) : compare(a, b)

const compare = (a: string | number, b: string | number): number =>
  typeof a === 'number' || typeof b === 'number' ? Number(a) - Number(b) : a < b ? -1 : a > b ? 1 : 0

const holds = (row: Row, { field, condition, value }: Filter): boolean => {
  const own = row[field]
  if (own === undefined) throw new MagentoError(400, 'Invalid attribute name: %1', [field])
  if (condition === 'null') return own === null
  if (condition === 'notnull') return own !== null
  if (own === null) return false
  const list = () => value.split(',')
  switch (condition) {
    case 'neq':
      return compare(own, value) !== 0
    case 'gt':
      return compare(own, value) > 0
    case 'gteq':
    case 'from':
    case 'moreq':
      return compare(own, value) >= 0
    case 'lt':
      return compare(own, value) < 0
    case 'lteq':
    case 'to':
      return compare(own, value) <= 0
    case 'in':
      return list().some(one => compare(own, one) === 0)
    case 'nin':
      return !list().some(one => compare(own, one) === 0)
    case 'finset':
      return String(own).split(',').includes(value)
    case 'like':
    case 'nlike': {
      const pattern = value.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('%', '.*')
      return new RegExp(`^${pattern}$`, 'i').test(String(own)) === (condition === 'like')
    }
    default:
      return compare(own, value) === 0
  }
}

export const matches = (row: Row, groups: Criteria['groups']): boolean =>
  groups.every(group => group.some(filter => holds(row, filter)))

/**
 * Rows in the order asked for. Rows that are equal in it have no order: they come in another one on every page, so that
 * a sort without a unique field repeats and skips rows across pages.
 */
export function sorted<T extends Row>(rows: readonly T[], { sorts, page }: Criteria, id: string): T[] {
  const by = sorts.length > 0 ? sorts : [{ field: id, descending: false }]
  const chance = (row: T) => unitOf(page, Number(row[id]) || String(row[id]).length)
  return [...rows].sort((a, b) => {
    for (const { field, descending } of by) {
      const one = a[field]
      const other = b[field]
      if (one === undefined || other === undefined)
        throw new MagentoError(400, 'Invalid attribute name: %1', [field])
      const order = compare(one ?? '', other ?? '')
      if (order !== 0) return descending ? -order : order
    }
    return chance(a) - chance(b)
  })
}

/** One page; past the last one, the last again. */
export function pageOf<T>(rows: readonly T[], { pageSize, page }: Criteria): T[] {
  const last = Math.max(1, Math.ceil(rows.length / pageSize))
  const from = (Math.min(page, last) - 1) * pageSize
  return rows.slice(from, from + pageSize)
}

/** The criteria as they are told back in the answer. */
export const told = ({ groups, sorts, pageSize, page }: Criteria) => ({
  filter_groups: groups.map(group => ({
    filters: group.map(({ field, condition, value }) => ({ field, value, condition_type: condition })),
  })),
  ...(sorts.length > 0 && {
    sort_orders: sorts.map(({ field, descending }) => ({ field, direction: descending ? 'DESC' : 'ASC' })),
  }),
  page_size: pageSize,
  current_page: page,
})

/** The least and the greatest value a field can have, where every row must have one between: for finding rows quickly. */
export function boundsOf(
  { groups }: Criteria,
  field: string,
): { least: string | null; most: string | null; among: string[] | null } {
  let least: string | null = null
  let most: string | null = null
  let among: string[] | null = null
  for (const [only, ...others] of groups) {
    if (!only || others.length > 0 || only.field !== field) continue
    const { condition, value } = only
    if (
      ['gt', 'gteq', 'from', 'moreq', 'eq'].includes(condition) &&
      (least === null || apart(value, least) > 0)
    )
      least = value
    if (['lt', 'lteq', 'to', 'eq'].includes(condition) && (most === null || apart(value, most) < 0))
      most = value
    if (condition === 'in' || condition === 'eq') among = value.split(',')
  }
  return { least, most, among }
}
