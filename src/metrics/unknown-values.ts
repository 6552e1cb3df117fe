import { nearest } from '#kernel/nearest.ts'
import type { DimensionFilter } from './compile/resolve.ts'
import { factByName } from './facts.ts'
import type { Answer, Query } from './query.ts'

type Warning = Answer['meta']['warnings'][number]

interface Asked {
  filters: readonly DimensionFilter[]
  /** Facts the question rests on. */
  facts: Iterable<string>
  rowsBehind: number
  /** Answers a question, remembering the answer until a load touches it. */
  answered: (query: Query) => Promise<Answer>
}

/** Values of a dimension that are looked through at once. */
const most = 1000

/**
 * Warns of filters on values that no row has: the figure is then 0, or leaves nothing out, for a reason that nobody
 * would see. Looked up only where it may be so: no row is behind the answer, a filter names several values, or leaves some out.
 */
export async function unknownValues({ filters, facts, rowsBehind, answered }: Asked): Promise<Warning[]> {
  const doubtful = filters.filter(
    ({ is, not }) => rowsBehind === 0 || (is?.length ?? 0) > 1 || not !== undefined,
  )
  if (doubtful.length === 0) return []
  const asked = [...new Set(facts)].flatMap(name => factByName[name] ?? [])
  const all = doubtful.map(
    async ({ dimension: { name: dimension, of }, is = [], not = [], contains }): Promise<Warning[]> => {
      const holding = asked.filter(fact => fact.sources.some(source => of in source.dimensions))
      const measures = [...new Set(holding.map(fact => fact.ranked))]
      if (measures.length === 0) return []
      const ask = (measure: string, filters?: Query['filters']) =>
        answered({
          metrics: [measure],
          by: [dimension],
          window: 'all_time',
          sort: { by: measure, desc: true },
          limit: most,
          ...(filters && { filters }),
        })
      const found = await Promise.all(measures.map(measure => ask(measure)))
      const lists = found.filter(list => list.rows.length > 0)
      if (lists.length === 0) return []
      const known = new Set(lists.flatMap(list => list.rows.map(row => String(row[dimension] ?? ''))))
      const whole = lists.every(list => list.meta.count <= list.rows.length)
      const held = async (narrowed: NonNullable<Query['filters']>[number]): Promise<boolean> =>
        !whole &&
        (await Promise.all(measures.map(m => ask(m, [narrowed])))).some(list => list.rows.length > 0)
      const missing = async (values: readonly string[]): Promise<string[]> => {
        const strange = [...new Set(values)].filter(value => !known.has(value))
        const there = await Promise.all(strange.map(value => held({ dimension, is: [value] })))
        return strange.filter((_, n) => !there[n])
      }
      const said = (value: string, sign: string, so = ''): Warning => {
        const near = nearest(value, [...known], 1)
        return {
          code: 'unknown_value',
          message: `No rows have ${dimension} ${sign} '${value}'${so}${near.length > 0 ? `; nearest: ${near.join(', ')}` : ''}.`,
        }
      }
      const unheld =
        contains !== undefined &&
        rowsBehind === 0 &&
        ![...known].some(value => value.toLowerCase().includes(contains.toLowerCase())) &&
        !(await held({ dimension, contains }))
      return [
        ...(await missing(is)).map(value => said(value, '=')),
        ...(await missing(not)).map(value => said(value, '=', ', so nothing is left out by it')),
        ...(unheld ? [said(contains, 'with')] : []),
      ]
    },
  )
  return (await Promise.all(all)).flat()
}
