import { type Day, dayNumber } from '#kernel/day.ts'
import type { Company } from './company.ts'
import { type Draw, draw, unitOf } from './draw.ts'
import type { Amounts } from './ledger.ts'
import { type TradeOrder, tradeOrdersOf } from './trade.ts'
import { type TradeLine, tradeShop } from './trade-basket.ts'

const dayMs = 86_400_000
/** No money of an order moves later than this after it was placed. */
export const tradeLedgerDays = 110
/** Nothing at all happens to an order later than this after it was placed. */
export const tradeLifeDays = 340

/** Units of a line with their share of its amounts, in pence; all parts of a line add up to it. */
export interface TradePart {
  line: TradeLine
  quantity: number
  row: number
  discount: number
  tax: number
}

/** An invoice, a shipment or a cancellation of units. */
export interface TradeStep {
  number: number
  at: number
  parts: readonly TradePart[]
}

export interface CreditMemo {
  number: number
  at: number
  parts: readonly TradePart[]
  /** Refunded shipping before its discount, the discount's share, and its tax. */
  shipping: number
  shippingDiscount: number
  shippingTax: number
  /** Paid back beyond the lines, and kept back of them. */
  positive: number
  negative: number
  /** Made and then cancelled: it moved no money. */
  void: boolean
  /** Entered by another system: the order's own time of change stays as it was. */
  silent: boolean
}

export interface TradeReturn {
  requestedAt: number
  closedAt: number | null
  parts: readonly TradePart[]
  reason: string
}

/** Everything that ever happens to an order. `seenTrade` shows what is visible at an instant. */
export interface TradeLife {
  order: TradeOrder
  heldAt: number | null
  releasedAt: number | null
  invoices: readonly TradeStep[]
  shipments: readonly TradeStep[]
  /** What was not delivered: all of an order, or its rest. */
  cancelled: TradeStep | null
  /** Whether a comment tells of the cancellation: Magento writes none by itself. */
  cancelTold: boolean
  memos: readonly CreditMemo[]
  returned: TradeReturn | null
  /** A status given long after: the order changes, its money does not. */
  touchedAt: number | null
}

/** What one may choose from when goods are sent back. */
export const returnReasons = ['Damaged in transit', 'Wrong goods', 'Not sold', 'Fault in the glaze']

const second = (at: number): number => Math.floor(at / 1000) * 1000

const part = (line: TradeLine, from: number, quantity: number): TradePart => {
  const share = (whole: number) =>
    Math.round((whole * (from + quantity)) / line.quantity) - Math.round((whole * from) / line.quantity)
  return { line, quantity, row: share(line.row), discount: share(line.discount), tax: share(line.tax) }
}
const whole = (line: TradeLine): TradePart => part(line, 0, line.quantity)

/** When an order is touched long after, or null. Cheap, so that a year of orders can be asked. */
export function tradeTouchOf(company: Company, day: Day, number: number): number | null {
  const keys = [company.seed, 406, dayNumber(day), number]
  return unitOf(...keys) < 0.012 ? second((115 + 215 * unitOf(...keys, 1)) * dayMs) : null
}

export function tradeLifeOf(company: Company, order: TradeOrder): TradeLife {
  const { day, number, createdAt, lines } = order
  const chance = draw(company.seed, 407, dayNumber(day), number)
  const shippedAt = second(createdAt + chance.between(0.5, 5) * dayMs)
  const held = chance.chance(0.04)
  const heldAt = held ? second(createdAt + chance.between(0.02, 0.2) * (shippedAt - createdAt)) : null
  const releasedAt = held ? second(createdAt + chance.between(0.25, 0.5) * (shippedAt - createdAt)) : null
  const touch = tradeTouchOf(company, day, number)
  const base = {
    order,
    heldAt,
    releasedAt,
    touchedAt: touch === null ? null : second(createdAt + touch),
    cancelTold: chance.chance(0.6),
  }
  const nothing = { invoices: [], shipments: [], cancelled: null, memos: [], returned: null }
  if (chance.chance(0.03)) {
    const at = second(createdAt + chance.between(0.55, 0.95) * (shippedAt - createdAt))
    return { ...base, ...nothing, cancelled: { number: 0, at, parts: lines.map(whole) } }
  }
  // Some orders are delivered in two goes; of a few the second never comes and is cancelled.
  const split = lines.length > 1 && chance.chance(0.18)
  const cut = split ? 1 + chance.below(lines.length - 1) : lines.length
  const dropped = split && chance.chance(0.25)
  const secondAt = second(shippedAt + chance.between(2, 14) * dayMs)
  const first = { number: 0, at: shippedAt, parts: lines.slice(0, cut).map(whole) }
  const rest = { number: 1, at: secondAt, parts: lines.slice(cut).map(whole) }
  const steps = split && !dropped ? [first, rest] : [first]
  const invoices =
    order.payment === 'companycredit'
      ? steps
      : [{ ...first, at: second(shippedAt - 3_600_000) }, ...steps.slice(1)]
  const doneAt = split && !dropped ? secondAt : shippedAt
  const sold = dropped ? lines.slice(0, cut) : lines
  return {
    ...base,
    ...nothing,
    invoices,
    shipments: steps,
    cancelled: dropped ? rest : null,
    ...backOf(order, sold, doneAt, !dropped, chance),
  }
}

/** Goods that come back, and what is paid back: for returns, out of goodwill, in error. */
function backOf(
  order: TradeOrder,
  lines: readonly TradeLine[],
  doneAt: number,
  complete: boolean,
  chance: Draw,
): Pick<TradeLife, 'memos' | 'returned'> {
  const memos: CreditMemo[] = []
  let returned: TradeReturn | null = null
  const memo = (at: number, more: Partial<CreditMemo>) =>
    memos.push({
      number: memos.length,
      at: second(at),
      parts: [],
      shipping: 0,
      shippingDiscount: 0,
      shippingTax: 0,
      positive: 0,
      negative: 0,
      void: false,
      silent: chance.chance(0.12),
      ...more,
    })
  if (chance.chance(tradeShop.returnRate * 1.4)) {
    const sure = chance.pick(lines)
    const back = lines
      .filter(line => line === sure || chance.chance(0.25))
      .map(line => ({ line, quantity: 1 + chance.below(line.quantity) }))
    const at = second(doneAt + chance.between(3, 20) * dayMs)
    const paidAt = second(at + chance.between(2, 12) * dayMs)
    const paid = chance.chance(0.93)
    const shipping = complete && chance.chance(0.3)
    const parts = back.map(({ line, quantity }) => part(line, 0, quantity))
    const value = parts.reduce((sum, one) => sum + one.row - one.discount, 0)
    returned = {
      requestedAt: at,
      closedAt: paid ? paidAt : null,
      parts,
      reason: chance.pick(returnReasons),
    }
    if (paid)
      memo(paidAt, {
        parts,
        ...(shipping && {
          shipping: order.shipping,
          shippingDiscount: order.shippingDiscount,
          shippingTax: order.shippingTax,
        }),
        negative: chance.chance(0.25) ? Math.round(value / 20) : 0,
        positive: chance.chance(0.1) ? 500 : 0,
      })
    // The rest of a line may come back later still: amounts of both are those of the whole.
    const left = back.find(({ line, quantity }) => quantity < line.quantity)
    if (paid && left && chance.chance(0.3))
      memo(paidAt + chance.between(2, 15) * dayMs, {
        parts: [part(left.line, left.quantity, left.line.quantity - left.quantity)],
      })
  }
  if (chance.chance(0.015))
    memo(doneAt + chance.between(2, 25) * dayMs, { positive: 250 + 50 * chance.below(20) })
  if (chance.chance(0.008))
    memo(doneAt + chance.between(1, 20) * dayMs, { parts: [whole(lines[0] as TradeLine)], void: true })
  memos.sort((a, b) => a.at - b.at)
  return { memos: memos.map((one, index) => ({ ...one, number: index })), returned }
}

/** An order's life up to an instant; null while Magento does not know it. */
export function seenTrade(life: TradeLife, at: number): TradeLife | null {
  if (life.order.createdAt > at) return null
  const past = (time: number | null) => (time !== null && time <= at ? time : null)
  const { returned, cancelled } = life
  return {
    ...life,
    heldAt: past(life.heldAt),
    releasedAt: past(life.releasedAt),
    invoices: life.invoices.filter(one => one.at <= at),
    shipments: life.shipments.filter(one => one.at <= at),
    cancelled: cancelled && cancelled.at <= at ? cancelled : null,
    memos: life.memos.filter(one => one.at <= at),
    returned:
      returned && returned.requestedAt <= at ? { ...returned, closedAt: past(returned.closedAt) } : null,
    touchedAt: past(life.touchedAt),
  }
}

/** When an order, as seen, last changed by its own account. */
export const tradeChangedAt = (life: TradeLife): number =>
  Math.max(
    life.order.createdAt,
    ...[life.heldAt, life.releasedAt, life.cancelled?.at, life.touchedAt].map(at => at ?? 0),
    ...[...life.invoices, ...life.shipments].map(one => one.at),
    ...life.memos.map(one => (one.silent ? 0 : one.at)),
  )

/** One thing that happened to a sale, in pence of the base currency, signed so that plain sums are the totals. */
export interface TradeEntry extends Amounts {
  at: number
}

/** What an order, as seen, did to the books. */
export function tradeLedgerOf(life: TradeLife): TradeEntry[] {
  const { order } = life
  const blank = { quantity: 0, gross: 0, discounts: 0, reversals: 0, shipping: 0, taxes: 0, cost: null }
  const back = ({ line, quantity, row, discount, tax }: TradePart, at: number): TradeEntry => ({
    ...blank,
    at,
    quantity: -quantity,
    reversals: -(row - discount),
    taxes: -tax,
    cost: line.unitCost === null ? null : -line.unitCost * quantity,
  })
  const never =
    life.cancelled && life.invoices.length === 0 && life.cancelled.parts.length === order.lines.length
  return [
    ...order.lines.map(line => ({
      ...blank,
      at: order.placedAt,
      quantity: line.quantity,
      gross: line.row,
      discounts: -line.discount,
      taxes: line.tax,
      cost: line.unitCost === null ? null : line.unitCost * line.quantity,
    })),
    {
      ...blank,
      at: order.placedAt,
      shipping: order.shipping - order.shippingDiscount,
      taxes: order.shippingTax,
    },
    ...(life.cancelled?.parts ?? []).map(one => back(one, life.cancelled?.at ?? 0)),
    ...(never
      ? [
          {
            ...blank,
            at: life.cancelled?.at ?? 0,
            shipping: order.shippingDiscount - order.shipping,
            taxes: -order.shippingTax,
          },
        ]
      : []),
    ...life.memos
      .filter(memo => !memo.void)
      .flatMap(memo => [
        ...memo.parts.map(one => back(one, memo.at)),
        {
          ...blank,
          at: memo.at,
          reversals: memo.negative - memo.positive,
          shipping: memo.shippingDiscount - memo.shipping,
          taxes: -memo.shippingTax,
        },
      ]),
  ]
}

const kept = new WeakMap<Company, Map<Day, readonly TradeLife[]>>()

/** The lives of a day's orders, by their numbers. Some hundred days are kept, the rest made again. */
export function tradeLivesOf(company: Company, day: Day): readonly TradeLife[] {
  const own = kept.get(company) ?? new Map<Day, readonly TradeLife[]>()
  kept.set(company, own)
  const known = own.get(day)
  if (known) return known
  const made = tradeOrdersOf(company, day).map(order => tradeLifeOf(company, order))
  if (own.size >= Math.max(60, 400 / Math.max(1, company.scale))) own.delete(own.keys().next().value ?? '')
  own.set(day, made)
  return made
}
