import { describe, expect, it } from 'vitest'
import { addDays } from '#kernel/day.ts'
import { sum } from '#kernel/money.ts'
import type { TruthRow } from './books.ts'
import { createCompany, shopOf } from './company.ts'
import { channels, dayPlan, devices } from './day-plan.ts'
import { ledgerOf } from './ledger.ts'
import { changedAt, ledgerDays, lifeOf, seen } from './life.ts'
import { ordersOf } from './order.ts'
import { localDay, midnight } from './stores.ts'
import { truth } from './truth.ts'

const until = '2026-11-20'
const end = Date.parse('2026-11-21T08:00:00Z')
const company = createCompany({ seed: 7, days: 120, until })
const uk = shopOf(company, 'larkfield-uk')
const days = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => addDays(company.start, from + n))
const lives = days(0, 121).flatMap(day => ordersOf(company, uk, day).map(order => lifeOf(company, order)))
const add = (rows: Iterable<TruthRow>, figure: keyof TruthRow['figures']) =>
  sum([...rows].map(row => row.figures[figure]))

describe('the company', () => {
  it('is the same for the same seed, and another for another', () => {
    const again = createCompany({ seed: 7, days: 120, until })
    const other = createCompany({ seed: 8, days: 120, until })
    const day = addDays(company.start, 50)
    // Asked in another order: nothing may depend on what was made before.
    ordersOf(again, shopOf(again, 'larkfield-us'), addDays(day, 3))
    expect(ordersOf(again, shopOf(again, 'larkfield-uk'), day)).toEqual(ordersOf(company, uk, day))
    expect(ordersOf(other, shopOf(other, 'larkfield-uk'), day)).not.toEqual(ordersOf(company, uk, day))
  })

  it('grows with its scale', () => {
    const large = createCompany({ seed: 7, days: 120, until, scale: 5 })
    const orders = (of: typeof company) =>
      days(20, 60).reduce((all, day) => all + dayPlan(of, shopOf(of, 'larkfield-uk'), day).orders, 0)
    expect(orders(large) / orders(company)).toBeGreaterThan(4.5)
    expect(orders(large) / orders(company)).toBeLessThan(5.5)
  })

  it('refuses days and scales that cannot be', () => {
    expect(() => createCompany({ until, days: 3 })).toThrow('cannot be made')
    expect(() => createCompany({ until, scale: 0 })).toThrow('cannot be made')
    expect(() => shopOf(company, 'fr')).toThrow('no shop')
  })

  it('places every order within its day, in days of 23 and 25 hours too', () => {
    const spring = createCompany({ seed: 7, days: 30, until: '2026-04-10' })
    for (const shop of spring.shops)
      for (const day of ['2026-03-08', '2026-03-29'])
        for (const order of ordersOf(spring, shop, addDays(day, 14)))
          expect(localDay(shop.timezone, order.placedAt)).toBe(order.day)
    expect(midnight('Europe/London', '2026-03-30') - midnight('Europe/London', '2026-03-29')).toBe(
      23 * 3_600_000,
    )
    expect(midnight('America/New_York', '2026-11-02') - midnight('America/New_York', '2026-11-01')).toBe(
      25 * 3_600_000,
    )
  })

  it('has everything an order can go through', () => {
    const all = lives.filter(life => !life.order.test)
    const has = (what: (life: (typeof all)[number]) => unknown) => all.some(life => Boolean(what(life)))
    expect(has(life => life.cancelledAt)).toBe(true)
    expect(has(life => life.lines.some(line => line.addedAt))).toBe(true)
    expect(has(life => life.refunds.some(one => one.cause === 'edit'))).toBe(true)
    expect(has(life => life.refunds.some(one => one.adjustment < 0))).toBe(true)
    expect(has(life => life.refunds.some(one => one.adjustment > 0))).toBe(true)
    expect(has(life => life.returns.some(one => one.refund === null))).toBe(true)
    expect(has(life => life.deletedAt)).toBe(true)
    expect(has(life => life.touchedAt)).toBe(true)
    expect(has(life => life.order.createdAt > life.order.placedAt)).toBe(true)
    expect(has(life => life.lines.some(line => line.giftCard))).toBe(true)
    expect(has(life => life.order.discount?.rate === null)).toBe(true)
    expect(has(life => life.lines.some(line => line.unitCost === null && !line.giftCard))).toBe(true)
    expect(lives.some(life => life.order.test)).toBe(true)
  })

  it('never takes back more than was sold, and all of it when cancelled', () => {
    for (const life of lives) {
      const entries = ledgerOf(life)
      for (const line of life.lines) {
        const back = life.refunds.flatMap(one => one.lines).filter(one => one.line.number === line.number)
        expect(back.reduce((n, one) => n + one.quantity, 0)).toBeLessThanOrEqual(line.quantity)
      }
      if (life.cancelledAt === null) continue
      const left = entries.reduce(
        (n, e) => n + e.gross + e.discounts + e.reversals + e.taxes + e.shipping + e.giftCards,
        0,
      )
      expect(left).toBe(0)
    }
  })

  it('moves no money later than it promises to look for', () => {
    for (const life of lives)
      for (const entry of ledgerOf(life))
        expect(entry.at).toBeLessThan(life.order.placedAt + ledgerDays * 86_400_000)
  })

  it('shows an order only while it is known, and as it was then', () => {
    const life = lives.find(one => one.refunds.some(refund => refund.cause === 'return'))
    if (!life) throw new Error('none is returned')
    const refundedAt = life.refunds.find(one => one.cause === 'return')?.at ?? 0
    expect(seen(life, life.order.createdAt - 1)).toBeNull()
    expect(seen(life, refundedAt - 1)?.refunds.some(one => one.cause === 'return')).toBe(false)
    const after = seen(life, refundedAt)
    expect(after?.refunds.some(one => one.cause === 'return')).toBe(true)
    expect(after && changedAt(after)).toBe(refundedAt)
    const deleted = lives.find(one => one.deletedAt !== null)
    expect(deleted && seen(deleted, deleted.deletedAt ?? 0)).toBeNull()
  })
})

describe('the truth', () => {
  const whole = [...truth(company, end)]

  it('adds up over days and markets, whatever the slices', () => {
    const halves = ['2026-09-30', until] as const
    for (const figure of ['gross', 'net', 'orders', 'units_sold', 'cogs', 'sessions'] as const) {
      const parts = [
        ...truth(company, end, { to: halves[0] }),
        ...truth(company, end, { from: addDays(halves[0], 1) }),
      ]
      expect(add(parts, figure)).toBe(add(whole, figure))
    }
    for (const row of whole) {
      const { gross, discounts, reversals, net, shipping, taxes, total } = row.figures
      expect(Number(sum([gross, discounts, reversals]))).toBe(Number(net))
      expect(Number(sum([net, shipping, taxes]))).toBe(Number(total))
    }
  })

  it('leaves out test and deleted orders, and keeps the rest to the penny', () => {
    const kept = lives.filter(life => !life.order.test).flatMap(life => seen(life, end) ?? [])
    const rows = whole.filter(row => row.store === 'larkfield-uk')
    expect(add(rows, 'orders')).toBe(String(kept.length))
    const gross = kept.flatMap(ledgerOf).reduce((all, entry) => all + entry.gross, 0)
    expect(Number(add(rows, 'gross'))).toBe(gross / 100)
  })

  it('changes the past when a later day brings a refund to it, and only then', () => {
    const before = [...truth(company, end, { from: '2026-11-01', to: '2026-11-10' })]
    const after = [...truth(company, end + 30 * 86_400_000, { from: '2026-11-01', to: '2026-11-10' })]
    // Refunds belong to the day they are processed; what changes of past days are deletions and late imports.
    expect(Number(add(after, 'reversals'))).toBeGreaterThanOrEqual(Number(add(before, 'reversals')) - 500)
    expect(Number(add(after, 'orders'))).not.toBe(Number(add(before, 'orders')))
  })
})

describe('the planted facts', () => {
  const mean = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0) / numbers.length
  const big = createCompany({ seed: 3, days: 400, scale: 20, until })
  const conversion = (store: string, from: string, to: string, device?: string) => {
    const shop = shopOf(big, store)
    let orders = 0
    let sessions = 0
    for (let day = from; day <= to; day = addDays(day, 1))
      for (const cell of dayPlan(big, shop, day).cells)
        if (!device || cell.device.name === device) {
          orders += cell.orders
          sessions += cell.sessions
        }
    return orders / sessions
  }

  it('has a checkout defect on one device of one shop', () => {
    const { from, to, store, device, conversion: left } = big.facts.checkoutDefect
    const before = conversion(store, addDays(from, -14), addDays(from, -1), device)
    expect(conversion(store, from, to, device) / before).toBeCloseTo(left, 1)
    const desktop = conversion(store, addDays(from, -14), addDays(from, -1), 'desktop')
    expect(conversion(store, from, to, 'desktop') / desktop).toBeGreaterThan(0.9)
  })

  it('has an initiative that worked and one that did not', () => {
    const effect = ({ day, store }: { day: string; store: string }) =>
      conversion(store, day, addDays(day, 40)) / conversion(store, addDays(day, -41), addDays(day, -1))
    expect(effect(big.facts.initiativeWorked)).toBeGreaterThan(1.06)
    expect(Math.abs(effect(big.facts.initiativeFailed) - 1)).toBeLessThan(0.04)
  })

  it('sells nothing of what is out of stock, and more on Black Friday', () => {
    const shop = shopOf(big, 'larkfield-uk')
    const [out] = big.facts.stockOuts
    if (!out) throw new Error('none is out')
    const units = (day: string) =>
      ordersOf(big, shop, day)
        .flatMap(order => order.lines)
        .filter(line => line.variant.index === out.variant).length
    expect(units(addDays(out.from, -1))).toBeGreaterThan(0)
    expect(units(addDays(out.from, 2))).toBe(0)
    const orders = (day: string) => dayPlan(big, shop, day).orders
    const usual = mean([1, 2, 3, 4].map(week => orders(addDays('2025-11-28', -7 - 7 * week))))
    expect(orders('2025-11-28')).toBeGreaterThan(1.8 * usual)
  })

  it('has a defect and a stock-out that go on when the history ends, where that is asked for', () => {
    expect(big.facts.openDefect).toBeNull()
    const { facts } = createCompany({ seed: 1, days: 400, until, unsolved: true })
    const goesOn = [...facts.stockOuts, facts.openDefect].filter(one => one && one.to > until)
    expect(goesOn).toHaveLength(2)
    for (const one of goesOn) expect(one && one.from < until).toBe(true)
  })

  it('has as many channels and devices in every day as the company has', () => {
    expect(dayPlan(big, shopOf(big, 'larkfield-uk'), until).cells).toHaveLength(
      channels.length * devices.length * 2,
    )
  })
})
