import { Failure, invalid } from '#kernel/error.ts'
import { distance } from '#kernel/nearest.ts'
import { factByName } from './facts.ts'
import { type Aggregate, aggregatesIn, type Formula, parse, unitOf } from './formula.ts'
import type { Metric } from './metric.ts'
import type { Definition } from './query.ts'
import { b2b } from './vocabulary/b2b.ts'
import { contribution } from './vocabulary/contribution.ts'
import { customers } from './vocabulary/customers.ts'
import { marketing } from './vocabulary/marketing.ts'
import { operations } from './vocabulary/operations.ts'
import { pipeline } from './vocabulary/pipeline.ts'
import { sales } from './vocabulary/sales.ts'
import { traffic } from './vocabulary/traffic.ts'
import { work } from './vocabulary/work.ts'
import type { CustomMetric, PlanLine, World } from './world.ts'

/** A metric with its formula read, and read down to aggregates. */
export interface Known extends Metric {
  parsed: Formula | null
  /** Metrics replaced by what they are made of; null where something in it is still awaited. */
  expanded: Formula | null
  aggregates: Aggregate[]
}

export type Vocabulary = ReadonlyMap<string, Known>

const own: readonly Metric[] = [
  ...sales,
  ...customers,
  ...traffic,
  ...marketing,
  ...operations,
  ...b2b,
  ...pipeline,
  ...work,
]

/** What the company says of its metrics besides adding some. */
type Told = Pick<World, 'waterfall' | 'owners' | 'planLines'>

/**
 * All metrics by name: ours, the tiers of the company's cost waterfall, and those people added. One of theirs that cannot be
 * read, as when another was changed at the same moment, is N/A and says why: it silences no other figure.
 */
export const vocabulary = (added: readonly CustomMetric[] = [], told: Told = {}): Vocabulary => {
  const key = JSON.stringify([added, told.waterfall, told.owners, told.planLines])
  if (latest?.key === key) return latest.known
  const known = spoken(added, told, (metric, { message }) => ({
    ...metric,
    ...{ unit: 'ratio', additivity: 'non_additive', parsed: null, expanded: null, aggregates: [] },
    awaits: `a formula that can be read: ${message}`,
  }))
  latest = { key, known }
  return known
}

/**
 * The same where all of it is to be right, as before a change is kept.
 * @throws Failure('invalid') for a user's metric that takes a name, refers to nothing, goes in a circle or adds unlike things.
 */
export const checkVocabulary = (added: readonly CustomMetric[], told: Told): Vocabulary =>
  spoken(added, told, (_, cause) => {
    throw cause
  })

const spoken = (
  added: readonly CustomMetric[],
  { waterfall, owners = {}, planLines = [] }: Told,
  unreadable: (metric: CustomMetric, cause: Failure) => Known,
): Vocabulary => {
  const known = new Map<string, Known>()
  for (const metric of [...own, ...contribution(waterfall)]) {
    const parsed = metric.formula ? parse(metric.formula) : null
    known.set(metric.name, {
      ...metric,
      owner: owners[metric.name] ?? metric.owner,
      parsed,
      expanded: null,
      aggregates: [],
    })
  }
  const theirs = new Map<string, CustomMetric>()
  const each = (metrics: Iterable<CustomMetric>, work: (metric: CustomMetric) => void) => {
    for (const metric of metrics)
      try {
        work(metric)
      } catch (cause) {
        if (!(cause instanceof Failure)) throw cause
        const instead = unreadable(metric, cause)
        // Where its name is ours by now, ours is meant.
        if (theirs.has(metric.name) || !known.has(metric.name)) known.set(metric.name, instead)
      }
  }
  each(
    added.map(metric => ({ ...metric, owner: owners[metric.name] ?? metric.owner })),
    metric => {
      known.set(metric.name, read(metric, known))
      theirs.set(metric.name, metric)
    },
  )
  for (const line of planLines) if (!known.has(line.name)) known.set(line.name, ofPlan(line, owners))
  for (const name of known.keys()) if (!theirs.has(name)) expand(name, known, [])
  each(theirs.values(), ({ name }) => expand(name, known, []))
  each(theirs.values(), ({ name }) => describe(known, name, theirs))
  return known
}

/** A line of a plan as a metric: what it was to be is told by plans, what it was by nobody. */
const ofPlan = (line: PlanLine, owners: Readonly<Record<string, string>>): Known => ({
  ...line,
  description:
    'A line of the plan that no figure of the shop is: plans are compared by it, and its actual is N/A.',
  formula: '',
  owner: owners[line.name] ?? 'finance',
  awaits: 'nothing: it is a line of the plan alone',
  parsed: null,
  expanded: null,
  aggregates: [],
})

/**
 * A metric somebody wants to add, checked against what there is.
 * @throws Failure('invalid') that says what is wrong with the formula and what would do.
 */
export const checkMetric = (
  metric: CustomMetric,
  others: readonly CustomMetric[] = [],
  told: Told = {},
): Definition => {
  // What a plan carries today it may not tomorrow: nothing lasting is made of it.
  const lasting = { ...told, planLines: [] }
  const known = checkVocabulary([...others.filter(o => o.name !== metric.name), metric], lasting)
  const found = known.get(metric.name)
  if (!found) throw invalid(`The metric ${metric.name} is not known.`)
  return definitionOf(found)
}

const read = (metric: CustomMetric, known: Map<string, Known>): Known => {
  if (!/^[a-z][a-z0-9_]*$/.test(metric.name))
    throw invalid(
      `"${metric.name}" is no name for a metric.`,
      'Use small letters, digits and _, beginning with a letter.',
    )
  if (known.has(metric.name))
    throw invalid(`${metric.name} is one of Quarterdeck's own metrics.`, 'Choose another name.')
  const parsed = parse(metric.formula)
  if (aggregatesIn(parsed).length > 0)
    throw invalid(
      `The formula of ${metric.name} reads tables.`,
      'Build it from existing metrics: their names, numbers and + − * /.',
    )
  return {
    ...metric,
    unit: 'ratio',
    additivity: 'non_additive',
    parsed,
    expanded: null,
    aggregates: [],
  }
}

const expand = (name: string, known: Map<string, Known>, path: string[]): Formula | null => {
  const metric = known.get(name)
  if (!metric) throw unknown(name, known.keys(), 'metric', path.at(-1))
  if (path.includes(name))
    throw invalid(
      `The formulas go in a circle: ${[...path.slice(path.indexOf(name)), name].join(' → ')}.`,
      'Take one of them out of another.',
    )
  if (metric.expanded || !metric.parsed) return metric.expanded
  const replaced = replace(metric.parsed, part => expand(part, known, [...path, name]))
  metric.expanded = replaced
  metric.aggregates = replaced ? aggregatesIn(replaced) : []
  return replaced
}

/** The formula with each metric replaced; null when one of them is awaited. */
const replace = (formula: Formula, metric: (name: string) => Formula | null): Formula | null => {
  if (formula.is === 'metric') return metric(formula.name)
  if (formula.is === 'operation') {
    const left = replace(formula.left, metric)
    const right = replace(formula.right, metric)
    return left && right ? { ...formula, left, right } : null
  }
  if (formula.is !== 'call') return formula
  const of = formula.of.map(f => replace(f, metric))
  return of.every(f => f !== null) ? { ...formula, of: of as Formula[] } : null
}

/** What an aggregate or metric measures, for the check that only like is added to like. */
const measured = (known: Vocabulary) => {
  const part = (leaf: Aggregate | string): { money: number; things: number } => {
    if (typeof leaf !== 'string') {
      const money =
        factByName[leaf.fact]?.money.includes(leaf.column) &&
        leaf.kind !== 'distinct' &&
        leaf.kind !== 'count'
      return money ? { money: 1, things: 0 } : { money: 0, things: 1 }
    }
    const metric = known.get(leaf)
    return metric?.parsed ? unitOf(metric.parsed, part) : declared(metric?.unit)
  }
  return part
}

const declared = (unit: Metric['unit'] | undefined) =>
  unit === 'money'
    ? { money: 1, things: 0 }
    : unit === 'count' || unit === 'quantity'
      ? { money: 0, things: 1 }
      : { money: 0, things: 0 }

/** What a metric people added measures, and whether it adds up: told by its formula, not by them. */
const describe = (known: Map<string, Known>, name: string, theirs: ReadonlyMap<string, unknown>) => {
  const metric = known.get(name)
  if (!metric?.parsed) return
  const unit = unitOf(metric.parsed, measured(known))
  metric.unit = unit.money === 1 ? 'money' : unit.money === 0 && unit.things === 1 ? 'quantity' : 'ratio'
  const part = (leaf: string): boolean => {
    const found = known.get(leaf)
    if (!theirs.has(leaf)) return found?.additivity === 'additive'
    return found?.parsed ? adds(found.parsed, part) : false
  }
  metric.additivity = adds(metric.parsed, part)
    ? 'additive'
    : metric.formula.includes('/')
      ? 'ratio'
      : 'non_additive'
}

/** Whether values of a formula add up over days and slices, as sums of what does and its multiples; `part` says so of metrics. */
const adds = (formula: Formula, part: (metric: string) => boolean): boolean => {
  if (formula.is === 'number') return formula.value === '0'
  if (formula.is === 'metric') return part(formula.name)
  if (formula.is !== 'operation') return false
  const { sign, left, right } = formula
  if (sign === '/') return right.is === 'number' && adds(left, part)
  if (sign === '*')
    return (left.is === 'number' && adds(right, part)) || (right.is === 'number' && adds(left, part))
  return adds(left, part) && adds(right, part)
}

/** The unit a metric's formula gives, for the check that declarations are true. */
export const unitCheck = (known: Vocabulary, name: string) => {
  const metric = known.get(name)
  return metric?.parsed ? unitOf(metric.parsed, measured(known)) : null
}

export const definitionOf = (metric: Known): Definition => ({
  name: metric.name,
  label: metric.label,
  description: metric.description,
  formula: metric.formula || `awaits ${metric.awaits}`,
  unit: metric.unit,
  additivity: metric.additivity,
  good: metric.good,
  owner: metric.owner,
  sources: [...new Set(metric.aggregates.map(a => factByName[a.fact]?.label ?? a.fact))],
})

/** A Failure that names what was probably meant. */
export const unknown = (name: string, among: Iterable<string>, what: string, inside?: string) => {
  const all = [...new Set(among)]
  const near = all
    .map(candidate => ({ candidate, far: distance(name, candidate) }))
    .sort((a, b) => a.far - b.far)
    .filter(({ candidate, far }) => far <= Math.max(2, name.length / 3) || candidate.includes(name))
    .slice(0, 3)
    .map(({ candidate }) => candidate)
  return invalid(
    `There is no ${what} ${name}${inside ? ` (in ${inside})` : ''}.`,
    near.length > 0
      ? `Did you mean ${near.join(', ')}?`
      : all.length > 0 && all.length <= 60
        ? `There are ${all.join(', ')}.`
        : `See the list of ${what}s.`,
  )
}

/** Questions come one after another in the same words: read once. */
let latest: { key: string; known: Vocabulary } | undefined
