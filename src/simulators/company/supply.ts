import { addDays, type Day, dayCount, dayNumber, earlier, later, weekday } from '#kernel/day.ts'
import { decimal } from './books.ts'
import type { Variant } from './catalogue.ts'
import type { Company } from './company.ts'
import { type Draw, draw } from './draw.ts'
import { costOn, productOf } from './prices.ts'
import { tradeShop } from './trade-basket.ts'

/** A line ordered from a supplier, as the file of the purchasing system has it. */
export interface PurchaseLine {
  po_id: string
  line_id: string
  vendor: string
  sku: string
  ordered: Day
  due: Day
  quantity: number
  /** In pounds. */
  unit_price: string
  standard_price: string
  currency: 'GBP'
  status: 'open' | 'part received' | 'received'
}

/** What came of a line on a day. */
export interface Receipt {
  po_id: string
  line_id: string
  receipt_id: string
  day: Day
  received: number
  rejected: number
}

/** The suppliers: everyone whose goods are in the catalogue. */
export const suppliersOf = (company: Company): string[] => [
  ...new Set(company.catalogue.products.filter(one => !one.giftCard).map(one => one.vendor)),
]

/** Days each supplier promises to need. */
const promised = [21, 14, 28, 10, 18]
/** Nothing of a line comes later than this after it was ordered. */
export const supplyDays = 90

/** Every purchase order: each supplier gets one a week, on its weekday, for what it makes. */
export function* purchasesOf(
  company: Company,
  range: { from: Day; to: Day },
): Generator<{ line: PurchaseLine; receipts: readonly Receipt[] }> {
  const suppliers = suppliersOf(company)
  for (let day = later(range.from, company.start); day <= range.to; day = addDays(day, 1))
    for (const [index, vendor] of suppliers.entries())
      if (weekday(day) === (index % 5) + 1) yield* orderOf(company, vendor, index, day)
}

function* orderOf(company: Company, vendor: string, index: number, day: Day) {
  const chance = draw(company.seed, 411, index, dayNumber(day))
  const due = addDays(day, promised[index % promised.length] ?? 21)
  const id = `PO-${day.replaceAll('-', '').slice(2)}-${index + 1}`
  const made = company.catalogue.variants.filter(one => {
    const product = productOf(company, one)
    return (
      product.vendor === vendor && product.launched <= addDays(day, 30) && (product.deleted ?? '9999') > day
    )
  })
  // The whole of an order comes on one van: late or in time together.
  const arrived = addDays(due, lateness(company, vendor, chance))
  const wanted = made.filter(() => chance.chance(0.35)).slice(0, 12)
  for (const [n, variant] of (wanted.length > 0 ? wanted : made.slice(0, 1)).entries()) {
    const quantity = 12 * (1 + chance.below(12))
    const base = costOn(company, tradeShop, variant, day) ?? Math.round(variant.price * 0.35)
    const price = chance.chance(0.1) ? Math.round(base * 1.03) : base
    const line: PurchaseLine = {
      po_id: id,
      line_id: String(n + 1),
      vendor,
      sku: variant.sku,
      ordered: day,
      due,
      quantity,
      unit_price: decimal(price),
      // What was agreed at the beginning: rises of the cost show against it.
      standard_price: decimal(costOn(company, tradeShop, variant, company.start) ?? base),
      currency: 'GBP',
      status: 'open',
    }
    yield { line, receipts: receiptsOf(company, line, variant, arrived, chance) }
  }
}

/** Days after the due day: most come in time; the late supplier mostly does not. */
function lateness(company: Company, vendor: string, chance: Draw): number {
  const { lateSupplier } = company.facts
  if (vendor === lateSupplier.name && chance.chance(0.8)) return lateSupplier.lateDays - 3 + chance.below(7)
  return chance.chance(0.88) ? -chance.below(3) : 1 + chance.below(4)
}

function receiptsOf(
  company: Company,
  line: PurchaseLine,
  variant: Variant,
  arrived: Day,
  chance: Draw,
): Receipt[] {
  // What a stock-out was for had not come: it comes the day after.
  const out = company.facts.stockOuts.find(
    one =>
      one.variant === variant.index && one.cause.includes('late') && one.from <= arrived && arrived <= one.to,
  )
  const day = out ? addDays(out.to, 1) : arrived
  const short = chance.chance(0.08)
  const first = short ? Math.floor(line.quantity * 0.75) : line.quantity + (chance.chance(0.02) ? 6 : 0)
  const receipt = (n: number, on: Day, received: number): Receipt => ({
    po_id: line.po_id,
    line_id: line.line_id,
    receipt_id: `GRN-${line.po_id.slice(3)}-${line.line_id}-${n}`,
    day: on,
    received,
    rejected: chance.chance(0.05) ? 1 + chance.below(Math.max(1, Math.floor(received / 20))) : 0,
  })
  const receipts = [receipt(1, day, first)]
  // Of one short line in five the rest never comes.
  if (short && chance.chance(0.8))
    receipts.push(receipt(2, addDays(day, 5 + chance.below(6)), line.quantity - first))
  return receipts
}

/** What the purchasing system exports at the end of a day: lines ordered by then, and what had come of them. */
export function supplyOn(
  company: Company,
  today: Day,
  from: Day = company.start,
): { lines: PurchaseLine[]; receipts: Receipt[] } {
  const lines: PurchaseLine[] = []
  const receipts: Receipt[] = []
  for (const one of purchasesOf(company, { from, to: today })) {
    const come = one.receipts.filter(receipt => receipt.day <= today)
    const units = come.reduce((sum, receipt) => sum + receipt.received, 0)
    const status = units === 0 ? 'open' : units < one.line.quantity ? 'part received' : 'received'
    lines.push({ ...one.line, status })
    receipts.push(...come)
  }
  return { lines, receipts }
}

/** Rows as a CSV file with a heading. No value holds a comma, a quote or a break. */
export const csvOf = (rows: readonly object[]): string =>
  rows.length === 0
    ? ''
    : [Object.keys(rows[0] as object).join(','), ...rows.map(row => Object.values(row).join(','))]
        .map(line => `${line}\n`)
        .join('')

/** What is true of a supplier: of lines due, of goods received and of orders placed in a range of days, as known on a day. */
export interface SupplyTruth {
  vendor: string
  linesDue: number
  /** Everything ordered had come by the due day. */
  linesInTimeInFull: number
  unitsDue: number
  unitsInTime: number
  unitsInFull: number
  unitsReceived: number
  unitsRejected: number
  /** Days past due times units, of what came. */
  lateUnitDays: number
  /** Days from order to receipt, and the receipts they are of. */
  leadDays: number
  receipts: number
  /** In pounds. */
  purchases: string
  standard: string
}

/** By supplier, from the company's own books. */
export function supplyTruth(
  company: Company,
  today: Day,
  range: { from?: Day; to?: Day } = {},
): SupplyTruth[] {
  const from = later(range.from ?? company.start, company.start)
  const to = earlier(range.to ?? '9999-12-31', '9999-12-31')
  const within = (day: Day) => from <= day && day <= to
  return suppliersOf(company).map(vendor => {
    const sum = { linesDue: 0, linesInTimeInFull: 0, unitsDue: 0, unitsInTime: 0, unitsInFull: 0 }
    const come = { unitsReceived: 0, unitsRejected: 0, lateUnitDays: 0, leadDays: 0, receipts: 0 }
    let purchases = 0
    let standard = 0
    for (const { line, receipts } of purchasesOf(company, { from: addDays(from, -supplyDays), to: today })) {
      if (line.vendor !== vendor) continue
      const known = receipts.filter(one => one.day <= today)
      const units = (of: readonly Receipt[]) => of.reduce((all, one) => all + one.received, 0)
      const inTime = units(known.filter(one => one.day <= line.due))
      if (within(line.due)) {
        sum.linesDue += 1
        if (inTime >= line.quantity) sum.linesInTimeInFull += 1
        sum.unitsDue += line.quantity
        sum.unitsInTime += Math.min(line.quantity, inTime)
        sum.unitsInFull += Math.min(line.quantity, units(known))
      }
      for (const one of known.filter(receipt => within(receipt.day))) {
        come.unitsReceived += one.received
        come.unitsRejected += one.rejected
        come.lateUnitDays += Math.max(0, dayCount(line.due, one.day) - 1) * one.received
        come.leadDays += dayCount(line.ordered, one.day) - 1
        come.receipts += 1
      }
      if (!within(line.ordered)) continue
      purchases += Math.round(Number(line.unit_price) * 100) * line.quantity
      standard += Math.round(Number(line.standard_price) * 100) * line.quantity
    }
    return { vendor, ...sum, ...come, purchases: decimal(purchases), standard: decimal(standard) }
  })
}
