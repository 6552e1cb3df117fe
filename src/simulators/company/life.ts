import { type Day, dayNumber } from '#kernel/day.ts'
import type { Company } from './company.ts'
import { type Draw, draw, unitOf } from './draw.ts'
import { type Line, type Order, taxOf } from './order.ts'
import { shopCompanyOf } from './people.ts'
import { costOn, priceOn, sellable } from './prices.ts'

const hour = 3_600_000
const dayMs = 24 * hour

/** Nothing that moves money happens to an order later than this after it was placed. */
export const ledgerDays = 85
export interface RefundLine {
  line: Line
  quantity: number
  /** As the buyer saw it: with tax where the shop includes it, after discounts. */
  subtotal: number
  tax: number
  restock: 'RETURN' | 'CANCEL' | 'NO_RESTOCK'
}

export interface Refund {
  number: number
  at: number
  cause: 'cancel' | 'edit' | 'return' | 'goodwill'
  lines: readonly RefundLine[]
  shipping: number
  shippingTax: number
  /** Value of the refund's lines that was not paid back; negative for money given beyond them. */
  adjustment: number
  /** The return it pays for, by number; null when there is none. */
  forReturn: number | null
}

export interface Return {
  number: number
  requestedAt: number
  closedAt: number | null
  lines: readonly { line: Line; quantity: number }[]
  refund: number | null
  reason: string
}

/** Everything that ever happens to an order, past and to come. `seen` shows what is visible at an instant. */
export interface Life {
  order: Order
  /** Lines as placed and those added by edits. */
  lines: readonly Line[]
  editedAt: number | null
  paidAt: number | null
  fulfilledAt: number | null
  cancelledAt: number | null
  cancelReason: 'CUSTOMER' | 'INVENTORY' | 'FRAUD' | null
  refunds: readonly Refund[]
  returns: readonly Return[]
  /** A tag put on it long after: it changes, its money does not. */
  touchedAt: number | null
  deletedAt: number | null
}

/** When an order is touched long after its life, or null. Cheap, so that a year of orders can be asked. */
export function touchOf(company: Company, shop: number, day: Day, number: number): number | null {
  const keys = [company.seed, 61, shop, dayNumber(day), number]
  return unitOf(...keys) < 0.01 ? Math.floor((90 + 220 * unitOf(...keys, 1)) * dayMs) : null
}

/** The amount `quantity` units of a line are worth from the unit `from` on, so that all parts add up to the whole. */
const part = (whole: number, line: Line, from: number, quantity: number): number =>
  Math.round((whole * (from + quantity)) / line.quantity) - Math.round((whole * from) / line.quantity)

/** What the buyer saw of a line after discounts. */
export const discounted = (line: Line): number => line.unitPrice * line.quantity - line.discount

/** Days after which an order is paid: at once, or by a company on terms about when they end. */
function termsOf(company: Company, { shop, customer, day, number }: Order): number {
  const days = shopCompanyOf(company, shop, customer)?.termsDays ?? null
  return days === null ? 0 : days * (0.6 + 0.6 * unitOf(company.seed, 75, shop.index, dayNumber(day), number))
}

/** The whole life of an order. */
export function lifeOf(company: Company, order: Order): Life {
  const { shop, day, number, createdAt } = order
  const chance = draw(company.seed, 51, shop.index, dayNumber(day), number)
  const shipped = createdAt + chance.between(0.4, 3.5) * dayMs
  const lines = [...order.lines]
  const gone = new Map<Line, number>()
  const refunds: Refund[] = []
  const returns: Return[] = []
  let editedAt: number | null = null

  const take = (line: Line, quantity: number, restock: RefundLine['restock']): RefundLine => {
    const from = gone.get(line) ?? 0
    gone.set(line, from + quantity)
    return {
      line,
      quantity,
      restock,
      subtotal: part(discounted(line), line, from, quantity),
      tax: part(line.tax, line, from, quantity),
    }
  }
  const left = (line: Line) => line.quantity - (gone.get(line) ?? 0)
  const refund = (at: number, cause: Refund['cause'], more: Partial<Refund>) =>
    refunds.push({
      number: refunds.length,
      at: second(at),
      cause,
      lines: [],
      shipping: 0,
      shippingTax: 0,
      adjustment: 0,
      forReturn: null,
      ...more,
    })

  if (!order.test && chance.chance(0.012)) {
    editedAt = second(createdAt + chance.between(0.02, 0.95) * (shipped - createdAt))
    const units = lines.reduce((sum, line) => sum + line.quantity, 0)
    const goods = lines.filter(line => !line.giftCard)
    if (units > 1 && goods.length > 0 && chance.chance(0.5))
      refund(editedAt, 'edit', { lines: [take(chance.pick(goods), 1, 'CANCEL')] })
    else {
      const added = addedLine(company, order, editedAt, chance)
      if (added) lines.push(added)
      else editedAt = null
    }
  }
  const cancelled = !order.test && chance.chance(0.02)
  const cancelledAt = cancelled
    ? second((editedAt ?? createdAt) + chance.between(0.1, 0.9) * (shipped - (editedAt ?? createdAt)))
    : null
  const shippingLeft = order.shippingPrice - order.shippingDiscount
  if (cancelledAt !== null)
    refund(cancelledAt, 'cancel', {
      lines: lines.filter(line => left(line) > 0).map(line => take(line, left(line), 'CANCEL')),
      shipping: shippingLeft,
      shippingTax: order.shippingTax,
    })
  const fulfilledAt = cancelled ? null : second(shipped)
  const social = order.cell?.channel.name === 'Paid Social' ? 1.35 : 1
  if (fulfilledAt !== null && !order.test && chance.chance(shop.returnRate * 1.5 * social))
    sendBack(order, lines, fulfilledAt, chance, { take, left, refund, refunds, returns })
  if (fulfilledAt !== null && chance.chance(0.006))
    refund(fulfilledAt + chance.between(3, 30) * dayMs, 'goodwill', {
      adjustment: -Math.min(500, Math.round(discounted(lines[0] as Line) / 5)),
    })
  refunds.sort((a, b) => a.at - b.at)
  const touch = touchOf(company, shop.index, day, number)
  return {
    order,
    lines,
    editedAt,
    paidAt:
      order.gateway === 'bank_deposit'
        ? second(createdAt + chance.between(1, 6) * dayMs)
        : second(createdAt + (cancelled || refunds.length > 0 ? 0 : termsOf(company, order)) * dayMs),
    fulfilledAt,
    cancelledAt,
    cancelReason: cancelled ? chance.pick(['CUSTOMER', 'CUSTOMER', 'INVENTORY', 'FRAUD'] as const) : null,
    refunds,
    returns,
    touchedAt: touch === null ? null : second(createdAt + touch),
    deletedAt: chance.chance(order.test ? 0.2 : 0.0012)
      ? second(createdAt + chance.between(5, 50) * dayMs)
      : null,
  }
}

const second = (at: number): number => Math.floor(at / 1000) * 1000

interface Hands {
  take(line: Line, quantity: number, restock: RefundLine['restock']): RefundLine
  left(line: Line): number
  refund(at: number, cause: Refund['cause'], more: Partial<Refund>): void
  refunds: readonly Refund[]
  returns: Return[]
}

/** Goods come back: asked for some days after delivery, paid back when they have been looked at. */
function sendBack(order: Order, lines: readonly Line[], shippedAt: number, chance: Draw, hands: Hands): void {
  const goods = lines.filter(line => !line.giftCard && hands.left(line) > 0)
  if (goods.length === 0) return
  const sure = chance.pick(goods)
  const back = goods
    .filter(line => line === sure || chance.chance(0.5))
    .map(line => ({ line, quantity: 1 + chance.below(hands.left(line)) }))
  const requestedAt = second(shippedAt + chance.between(4, 24) * dayMs)
  const refundedAt = second(requestedAt + chance.between(2, 14) * dayMs)
  const tracked = chance.chance(0.75)
  const paid = !tracked || chance.chance(0.95)
  const whole = back.length === lines.length && back.every(one => one.quantity === one.line.quantity)
  if (tracked)
    hands.returns.push({
      number: 0,
      requestedAt,
      closedAt: paid ? refundedAt : null,
      lines: back,
      refund: paid ? hands.refunds.length : null,
      reason: chance.pick(['Too large', 'Not as pictured', 'Damaged on arrival', 'Changed my mind']),
    })
  if (!paid) return
  const taken = back.map(one =>
    hands.take(one.line, one.quantity, chance.chance(0.85) ? 'RETURN' : 'NO_RESTOCK'),
  )
  const value = taken.reduce((sum, one) => sum + one.subtotal, 0)
  const shipping = whole && chance.chance(0.4)
  hands.refund(refundedAt, 'return', {
    lines: taken,
    shipping: shipping ? order.shippingPrice - order.shippingDiscount : 0,
    shippingTax: shipping ? order.shippingTax : 0,
    // Some are paid back less a tenth, for wear.
    adjustment: chance.chance(0.08) ? Math.round(value / 10) : 0,
    forReturn: tracked ? 0 : null,
  })
}

function addedLine(company: Company, order: Order, at: number, chance: Draw): Line | null {
  const { shop, day, market, lines } = order
  const had = new Set(lines.map(line => line.variant))
  const free = company.catalogue.variants.filter(
    one => one.weight > 0 && !had.has(one) && sellable(company, one, day),
  )
  if (free.length === 0) return null
  const variant = chance.pick(free)
  const unitPrice = priceOn(company, shop, variant, day)
  return {
    number: lines.length,
    variant,
    giftCard: false,
    quantity: 1,
    unitPrice,
    discount: 0,
    taxRate: market.tax,
    tax: taxOf(shop, unitPrice, market.tax),
    unitCost: costOn(company, shop, variant, day),
    addedAt: at,
  }
}

/** An order's life up to an instant; null while it is not known yet, or once it is deleted. */
export function seen(life: Life, at: number): Life | null {
  if (life.order.createdAt > at || (life.deletedAt !== null && life.deletedAt <= at)) return null
  const past = (time: number | null) => (time !== null && time <= at ? time : null)
  const refunds = life.refunds.filter(one => one.at <= at)
  return {
    ...life,
    lines: life.lines.filter(line => line.addedAt === null || line.addedAt <= at),
    editedAt: past(life.editedAt),
    paidAt: past(life.paidAt),
    fulfilledAt: past(life.fulfilledAt),
    cancelledAt: past(life.cancelledAt),
    cancelReason: past(life.cancelledAt) === null ? null : life.cancelReason,
    refunds,
    returns: life.returns
      .filter(one => one.requestedAt <= at)
      .map(one => ({
        ...one,
        closedAt: past(one.closedAt),
        refund: past(one.closedAt) === null ? null : one.refund,
      })),
    touchedAt: past(life.touchedAt),
    deletedAt: null,
  }
}

/** When an order, as seen, last changed. */
export const changedAt = (life: Life): number =>
  Math.max(
    life.order.createdAt,
    ...[life.editedAt, life.paidAt, life.fulfilledAt, life.cancelledAt, life.touchedAt].map(at => at ?? 0),
    ...life.refunds.map(one => one.at),
    ...life.returns.flatMap(one => [one.requestedAt, one.closedAt ?? 0]),
  )
