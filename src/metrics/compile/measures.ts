import { factByName } from '../facts.ts'
import type { Aggregate } from '../formula.ts'
import { groupBy, type Part } from './gather.ts'
import type { Branch } from './source.ts'
import { inList, type Text } from './text.ts'

/** Columns: p (bucket index), d0… (dimensions), c<side>_<aggregate>, u<side>_<table>, n (rows without limit), behind, flawed. */
export const column = (side: number, aggregate: number) => `c${side}_${aggregate}`

/** Rows of a table whose money has no rate into the answer's currency: where there are any, its money is not known. */
export const unrated = (side: number, table: string) => `u${side}_${table}`

export const isMoney = (aggregate: Aggregate): boolean =>
  aggregate.kind !== 'distinct' &&
  aggregate.kind !== 'count' &&
  (aggregate.parts !== undefined || Boolean(factByName[aggregate.fact]?.money.includes(aggregate.column)))

/** Whether no rows mean 0 of it, where its fact says anything at all: of a stock, or of what rows may leave out, they do not. */
export const isCounted = ({ kind, fact, column }: Aggregate): boolean =>
  (kind === 'sum' || kind === 'count' || kind === 'distinct') && !factByName[fact]?.optional.includes(column)

export const isStock = ({ kind }: Aggregate): boolean => kind === 'last' || kind === 'average'

/** Whether what a store says of itself cannot be mixed with another's: its ids are its own, its stock has its own last day. */
export const isOfStore = (branch: Branch, aggregate: Aggregate): boolean =>
  (aggregate.kind === 'distinct' && !branch.source.across?.includes(aggregate.column)) ||
  isStock(aggregate) ||
  Boolean(branch.source.columns?.[aggregate.column]?.startsWith('@distinct'))

/**
 * One aggregate as SQL over the rows of a branch; `within` picks the rows of a side. `since` is the first day of a row's
 * period where all of a store's rows in it are asked for, so that a distinct value can be counted on its first row.
 */
export const aggregateSql = (
  branch: Branch,
  aggregate: Aggregate,
  rate: string | null,
  text: Text,
  { within, since }: { within?: string | undefined; since?: string | null } = {},
): string => {
  const { source } = branch
  const first =
    aggregate.kind === 'distinct' && aggregate.where.length === 0 && since
      ? source.firstSince?.[aggregate.column]?.(since)
      : undefined
  if (first) return counted(`count(*) FILTER (WHERE ${[first, ...(within ? [within] : [])].join(' AND ')})`)
  const stored = aggregate.parts
    ? aggregate.parts
        .map(({ column: part, minus }) => `${minus ? '-' : '+'} f.${part}`)
        .join(' ')
        .replace(/^\+ /, '')
    : (source.columns?.[aggregate.column] ?? `f.${aggregate.column}`)
  const only = [
    ...(within ? [within] : []),
    ...aggregate.where.map(w => inList(source.columns?.[w.column] ?? `f.${w.column}`, [w.is], text)),
  ].join(' AND ')
  const filter = only ? ` FILTER (WHERE ${only})` : ''
  if (stored.startsWith('@distinct '))
    return counted(`count(DISTINCT ${stored.slice('@distinct '.length)})${filter}`)
  if (aggregate.kind === 'count') return counted(`count(*)${filter}`)
  if (aggregate.kind === 'distinct') return counted(`count(DISTINCT nullif(${stored}, ''))${filter}`)
  return `sum(${rate && isMoney(aggregate) ? `(${stored}) * (${rate})` : stored})${filter}`
}

/** A count of nothing is left open like a sum of nothing: what it means depends on where the data begin. */
const counted = (count: string) => `nullif(${count}, 0)`

/** Grouped by store as well, and the stores added up: customers and order numbers of two shops are never one. */
export const storeByStore = ({ keys, columns, rest }: Part): Part => {
  const names = Object.keys(keys)
  const inner = [
    ...names.map(k => `${keys[k]} AS ${k}`),
    'f.store AS of_store',
    ...Object.entries(columns).map(([name, sql]) => `${sql} AS ${name}`),
  ]
  return summed(names, columns, `${inner.join(', ')} ${rest}${groupBy(names.length + 1)}`)
}

/** Stocks are added over products on each day, then a store's last day (or the mean of its days) is taken. */
export const stockByStore = (
  { keys, columns, rest }: Part,
  kinds: Record<string, Aggregate['kind']>,
): Part => {
  const names = [...Object.keys(keys), 'of_store']
  const daily = [
    ...Object.entries(keys).map(([name, sql]) => `${sql} AS ${name}`),
    'f.store AS of_store',
    'f.day AS on_day',
    ...Object.entries(columns).map(([name, sql]) => `${sql} AS ${name}`),
  ]
  const take = (name: string) =>
    kinds[name] === 'last'
      ? `argMax(w.${name}, w.on_day)`
      : kinds[name] === 'average'
        ? `avg(w.${name})`
        : `sum(w.${name})`
  const perStore = [
    ...names.map(name => `w.${name} AS ${name}`),
    ...Object.keys(columns).map(name => `${take(name)} AS ${name}`),
  ]
  const days = `SELECT ${daily.join(', ')} ${rest}${groupBy(names.length + 1)}`
  return summed(Object.keys(keys), columns, `${perStore.join(', ')} FROM (${days}) w${groupBy(names.length)}`)
}

const summed = (names: string[], columns: Record<string, string>, selected: string): Part => ({
  keys: Object.fromEntries(names.map(k => [k, `v.${k}`])),
  columns: Object.fromEntries(Object.keys(columns).map(name => [name, `sum(v.${name})`])),
  rest: `FROM (SELECT ${selected}) v${groupBy(names.length)}`,
})
