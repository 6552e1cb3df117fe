import { invalid } from '#kernel/error.ts'
import { Query } from '#metrics/query.ts'

/** The flags of `query` as commander hands them over. */
export interface QueryFlags {
  metrics: string
  by?: string
  grain?: string
  window?: string
  from?: string
  to?: string
  calendar?: string
  stores?: string
  currency?: string
  filter?: string[]
  compare?: string
  sort?: string
  limit?: string
  offset?: string
  subtotals?: boolean
}

const list = (text: string | undefined): string[] | undefined =>
  text === undefined
    ? undefined
    : text
        .split(',')
        .map(part => part.trim())
        .filter(part => part !== '')

const filterHelp =
  'Write country=France, country=France|Germany, country!=France, product~mug, or net_sales>1000.'

/** `country=A|B` is, `country!=A` is not, `product~mug` contains, `net_sales>100` and `<` on a metric's value. */
export function filterOf(text: string): NonNullable<Query['filters']>[number] {
  const found = /^\s*(\w+)\s*(!=|=|~|>|<)(.*)$/s.exec(text)
  const [, name = '', sign = '', rest = ''] = found ?? []
  if (!found) throw invalid(`The filter "${text}" is not understood.`, filterHelp)
  if (sign === '>' || sign === '<') {
    const bound = Number(rest)
    if (rest.trim() === '' || Number.isNaN(bound))
      throw invalid(`The filter "${text}" compares with something that is not a number.`, filterHelp)
    return sign === '>' ? { metric: name, over: bound } : { metric: name, under: bound }
  }
  if (sign === '~') return { dimension: name, contains: rest }
  const values = rest.split('|')
  return sign === '=' ? { dimension: name, is: values } : { dimension: name, not: values }
}

const whole = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  if (!/^\d+$/.test(text)) throw invalid(`--${name} takes a whole number, not "${text}".`)
  return Number(text)
}

/** `-net_sales` is descending; `-net_sales@last_year` sorts by the change against a comparison. */
function sortOf(text: string | undefined): Query['sort'] {
  if (text === undefined) return undefined
  const desc = text.startsWith('-')
  const [by = '', of] = text.replace(/^[-+]/, '').split('@')
  return { by, ...(of && { of }), ...(desc && { desc }) }
}

/** The query the flags describe. @throws Failure('invalid') naming the flag that is wrong. */
export function queryOf(flags: QueryFlags): Query {
  const draft = {
    metrics: list(flags.metrics),
    by: list(flags.by),
    grain: flags.grain,
    window: flags.window,
    from: flags.from,
    to: flags.to,
    calendar: flags.calendar,
    stores: list(flags.stores),
    currency: flags.currency?.toUpperCase(),
    filters: flags.filter?.map(filterOf),
    compare: list(flags.compare),
    sort: sortOf(flags.sort),
    limit: whole('limit', flags.limit),
    offset: whole('offset', flags.offset),
    subtotals: flags.subtotals,
  }
  const given = Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined))
  const parsed = Query.safeParse(given)
  if (parsed.success) return parsed.data
  const [first] = parsed.error.issues
  throw invalid(
    `--${String(first?.path[0] ?? 'metrics')}: ${first?.message ?? 'not understood'}.`,
    'See ./quarterdeck query --help.',
  )
}
