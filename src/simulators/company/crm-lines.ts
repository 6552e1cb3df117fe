import type { Variant } from './catalogue.ts'
import type { CrmChange, CrmObject } from './crm.ts'
import { draw } from './draw.ts'

/** Numbers of lines: eight places for each deal. */
const lineId = (deal: number, n: number): number => 100_000_000 + deal * 8 + n

/**
 * What a deal is about, from the day its amount is known: some goods of the catalogue, a few of them worded freely. The
 * prices are those last agreed, the day the deal is closed; one line in twelve is struck out again.
 */
export function linesOf(
  deal: { id: number; keys: readonly number[] },
  goods: readonly Variant[],
  sized: number,
  agreed: { at: number; share: number } | null,
): CrmObject[] {
  if (goods.length === 0) return []
  const chance = draw(...deal.keys, 31)
  return Array.from({ length: 1 + chance.below(4) }, (_, n): CrmObject => {
    const good = chance.pick(goods)
    const free = chance.chance(0.15)
    const quantity = 6 * (1 + chance.below(40))
    const pence = Math.max(100, Math.round(good.price * chance.between(0.45, 0.6)))
    const priced = (coins: number) => ({
      price: (coins / 100).toFixed(2),
      amount: ((coins * quantity) / 100).toFixed(2),
    })
    const changes: CrmChange[] = [
      {
        at: sized,
        set: {
          name: free ? 'Display stand' : good.title,
          ...(!free && { hs_sku: good.sku }),
          quantity: String(quantity),
          ...priced(pence),
        },
      },
    ]
    if (agreed && agreed.share !== 1)
      changes.push({ at: agreed.at, set: priced(Math.round(pence * agreed.share)) })
    const struck = chance.chance(0.08) ? sized + 1000 * (1 + chance.below(86_000)) : null
    return {
      type: 'line_items',
      id: lineId(deal.id, n),
      changes,
      archivedAt: struck,
      erasedAt: null,
      merged: null,
      links: [{ to: 'deals', id: deal.id, at: sized }],
    }
  })
}

/** What an order is of, worth `coins` in all: some of it without a code, and a line that is changed some weeks later. */
export const orderLinesOf = (
  order: { id: number; deal: number; goods: readonly Variant[] },
  count: number,
  at: number,
  coins: number,
): CrmObject[] =>
  Array.from({ length: count }, (_, n): CrmObject => {
    const good = n === 0 ? order.goods[order.deal % order.goods.length] : undefined
    return {
      type: 'line_items',
      id: 20_000_000 + order.deal * 4 + n,
      changes: [
        {
          at,
          set: {
            name: good?.title ?? `Item ${n + 1}`,
            ...(good && { hs_sku: good.sku }),
            quantity: '10',
            price: (Math.round(coins / count / 10) / 100).toFixed(2),
          },
        },
        ...(n === count - 1
          ? [{ at: at + (10 + (order.deal % 40)) * 86_400_000, set: { quantity: '12' } }]
          : []),
      ],
      archivedAt: null,
      erasedAt: null,
      merged: null,
      links: [{ to: 'orders', id: order.id, at }],
    }
  })
