import { minorUnits } from '#kernel/money-units.ts'
import { planComparison, planIn } from '#kernel/plan-comparison.ts'
import { trafficBegins } from '../bridge/bridge.ts'
import type { Definitions } from '../bridge/drivers.ts'
import type { Engine, Scope } from '../engine.ts'
import type { Answer, AnswerRow, Definition, Query } from '../query.ts'
import { type Cut, type Ground, grow } from './grow.ts'
import { isLever } from './levers.ts'
import type { Tree, TreeNode, TreeQuery } from './shape.ts'

/** What the company says that the language does not: its last tier, how its stores trade, its plan. */
interface Standing {
  /** Metrics the tree stands on, the last tier of contribution first. */
  roots: readonly string[]
  stores: readonly { store: string; kind: 'b2c' | 'b2b' | 'both' }[]
  plan: string | null
}

/** Metrics a question takes, less the room its own needs. */
const most = 24

/**
 * The business as a tree: outputs down to the inputs somebody can set, each with its value, its change, its plan, and its part
 * of the change above it.
 * @throws Failure('invalid') for a comparison or store that is not known.
 */
export async function metricTree(
  engine: Engine,
  asked: TreeQuery,
  standing: Standing,
  scope: Scope,
): Promise<Tree> {
  const { compare, plan: _, ...base } = asked
  const definitions = new Map((await engine.definitions()).metrics.map(one => [one.name, one]))
  const known: Definitions = definitions
  const targets = standing.plan ? [planComparison(standing.plan)] : []
  const comparisons = [...new Set([compare, ...targets])] as Query['compare']
  const { whole, parts, warnings } = await cutsOf(engine, asked, standing, scope)
  const roots = standing.roots.filter(name => known.has(name))

  const needed = new Map<Cut, Set<string>>()
  const needs: Ground['needs'] = (cut, metrics) => {
    const own = needed.get(cut) ?? new Set()
    for (const metric of metrics) if (known.has(metric)) own.add(metric)
    needed.set(cut, own)
  }
  const ground = { known, whole, parts, compare, needs }
  grow({ ...ground, row: () => null, digits: 2 }, roots)

  const answers = await Promise.all(
    [...needed].map(async ([cut, metrics]) => {
      const asks = chunks([...metrics], most).map(some =>
        engine.ask({ ...base, ...narrowed(base, cut), metrics: some, compare: comparisons }, scope),
      )
      return [cut, joined(await Promise.all(asks))] as const
    }),
  )
  const byCut = new Map(answers)
  const meta = byCut.get(whole)?.meta
  const digits = meta?.currency ? minorUnits(meta.currency) : 2
  const grown = grow({ ...ground, row: cut => byCut.get(cut)?.totals ?? null, digits }, roots)
  const nodes = grown.flatMap((node): TreeNode[] => {
    const answer = byCut.get(node.cut)
    const definition = definitions.get(node.metric)
    if (!answer || !definition) return []
    const told = figuresOf(answer, node.metric, compare)
    // Inputs nothing is known of are left out: the tree is of what can be managed here.
    if (node.joined === 'input' && told.value === null && told.before.value === null) return []
    const against = standing.plan
      ? answer.totals.compare?.[planComparison(standing.plan)]?.values[node.metric]
      : null
    return [
      {
        id: node.id,
        parent: node.parent,
        metric: node.metric,
        label: node.cut.label ? `${definition.label}, ${node.cut.label}` : definition.label,
        about: aboutOf(definition),
        joined: node.joined,
        input: isLever(node.metric),
        ...told,
        plan: against && against.value !== null ? against : null,
        moved: node.moved,
        of: node.of,
        where: node.cut.where,
        stores: node.cut.stores,
        missing: told.value === null ? (answer.meta.missing[node.metric] ?? null) : null,
      },
    ]
  })
  const comparison = meta?.comparisons[compare] ?? { label: '', from: '', to: '' }
  return {
    from: meta?.from ?? '',
    to: meta?.to ?? '',
    currency: meta?.currency ?? null,
    comparison: { name: compare, label: comparison.label, from: comparison.from, to: comparison.to },
    plan: standing.plan,
    nodes: rooted(nodes),
    warnings: unlike([...warnings, ...answers.flatMap(([, answer]) => answer.meta.warnings)]),
  }
}

const aboutOf = ({ description, formula, unit, good, owner, sources }: Definition): TreeNode['about'] => ({
  description,
  formula,
  unit,
  good,
  owner,
  sources,
})

/** Trees of which nothing is known, as of a pipeline nobody keeps, are not shown; a node goes with its parent. */
function rooted(nodes: readonly TreeNode[]): TreeNode[] {
  const dead = new Set(
    nodes
      .filter(node => node.parent === null)
      .slice(1)
      .filter(root => root.value === null)
      .map(root => root.id),
  )
  return nodes.filter(node => !dead.has(node.id.split('/')[0] ?? ''))
}

const figuresOf = (answer: Told, metric: string, compare: string): Pick<TreeNode, 'value' | 'before'> => {
  const value = answer.totals[metric]
  const before = answer.totals.compare?.[compare]?.values[metric]
  return {
    value: typeof value === 'string' ? value : null,
    before: before ?? { value: null, delta: null, ratio: null },
  }
}

interface Told {
  totals: AnswerRow
  meta: Answer['meta']
}

/** Answers to parts of one question as one. */
function joined(answers: readonly Answer[]): Told {
  const [first] = answers
  if (!first) throw new Error('a question has an answer')
  const compare: NonNullable<AnswerRow['compare']> = {}
  for (const { totals } of answers)
    for (const [name, told] of Object.entries(totals.compare ?? {}))
      compare[name] = { ...told, values: { ...compare[name]?.values, ...told.values } }
  const totals = Object.assign({}, ...answers.map(answer => answer.totals), { compare }) as AnswerRow
  const missing = Object.assign({}, ...answers.map(answer => answer.meta.missing)) as Record<string, string>
  return {
    totals,
    meta: { ...first.meta, missing, warnings: answers.flatMap(answer => answer.meta.warnings) },
  }
}

const narrowed = (base: Pick<Query, 'filters'>, cut: Cut): Partial<Query> => ({
  ...(cut.stores && { stores: cut.stores }),
  ...(cut.where.length > 0 && { filters: [...(base.filters ?? []), ...cut.where] }),
})

const chunks = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size))

/** Each once. A tree asks many questions: up to when the running day counts, and what does not, is said of all of them in one. */
const unlike = (warnings: Tree['warnings']) =>
  [
    // The first stands: the question of the whole, with the clocks of all its stores.
    ...Map.groupBy(warnings, one =>
      one.code === 'running' || one.code === 'whole_days' ? one.code : one.message,
    ).values(),
  ].flatMap(([one]) =>
    one?.code === 'whole_days'
      ? [
          {
            ...one,
            message:
              'What is known by whole days alone, as sessions, media and what is made of them, is compared with the whole day.',
          },
        ]
      : (one ?? []),
  )

/** The whole, and consumers and accounts apart where the company trades with both. */
async function cutsOf(engine: Engine, asked: TreeQuery, standing: Standing, scope: Scope) {
  const { compare, plan: _, ...base } = asked
  const mine = standing.stores.filter(
    ({ store }) =>
      (scope.stores === 'all' || scope.stores.includes(store)) &&
      (!base.stores || base.stores.includes(store)),
  )
  const warnings: Tree['warnings'] = []
  const { meta, rows } = await engine.ask(
    {
      ...base,
      metrics: ['orders'],
      by: ['business', 'store'],
      ...(planIn(compare) !== null ? {} : { compare: [compare] as Query['compare'] }),
    },
    scope,
  )
  const from = meta.comparisons[compare]?.from ?? meta.from
  const begins = await trafficBegins(engine, base, scope)
  const visited = begins !== null && begins <= from
  if (begins !== null && !visited)
    warnings.push({
      code: 'traffic_begins',
      message: `Sessions are counted from ${begins} on, so traffic cannot be compared: the tree begins with orders.`,
    })
  const head = visited ? 'traffic' : 'orders'
  const cut = (name: string, label: string, more: Partial<Cut> = {}): Cut => ({
    name,
    label,
    where: [],
    stores: null,
    head,
    ...more,
  })
  const ordersOf = (kind: string, store?: string) =>
    rows
      .filter(row => row.business === kind && (store === undefined || row.store === store))
      .reduce(
        (all, row) => ({
          now: all.now + Number(row.orders ?? 0),
          before: all.before + Number(row.compare?.[compare]?.values.orders?.value ?? 0),
        }),
        { now: 0, before: 0 },
      )
  const count = (kind: string) => ordersOf(kind).now
  // A shop that may sell to both, and sells nearly all to one on either side, is a shop of that one.
  const kindOf = ({ store, kind }: (typeof mine)[number]) => {
    if (kind !== 'both') return kind
    const [b2c, b2b] = [ordersOf('B2C', store), ordersOf('B2B', store)]
    const mostly = (own: typeof b2c, other: typeof b2c) =>
      own.now + own.before > 0 &&
      (['now', 'before'] as const).every(side => other[side] <= 0.05 * (own[side] + other[side]))
    return mostly(b2c, b2b) ? 'b2c' : mostly(b2b, b2c) ? 'b2b' : kind
  }
  const of = (kind: string) => mine.filter(one => kindOf(one) === kind).map(one => one.store)
  const [consumers, accounts] = [count('B2C'), count('B2B')]
  if (accounts > 0 && consumers === 0)
    return { whole: cut('', '', { head: 'accounts' }), parts: [], warnings }
  const chosen = (base.filters ?? []).some(one => 'dimension' in one && one.dimension === 'business')
  // Shops of consumers alone are one matter, whatever the few accounts among them buy.
  const consumed = mine.length > 0 && of('b2c').length === mine.length
  if (accounts === 0 || chosen || consumed) return { whole: cut('', ''), parts: [], warnings }
  const mixed = mine.some(one => one.kind === 'both')
  const apart = of('both').length === 0 && of('b2c').length > 0 && of('b2b').length > 0
  const parts = apart
    ? [
        cut('b2c', mixed ? 'consumer shops' : 'B2C', { stores: of('b2c') }),
        cut('b2b', mixed ? 'trade shops' : 'B2B', {
          stores: of('b2b'),
          head: 'accounts',
        }),
      ]
    : [
        // Who visits is not known to be a consumer or an account before he orders.
        cut('b2c', 'B2C', { where: [{ dimension: 'business', is: ['B2C'] }], head: 'orders' }),
        cut('b2b', 'B2B', { where: [{ dimension: 'business', is: ['B2B'] }], head: 'accounts' }),
      ]
  return { whole: cut('', ''), parts, warnings }
}
