import type { Crossing } from '#kernel/exchange.ts'
import type { Dialect } from '#warehouse/warehouse.ts'
import type { Text } from './text.ts'

/**
 * What money is multiplied by. Rates are given with eight decimals; one that is turned round or crossed has twelve, for a
 * dong in dollars would be told by four digits.
 */
export const rateType = 'DECIMAL(22,12)'

/**
 * Rates into a currency by day: as delivered, turned round where only the other way is known, or through a third
 * currency where neither is. A day without a rate uses the last one before it: the crossing's, with the last of each leg.
 */
export const ratesInto = (
  currency: string,
  crossings: readonly Crossing[],
  dialect: Dialect,
  text: Text,
): string => {
  const into = text.bind(currency, 'String')
  return [legs(into, '', dialect), ...crossings.map(way => crossing(way, into, dialect, text))].join(
    '\nUNION ALL\n',
  )
}

/** One unit of each `base` in `into`, by day; `of` is a condition on the bases. */
const legs = (into: string, of: string, dialect: Dialect): string => {
  const rates = dialect.from('exchange_rates')
  const only = of && ` WHERE ${of}`
  return `SELECT base, day, coalesce(max(direct), max(turned)) AS rate FROM (
  SELECT base, day, CAST(rate AS ${rateType}) AS direct, CAST(NULL AS ${rateType}) AS turned FROM ${rates} WHERE quote = ${into}
  UNION ALL
  SELECT quote AS base, day, NULL AS direct, CAST(1 / ${dialect.float('rate')} AS ${rateType}) AS turned
  FROM ${rates} WHERE base = ${into} AND rate > 0) x${only} GROUP BY base, day`
}

/** A rate on each day either leg has a new one. */
const crossing = (
  { base, through, since, until }: Crossing,
  into: string,
  dialect: Dialect,
  text: Text,
): string => {
  const [from, third] = [text.bind(base, 'String'), text.bind(through, 'String')]
  const near = `SELECT 1 AS one, day, rate FROM (${legs(third, `base = ${from}`, dialect)}) l`
  const far = `SELECT 1 AS one, day, rate FROM (${legs(into, `base = ${third}`, dialect)}) l`
  const met = (leg: string, other: string) =>
    `SELECT a.day AS day, round(a.rate * b.rate, 12) AS rate
    FROM (${leg}) a ASOF JOIN (${other}) b ON a.one = b.one AND a.day >= b.day`
  const within = [
    `day >= ${text.bind(since, 'Date')}`,
    ...(until === null ? [] : [`day < ${text.bind(until, 'Date')}`]),
  ].join(' AND ')
  return `SELECT ${from} AS base, day, CAST(max(rate) AS ${rateType}) AS rate
  FROM (${met(near, far)} UNION ALL ${met(far, near)}) c WHERE ${within} GROUP BY day`
}
