import { inArray } from 'drizzle-orm'
import { namedIn } from '#features/alert-names.ts'
import type { Context } from '#features/context.ts'
import { seesAll } from '#kernel/actor.ts'
import { titleOf } from '#kernel/alert-words.ts'
import type { Day } from '#kernel/day.ts'
import { exploreLink } from '#kernel/explore-link.ts'
import { valueName } from '#kernel/value-names.ts'
import type { Bridge } from '#metrics/bridge/shape.ts'
import type { Definition } from '#metrics/query.ts'
import { alerts } from '#postgres/tables/watch.ts'
import { deckOf } from './decks.ts'
import { rowsOf } from './pack-bridges.ts'
import type { Monday } from './pack-shape.ts'

type Lever = Monday['levers'][number]
interface Known {
  week: { from: Day; to: Day }
  currency: string | null
  stores: Readonly<Record<string, string>>
  stock: Monday['stock']
  bridges: readonly { against: string; bridge: Bridge }[]
  heats: Monday['heats']
  worst: Monday['products'][number]['rows']
}

const most = 3
const isBelow = (amount: string) => Number(amount) < 0

/** Figures the drivers of a bridge are: who answers for them is who answers for the driver. */
const figureOf: Readonly<Record<string, string>> = {
  traffic: 'sessions',
  conversion: 'orders_per_session',
  aov: 'aov',
  orders: 'orders',
  returns: 'return_rate',
  accounts: 'accounts',
  active: 'active_account_rate',
  frequency: 'orders_per_account',
}

/**
 * The three things worth most this week, in money a week, each with who answers for its figure: open alerts back to usual,
 * stock-outs ended, drivers and slices that fell short won back. One lever a figure: two of the same would count money twice.
 */
export async function leversOf(context: Context, known: Known): Promise<Lever[]> {
  const definitions = new Map((await context.metrics.definitions()).metrics.map(one => [one.name, one]))
  const blocks =
    (await deckOf(context, 'weekly').catch(() => null))?.sections.flatMap(one => one.blocks) ?? []
  const ownerOf = (metric: string) =>
    blocks.find(block => block.owner && block.metrics.includes(metric))?.owner?.name ??
    definitions.get(metric)?.owner ??
    ''
  const found = [
    ...(await fromAlerts(context, known, definitions)),
    ...fromStock(known),
    ...fromBridges(known),
    ...fromFalls(known),
  ]
  const largest = new Map<string, Omit<Lever, 'owner'>>()
  for (const one of found.toSorted((a, b) => Number(b.perWeek) - Number(a.perWeek)))
    if (!largest.has(one.metric)) largest.set(one.metric, one)
  return [...largest.values()].slice(0, most).map(one => ({ ...one, owner: ownerOf(one.metric) }))
}

type Found = Omit<Lever, 'owner'>

/** Open alerts of money lost that touch the week; those whose data are in doubt are no levers. */
async function fromAlerts(
  context: Context,
  { week, currency, stores }: Known,
  definitions: ReadonlyMap<string, Definition>,
): Promise<Found[]> {
  const { ledger, actor } = context
  const open = await ledger
    .select()
    .from(alerts)
    .where(inArray(alerts.state, ['open', 'acknowledged']))
  const named = await namedIn(context, open)
  return open
    .filter(one => seesAll(actor, one.stores.length > 0 ? one.stores : 'all'))
    .filter(one => one.since <= week.to && one.seenOn >= week.from && one.doubt === null)
    .filter(one => (one.moneyPerDay ?? 0) < 0 && (!one.currency || one.currency === currency))
    .map(one => ({
      metric: one.metric,
      words: titleOf(named(one), definitions.get(one.metric)?.label ?? one.metric, stores),
      basis: `Back to usual.${one.finding.check && ` ${one.finding.check}`}`,
      perWeek: (-(one.moneyPerDay ?? 0) * 7).toFixed(2),
      href: `/alerts?alert=${one.id}`,
    }))
}

const fromStock = ({ stock }: Known): Found[] =>
  stock && Number(stock.lost.amount) > 0
    ? [
        {
          metric: 'lost_sales',
          words: `Bring back what sold out: ${stock.lost.names.join(', ')}`,
          basis: 'Lost sales of the week, estimated.',
          perWeek: stock.lost.amount,
          href: '/products',
        },
      ]
    : []

/**
 * What fell short of a base, of the first base that anything did of: the target, else the week before, else last year. Drivers
 * as wholes; where a driver rose, the slices of it that fell.
 */
function fromBridges({ bridges, stores }: Known): Found[] {
  for (const { against, bridge } of bridges) {
    const found = bridge.drivers.flatMap(driver => {
      const lever = (of: string, amount: string, where: Bridge['causes'][number]['where'] = []): Found => ({
        metric: figureOf[driver.name] ?? driver.name,
        words: `${driver.label}${of} back to ${against}`,
        basis: 'Its part of the change of net sales.',
        perWeek: amount.replace('-', ''),
        href: rowsOf(driver, bridge, where),
      })
      if (isBelow(driver.amount)) return [lever('', driver.amount)]
      return driver.segments
        .filter(one => isBelow(one.amount))
        .map(one => {
          const names = one.where.map(at => valueName(at.dimension, at.value, stores)).filter(Boolean)
          return lever(names.length > 0 ? ` of ${names.join(', ')}` : '', one.amount, one.where)
        })
    })
    if (found.length > 0) return found
  }
  return []
}

/** Where net sales fell most on the week before: a channel in a market, and a product. */
function fromFalls({ heats, worst, week }: Known): Found[] {
  const slice = (where: { dimension: string; value: string }[]) =>
    exploreLink({ metric: 'net_sales', from: week.from, to: week.to, compare: 'previous_days', where })
  const cells = heats.filter(heat => heat.metric === 'net_sales').flatMap(heat => heat.cells)
  const fall = (metric: string, name: string, delta: string | null, href: string | null): Found[] =>
    delta !== null && isBelow(delta)
      ? [
          {
            metric,
            words: `${name} back to the week before`,
            basis: 'What its net sales fell by.',
            perWeek: delta.replace('-', ''),
            href,
          },
        ]
      : []
  return [
    ...cells.flatMap(cell =>
      fall('net_sales', `${cell.row} in ${cell.column}`, cell.before.delta, slice(cell.where)),
    ),
    ...worst.flatMap(row =>
      fall('units_sold', row.name, row.before.delta, slice([{ dimension: 'product', value: row.of }])),
    ),
  ]
}
