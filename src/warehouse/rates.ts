import { type Day, daysBetween } from '#kernel/day.ts'
import { crossings, type RatedPair } from '#kernel/exchange.ts'
import { exact, ratio } from '#kernel/money.ts'
import type { Warehouse } from './warehouse.ts'

/** Between which currencies the granary knows rates, and since and until when. */
export async function ratedPairs(granary: Warehouse): Promise<RatedPair[]> {
  const rows = await granary.query(
    `SELECT base, quote, min(day) AS first_day, max(day) AS last_day
     FROM ${granary.dialect.from('exchange_rates')} WHERE rate > 0 GROUP BY base, quote ORDER BY base, quote`,
  )
  return rows.map(row => ({
    base: String(row.base),
    quote: String(row.quote),
    from: String(row.first_day),
    to: String(row.last_day),
  }))
}

/** Exchange rates by day, read once, however many days are asked for. Decimal text. */
export interface Rates {
  /**
   * What one unit of `from` is worth in `to`: the last rate on or before the day, given or turned round, else through a
   * third currency, as the metrics convert. Null where there is none.
   */
  on(from: string, to: string, day: Day): string | null
  /** The days from which on each of them holds, in order. */
  course(from: string, to: string): readonly { day: Day; rate: string | null }[]
  /** The mean of a span's days; null where one of them has none. */
  mean(from: string, to: string, span: { from: Day; to: Day }): string | null
}

/** Rates between currencies, and those they lead through. */
export async function ratesOf(granary: Warehouse, currencies: readonly string[]): Promise<Rates> {
  const codes = [...new Set(currencies)]
  const pairs = codes.length < 2 ? [] : await ratedPairs(granary)
  const ways = new Map(
    codes.flatMap(from => codes.map(to => [`${from}${to}`, crossings(pairs, from, to)] as const)),
  )
  const through = [...ways.values()].flatMap(those => those.map(way => way.through))
  const given = await givenRates(granary, [...new Set([...codes, ...through])])
  const direct = (from: string, to: string, day: Day): string | null => {
    if (from === to) return '1'
    const own = given.get(`${from}${to}`) ?? []
    let [low, high] = [0, own.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((own[middle]?.day ?? '') <= day) low = middle + 1
      else high = middle
    }
    return own[low - 1]?.rate ?? null
  }
  const on: Rates['on'] = (from, to, day) => {
    const own = direct(from, to, day)
    if (own !== null) return own
    const way = ways
      .get(`${from}${to}`)
      ?.find(({ since, until }) => since <= day && (until === null || day < until))
    if (!way) return null
    const [near, far] = [direct(from, way.through, day), direct(way.through, to, day)]
    return near === null || far === null ? null : exact(near).times(exact(far)).toDecimalPlaces(12).toString()
  }
  const courses = new Map<string, { day: Day; rate: string | null }[]>()
  const course: Rates['course'] = (from, to) => {
    const known = courses.get(`${from}${to}`)
    if (known) return known
    const legs = (ways.get(`${from}${to}`) ?? []).flatMap(({ through, since, until }) => [
      ...(given.get(`${from}${through}`) ?? []),
      ...(given.get(`${through}${to}`) ?? []),
      ...[since, until].flatMap(day => (day === null ? [] : [{ day }])),
    ])
    const days = [...new Set([...(given.get(`${from}${to}`) ?? []), ...legs].map(({ day }) => day))]
    const all = days.toSorted().map(day => ({ day, rate: on(from, to, day) }))
    const found = all.filter(({ rate }, n) => rate !== (all[n - 1]?.rate ?? null))
    courses.set(`${from}${to}`, found)
    return found
  }
  return {
    on,
    course,
    mean(from, to, span) {
      if (from === to) return '1'
      const days = daysBetween(span.from, span.to)
      let total = exact('0')
      for (const day of days) {
        const rate = on(from, to, day)
        if (rate === null) return null
        total = total.plus(exact(rate))
      }
      return total.div(days.length).toDecimalPlaces(12).toString()
    },
  }
}

/** Rates of each pair by day, both ways round; of the same day the one given this way round stands last. */
async function givenRates(granary: Warehouse, codes: readonly string[]) {
  const found = new Map<string, { day: Day; rate: string }[]>()
  const known = codes.filter(code => /^[A-Z]{3}$/.test(code)).map(code => `'${code}'`)
  if (known.length < 2) return found
  const rows = await granary.query(
    `SELECT base, quote, day, rate FROM ${granary.dialect.from('exchange_rates')}
     WHERE base IN (${known.join(', ')}) AND quote IN (${known.join(', ')}) AND rate > 0 ORDER BY day`,
  )
  for (const turned of [true, false])
    for (const row of rows) {
      const [base, quote, day, given] = [row.base, row.quote, row.day, row.rate].map(String) as [
        string,
        string,
        string,
        string,
      ]
      const rate = turned ? ratio('1', given, 12) : given
      const key = turned ? `${quote}${base}` : `${base}${quote}`
      const own = found.get(key) ?? []
      if (rate !== null) own.push({ day, rate })
      found.set(key, own)
    }
  for (const own of found.values()) own.sort((a, b) => a.day.localeCompare(b.day))
  return found
}
