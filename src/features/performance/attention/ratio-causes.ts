import type { Context } from '#features/context.ts'
import { addDays, type Day, dayCount } from '#kernel/day.ts'
import { inSentence, show } from '#kernel/format.ts'
import { valueName } from '#kernel/value-names.ts'
import type { AnswerRow } from '#metrics/query.ts'
import type { Cause } from '#postgres/tables/watch.ts'
import { askAll, inHomeCurrency } from '../forecasts/course.ts'
import { storeNames } from '../store-names.ts'
import { splitsOf, weights, worths } from './rules/model.ts'
import { likeForLike } from './rules.ts'

/**
 * What a ratio is a ratio to, where the money of its change is its own (a price, a margin, a discount), and no sale that was
 * lost with it: net sales may then have moved by far more than it did, so what moved them says nothing of it. Null of all others.
 */
export const ownMeasure = (metric: string): string | null =>
  worths[metric] === undefined ? (weights[metric] ?? null) : null

interface Asked {
  metric: string
  slice: Readonly<Record<string, string>>
  since: Day
  to: Day
  /** Net sales of one unit of the ratio's amount; null where it has no price. */
  worth: number | null
}

/** Where a ratio is looked at, as far as it can be split so. */
const places = ['store', 'category', 'brand', 'country', 'channel', 'business', 'customer_kind', 'product']
/** Days before a stretch that say what was usual. */
const before = 56
/** Parts told at most, the least of the change that one must make, and what all others must before they are told. */
const [most, least, leastOthers] = [3, 0.1, 0.05]

/** One value of a dimension: what its own ratio moved of the whole's amount. */
interface Part {
  value: string
  was: number
  is: number
  moved: number
}

/**
 * What moved a ratio of a slice against the eight weeks before it: the values of one dimension whose own ratio moved (rate),
 * what shifted between them (mix), and all others as one, so that what is told adds up to the change. Of a price held like
 * for like there is rate alone. The dimension is the one whose leading value moved most beyond its size. Money a day.
 */
export async function ratioCauses(given: Context, asked: Asked): Promise<Cause[]> {
  const context = await inHomeCurrency(given)
  const { metric, slice, since, to } = asked
  const { metrics, dimensions } = await context.metrics.definitions()
  const definition = metrics.find(one => one.name === metric)
  const held = likeForLike[metric]
  const splits = splitsOf(metric, ownMeasure(metric) ?? '', dimensions).filter(
    ({ name }) => slice[name] === undefined && (held ? name === held : places.includes(name)),
  )
  const found = []
  for (const split of splits) {
    const by = await partsBy(context, asked, split.name)
    // An order of two products is counted with each: parts that overlap add up to nothing.
    if (by.apart) found.push({ ...split, ...by })
  }
  // By what it is split makes no difference to how much of it there is, only to how it is told.
  const told = found.toSorted((a, b) => b.tells - a.tells)[0]
  if (!told || !definition) return []
  const { name: dimension, parts, currency } = told
  const rate = parts.reduce((sum, part) => sum + part.moved, 0)
  const change = held ? rate : told.change
  if (change === 0) return []
  const matters = (moved: number) => moved * change > 0 && Math.abs(moved) >= least * Math.abs(change)
  const leading = parts.filter(({ moved }) => matters(moved)).slice(0, most)
  const days = dayCount(since, to)
  const money = (moved: number) => (asked.worth === null ? null : (moved * asked.worth) / days)
  const said = (ratio: number) => show(String(ratio), { unit: definition.unit, currency })
  const names = await storeNames(context)
  const rows = { metric, from: addDays(since, -before), to }
  const label = definition.label
  const causes = leading.map(({ value, was, is, moved }): Cause => {
    const name = valueName(dimension, value, names) || `No ${inSentence(told.label)}`
    return {
      kind: 'slice',
      words: `${name}: ${inSentence(label)} ${is > was ? 'rose' : 'fell'}.`,
      evidence: `${label} ${said(was)} → ${said(is)}`,
      perDay: money(moved),
      where: [{ dimension, value }],
      rows,
    }
  })
  const rest = rate - leading.reduce((sum, { moved }) => sum + moved, 0)
  const others = (words: string, evidence: string, moved: number): Cause[] =>
    Math.abs(moved) < leastOthers * Math.abs(change)
      ? []
      : [{ kind: 'slice', words, evidence, perDay: money(moved), where: [], rows }]
  const by = inSentence(told.label)
  return [
    ...causes,
    ...others(
      `Mix: what sold shifted by ${by}, each at its own ${inSentence(label)}.`,
      'No value’s own figure moved for it',
      change - rate,
    ),
    ...others(
      leading.length > 0 ? `All others by ${by} together.` : `Many by ${by}, none of them much.`,
      `Their own ${inSentence(label)}`,
      rest,
    ),
  ]
}

/**
 * The parts of a split, the largest first; the whole change of the ratio's amount; how much the split tells; and whether its
 * parts lie apart.
 */
async function partsBy(context: Context, { metric, slice, since, to }: Asked, by: string) {
  const weight = ownMeasure(metric) ?? ''
  const { store, ...rest } = slice
  const ask = (from: Day, last: Day) =>
    askAll(context, {
      metrics: [metric, weight],
      by: [by],
      from,
      to: last,
      ...(store && { stores: [store] }),
      filters: Object.entries(rest).map(([dimension, value]) => ({ dimension, is: [value] })),
      sort: { by: weight, desc: true },
      limit: 1000,
    })
  const [was, is] = [await ask(addDays(since, -before), addDays(since, -1)), await ask(since, to)]
  const usual = new Map(was.rows.map(row => [String(row[by]), row]))
  const ratio = (row: AnswerRow | undefined) => (row?.[metric] == null ? null : Number(row[metric]))
  const size = (row: AnswerRow) => Number(row[weight] ?? 0)
  const parts = is.rows
    .flatMap((row): Part[] => {
      const value = String(row[by])
      const [then, now] = [ratio(usual.get(value)), ratio(row)]
      // What did not sell before has no ratio of its own that could have moved: it is mix.
      if (then === null || now === null) return []
      return [{ value, was: then, is: now, moved: size(row) * (now - then) }]
    })
    .toSorted((a, b) => Math.abs(b.moved) - Math.abs(a.moved))
  const [then, now] = [ratio(was.totals), ratio(is.totals)]
  const change = then === null || now === null ? 0 : size(is.totals) * (now - then)
  const whole = size(is.totals) || 1
  const sizes = new Map(is.rows.map(row => [String(row[by]), size(row) / whole]))
  const rate = parts.reduce((sum, { moved }) => sum + moved, 0)
  const tells = Math.max(
    Math.sign(change) * (change - rate),
    ...parts.map(
      ({ value, moved }) => Math.sign(change) * moved - Math.abs(change) * (sizes.get(value) ?? 0),
    ),
  )
  const apart = is.rows.reduce((sum, row) => sum + size(row), 0) <= 1.001 * whole
  return { parts, change, tells, apart, currency: is.meta.currency }
}
