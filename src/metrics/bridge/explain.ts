import type { AnswerRow, Query } from '../query.ts'
import { addingUp, aloneOf, meetingsBy, rowsBy, slicesOf, whereOf } from './asked.ts'
import { readChain, splitChain } from './chain.ts'
import { rateDistance } from './chance.ts'
import { metricsOf } from './drivers.ts'
import { chosen } from './meetings.ts'
import { bound, isCrossed, leastLooked, pairsOf, worthKeeping } from './pairs.ts'
import { pairText, plannedBy } from './planned.ts'
import { type Scatter, scatterOf } from './scatter.ts'
import { beyond, type Found, farthest, type Limits, leastOf, type Measured, scoreOf } from './search.ts'
import { against, type Illusion, illusions, inside, type Segmented, segmented } from './segments.ts'
import { logarithmicMean } from './split.ts'
import { figureOf, type Subject, some } from './subject.ts'

export interface Explained {
  causes: Found[]
  illusions: Illusion[]
  cuts: { dimension: string; segmented: Segmented }[]
  /** Dimensions with more values than were looked at. */
  partly: string[]
  /** Against a plan, all that it could be searched by; null against what was. */
  planned: string[] | null
}

/**
 * Dimensions that say nothing of causes: how money was booked, which counter counted, names beside their codes, single
 * orders, and the clock, whose hours every cause has.
 */
const silent = new Set('currency kind origin title product_title tracking hour weekday order'.split(' '))
/** Ids of people and firms: each for itself, without shifts between them or rates of its own. */
const single = new Set(['customer', 'account'])
/** Dimensions that mostly have more values than are looked at: where they do, the small ones are not even read. */
const many = new Set([...single, 'product', 'campaign', 'landing_page'])
/** Those, and what mostly has only one value, or the same as another: drivers are asked only where all are looked at and tell something. */
const seenFirst = new Set([...many, 'store', 'business', 'promotion'])
/** What stands for itself where the first has nothing else to say of it. */
const otherwise: Readonly<Record<string, string>> = { promotion: 'discount_code' }

const most = 5

/** Whether two dimensions are one: the same values with the same figures. */
const sameRows = (a: readonly AnswerRow[], nameOfA: string, b: readonly AnswerRow[], nameOfB: string) => {
  const told = (rows: readonly AnswerRow[], name: string) =>
    rows.map(({ [name]: value, ...figures }) => JSON.stringify([value, figures])).toSorted()
  return JSON.stringify(told(a, nameOfA)) === JSON.stringify(told(b, nameOfB))
}

/** Searches all dimensions of the figure and of its traffic, and all pairs of them. */
export async function explain(of: Subject): Promise<Explained> {
  const { dimensions } = await of.engine.definitions()
  const filtered = new Set((of.base.filters ?? []).flatMap(f => ('dimension' in f ? [f.dimension] : [])))
  const splits = (metric: string) =>
    dimensions
      .filter(d => d.held && d.metrics.includes(metric) && !silent.has(d.name) && !filtered.has(d.name))
      .map(d => d.name)
  const planned = await plannedBy(of)
  const own = splits(of.metric).filter(name => planned?.single.has(name) ?? true)
  const [v0, v1] = [Number(of.whole.read.before.at(-1)), Number(of.whole.read.after.at(-1))]
  const limits: Limits = { change: v1 - v0, size: (Math.abs(v0) + Math.abs(v1)) / 2, most }
  // A plan may say nothing of orders: those there are then tell alone what one is worth.
  const counts = [null, of.comparison].map(side => figureOf(of.totals, 'orders', side)).filter(n => n > 0)
  const orders = counts.reduce((sum, n) => sum + n, 0) / counts.length
  const value: Measured = {
    name: of.metric,
    before: v0,
    after: v1,
    worth: 1,
    each: orders > 0 ? limits.size / orders : 0,
  }

  const worth = [...new Set([of.metric, ...metricsOf(of.steps).filter(name => name === bound)])]
  const asked = await some(own, async dimension => {
    const large = many.has(dimension)
    // A person is not crossed with anything: sales before what was given back would bound that.
    const seen = (name: string) =>
      rowsBy(
        of,
        isCrossed(name) ? worth : [of.metric],
        [name],
        of.metric,
        large ? leastLooked(limits, value) : 0,
      )
    const alone = seenFirst.has(dimension) ? await seen(dimension) : null
    // Of one value the drivers are those of the whole.
    if (alone && (!alone.full || alone.count < 2)) return { dimension, ...alone, large }
    const other = otherwise[dimension]
    if (alone && other && own.includes(other)) {
      const known = await seen(other)
      if (sameRows(alone.rows, dimension, known.rows, other))
        return { dimension, rows: [], full: true, count: 0 }
    }
    const metrics = await addingUp(of, dimension, metricsOf(of.steps))
    return { dimension, ...(await rowsBy(of, metrics, [dimension], of.metric)) }
  })
  const cuts = asked.flatMap(({ dimension, rows, full }) => {
    const keyed = (row: AnswerRow) => (typeof row[dimension] === 'string' ? row[dimension] : '')
    const found = full && rows.length > 1 ? segmented(rows, keyed, of.comparison, of.whole, of.digits) : null
    return found ? [{ dimension, segmented: found }] : []
  })
  const slices = asked.flatMap(({ dimension, rows }) =>
    slicesOf(rows, [dimension], of.metric, of.comparison, value),
  )
  const partly = asked.filter(one => !one.full).map(one => one.dimension)
  const alone = await some(asked, one => aloneOf(of, one.dimension, one, worth, value, limits))
  const pairs = pairsOf(
    alone,
    of.comparison,
    value,
    limits,
    counts.reduce((sum, n) => sum + n, 0),
  ).filter(({ by }) => planned?.crossed.has(pairText(by)) ?? true)
  const crossed = await some(pairs, async pair => {
    const rows = await meetingsBy(of, [of.metric], pair, { measure: value, limits })
    return worthKeeping(slicesOf(rows, pair.by, of.metric, of.comparison, value), limits)
  })
  slices.push(...crossed.flat())

  const others = cuts.flatMap(({ dimension, segmented: cut }) => [
    ...(single.has(dimension) ? [] : shifts(dimension, cut, value, limits)),
    ...rates(dimension, cut, limits, value),
  ])
  const visited = metricsOf(of.steps).includes('orders')
  const traffic = planned || !visited ? null : await trafficOf(of, splits('sessions'), limits, v0, v1)
  if (traffic) {
    slices.push(...traffic.slices)
    others.push(...traffic.rates)
  }
  const causes = await chosen(of, slices, others, limits)
  return {
    causes: await some(causes, async cause => ({ ...cause, ...(await driverOf(of, cause, cuts)) })),
    illusions: eachOnce([
      ...cuts.flatMap(({ dimension, segmented: cut }) =>
        cut.segments.length <= 50 ? illusions(dimension, cut) : [],
      ),
      ...(traffic?.illusions ?? []),
    ]),
    cuts,
    partly,
    planned: planned && own,
  }
}

/**
 * Shifts between two values of a dimension: what one lost the other gained, and a unit is worth more at one than at the
 * other. They count where three in a hundred of the whole went over, a fifth of either, and more than chance moves.
 */
function shifts(
  dimension: string,
  { parts, segments }: Segmented,
  measure: Measured,
  limits: Limits,
): Found[] {
  const base = segments.reduce((sum, s) => sum + (s.from[0] ?? 0), 0)
  const all1 = segments.reduce((sum, s) => sum + (s.to[0] ?? 0), 0)
  const moves = segments
    .map(s => ({ s, from: s.from[0] ?? 0, to: s.to[0] ?? 0 }))
    .map(one => ({ ...one, move: one.to - one.from, larger: Math.max(one.from, one.to) }))
    .filter(one => Math.abs(one.move) >= Math.max(0.03 * base, 0.2 * one.larger, 3 * Math.sqrt(one.larger)))
    .sort((a, b) => Math.abs(b.move) - Math.abs(a.move))
    .slice(0, 12)
  const worth = (s: (typeof segments)[number]) =>
    (s.before + s.after) / ((s.from[0] ?? 0) + (s.to[0] ?? 0) || 1)
  return moves.flatMap(from =>
    moves.flatMap((to): Found[] => {
      if (from.move >= 0 || to.move <= 0) return []
      const shifted = Math.min(-from.move, to.move)
      if (shifted < 0.6 * Math.max(-from.move, to.move)) return []
      const amount = shifted * (worth(to.s) - worth(from.s))
      if (Math.abs(amount) < leastOf(limits)) return []
      // As strong as its two ends together: said once, it stands for both.
      const score = [from, to].reduce(
        (sum, { s }) => sum + scoreOf(s.after - s.before, Math.max(s.before, s.after)),
        0,
      )
      return [
        {
          kind: 'mix',
          where: [{ dimension, value: to.s.key }],
          measure,
          before: base > 0 ? to.from / base : 0,
          after: all1 > 0 ? to.to / all1 : 0,
          amount,
          effect: amount,
          score,
          from: from.s.key,
          to: to.s.key,
          driver: parts[0]?.label ?? '',
        },
      ]
    }),
  )
}

/** Rates of drivers within one value of a dimension, beyond how the rest's rate moved. */
function rates(
  dimension: string,
  { parts, segments }: Segmented,
  limits: Limits,
  measure: Measured,
): Found[] {
  return parts.flatMap((part, n) => {
    if (n === 0 || single.has(dimension)) return []
    const total = (side: 'from' | 'to', at: number) =>
      segments.reduce((sum, s) => sum + (s[side][at] ?? 0), 0)
    const [b0, b1, q0, q1] = [total('from', n - 1), total('to', n - 1), total('from', n), total('to', n)]
    const [v0, v1] = [total('from', parts.length - 1), total('to', parts.length - 1)]
    if (!(b0 > 0 && b1 > 0 && q0 > 0 && q1 > 0 && v0 > 0 && v1 > 0)) return []
    const scale = logarithmicMean(v1, v0) / logarithmicMean(q1 / b1, q0 / b0)
    return segments.flatMap((s): Found[] => {
      const [x0, x1, y0, y1] = [s.from[n - 1] ?? 0, s.to[n - 1] ?? 0, s.from[n] ?? 0, s.to[n] ?? 0]
      if (x0 < 0.005 * b0 || x1 < 0.005 * b1 || y0 <= 0 || y1 < 0) return []
      const [c0, c1] = [y0 / x0, y1 / x1]
      const [r0, r1] = [b0 - x0, b1 - x1]
      if (!(r0 > 0 && r1 > 0 && q0 > y0 && q1 > y1)) return []
      const rest = (q1 - y1) / r1 / ((q0 - y0) / r0)
      const weight = (x0 / b0 + x1 / b1) / 2
      const effect = beyond(weight * (c1 - c0) * scale, weight * (c1 - c0 * rest) * scale)
      const volume = Math.max(s.before, s.after)
      // Of a rate only what each event is worth moves by chance, not how many there are.
      const chance = measure.each > 0 ? Math.sqrt(measure.each * (Math.abs(s.before) + Math.abs(s.after))) : 0
      if (Math.abs(effect) < Math.max(leastOf(limits), 2 * chance)) return []
      return [
        {
          kind: 'rate',
          where: [{ dimension, value: s.key }],
          measure: { ...measure, name: part.figure },
          before: c0,
          after: c1,
          amount: weight * (c1 - c0) * scale,
          effect,
          score: scoreOf(effect, volume),
          driver: part.label,
        },
      ]
    })
  })
}

/** Where traffic came from, which the ledger cannot tell: its slices valued at what a session is worth, and conversion as the counter sees it. */
async function trafficOf(of: Subject, names: string[], limits: Limits, v0: number, v1: number) {
  if (of.steps[0]?.sum[0] !== 'sessions' || of.whole.read.steps[0]?.sum[0] !== 'sessions') return null
  const [s0, s1] = [figureOf(of.totals, 'sessions', of.comparison), figureOf(of.totals, 'sessions', null)]
  if (!(s0 > 0 && s1 > 0 && v0 > 0 && v1 > 0)) return null
  const measure: Measured = {
    name: 'sessions',
    before: s0,
    after: s1,
    worth: logarithmicMean(v1, v0) / logarithmicMean(s1, s0),
    each: 0,
  }
  const metrics = ['sessions', 'conversion_rate']
  const asked = await some(names, async name => ({
    by: [name],
    ...(await rowsBy(of, metrics, [name], 'sessions')),
  }))
  const cut = (answers: readonly { by: string[]; rows: readonly AnswerRow[] }[]) =>
    answers.flatMap(({ by, rows }) => slicesOf(rows, by, 'sessions', of.comparison, measure))
  const known = await some(asked, ({ by: [dimension = ''], ...one }) =>
    aloneOf(of, dimension, one, metrics, measure, limits),
  )
  const crossed = await some(pairsOf(known, of.comparison, measure, limits), async pair => ({
    by: pair.by,
    rows: await meetingsBy(of, metrics, pair, { measure, limits }),
  }))
  const c0 = figureOf(of.totals, 'conversion_rate', of.comparison)
  const c1 = figureOf(of.totals, 'conversion_rate', null)
  const seen = c0 > 0 && c1 > 0
  const alone = asked.map(({ by: [dimension = ''], rows, full }) => ({
    dimension,
    values: rows.length,
    full,
  }))
  const scatter = seen ? await scatterOf(of, alone) : { extra: 0, steps: [1, 1] as const }
  const all = { s0, s1, c0, c1, v0, v1 }
  const many = crossed.reduce((sum, { rows }) => sum + rows.length, 0)
  const found = seen
    ? [
        ...asked.flatMap(({ by, rows }) => counted(of, by, rows, all, limits, scatter, apart)),
        ...crossed.flatMap(({ by, rows }) =>
          counted(of, by, rows, all, limits, scatter, farthest(many, apart)),
        ),
      ]
    : []
  return {
    slices: [...cut(asked), ...crossed.flatMap(one => worthKeeping(cut([one]), limits))],
    rates: found,
    illusions: seen
      ? asked.flatMap(({ by: [name = ''], rows, full }) => hidden(of, name, full, rows, [c0, c1]))
      : [],
  }
}

/** Conversion that went one way in total and the other in every device or channel, which only the counter of visits knows. */
function hidden(
  of: Subject,
  dimension: string,
  full: boolean,
  rows: readonly AnswerRow[],
  [before, after]: [number, number],
): Illusion[] {
  if (!full || rows.length > 50) return []
  const ratios = rows.map(row => {
    const side = (comparison: string | null) => {
      const sessions = figureOf(row, 'sessions', comparison)
      return [sessions, sessions * figureOf(row, 'conversion_rate', comparison)] as const
    }
    return { from: side(of.comparison), to: side(null) }
  })
  const segments = against(before, after, ratios)
  return segments > 0 ? [{ dimension, driver: 'Conversion', before, after, segments }] : []
}

/** The ledger and the counter of visits may both tell the same of one dimension. */
const eachOnce = (those: readonly Illusion[]): Illusion[] =>
  [...new Map(those.toReversed().map(one => [`${one.dimension} ${one.driver}`, one])).values()].toReversed()

/** Standard deviations a slice's conversion must have moved by beyond the rest's (one of 370 does by chance), and at all. */
const [apart, moved] = [3, 2]

/** Conversion within slices of traffic, beyond the rest's, worth what the same move of the whole's conversion would be. */
function counted(
  of: Subject,
  by: string[],
  rows: readonly AnswerRow[],
  all: { s0: number; s1: number; c0: number; c1: number; v0: number; v1: number },
  limits: Limits,
  { extra, steps }: Scatter,
  needed: number,
): Found[] {
  const scale = logarithmicMean(all.v1, all.v0) / logarithmicMean(all.c1, all.c0)
  return rows.flatMap((row): Found[] => {
    const [x0, x1] = [figureOf(row, 'sessions', of.comparison), figureOf(row, 'sessions', null)]
    const [c0, c1] = [figureOf(row, 'conversion_rate', of.comparison), figureOf(row, 'conversion_rate', null)]
    const [w0, w1] = [x0 / all.s0, x1 / all.s1]
    if (w0 < 0.01 || w1 < 0.01 || c0 <= 0 || w0 > 0.99) return []
    const rest = (all.c1 - w1 * c1) / (1 - w1) / ((all.c0 - w0 * c0) / (1 - w0))
    const weight = (w0 + w1) / 2
    const usual = Number.isFinite(rest) && rest > 0 ? rest : 1
    const effect = beyond(weight * (c1 - c0) * scale, weight * (c1 - c0 * usual) * scale)
    const own = { of0: x0, of1: x1, count0: x0 * c0, count1: x1 * c1 }
    const others = {
      of0: all.s0 - x0,
      of1: all.s1 - x1,
      count0: all.s0 * all.c0 - own.count0,
      count1: all.s1 * all.c1 - own.count1,
    }
    const far = (than: typeof others | null) => Math.abs(rateDistance(own, than, extra, steps))
    if (Math.abs(effect) < leastOf(limits) || far(others) < needed || far(null) < moved) return []
    return [
      {
        kind: 'rate',
        where: whereOf(row, by),
        measure: { name: 'conversion_rate', before: all.c0, after: all.c1, worth: scale, each: 0 },
        before: c0,
        after: c1,
        amount: weight * (c1 - c0) * scale,
        effect,
        score: scoreOf(effect, weight * all.v0) / (by.length > 1 ? 1.1 : 1),
        driver: 'Conversion',
      },
    ]
  })
}

/** What drove a slice: the greatest part of its own change in the direction it moved. */
async function driverOf(of: Subject, cause: Found, cuts: Explained['cuts']): Promise<{ driver?: string }> {
  if (cause.driver) return {}
  if (cause.measure.name === 'sessions') return { driver: 'Traffic' }
  const first = cause.where[0]
  const cut = cause.where.length === 1 ? cuts.find(one => one.dimension === first?.dimension) : undefined
  const segment = cut?.segmented.segments.find(one => one.key === first?.value)
  if (cut && segment) return greatest(inside(segment), cut.segmented.parts, cause.amount)
  const answer = await of.engine.ask(
    {
      ...of.base,
      metrics: metricsOf(of.steps),
      compare: [of.comparison] as Query['compare'],
      filters: [
        ...(of.base.filters ?? []),
        ...cause.where.map(w => ({ dimension: w.dimension, is: [w.value] })),
      ],
    },
    of.scope,
  )
  const read = readChain(answer.totals, of.comparison, of.steps)
  const { parts } = splitChain(read, of.digits)
  return greatest(
    parts.map(part => Number(part.coins)),
    parts,
    cause.amount,
  )
}

const greatest = (amounts: readonly number[], parts: readonly { label: string }[], change: number) => {
  const signed = amounts.map(amount => amount * Math.sign(change || 1))
  const label = parts[signed.indexOf(Math.max(...signed))]?.label
  return label ? { driver: label } : {}
}
