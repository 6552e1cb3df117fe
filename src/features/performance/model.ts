import type { Filter } from '#kernel/address.ts'
import { capital, uncapital } from '#kernel/capital.ts'
import { dayCount } from '#kernel/day.ts'
import { showDay } from '#kernel/format.ts'
import { planIn } from '#kernel/plan-comparison.ts'
import { valueName } from '#kernel/value-names.ts'
import { type Asked, comparisonName, type Search, spanWords, type View, whenWords } from '#kernel/view.ts'
import { cell } from '#metrics/cells/model.ts'
import type { Answer, AnswerRow, Definition, Grain, Query } from '#metrics/query.ts'

export * from '#kernel/address.ts'
export { cell, titlesOf } from '#metrics/cells/model.ts'

/** Narrows to a value, or widens again when that value alone was asked for already. */
export function toggleFilter(filters: readonly Filter[], dimension: string, value: string): Filter[] {
  const same = (filter: Filter) => 'dimension' in filter && filter.dimension === dimension && !!filter.is
  const now = filters.find(same)
  const rest = filters.filter(filter => !same(filter))
  if (now && 'dimension' in now && now.is?.length === 1 && now.is[0] === value) return rest
  return [...rest, { dimension, is: [value] }]
}

/** A filter in words: "Country is France or Germany". `called` are names of values that are known by a number. */
export function filterWords(
  filter: Filter,
  label: (name: string) => string,
  stores: Readonly<Record<string, string>> = {},
  called?: ReadonlyMap<string, string>,
): string {
  if (!('dimension' in filter)) {
    const parts = []
    if (filter.over !== undefined) parts.push(`over ${filter.over}`)
    if (filter.under !== undefined) parts.push(`under ${filter.under}`)
    return `${label(filter.metric)} ${parts.join(' and ')}`
  }
  const said = (value: string) => called?.get(value) ?? named(valueName(filter.dimension, value, stores))
  const list = (values: readonly string[]) =>
    values.length > 3
      ? `${values.slice(0, 2).map(said).join(', ')} or ${values.length - 2} more`
      : values.map(said).join(' or ')
  const name = label(filter.dimension)
  if (filter.is) return `${name} is ${list(filter.is)}`
  if (filter.not) return `${name} is not ${list(filter.not)}`
  return `${name} contains “${filter.contains ?? ''}”`
}

/** A value of a dimension as it is shown: what has no value is said in words. */
export const named = (value: string | null | undefined): string => value || '(not known)'

/** A part of a whole as people call it: a product by its title, a store, a country or a device by its name. */
export const partName = (
  part: { dimension: string; value: string } | undefined,
  titles: ReadonlyMap<string, string>,
  stores: Readonly<Record<string, string>>,
): string =>
  titles.get(part?.value ?? '') ?? named(valueName(part?.dimension ?? '', part?.value ?? '', stores))

/* From the view to a query */

/** What every query of a screen shares. */
export function baseQuery(view: View, asked: Asked, filters: readonly Filter[]): Omit<Query, 'metrics'> {
  return {
    ...(asked.window && { window: asked.window as Query['window'] }),
    ...(asked.from && { from: asked.from, to: asked.to }),
    ...(view.stores.length && { stores: [...view.stores] }),
    ...(view.currency && { currency: view.currency }),
    ...(filters.length && { filters: [...filters] }),
  }
}

/** The period length that gives a line worth looking at: 8 to 90 points. */
export function grainFor(from: string, to: string): Grain {
  const days = dayCount(from, to)
  if (days <= 2) return 'hour'
  if (days <= 62) return 'day'
  if (days <= 200) return 'week'
  if (days <= 1200) return 'month'
  return 'quarter'
}

const list = (text: string | undefined) => (text ?? '').split(',').filter(Boolean)
const grainNames: readonly Grain[] = ['hour', 'day', 'week', 'month', 'quarter', 'year']

export interface Exploration {
  metrics: string[]
  by: string[]
  grain: Grain | null
  sort: { by: string; of?: string; desc: boolean } | null
  page: number
  subtotals: boolean
}

/** What the explorer shows, from the URL; `usual` is the grain of a course nobody chose another for. */
export function readExploration(search: Search, usual: Grain = 'month'): Exploration {
  const [by = '', direction = '', of] = (search.sort ?? '').split(',')
  const metrics = list(search.metrics).slice(0, 8)
  return {
    metrics: metrics.length ? metrics : ['net_sales'],
    by: list(search.by).slice(0, 4),
    grain:
      search.grain === 'none'
        ? null
        : (grainNames.find(name => name === search.grain) ??
          (search.grain === undefined && !search.by ? usual : null)),
    sort: by ? { by, desc: direction !== 'asc', ...(of && { of }) } : null,
    page: Math.max(1, Math.trunc(Number(search.page)) || 1),
    subtotals: search.subtotals === 'yes',
  }
}

export const writeSort = (by: string, desc: boolean, of?: string): string =>
  [by, desc ? 'desc' : 'asc', ...(of ? [of] : [])].join(',')

/** "Net sales and orders by country, month by month" */
export function explorationTitle(exploration: Exploration, label: (name: string) => string): string {
  const lower = (name: string, n: number) => (n === 0 ? label(name) : uncapital(label(name)))
  const what = join(exploration.metrics.map(lower))
  const by = exploration.by.length ? ` by ${join(exploration.by.map(name => uncapital(label(name))))}` : ''
  const grain = exploration.grain ? `, ${exploration.grain} by ${exploration.grain}` : ''
  return `${what}${by}${grain}`
}

const join = (parts: readonly string[]) =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`

/* The cockpit */

/** Headline figures in the order they matter. */
const headlineMetrics = [
  'net_sales',
  'orders',
  'aov',
  'units_sold',
  'customers',
  'new_customers',
  'return_rate',
  'discount_rate',
  'gross_margin',
  'conversion_rate',
  'mer',
] as const

/** The figures to ask for: those this installation defines. */
export function tileMetrics(defined: readonly { name: string }[]): string[] {
  const known = new Set(defined.map(one => one.name))
  return headlineMetrics.filter(name => known.has(name))
}

/** The tiles of an answer: at most seven, without figures that have no data or are nothing now and before. The chosen one always. */
export function shownTiles(answer: Answer, asked: readonly string[], chosen: string): string[] {
  const says = (name: string) => {
    const values = [
      cell(answer.totals, name),
      ...Object.keys(answer.meta.comparisons).map(one => against(answer.totals, one, name)?.value ?? null),
    ]
    return !(name in answer.meta.missing) && values.some(value => value !== null && Number(value) !== 0)
  }
  const telling = asked.filter(name => name === chosen || says(name))
  const first = telling.slice(0, 7)
  return first.includes(chosen) ? first : [...telling.slice(0, 6), chosen]
}

/**
 * Tiles with contribution, the deepest of the `tiers` that is known, beside the first; at most seven, the chosen one stays.
 * While it is `coming` its place is kept: the other tiles would move under the reader's hand.
 */
export function withTier(
  tiles: string[],
  left: Answer | 'coming' | undefined,
  tiers: string[],
  chosen: string,
) {
  const tier =
    left === 'coming' ? tiers.at(-1) : left && tiers.findLast(name => cell(left.totals, name) !== null)
  if (!tier || tiles.includes(tier)) return tiles
  const all = [...tiles.slice(0, 1), tier, ...tiles.slice(1)]
  const last = all.findLastIndex(name => name !== chosen)
  return all.length > 7 ? all.toSpliced(last, 1) : all
}

/** Names this installation gives to a well-known thing: the first of the candidates it defines. */
export const firstKnown = (defined: readonly { name: string }[], ...candidates: string[]): string | null =>
  candidates.find(name => defined.some(one => one.name === name)) ?? null

export type Against = { value: string | null; delta: string | null; ratio: string | null }

/** A row's change of a metric against a comparison. */
export const against = (
  row: AnswerRow | undefined,
  comparison: string,
  metric: string,
): Against | undefined => row?.compare?.[comparison]?.values[metric]

/**
 * Comparisons of an answer whose days all lie within the data, as far as these are whole: a whole is never compared with a
 * part. Lines over time may still show the days a partial one has.
 */
export const fairComparisons = (answer: Answer | undefined, firstDay: string | undefined): string[] =>
  Object.entries(answer?.meta.comparisons ?? {}).flatMap(([name, { from }]) => {
    const whole = planIn(name) === null && answer?.meta.wholeFrom
    return firstDay === undefined || from === '' || from >= (whole || firstDay) ? [name] : []
  })

const toNumber = (value: string | null | undefined) => (value == null ? null : Number(value))

/** How numbers are said; given by the screen so that every sentence uses its formats. */
export interface Say {
  value(value: string | null, definition: Definition): string
  /** "29 %" or "1.4 pp", without a sign; null when there is no change to speak of or none is known. */
  change(change: Against, definition: Definition): string | null
}

/** What a sentence calls a comparison. */
export const basis = (comparison: string, told?: { label: string }) => comparisonName(comparison, told).said

/** Since when a plan is counted, where the data begin within the days shown. */
const sinceWords = ({ meta }: Answer, comparison: string): string => {
  const from = meta.comparisons[comparison]?.from ?? ''
  return planIn(comparison) !== null && from > meta.from ? ` since ${showDay(from)}` : ''
}

/** "Net sales £433,668 from 1–9 Dec 2011, 29 % below the period before and 3 % above last year." Empty when there is no data. */
export function headline(answer: Answer, metric: string, say: Say, firstDay?: string): string {
  const definition = answer.meta.definitions[metric]
  const value = cell(answer.totals, metric)
  const when = whenWords(answer.meta.from, answer.meta.to)
  if (!definition || value === null || answer.meta.rowsBehind === 0) return ''
  const parts = fairComparisons(answer, firstDay).flatMap(comparison => {
    const change = against(answer.totals, comparison, metric)
    if (!change || change.delta === null) return []
    const size = say.change(change, definition)
    const base = `${basis(comparison, answer.meta.comparisons[comparison])}${sinceWords(answer, comparison)}`
    if (size === null) return [`level with ${base}`]
    if (size.startsWith('×')) return [`${size.slice(1)} times ${base}`]
    return [`${size} ${Number(change.delta) < 0 ? 'below' : 'above'} ${base}`]
  })
  return `${definition.label} ${say.value(value, definition)} ${when}${parts.length ? `, ${join(parts.slice(0, 3))}` : ''}.`
}

/** Why net sales moved, in a sentence: how many orders, and what each was worth. Empty when it cannot be said. */
export function drivers(answer: Answer, comparison: string, say: Say): string {
  const said = (['orders', 'aov', 'return_rate'] as const).flatMap(name => {
    const definition = answer.meta.definitions[name]
    const change = against(answer.totals, comparison, name)
    const size = definition && change?.delta ? say.change(change, definition) : null
    if (!definition || !change?.delta) return []
    const label = uncapital(definition.label.split(',')[0] ?? '')
    if (size === null) return [`${label} level`]
    if (size.startsWith('×')) return [`${label} ${size}`]
    return [`${label} ${Number(change.delta) < 0 ? 'down' : 'up'} ${size}`]
  })
  if (said.length < 2) return ''
  const text = join(said)
  return `${capital(text)} against ${basis(comparison, answer.meta.comparisons[comparison])}.`
}

/** One metric's course: actual, and each comparison aligned to it. */
export interface Course {
  periods: string[]
  actual: (number | null)[]
  exact: (string | null)[]
  compared: {
    comparison: string
    values: (number | null)[]
    exact: (string | null)[]
    periods: (string | undefined)[]
  }[]
}

export function courseOf(answer: Answer, metric: string): Course {
  const { hour } = answer.meta
  // Hours to come bring nothing yet, and that is no nought.
  const exact = answer.rows.map(row => (hour && (row.period ?? '') > hour ? null : cell(row, metric)))
  return {
    periods: answer.rows.map(row => row.period ?? ''),
    actual: exact.map(toNumber),
    exact,
    compared: Object.keys(answer.meta.comparisons).map(comparison => {
      const values = answer.rows.map(row => against(row, comparison, metric)?.value ?? null)
      return {
        comparison,
        values: values.map(toNumber),
        exact: values,
        periods: answer.rows.map(row => row.compare?.[comparison]?.period),
      }
    }),
  }
}

/**
 * Whether what a metric is compared with is drawn whole beside the day or hour in progress, for there it is: days that are over
 * are, unless they are counted up to the same hour. Undefined for longer periods, which are compared to date.
 */
export function wholeOn(
  { grain, until, wholeDays = [] }: Pick<Answer['meta'], 'grain' | 'until' | 'wholeDays'>,
  metric: string,
): boolean | undefined {
  if (grain !== 'day' && grain !== 'hour') return undefined
  return until === undefined || wholeDays.includes(metric)
}

/** What a forecast says eight of ten values fall into, on days that are drawn; nothing on the others. */
export function bandOn(
  course: readonly { day: string; p10: number | null; p90: number | null }[],
  days: readonly string[],
): { low: (number | null)[]; high: (number | null)[] } {
  const known = new Map(course.map(one => [one.day, one]))
  return {
    low: days.map(day => known.get(day)?.p10 ?? null),
    high: days.map(day => known.get(day)?.p90 ?? null),
  }
}

/**
 * The first comparison with other days; undefined where a plan is all that is compared with. A plan is known where it was made,
 * not for each product: nothing is put in order by it.
 */
export const daysAmong = (comparisons: readonly string[]): string | undefined =>
  comparisons.find(one => planIn(one) === null)

/** Those that rose most and fell most, from rows sorted by change either way; the still ones left out. */
export function movers(
  rows: readonly AnswerRow[],
  metric: string,
  comparison: string,
  direction: 'up' | 'down',
  count = 5,
) {
  return rows
    .map(row => ({ row, change: against(row, comparison, metric) }))
    .filter(({ change }) => {
      const delta = toNumber(change?.delta)
      return delta !== null && (direction === 'up' ? delta > 0 : delta < 0)
    })
    .sort((a, b) => Math.abs(Number(b.change?.delta)) - Math.abs(Number(a.change?.delta)))
    .slice(0, count)
}

/** An answer as flat rows of exact text: the table view, CSV and XLSX of a chart. */
export function sheetOf(
  answer: Answer,
  query: Query,
  name: string,
  label: (name: string) => string,
  rows = answer.rows,
) {
  const dimensions = query.by ?? []
  const compared = Object.entries(answer.meta.comparisons)
  const columns = [
    ...(query.grain ? [{ key: 'period', label: 'Period' }] : []),
    ...dimensions.map(key => ({ key, label: label(key) })),
    ...query.metrics.flatMap(metric => [
      { key: metric, label: label(metric), numeric: true },
      ...compared.flatMap(([key, { label: words }]) => [
        { key: `${metric}|${key}`, label: `${label(metric)}, ${words}`, numeric: true },
        { key: `${metric}|${key}|delta`, label: `${label(metric)}, change on ${words}`, numeric: true },
      ]),
    ]),
  ]
  return {
    name,
    columns,
    rows: rows.map(row => {
      const out: Record<string, string | null> = { period: row.period ?? null }
      for (const key of dimensions) out[key] = cell(row, key)
      for (const metric of query.metrics) {
        out[metric] = cell(row, metric)
        for (const [key] of compared) {
          out[`${metric}|${key}`] = against(row, key, metric)?.value ?? null
          out[`${metric}|${key}|delta`] = against(row, key, metric)?.delta ?? null
        }
      }
      return out
    }),
    notes: [
      spanWords(answer.meta.from, answer.meta.to),
      ...(answer.meta.currency ? [answer.meta.currency] : []),
      ...compared.map(([, one]) => `${one.label}: ${spanWords(one.from, one.to)}`),
      ...(answer.meta.asOf ? [`Data as of ${answer.meta.asOf.slice(0, 16).replace('T', ' ')} UTC`] : []),
    ],
  }
}

/** Rows with their subtotals in place: each subtotal before the rows it sums up, outermost first. */
export function withSubtotals(answer: Answer, keys: readonly string[]): { row: AnswerRow; depth: number }[] {
  const own = (row: AnswerRow) => keys.map(key => (key === 'period' ? row.period : cell(row, key)))
  const subtotals = (answer.subtotals ?? []).map(row => {
    const values = own(row)
    const depth = values.findIndex(value => value == null)
    return { row, depth: depth < 0 ? keys.length : depth, values }
  })
  const said = new Set<string>()
  return answer.rows.flatMap(row => {
    const values = own(row)
    const before = subtotals.filter(
      one =>
        one.depth > 0 &&
        one.depth < keys.length &&
        !said.has(JSON.stringify(one.values)) &&
        one.values.slice(0, one.depth).every((value, n) => value === values[n]),
    )
    for (const one of before) said.add(JSON.stringify(one.values))
    return [
      ...before
        .sort((a, b) => a.depth - b.depth)
        .map(({ row: subtotal, depth }) => ({ row: subtotal, depth })),
      { row, depth: keys.length },
    ]
  })
}

/** The values of a dimension with the most behind them, for one line each. */
export function leaders(answer: Answer, dimension: string, metric: string, count: number): string[] {
  const sums = new Map<string, number>()
  for (const row of answer.rows) {
    const key = cell(row, dimension) ?? ''
    sums.set(key, (sums.get(key) ?? 0) + Math.abs(Number(cell(row, metric) ?? 0)))
  }
  return [...sums]
    .sort((a, b) => b[1] - a[1])
    .slice(0, count)
    .map(([key]) => key)
}

/** The stores of an answer that a warning is not of, and the words of a way to them alone; null where it is of all or of none. */
export function withoutBehind(
  { stores: behind }: Answer['meta']['warnings'][number],
  { stores = [], storeNames = {} }: Partial<Pick<Answer['meta'], 'stores' | 'storeNames'>>,
): { stores: string[]; words: string } | null {
  const whole = behind ? stores.filter(one => !behind.includes(one)) : []
  const [first = ''] = whole
  if (whole.length === 0) return null
  const others = `the ${whole.length} stores without ${behind?.length === 1 ? 'it' : 'them'}`
  return {
    stores: whole,
    words: `Look at ${whole.length === 1 ? `${storeNames[first] ?? first} alone` : others}`,
  }
}
