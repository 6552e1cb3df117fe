import type { Context } from '#features/context.ts'
import type { Day } from '#kernel/day.ts'
import { Failure } from '#kernel/error.ts'
import { exploreLink } from '#kernel/explore-link.ts'
import { planIn } from '#kernel/plan-comparison.ts'
import { bridge } from '#metrics/bridge/bridge.ts'
import type { Bridge } from '#metrics/bridge/shape.ts'
import { driverWords } from '#metrics/bridge/words.ts'
import type { Engine } from '#metrics/engine.ts'
import { withNames } from '#metrics/names.ts'
import type { AnswerRow, Query } from '#metrics/query.ts'

/**
 * The language, asked once where bridges against several bases ask the same: all their bases stand in one answer, whose rows
 * are read once. Where not all values fit into an answer, which are in it depends on the base: then each is asked by itself.
 */
export function together(engine: Engine, bases: readonly string[]): Engine {
  const shared = new Map<string, Promise<unknown>>()
  const compare = [...bases] as Query['compare']
  /** The base of a question that another of them asks as well. */
  const baseOf = ({ compare: [base, ...more] = [] }: Query) =>
    base && more.length === 0 && bases.includes(base) ? base : null
  /** What the first of them asked, with all bases. */
  const once = <T>(kind: string, query: Query, ask: (query: Query) => Promise<T>): Promise<T> => {
    const { compare: _, sort, ...rest } = query
    const key = JSON.stringify([kind, rest, sort && { ...sort, of: sort.of !== undefined }])
    const known = (shared.get(key) as Promise<T> | undefined) ?? ask({ ...query, compare })
    shared.set(key, known)
    return known
  }
  const fits = ({ limit }: Query, count: number) => limit === undefined || count <= limit
  return {
    ...engine,
    async ask(query, scope) {
      const base = baseOf(query)
      if (!base) return engine.ask(query, scope)
      const answer = await once('ask', query, all => engine.ask(all, scope))
      if (!fits(query, answer.meta.count)) return engine.ask(query, scope)
      return { ...answer, rows: ofBase(answer.rows, base, query.sort) }
    },
    async parts(query, least, scope) {
      const base = baseOf(query)
      // Which values are crossed depends on the base.
      if (!base || query.by?.length !== 1) return engine.parts(query, least, scope)
      const { rows, count } = await once('parts', query, all => engine.parts(all, 0, scope))
      if (!fits(query, count)) return engine.parts(query, least, scope)
      const own = ofBase(rows, base, query.sort)
      const large = own.filter(row => {
        const [now, then] = sides(row, base, query.sort?.by)
        return Math.abs(now ?? 0) + Math.abs(then ?? 0) >= least
      })
      return { rows: large, count: own.length }
    },
  }
}

/** What a row is of a metric and was at a base; null where it is not known. */
const sides = (row: AnswerRow, base: string, metric = '') =>
  [row[metric], row.compare?.[base]?.values[metric]?.value].map(value =>
    typeof value === 'string' ? Number(value) : null,
  )

/** Rows that have anything on either side of a base, in the order asked for. */
function ofBase(rows: readonly AnswerRow[], base: string, sort: Query['sort']): AnswerRow[] {
  const told = (value: unknown) => typeof value === 'string' && Number(value) !== 0
  const own = rows.filter(row => {
    const values = row.compare?.[base]?.values ?? {}
    return Object.entries(values).some(([metric, { value }]) => told(value) || told(row[metric]))
  })
  if (!sort?.of) return own
  const moved = (row: AnswerRow) => {
    const [now = null, then = null] = sides(row, base, sort.by)
    return now === null || then === null ? 0 : Math.abs(now - then)
  }
  return own.toSorted((a, b) => moved(b) - moved(a))
}

/**
 * Where the rows of a driver are: the explorer at its own figure, split by what tells most of it; of a slice of it at the
 * slice.
 */
export const rowsOf = (
  { measure, by }: Bridge['drivers'][number],
  { metric, from, to, comparison }: Bridge,
  where: { dimension: string; value: string }[] = [],
): string =>
  exploreLink({
    ...{ metric: measure ?? metric, from, to, compare: comparison.name, where },
    by: where.length > 0 ? null : by,
  })

/** The drivers of a bridge, each with what it moved and where its rows are. */
export const driversOf = (found: Bridge): { name: string; amount: string; href: string }[] =>
  found.drivers.map(one => ({ name: one.label, amount: one.amount, href: rowsOf(one, found) }))

/**
 * The parts of a bridge's sentence in its order, each with where its rows are: of a driver the explorer at its figure, split by
 * what tells most of it; of what stands behind one in brackets, that slice.
 */
export const partsOf = (found: Bridge): { words: string; href: string }[] =>
  found.drivers.flatMap(driver => {
    const { behind } = driver
    const days = { from: found.from, to: found.to, compare: found.comparison.name }
    const words = driverWords(driver, found)
    if (!found.sentence.includes(words)) return []
    return [
      { words, href: rowsOf(driver, found) },
      ...(behind
        ? [
            {
              words: behind.words,
              href: exploreLink({ ...days, metric: behind.measure ?? found.metric, where: behind.where }),
            },
          ]
        : []),
    ]
  })

/** Why net sales moved, against each base; a base that cannot be explained is left out. */
export async function bridgesOf(
  context: Pick<Context, 'metrics' | 'granary' | 'actor' | 'clock'>,
  week: { from: Day; to: Day },
  bases: readonly string[],
): Promise<{ against: string; bridge: Bridge }[]> {
  const scope = { stores: context.actor.stores, now: context.clock() }
  // A plan is no period: its rows are other ones.
  const periods = bases.filter(base => planIn(base) === null)
  const engine = periods.length > 1 ? together(context.metrics, periods) : context.metrics
  const all = await Promise.all(
    bases.map(async compare => {
      try {
        const asked = { ...week, metric: 'net_sales', compare: compare as 'last_year' }
        const made = await withNames(await bridge(engine, asked, scope), context.granary, scope)
        const against = compare === 'previous_days' ? 'the week before' : made.comparison.label
        return [{ against, bridge: made }]
      } catch (error) {
        if (error instanceof Failure && error.code === 'invalid') return []
        throw error
      }
    }),
  )
  return all.flat()
}
