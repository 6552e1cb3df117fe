import { bridged, metricsOf, treeOf } from '#metrics/bridge/drivers.ts'
import { type Formula, parse } from '#metrics/formula.ts'
import type { Definition } from '#metrics/query.ts'
import type { Exception } from './shape.ts'

/** What a figure is held against. */
export const held = ['usual', 'target_week', 'target_month'] as const
export type Held = (typeof held)[number]

/** An exception, with how far its figure is off everything it is held against, exception or not. */
export interface Strange extends Omit<Exception, 'also' | 'amount'> {
  above: boolean
  /** Slice of its block, as text. */
  slice: string
  ratios: Readonly<Record<Held, number | null>>
  /** In money, for a figure that is money; below zero is less than expected. */
  amount: number | null
}

/** Figures that grow and shrink with the trade as a whole, besides those a driver tree names. */
const alsoVolumes = [
  'total_sales',
  'net_units',
  'net_sales_costed',
  'customers',
  'new_customers',
  'customer_orders',
  'new_customer_sales',
]

/**
 * How a figure follows the trade as a whole: 1 grows as it does, −1 shrinks as it grows (spend ÷ net sales), 0 stands by
 * itself. Null where its formula does not say.
 */
function powersOf(definitions: Readonly<Record<string, Definition>>): (metric: string) => number | null {
  const known = new Map(Object.entries(definitions))
  const steps = treeOf('net_sales', 'traffic', known)?.steps ?? []
  const volumes = new Set([...metricsOf(steps), ...bridged(known), ...alsoVolumes])
  // The pipeline goes its own way.
  volumes.delete('won_amount')
  const powerOf = (of: Formula): number | null => {
    if (of.is === 'metric') return volumes.has(of.name) ? 1 : 0
    if (of.is === 'number' || of.is === 'aggregate') return 0
    if (of.is === 'call') return null
    const [left, right] = [powerOf(of.left), powerOf(of.right)]
    if (of.sign === '-' && of.left.is === 'number' && Number(of.left.value) === 0) return right
    if (left === null || right === null) return null
    if (of.sign === '*') return left + right
    if (of.sign === '/') return left - right
    return left === right ? left : null
  }
  return metric => {
    if (volumes.has(metric)) return 1
    const formula = definitions[metric]?.formula ?? ''
    return formula === '' || formula.startsWith('awaits ') ? null : powerOf(parse(formula))
  }
}

const heldBy = (kind: Exception['kind']): Held =>
  kind === 'target_week' || kind === 'target_month' ? kind : 'usual'

/** Whether what a figure is off by is mostly what the trade is off by: taking that out leaves less than half of it. */
const follows = (own: number, trade: number, power: number): boolean =>
  trade > -1 && Math.abs((1 + own) / (1 + trade) ** power - 1) <= Math.abs(own) / 2

const tones: readonly Exception['tone'][] = ['bad', 'neutral', 'good']

/**
 * Exceptions folded into matters, so that one cause is spoken to once: what else is strange about the same figure, and
 * figures that are off only because the trade as a whole is (orders with net sales, spend ÷ net sales against it). A figure
 * somebody else answers for stays apart: its owner has to speak. Bad news first, then the most money, then the furthest off.
 * @param strange in the order of the deck, which says what comes first
 */
export function mattersOf(
  strange: readonly Strange[],
  definitions: Readonly<Record<string, Definition>>,
): Exception[] {
  const powerOf = powersOf(definitions)
  const matters: { head: Strange; also: Strange[] }[] = []
  const isOf = (one: Strange, { head }: (typeof matters)[number]) => {
    if (one.slice !== head.slice || (one.owner !== null && one.owner.id !== head.owner?.id)) return false
    if (one.metric === head.metric) return one.above === head.above
    const [power, base] = [powerOf(one.metric), heldBy(one.kind)]
    const [own, trade] = [one.ratios[base], head.ratios[base]]
    if (powerOf(head.metric) !== 1 || !power || own === null || trade === null) return false
    return follows(own, trade, power)
  }
  for (const one of strange) {
    const matter = matters.find(other => isOf(one, other))
    if (matter) matter.also.push(one)
    else matters.push({ head: one, also: [] })
  }
  const size = ({ head, also }: (typeof matters)[number]) =>
    Math.max(...[head, ...also].map(one => (one.metric === head.metric ? Math.abs(one.amount ?? 0) : 0)))
  const far = ({ head }: (typeof matters)[number]) =>
    Math.max(...held.map(base => Math.abs(head.ratios[base] ?? 0)))
  return matters
    .toSorted(
      (a, b) =>
        tones.indexOf(a.head.tone) - tones.indexOf(b.head.tone) || size(b) - size(a) || far(b) - far(a),
    )
    .map(({ head: { above: _a, slice: _s, ratios: _r, amount, ...head }, also }) => ({
      ...head,
      amount,
      ...(also.length > 0 && {
        also: also.map(({ key, block, words }) => ({ key, block, words })),
      }),
    }))
}
