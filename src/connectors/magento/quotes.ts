import type { Mapped, Place, Stream } from '../connector.ts'
import { personal } from './orders.ts'
import { clockOf, type Json, known, list, member, plain, text } from './raw.ts'
import { among, walk, within } from './search.ts'
import type { Session } from './session.ts'
import { websiteOfView } from './shops.ts'

/** A negotiable quote: its cart, and the order it became. */
export interface QuoteRecord {
  website: string
  cart: Json
  order: { increment_id: string; created_at: string } | null
}

const ended: Readonly<Record<string, 'won' | 'lost'>> = {
  ordered: 'won',
  declined: 'lost',
  closed: 'lost',
  expired: 'lost',
}

const quoteOf = (cart: Json): Json | undefined =>
  member(cart, 'extension_attributes', 'negotiable_quote') as Json | undefined

export const quoteStream: Stream<Session, QuoteRecord> = {
  name: 'quotes',
  label: 'Negotiable quotes',
  kind: 'window',
  tables: ['deals', 'deal_stages'],
  every: 30 * 60_000,
  overlap: 10 * 60_000,
  settle: 30_000,
  slice: 90 * 86_400_000,
  personal,
  async *read(session, turn) {
    // Only shops with B2B bargain; in others carts are many and of no use here.
    if (!(await bargains(session))) return
    const websiteOf = await websiteOfView(session)
    for await (const found of walk(session, {
      path: 'carts/search',
      along: 'updated_at',
      unique: 'entity_id',
      id: 'id',
      filters: within('updated_at', turn),
    })) {
      if (!found) return
      const carts = found.rows.filter(cart => quoteOf(cart)?.is_regular_quote === true)
      const won = carts.filter(cart => quoteOf(cart)?.status === 'ordered').map(cart => Number(cart.id))
      const orders = new Map<string, { increment_id: string; created_at: string }>()
      for await (const part of among(
        session,
        { path: 'orders', along: 'entity_id', unique: 'entity_id', size: 100 },
        'quote_id',
        won,
      ))
        for (const order of part.rows)
          orders.set(text(order.quote_id), {
            increment_id: text(order.increment_id),
            created_at: text(order.created_at),
          })
      yield {
        records: carts.map(({ items, ...cart }) => ({
          website: websiteOf(cart.store_id),
          cart: { ...cart, items: list(items).length },
          order: orders.get(text(cart.id)) ?? null,
        })),
        total: found.total,
        remarks: found.remarks,
      }
    }
  },
  map: mapQuote,
}

/** Whether the edition has negotiable quotes. */
export const bargains = async (session: Session): Promise<boolean> =>
  (await modulesOf(session)).has('Magento_NegotiableQuote')

/** Modules that are on; empty where they are not told. */
export const modulesOf = (session: Session): Promise<ReadonlySet<string>> =>
  session.once('modules', async () => {
    const given = await session.get('modules')
    return new Set(Array.isArray(given) ? given.map(String) : [])
  })

/**
 * A quote as it stands, and the stages that can be told: when it was made, and when it came to where it stands. Its
 * other stages are those seen at earlier readings. Magento tells only when a quote last changed, which it also does
 * within a stage: each stage is there once, at the last change seen in it.
 */
export function mapQuote({ website, cart, order }: QuoteRecord, place: Place): Mapped {
  const { store, timezone, currency } = place.storeOf(website)
  const quote = quoteOf(cart) ?? {}
  const stage = text(quote.status)
  const state = ended[stage] ?? 'open'
  const created = clockOf(timezone, cart.created_at)
  const entered = clockOf(timezone, (state === 'won' && order?.created_at) || cart.updated_at)
  const total = known(quote.base_negotiated_total_price) ?? known(quote.base_original_total_price)
  const id = { store, platform: 'magento', deal_id: text(cart.id) }
  const expires = /^\d{4}-\d{2}-\d{2}/.exec(text(quote.expiration_period))?.[0] ?? null
  const company = text(member(cart, 'extension_attributes', 'company_id'))
  const stages = [
    { stage: 'created', clock: created },
    ...(stage === 'created' ? [] : [{ stage, clock: entered }]),
  ]
  return {
    gone: { deal_stages: [{ ...id, stage }] },
    rows: {
      deals: [
        {
          ...id,
          kind: 'quote',
          name: text(quote.quote_name),
          pipeline: 'Negotiable quotes',
          stage,
          state,
          amount: total === null ? null : plain(total),
          currency: text(member(cart, 'currency', 'base_currency_code')) || currency,
          probability: null,
          owner: '',
          account_id:
            company ||
            text(member(cart, 'customer', 'extension_attributes', 'company_attributes', 'company_id')),
          created_day: created.day,
          close_day: state === 'open' ? expires : entered.day,
          order_id: order?.increment_id ?? '',
        },
      ],
      deal_stages: stages.map(one => ({
        ...id,
        pipeline: 'Negotiable quotes',
        stage: one.stage,
        from_stage: '',
        happened_at: one.clock.text,
        day: one.clock.day,
      })),
    },
  }
}
