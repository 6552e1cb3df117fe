import { createHash } from 'node:crypto'
import { eq, inArray } from 'drizzle-orm'
import { ruleOf } from '#features/company-days.ts'
import type { Context } from '#features/context.ts'
import { seesAll } from '#kernel/actor.ts'
import { addDays, type Day } from '#kernel/day.ts'
import { Failure } from '#kernel/error.ts'
import { heldAgainst } from '#metrics/plans.ts'
import type { Query } from '#metrics/query.ts'
import * as rows from '#postgres/tables/reviews.ts'
import { stores as shops, targets } from '#postgres/tables/settings.ts'
import { lastWholeWeek } from './model.ts'
import type { Block, Deck } from './shape.ts'

/** Asks as the person who asks: within the stores they may see. */
export const askAs = (
  { metrics, actor, clock }: Pick<Context, 'metrics' | 'actor' | 'clock'>,
  query: Query,
) => metrics.ask(query, { stores: actor.stores, now: clock() })

export interface Known {
  firstDay: Day
  lastDay: Day
}

/** The first day sales are whole from and the last there are any of, of the stores named. @throws Failure('not_found') where there are none yet. */
export async function knownDays(context: Context, stores: readonly string[]): Promise<Known> {
  const { meta } = await askAs(context, {
    metrics: ['net_sales'],
    window: 'all_time',
    ...(stores.length > 0 && { stores: [...stores] }),
  })
  if (meta.lastDay === null)
    throw new Failure('not_found', 'There is nothing to review yet: no sales are known.', {
      next: 'Connect a shop or import a file of orders.',
    })
  return { firstDay: meta.wholeFrom ?? meta.from, lastDay: meta.lastDay }
}

/** Financials, marketing, browsing, checkout, fulfilment, business customers: the order a review is read in. */
const usual: readonly { id: string; name: string; charts: readonly string[]; table: readonly string[] }[] = [
  {
    id: 'trading',
    name: 'Trading',
    charts: ['net_sales', 'orders', 'aov', 'gross_margin'],
    table: ['gross_sales', 'discount_rate', 'return_rate', 'upt'],
  },
  {
    id: 'marketing',
    name: 'Marketing',
    charts: ['spend', 'mer', 'new_customers'],
    table: ['ncac', 'marketing_share'],
  },
  { id: 'browsing', name: 'Browsing', charts: ['sessions'], table: ['engagement_rate', 'cart_rate'] },
  {
    id: 'checkout',
    name: 'Checkout',
    charts: ['orders_per_session'],
    table: ['cart_abandonment', 'tracked_share'],
  },
  {
    id: 'fulfilment',
    name: 'Stock and fulfilment',
    charts: ['stock_value'],
    table: ['stockout_rate', 'otif'],
  },
  {
    id: 'business',
    name: 'Business customers',
    charts: ['won_amount'],
    table: ['quotes_issued', 'open_pipeline'],
  },
]

const chart = (metric: string): Block => ({
  id: metric,
  kind: 'chart',
  title: '',
  metrics: [metric],
  filters: [],
  owner: null,
  text: '',
})

/** The target most of the company knows. */
export const targetOf = async ({
  ledger,
  granary,
}: Pick<Context, 'ledger' | 'granary'>): Promise<string | null> =>
  heldAgainst(granary, await ledger.select().from(targets).orderBy(targets.name))

/** What a review of some stores is known by: one of the same stores is begun once. */
const ofStores = (stores: readonly string[]) =>
  `stores-${createHash('sha256')
    .update([...stores].sort().join(' '))
    .digest('hex')
    .slice(0, 12)}`

/** The deck of those who see some of the stores, as the company's own begins; the one kept of them already, where there is one. */
export async function deckOfStores(context: Context, stores: readonly string[]): Promise<Deck> {
  const id = ofStores(stores)
  const [kept] = await context.ledger.select().from(rows.decks).where(eq(rows.decks.id, id))
  if (kept) return kept as unknown as Deck
  const known = await context.ledger
    .select()
    .from(shops)
    .where(inArray(shops.store, [...stores]))
  const names = stores.map(store => known.find(one => one.store === store)?.name ?? store)
  return {
    ...(await usualDeck(context)),
    id,
    name: `Weekly review: ${names.join(', ')}`,
    stores: [...stores],
  }
}

/** The deck a company begins with: the usual metrics it has figures for, against the target most of them have. */
async function usualDeck(context: Context): Promise<Deck> {
  // Figures that begin after the week under review would be cards without a word for it.
  const { to } = lastWholeWeek(await ruleOf(context), (await knownDays(context, [])).lastDay)
  const wanted = usual.flatMap(section => [...section.charts, ...section.table])
  const { totals } = await askAs(context, { metrics: wanted, from: addDays(to, -90), to })
  const has = (metric: string) => typeof totals[metric] === 'string'
  const sections = usual.flatMap(({ id, name, charts, table }) => {
    const beside = table.filter(has)
    const blocks = charts.filter(has).map(chart)
    if (beside.length > 0)
      blocks.push({
        ...chart(`${id}-more`),
        kind: 'weeks',
        title: `More of ${name.toLowerCase()}`,
        metrics: beside,
      })
    return blocks.length > 0 ? [{ id, name, blocks }] : []
  })
  return {
    id: 'weekly',
    name: 'Weekly business review',
    stores: [],
    target: await targetOf(context),
    rule: { share: 0.05, money: 1000 },
    sections:
      sections.length > 0 ? sections : [{ id: 'trading', name: 'Trading', blocks: [chart('net_sales')] }],
  }
}

const seen = ({ actor }: Pick<Context, 'actor'>, deck: Pick<Deck, 'stores'>) =>
  seesAll(actor, deck.stores.length > 0 ? deck.stores : 'all')

/** Decks of the stores one may see; everybody who sees the company has the usual one. */
export async function decksOf(context: Context): Promise<Deck[]> {
  const kept = (await context.ledger.select().from(rows.decks).orderBy(rows.decks.name)) as unknown as Deck[]
  const mine = kept.filter(deck => seen(context, deck))
  return kept.some(deck => deck.id === 'weekly') || !seen(context, { stores: [] })
    ? mine
    : [await usualDeck(context), ...mine]
}

/** @throws Failure('not_found') for a deck that is not there or is of stores one may not see. */
export async function deckOf(context: Context, id: string): Promise<Deck> {
  const [kept] = (await context.ledger
    .select()
    .from(rows.decks)
    .where(eq(rows.decks.id, id))) as unknown as Deck[]
  if (kept && seen(context, kept)) return kept
  if (!kept && id === 'weekly' && seen(context, { stores: [] })) return usualDeck(context)
  throw new Failure('not_found', `There is no review ${id}, or it is of stores you do not see.`, {
    next: 'Choose one of those listed, or make one of your stores.',
  })
}

/** Sorted by name at every level: the same content reads the same wherever it was kept. */
const canonical = (content: unknown): unknown =>
  Array.isArray(content)
    ? content.map(canonical)
    : typeof content === 'object' && content !== null
      ? Object.fromEntries(
          Object.entries(content)
            .filter(([, one]) => one !== undefined)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, one]) => [key, canonical(one)]),
        )
      : content

/** SHA-256 of content, whatever order its members were kept in. */
export const hashOf = (content: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical(content)))
    .digest('hex')
