import { dayCount } from '#kernel/day.ts'
import { invalid } from '#kernel/error.ts'
import { minorUnits } from '#kernel/money-units.ts'
import { planIn } from '#kernel/plan-comparison.ts'
import type { Engine, Scope } from '../engine.ts'
import type { Answer, Definition, Query } from '../query.ts'
import { type Part, readChain, type Split, splitChain } from './chain.ts'
import { bridged, type Driver, type Head, headLabels, type headNames, metricsOf, treeOf } from './drivers.ts'
import { type Explained, explain } from './explain.ts'
import type { Found } from './search.ts'
import type { Bridge, BridgeQuery } from './shape.ts'
import { written } from './split.ts'
import { behindOf, causeWords, illusionWords, type Of, sentenceOf } from './words.ts'

/**
 * Why a figure changed against one comparison: the drivers that moved it, adding up to the change exactly, the segments
 * behind each, and the few slices that explain most. Everything is asked of the metric language.
 */
export async function bridge(engine: Engine, asked: BridgeQuery, scope: Scope): Promise<Bridge> {
  const { metric, compare, drivers, ...given } = asked
  const base: Omit<Query, 'metrics'> = given
  const known = new Map((await engine.definitions()).metrics.map(one => [one.name, one]))
  const pipeline = metric === 'won_amount'
  const stepsOf = (head: Head) => {
    const tree = treeOf(metric, head, known)
    if (!tree)
      throw invalid(
        `What drives ${known.get(metric)?.label ?? metric} is not known.`,
        `There are driver trees for ${bridged(known).join(', ')}.`,
      )
    return tree.steps
  }
  const every = pipeline
    ? metricsOf(stepsOf('pipeline'))
    : [...new Set((['traffic', 'accounts'] as const).flatMap(h => metricsOf(stepsOf(h)))), 'conversion_rate']
  const [answer, business, figures] = await Promise.all([
    engine.ask({ ...base, metrics: [...new Set([metric, ...every])], compare: [compare] }, scope),
    pipeline
      ? null
      : engine.ask({ ...base, metrics: ['orders'], by: ['business'], compare: compareOf(compare) }, scope),
    figuresOf(engine, known, base, scope),
  ])
  const warnings = [...answer.meta.warnings]
  const comparison = {
    name: compare,
    ...(answer.meta.comparisons[compare] ?? { label: '', from: '', to: '' }),
  }
  const definition = answer.meta.definitions[metric]
  const currency = answer.meta.currency
  const money = definition?.unit === 'money'
  const digits = money ? (currency ? minorUnits(currency) : 2) : 0
  const fits = pipeline
    ? null
    : headsFor(answer, compare, business, await trafficBegins(engine, base, scope), stepsOf)
  // Of a figure that consumers make, too, orders per account would count theirs.
  const wanted = fits?.heads.find(one => one === drivers)
  if (wanted === 'accounts' && fits?.mixed) {
    const narrowed = [...fits.mixed]
    const found = await bridge(engine, { ...asked, filters: [...(base.filters ?? []), ...narrowed] }, scope)
    const message = 'Accounts are what business customers are counted by: only what they bought is explained.'
    return {
      ...found,
      ...{ narrowed, chains: chainsOf(fits.heads) },
      warnings: [...found.warnings, { code: 'business_only', message }],
    }
  }
  if (fits?.warning && wanted !== 'orders') warnings.push(fits.warning)
  const head: Head = fits ? (wanted ?? fits.best) : 'pipeline'
  if (fits && drivers && !wanted)
    warnings.push({
      code: 'chain_missing',
      message: `${headLabels[drivers]} are not known on both sides of the comparison: the change begins with ${headLabels[fits.best].toLowerCase()}.`,
    })
  const steps = stepsOf(head)
  const read = readChain(answer.totals, compare, steps)
  const empty = read.steps.length === 0 || read.steps.at(-1)?.sum.at(-1) !== steps.at(-1)?.sum.at(-1)
  const result = {
    metric,
    label: definition?.label ?? metric,
    unit: money ? ('money' as const) : ('count' as const),
    currency: money ? currency : null,
    from: answer.meta.from,
    to: answer.meta.to,
    comparison: { name: compare, label: comparison.label, from: comparison.from, to: comparison.to },
    chain: head,
    chains: chainsOf(fits?.heads ?? []),
    figures,
    narrowed: [],
  }
  if (empty) {
    const coming = warnings.findIndex(one => one.code === 'coming')
    // What it waits for says why there is nothing.
    if (coming >= 0) warnings.push(...warnings.splice(coming, 1))
    else
      warnings.push({
        code: 'no_base',
        message: `There is no ${(definition?.label ?? metric).toLowerCase()} on one side of the comparison, so no change to explain.`,
      })
    const nothing = { before: null, after: null, change: null }
    return { ...result, totals: nothing, drivers: [], causes: [], illusions: [], sentence: '', warnings }
  }
  if (read.steps.length < steps.length) warnings.push(leftOut(read.steps, steps))
  const whole = { read, split: splitChain(read, digits) }
  const found = await explain({
    engine,
    scope,
    base,
    comparison: compare,
    metric,
    steps: read.steps,
    whole,
    digits,
    totals: answer.totals,
    first: answer.meta.from,
    days: dayCount(answer.meta.from, answer.meta.to),
  })
  if (found.partly.length > 0)
    warnings.push({
      code: 'partly',
      message: `Of ${found.partly.join(', ')} only values large enough to matter were looked at.`,
    })
  if (found.planned) {
    const { dimensions } = await engine.definitions()
    const by = found.planned.map(name => dimensions.find(one => one.name === name)?.label.toLowerCase())
    warnings.push({
      code: 'target',
      message: by.length
        ? `The plan says what is to come by ${by.join(', ')}, so the search looks there alone.`
        : 'The plan is of the whole alone, so there is nothing to search through.',
    })
  }
  const { split } = whole
  const unitOf = (cause: Found) => (cause.kind === 'mix' ? 'share' : unitIn(cause.measure.name, known, steps))
  const stores = answer.meta.storeNames
  const change = split.after - split.before
  const causes = found.causes.map(cause =>
    causeOf(cause, unitOf(cause), change, digits, { ...result, stores }),
  )
  const grouped = driversOf(split, read.steps, found, digits).map(one => ({
    ...one,
    behind: behindOf(one, { ...result, stores, causes }),
  }))
  return {
    ...result,
    totals: {
      before: written(split.before, digits),
      after: written(split.after, digits),
      change: written(change, digits),
    },
    drivers: grouped,
    causes,
    illusions: found.illusions.map(one => ({
      dimension: one.dimension,
      driver: one.driver,
      words: illusionWords(one),
    })),
    sentence: sentenceOf({ ...result, stores, change: written(change, digits), drivers: grouped }),
    warnings,
  }
}

const compareOf = (compare: string) =>
  planIn(compare) !== null ? undefined : ([compare] as Query['compare'])

/** What a bridge can be built for; of deals only where any was ever won. */
async function figuresOf(
  engine: Engine,
  known: ReadonlyMap<string, Definition>,
  base: Omit<Query, 'metrics'>,
  scope: Scope,
): Promise<Bridge['figures']> {
  const stores = base.stores && { stores: base.stores }
  const deals = await engine.ask({ metrics: ['deals_won'], window: 'all_time', ...stores }, scope)
  return bridged(known)
    .filter(name => name !== 'won_amount' || Number(deals.totals.deals_won ?? 0) > 0)
    .map(name => ({ name, label: known.get(name)?.label ?? name }))
}

/** The first day any session was counted; null where none ever was. */
export async function trafficBegins(
  engine: Engine,
  base: Omit<Query, 'metrics'>,
  scope: Scope,
): Promise<string | null> {
  const stores = base.stores && { stores: base.stores }
  const { meta } = await engine.ask({ metrics: ['sessions'], window: 'all_time', ...stores }, scope)
  return meta.lastDay === null ? null : meta.from
}

interface Fitting {
  /** What there are data for on both sides. */
  heads: (typeof headNames)[number][]
  /** Accounts where nearly all orders are B2B, traffic where it was counted all along, else orders. */
  best: (typeof headNames)[number]
  /** What accounts are narrowed to, where consumers buy as well. */
  mixed: { dimension: string; is: string[] }[] | null
  /** Why the change does not begin with traffic. */
  warning: Bridge['warnings'][number] | null
}

/** What the chain of drivers can begin with. */
function headsFor(
  answer: Answer,
  compare: string,
  business: Answer | null,
  begins: string | null,
  stepsOf: (head: Head) => readonly Driver[],
): Fitting {
  const all = Number(business?.totals.orders ?? 0)
  const firms = Number(business?.rows.find(row => row.business === 'B2B')?.orders ?? 0)
  const known = (head: Head) => {
    const read = readChain(answer.totals, compare, stepsOf(head).slice(0, 1))
    return read.steps.length > 0 && read.before[0] !== '0' && read.after[0] !== '0'
  }
  const from = answer.meta.comparisons[compare]?.from ?? answer.meta.from
  const late = known('traffic') && begins !== null && begins > from && planIn(compare) === null
  const traffic = known('traffic') && !late
  const nearlyAll = all > 0 && firms / all >= 0.95
  return {
    heads: [
      ...(traffic ? ['traffic' as const] : []),
      'orders',
      ...(firms > 0 && known('accounts') ? ['accounts' as const] : []),
    ],
    best: nearlyAll ? 'accounts' : traffic ? 'traffic' : 'orders',
    mixed: nearlyAll || all === 0 ? null : [{ dimension: 'business', is: ['B2B'] }],
    warning:
      late && !nearlyAll
        ? {
            code: 'traffic_begins',
            message: `Sessions are counted from ${begins} on, so traffic cannot be compared: the change begins with orders.`,
          }
        : null,
  }
}

const chainsOf = (heads: Fitting['heads']): Bridge['chains'] =>
  heads.map(name => ({ name, label: headLabels[name] }))

const leftOut = (read: readonly Driver[], all: readonly Driver[]) => {
  const names = all.filter(step => !read.some(r => r.sum.join() === step.sum.join())).map(step => step.alone)
  return {
    code: 'fewer_drivers',
    message: `${names.join(', ')} ${names.length > 1 ? 'are' : 'is'} not known on both sides, so ${names.length > 1 ? 'their part is in the driver after them' : 'its part is in the driver after it'}.`,
  }
}

const pieceOf = (part: Part, digits: number) => ({
  name: part.name,
  label: part.label,
  amount: written(part.coins, digits),
  figure: part.figure,
  measure: part.measure ?? null,
  before: figureText(part.before),
  after: figureText(part.after),
})

const figureText = (value: number | null): string | null =>
  value === null || !Number.isFinite(value) ? null : String(Number(value.toPrecision(10)))

/** Steps of one name are one driver: their parts add up to its part. */
function driversOf(
  split: Split,
  steps: readonly Driver[],
  found: Explained,
  digits: number,
): Omit<Bridge['drivers'][number], 'behind'>[] {
  const names = [...new Set(steps.map(step => step.name))]
  return names.map(name => {
    const at = steps.flatMap((step, n) => (step.name === name ? [n] : []))
    const parts = at.flatMap(n => split.parts[n] ?? [])
    const coins = parts.reduce((sum, part) => sum + part.coins, 0n)
    const [first] = parts
    const step = steps[at[0] ?? 0]
    // Where discounts and returns were not known apart, an order's value is what was kept of it.
    const kept = steps[at.at(-1) ?? 0]?.sum.join() === 'net_sales'
    const times = (side: 'before' | 'after') =>
      parts.reduce<number | null>((all, p) => (all === null || p[side] === null ? null : all * p[side]), 1)
    const segments = segmentsOf(parts, coins, found, digits)
    return {
      name,
      label: step?.label ?? name,
      amount: written(coins, digits),
      figure:
        parts.length > 1 ? (kept ? 'net sales per order' : 'average order value') : (first?.figure ?? ''),
      measure: parts.length > 1 ? (kept ? null : 'aov') : (first?.measure ?? null),
      before: figureText(times('before')),
      after: figureText(times('after')),
      steps: parts.length > 1 ? parts.map(part => pieceOf(part, digits)) : [],
      ...segments,
    }
  })
}

/** The dimension that tells most of a driver, and the three values that moved it most. */
function segmentsOf(parts: readonly Part[], total: bigint, found: Explained, digits: number) {
  const size = (n: bigint) => Number(n < 0n ? -n : n)
  const cuts = found.cuts.flatMap(({ dimension, segmented: cut }) => {
    const at = parts.map(part => cut.parts.findIndex(p => p.name === part.name && p.label === part.label))
    if (at.some(n => n < 0)) return []
    const segments = cut.segments.map(segment => {
      const sum = (of: 'rate' | 'mix') => at.reduce((all, n) => all + (segment.parts[n]?.[of] ?? 0n), 0n)
      const [rate, mix] = [sum('rate'), sum('mix')]
      const volume = Math.max(segment.before, segment.after)
      return { key: segment.key, rate, mix, amount: rate + mix, volume }
    })
    const ranked = segments.filter(s => s.amount !== 0n).sort((a, b) => size(b.amount) - size(a.amount))
    const whole = segments.reduce((sum, s) => sum + s.volume, 0)
    // What the leading value moved beyond its share of the business: how much this dimension tells.
    const lead = ranked[0]
    const tells = lead && whole > 0 ? size(lead.amount) - (size(total) * lead.volume) / whole : 0
    return ranked.length > 1 ? [{ dimension, ranked, tells }] : []
  })
  const best = cuts.sort((a, b) => b.tells - a.tells)[0]
  return {
    by: best?.dimension ?? null,
    segments: (best?.ranked ?? []).slice(0, 3).map(({ key, amount, rate, mix }) => ({
      where: [{ dimension: best?.dimension ?? '', value: key }],
      amount: written(amount, digits),
      rate: written(rate, digits),
      mix: written(mix, digits),
    })),
  }
}

/** The unit of a figure by its metric's name, or by what its step calls its ratio: so much per order, or a share of what came before. */
const unitIn = (
  name: string,
  known: ReadonlyMap<string, Definition>,
  steps: readonly Driver[],
): Definition['unit'] => {
  const step = steps.find(one => one.ratio === name)
  const own = known.get(step?.metric ?? name)?.unit
  if (own || !step?.ratio.includes(' per ')) return own ?? 'share'
  return known.get(step.sum[0] ?? '')?.unit === 'money' ? 'money' : 'quantity'
}

function causeOf(
  cause: Found,
  unit: Definition['unit'],
  change: bigint,
  digits: number,
  of: Of,
): Bridge['causes'][number] {
  const all = Number(change) / 10 ** digits
  return {
    kind: cause.kind,
    where: [...cause.where],
    from: cause.from === undefined ? null : { dimension: cause.where[0]?.dimension ?? '', value: cause.from },
    driver: cause.driver ?? null,
    words: causeWords(cause, of),
    measure: cause.measure.name,
    unit,
    before: figureText(cause.before),
    after: figureText(cause.after),
    amount: cause.amount.toFixed(digits),
    beyond: cause.effect.toFixed(digits),
    share: all === 0 ? null : (cause.amount / all).toFixed(4),
  }
}
