import { describe, expect, it } from 'vitest'
import { daysBetween } from '#kernel/day.ts'
import { createCompany } from './company.ts'
import { tradeOrderAt, tradeOrdersOf } from './trade.ts'
import { idOn } from './trade-basket.ts'
import { seenTrade, tradeChangedAt, tradeLedgerDays, tradeLedgerOf, tradeLifeOf } from './trade-life.ts'

const company = createCompany({ seed: 7, days: 400, until: '2026-11-20' })
const lives = [...daysBetween(company.start, company.until)].flatMap(day =>
  tradeOrdersOf(company, day).map(order => tradeLifeOf(company, order)),
)

describe('the B2B arm', () => {
  it('is the same in any order of asking', () => {
    const again = createCompany({ seed: 7, days: 400, until: '2026-11-20' })
    const { order } = lives[500] as (typeof lives)[number]
    expect(tradeOrderAt(again, order.day, order.number)).toEqual(order)
    expect(order.id).toBe(idOn(company, order.day, order.number))
  })

  it('has everything an order can go through', () => {
    const has = (what: (life: (typeof lives)[number]) => unknown) => lives.some(life => Boolean(what(life)))
    for (const what of [
      has(life => life.order.quote),
      has(life => life.order.byRep),
      has(life => life.order.createdAt > life.order.placedAt),
      has(life => life.order.rate !== 1),
      has(life => life.order.lines.some(line => line.bundle?.fixed)),
      has(life => life.order.lines.some(line => line.group !== null)),
      has(life => life.order.lines.some(line => line.unitCost === null)),
      has(life => life.order.shippingDiscount > 0),
      has(life => life.heldAt),
      has(life => life.touchedAt),
      has(life => life.cancelled && life.invoices.length === 0),
      has(life => life.cancelled && life.invoices.length > 0),
      has(life => life.memos.some(memo => memo.positive > 0)),
      has(life => life.memos.some(memo => memo.negative > 0)),
      has(life => life.memos.some(memo => memo.shipping > 0)),
      has(life => life.memos.some(memo => memo.void)),
      has(life => life.memos.some(memo => memo.silent && !memo.void)),
      has(life => life.returned && life.returned.closedAt === null),
    ])
      expect(what).toBe(true)
  })

  it('never takes back more than was sold, all of it when cancelled, and nothing later than it promises', () => {
    for (const life of lives) {
      const { order } = life
      for (const line of order.lines) {
        const back = [
          ...(life.cancelled?.parts ?? []),
          ...life.memos.filter(one => !one.void).flatMap(one => one.parts),
        ]
          .filter(part => part.line.number === line.number)
          .reduce((sum, part) => sum + part.quantity, 0)
        expect(back).toBeLessThanOrEqual(line.quantity)
      }
      const entries = tradeLedgerOf(life)
      expect(Math.max(...entries.map(one => one.at))).toBeLessThan(
        order.placedAt + tradeLedgerDays * 86_400_000,
      )
      if (!life.cancelled || life.invoices.length > 0) continue
      const left = entries.reduce(
        (sum, e) => sum + e.gross + e.discounts + e.reversals + e.taxes + e.shipping,
        0,
      )
      expect(left).toBe(0)
    }
  })

  it('shows an order as it was', () => {
    const life = lives.find(one => one.memos.some(memo => !memo.silent && !memo.void))
    if (!life) throw new Error('none has a credit memo')
    const at = life.memos.find(memo => !memo.silent && !memo.void)?.at ?? 0
    expect(seenTrade(life, life.order.createdAt - 1)).toBeNull()
    const after = seenTrade(life, at)
    expect(after && tradeChangedAt(after)).toBe(at)
    const before = seenTrade(life, at - 1)
    expect(before && tradeChangedAt(before)).toBeLessThan(at)
  })
})
