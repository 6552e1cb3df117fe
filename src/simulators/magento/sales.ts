import { addDays, type Day, daysBetween, earlier, later } from '#kernel/day.ts'
import type { Company } from '../company/company.ts'
import { localDay } from '../company/stores.ts'
import { tradeCountOn, tradeOrderAt } from '../company/trade.ts'
import { dayOfId, idOn, tradeShop } from '../company/trade-basket.ts'
import {
  seenTrade,
  type TradeLife,
  tradeChangedAt,
  tradeLedgerDays,
  tradeLifeDays,
  tradeLifeOf,
  tradeLivesOf,
  tradeTouchOf,
} from '../company/trade-life.ts'
import { incrementId } from '../company/trade-truth.ts'
import { customerId, stamp, viewOf } from './amounts.ts'
import { boundsOf, type Criteria, type Row } from './criteria.ts'
import { invoiceJson, memoJson, orderJson, paperId, returnJson, shipmentJson, stateOf } from './documents.ts'

type Json = Record<string, unknown>

/** A list of things that can be searched: rows to find them by, and the thing itself only for those on the page. */
export interface Shelf {
  /** The unique field. */
  id: string
  /** Rows that may match; every one that does is among them. */
  rows(criteria: Criteria, now: number): Iterable<Row>
  show(row: Row, now: number): Json
}

/** The days whose orders may have a paper that matches: by when they changed or were made, or by their ids. */
function daysFor(
  company: Company,
  criteria: Criteria,
  now: number,
  ids: { field: string; per: number }[],
): Day[] {
  const { timezone } = tradeShop
  let from = company.start
  // Late hand-overs come up to three weeks after the order was placed.
  let to = localDay(timezone, now)
  for (const [field, before] of [
    ['created_at', tradeLedgerDays],
    ['updated_at', tradeLifeDays],
  ] as const) {
    const { least, most } = boundsOf(criteria, field)
    if (least) from = later(from, addDays(least.slice(0, 10), -before - 1))
    if (most) to = earlier(to, addDays(most.slice(0, 10), 1))
  }
  for (const { field, per } of ids) {
    const { least, most, among } = boundsOf(criteria, field)
    if (among) {
      const days = new Set(among.map(id => dayOfId(company, Math.floor(Number(id) / per))))
      return [...days].filter(day => from <= day && day <= to).sort()
    }
    const number = (text: string) => Math.min(Math.floor(Number(text) / per), 9_000_000)
    if (least) from = later(from, dayOfId(company, number(least)))
    if (most) to = earlier(to, dayOfId(company, number(most)))
  }
  return from > to ? [] : [...daysBetween(from, to)]
}

/** Orders with their lives as seen; those long over are passed by unless they were touched, where only changes are asked for. */
function* livesFor(
  company: Company,
  criteria: Criteria,
  now: number,
  ids: { field: string; per: number }[],
): Generator<TradeLife> {
  const since = boundsOf(criteria, 'updated_at').least
  const quietBefore = since ? addDays(since.slice(0, 10), -tradeLedgerDays - 25) : null
  const named = ids.flatMap(({ field, per }) => {
    const { among } = boundsOf(criteria, field)
    return among ? [new Set(among.map(id => Math.floor(Number(id) / per)))] : []
  })
  for (const day of daysFor(company, criteria, now, ids)) {
    const isQuiet = quietBefore !== null && day < quietBefore
    for (let number = 0; number < tradeCountOn(company, day); number++) {
      if (named.some(set => !set.has(idOn(company, day, number)))) continue
      if (isQuiet && tradeTouchOf(company, day, number) === null) continue
      const life = isQuiet ? touchedAt(company, day, number, now) : lifeAt(company, day, number, now)
      if (life) yield life
    }
  }
}

const lifeAt = (company: Company, day: Day, number: number, now: number): TradeLife | null => {
  const life = tradeLivesOf(company, day)[number]
  return life ? seenTrade(life, now) : null
}

/** One order of a day of which hardly another is asked for. */
const touchedAt = (company: Company, day: Day, number: number, now: number): TradeLife | null => {
  const order = tradeOrderAt(company, day, number)
  return order && seenTrade(tradeLifeOf(company, order), now)
}

const lifeById = (company: Company, id: number, now: number): TradeLife => {
  const life = lifeAt(company, dayOfId(company, id), (id % 1000) - 1, now)
  if (!life) throw new Error(`There is no order ${id}.`)
  return life
}

/** The lists of what was sold. */
export function salesShelves(company: Company): Record<string, Shelf> {
  const own = (id: unknown, now: number) => lifeById(company, Number(id), now)
  const papers = (
    of: (life: TradeLife) => readonly { number: number; at: number }[],
    show: (life: TradeLife, number: number) => Json,
  ): Shelf => ({
    id: 'entity_id',
    *rows(criteria, now) {
      for (const life of livesFor(company, criteria, now, [
        { field: 'order_id', per: 1 },
        { field: 'entity_id', per: 10 },
      ]))
        for (const { number, at } of of(life))
          yield {
            entity_id: paperId(life.order.id, number),
            order_id: life.order.id,
            store_id: viewOf(life.order),
            created_at: stamp(at),
            updated_at: stamp(at),
          }
    },
    show: (row, now) => show(own(row.order_id, now), (Number(row.entity_id) % 10) - 1),
  })
  return {
    '/V1/orders': {
      id: 'entity_id',
      *rows(criteria, now) {
        for (const life of livesFor(company, criteria, now, [{ field: 'entity_id', per: 1 }])) {
          const { order } = life
          yield {
            entity_id: order.id,
            increment_id: incrementId(order.account, order.id),
            created_at: stamp(order.placedAt),
            updated_at: stamp(tradeChangedAt(life)),
            store_id: viewOf(order),
            customer_id: customerId(order),
            quote_id: order.quote?.id ?? order.id + 500,
            ...stateOf(life),
          }
        }
      },
      show: (row, now) => orderJson(company, own(row.entity_id, now)),
    },
    '/V1/creditmemos': papers(
      life => life.memos,
      (life, n) => memoJson(company, life, life.memos[n] as never),
    ),
    '/V1/invoices': papers(
      life => life.invoices,
      (life, n) => invoiceJson(company, life, life.invoices[n] as never),
    ),
    '/V1/shipments': papers(
      life => life.shipments,
      (life, n) => shipmentJson(life, life.shipments[n] as never),
    ),
    '/V1/returns': {
      id: 'entity_id',
      *rows(criteria, now) {
        for (const life of livesFor(company, criteria, now, [
          { field: 'order_id', per: 1 },
          { field: 'entity_id', per: 1 },
        ]))
          if (life.returned)
            yield {
              entity_id: life.order.id,
              order_id: life.order.id,
              store_id: viewOf(life.order),
              date_requested: stamp(life.returned.requestedAt),
              status: life.returned.closedAt === null ? 'authorized' : 'processed_closed',
            }
      },
      show: (row, now) => returnJson(own(row.entity_id, now)),
    },
  }
}
