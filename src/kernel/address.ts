/** What stands in a screen's address as short text: filters, a cell that was opened. */

/** Narrows what is shown to values of a dimension, or to those whose metric is over or under a number. */
export type Filter =
  | {
      dimension: string
      is?: string[] | undefined
      not?: string[] | undefined
      contains?: string | undefined
    }
  | { metric: string; over?: number | undefined; under?: number | undefined }

/* Filters in the URL: country=France|Germany;product~bag;net_sales>1000 */

const guarded = (text: string) => text.replace(/[\\;|]/g, '\\$&')
/** Splits at a mark that is not escaped, and takes the escapes away only at the last level. */
const split = (text: string, mark: ';' | '|') =>
  text.match(new RegExp(`(?:\\\\.|[^\\\\${mark}])+`, 'g')) ?? []
const bare = (text: string) => text.replace(/\\(.)/g, '$1')

/** Filters as short text for the URL. */
export function writeFilters(filters: readonly Filter[]): string | undefined {
  const text = filters.flatMap(filter => {
    if (!('dimension' in filter)) {
      const parts = []
      if (filter.over !== undefined) parts.push(`${filter.metric}>${filter.over}`)
      if (filter.under !== undefined) parts.push(`${filter.metric}<${filter.under}`)
      return parts
    }
    const { dimension } = filter
    const parts = []
    if (filter.is?.length)
      parts.push(`${dimension}=${filter.is.map(value => guarded(value) || '\\0').join('|')}`)
    if (filter.not?.length)
      parts.push(`${dimension}!=${filter.not.map(value => guarded(value) || '\\0').join('|')}`)
    if (filter.contains) parts.push(`${dimension}~${guarded(filter.contains)}`)
    return parts
  })
  return text.length ? text.join(';') : undefined
}

/** Reads filters from the URL; a part that makes no sense is left out. */
export function readFilters(text: string | undefined): Filter[] {
  return split(text ?? '', ';').flatMap((part): Filter[] => {
    const [, name = '', mark, rest = ''] = /^([a-z][a-z0-9_]*)(!=|=|~|>|<)([\s\S]+)$/.exec(part) ?? []
    const values = () => split(rest, '|').map(value => (value === '\\0' ? '' : bare(value)))
    const number = Number(rest)
    switch (mark) {
      case '=':
        return [{ dimension: name, is: values() }]
      case '!=':
        return [{ dimension: name, not: values() }]
      case '~':
        return [{ dimension: name, contains: bare(rest) }]
      case '>':
        return Number.isFinite(number) ? [{ metric: name, over: number }] : []
      case '<':
        return Number.isFinite(number) ? [{ metric: name, under: number }] : []
      default:
        return []
    }
  })
}

/* A cell of a table, in the URL: net_sales;period=2011-11;country=France */

export interface OpenCell {
  metric: string
  period?: string
  values?: Record<string, string>
}

export const writeCell = ({ metric, period, values }: OpenCell): string =>
  [
    metric,
    ...(period ? [`period=${guarded(period)}`] : []),
    ...Object.entries(values ?? {}).map(([name, value]) => `${name}=${guarded(value)}`),
  ].join(';')

/** What a cell is narrowed to: the filters of its screen, and a value of each of its dimensions. */
export const cellFilters = ({ values }: OpenCell, filters: readonly Filter[]): Filter[] => [
  ...filters,
  ...Object.entries(values ?? {}).map(([dimension, value]) => ({ dimension, is: [value] })),
]

export function readCell(text: string | undefined): OpenCell | null {
  const [metric, ...rest] = split(text ?? '', ';')
  if (!metric) return null
  const pairs = rest.flatMap(part => {
    const at = part.indexOf('=')
    return at > 0 ? [[part.slice(0, at), bare(part.slice(at + 1))] as const] : []
  })
  const period = pairs.find(([name]) => name === 'period')?.[1]
  const values = Object.fromEntries(pairs.filter(([name]) => name !== 'period'))
  return { metric, ...(period && { period }), ...(Object.keys(values).length && { values }) }
}
