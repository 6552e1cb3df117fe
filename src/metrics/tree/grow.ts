import { readChain, splitChain } from '../bridge/chain.ts'
import { type Definitions, type Driver, type Head, metricsOf, terms, treeOf } from '../bridge/drivers.ts'
import { coins, shareOut, written } from '../bridge/split.ts'
import type { AnswerRow } from '../query.ts'
import { alsoSums, beside, costChains } from './levers.ts'
import type { TreeNode } from './shape.ts'

/** A part of the trade the tree looks at: the whole, its consumers, its accounts. */
export interface Cut {
  /** '' for the whole. */
  name: string
  label: string
  where: TreeNode['where']
  stores: string[] | null
  head: Head
}

/** A node before its figures are written beside it. */
interface Grown {
  id: string
  parent: string | null
  metric: string
  cut: Cut
  joined: TreeNode['joined']
  moved: string | null
  of: string | null
}

export interface Ground {
  known: Definitions
  /** The whole, and its parts where it trades with both consumers and accounts. */
  whole: Cut
  parts: readonly Cut[]
  /** Row of a cut; null while it is only asked what would be read. */
  row: (cut: Cut) => AnswerRow | null
  compare: string
  digits: number
  /** Told of every metric of a cut that is read. */
  needs: (cut: Cut, metrics: readonly string[]) => void
}

type Place = Pick<Grown, 'id' | 'cut'>

/**
 * A tree out of the language's own formulas and driver trees: a figure is more and less of others where its formula says so, a
 * product where it has drivers, and below stand the inputs that move it. Parts of a change are those of the bridge.
 */
export function grow(ground: Ground, roots: readonly string[]): Grown[] {
  const nodes: Grown[] = []
  const add = (
    metric: string,
    under: Place | null,
    more: Pick<Grown, 'joined'> & Partial<Pick<Grown, 'moved' | 'of' | 'cut'>>,
    deep: 'all' | 'inputs' | 'none' = 'all',
  ): Place => {
    const cut = more.cut ?? under?.cut ?? ground.whole
    const step = cut === (under?.cut ?? ground.whole) ? metric : `${metric}@${cut.name}`
    const node: Grown = {
      id: under ? `${under.id}/${step}` : step,
      parent: under?.id ?? null,
      metric,
      cut,
      moved: null,
      of: null,
      ...more,
    }
    nodes.push(node)
    ground.needs(cut, [metric])
    if (deep === 'all') below(metric, node)
    if (deep !== 'none') moving(metric, node)
    return node
  }

  /** Who visits or orders is not always told apart: inputs of a slice are those of its stores. */
  const moving = (metric: string, place: Place, known: readonly string[] = []) => {
    const cut = place.cut.where.length > 0 ? ground.whole : place.cut
    for (const input of beside(metric))
      if (ground.known.has(input) && !known.includes(input))
        add(input, place, { joined: 'input', cut }, 'none')
  }

  const below = (metric: string, place: Place): void => {
    const apart = metric === 'net_sales' && place.cut === ground.whole && ground.parts.length > 0
    const chain =
      metric === 'won_amount'
        ? treeOf(metric, 'pipeline')?.steps
        : metric === 'net_sales'
          ? treeOf(metric, place.cut.head)?.steps
          : costChains[metric]
    const sum = terms(alsoSums[metric] ?? ground.known.get(metric)?.formula ?? '')
    if (apart) {
      const parts = ground.parts.map(cut => ({ metric, minus: false, cut }))
      sums(place, parts)
    } else if (chain) product(place, metric, chain)
    else if (sum && sum.length > 1 && !leaves.has(metric)) sums(place, sum)
  }

  /** Parts that are added and taken off: each moved the whole by its own change. */
  const sums = (place: Place, parts: readonly { metric: string; minus: boolean; cut?: Cut }[]) => {
    const all = ground.row(place.cut)
    const deltas = parts.map(part => {
      const change = deltaOf(ground.row(part.cut ?? place.cut), ground.compare, part.metric)
      return change === null ? null : part.minus ? -change : change
    })
    const own = nodes.find(node => node.id === place.id)?.metric ?? ''
    const whole = changeOf(all, ground.compare, own, ground.digits)
    const shares =
      whole !== null && deltas.every(one => one !== null) ? shareOut(deltas, whole, ground.digits) : null
    parts.forEach(({ metric, minus, cut }, n) => {
      const share = shares?.[n]
      // What is nothing now and before says nothing: sales without a cost, where every line has one.
      if (metric === 'net_sales_uncosted' && isNothing(all, ground.compare, metric)) return
      add(metric, place, {
        joined: minus ? 'minus' : 'plus',
        moved: share === undefined ? null : written(share, ground.digits),
        of: place.id,
        ...(cut && { cut }),
      })
    })
  }

  /** Factors: the parts of the driver bridge. Steps of one driver stand below it. */
  const product = (place: Place, metric: string, steps: readonly Driver[]) => {
    ground.needs(place.cut, [...metricsOf(steps), ...steps.flatMap(step => step.metric ?? [])])
    const row = ground.row(place.cut)
    const read = row && readChain(row, ground.compare, steps)
    const whole = read && read.steps.at(-1)?.sum.at(-1) === steps.at(-1)?.sum.at(-1)
    const told = whole ? read.steps : steps
    const split = whole ? splitChain(read, ground.digits) : null
    const moved = (n: readonly number[]) =>
      split &&
      written(
        n.reduce((sum, at) => sum + (split.parts[at]?.coins ?? 0n), 0n),
        ground.digits,
      )
    for (const name of new Set(told.map(step => step.name))) {
      const at = told.flatMap((step, n) => (step.name === name ? [n] : []))
      const [only] = at.map(n => told[n])
      const several = at.length > 1
      const own = several ? name : only?.metric
      if (!own || own === metric) continue
      const driver = add(
        own,
        place,
        { joined: 'times', moved: moved(at), of: place.id },
        several ? 'none' : 'inputs',
      )
      if (!several) continue
      for (const n of at) {
        const step = told[n]?.metric
        if (step) add(step, driver, { joined: 'times', moved: moved([n]), of: place.id }, 'none')
      }
      moving(
        own,
        driver,
        at.flatMap(n => told[n]?.metric ?? []),
      )
    }
  }

  for (const root of roots) add(root, null, { joined: 'root' })
  return nodes
}

/** Sums that stand as they are: their parts say no more to whoever manages them. */
const leaves = new Set(['sales_after_discounts', 'net_sales_uncosted', 'total_sales'])

/** A change in coins, as it reads: of both ends rounded, like that of a bridge. */
const changeOf = (row: AnswerRow | null, compare: string, metric: string, digits: number): bigint | null => {
  const now = row?.[metric]
  const before = row?.compare?.[compare]?.values[metric]?.value
  return typeof now === 'string' && typeof before === 'string'
    ? coins(now, digits) - coins(before, digits)
    : null
}

const deltaOf = (row: AnswerRow | null, compare: string, metric: string): number | null => {
  const delta = row?.compare?.[compare]?.values[metric]?.delta
  return typeof delta === 'string' ? Number(delta) : null
}

const isNothing = (row: AnswerRow | null, compare: string, metric: string): boolean =>
  row !== null &&
  Number(row[metric] ?? 0) === 0 &&
  Number(row.compare?.[compare]?.values[metric]?.value ?? 0) === 0
