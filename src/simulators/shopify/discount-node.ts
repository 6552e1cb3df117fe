import { addDays, type Day } from '#kernel/day.ts'
import type { Company } from '../company/company.ts'
import type { Promotion } from '../company/facts.ts'
import { ordersOf } from '../company/order.ts'
import { localDay, midnight, type StoreFacts } from '../company/stores.ts'
import { gid, isoOf } from './ids.ts'
import type { Node } from './node.ts'

/** A discount of the shop's as it is set up at an instant. */
export interface DiscountSetUp {
  id: number
  title: string
  /** '' for one that gives itself. */
  code: string
  /** Share it takes off; null where it takes off an amount, 0 where it takes off shipping. */
  rate: number | null
  /** In the shop's smallest coin. */
  amount: number
  from: number
  to: number | null
  /** Further codes, one to a person. */
  personal: number
}

/** Codes of a discount; none of one that gives itself. */
export const codesOf = ({ code, personal }: DiscountSetUp): string[] =>
  code === ''
    ? []
    : [code, ...Array.from({ length: personal }, (_, n) => `${code}-${String(n + 1).padStart(4, '0')}`)]

const counted = new WeakMap<Company, Map<string, { until: Day; uses: Map<string, number> }>>()

/** How often each code, or discount that gives itself, was used up to the last midnight: the vendor counts a little late. */
export function usesOf(company: Company, shop: StoreFacts, now: number): ReadonlyMap<string, number> {
  const shops = counted.get(company) ?? new Map<string, { until: Day; uses: Map<string, number> }>()
  counted.set(company, shops)
  const today = localDay(shop.timezone, now)
  const known = shops.get(String(shop.index)) ?? { until: company.start, uses: new Map<string, number>() }
  for (; known.until < today; known.until = addDays(known.until, 1))
    for (const { discount } of ordersOf(company, shop, known.until)) {
      const name = discount?.code || discount?.title
      if (name) known.uses.set(name, (known.uses.get(name) ?? 0) + 1)
    }
  shops.set(String(shop.index), known)
  return known.uses
}

/** Set up so long before it begins, ms. */
const ahead = 14 * 86_400_000

/** Everyday codes, and promotions: one that comes back with the same code is set up anew, and has been one all along. */
export function discountsAt(company: Company, shop: StoreFacts, now: number): DiscountSetUp[] {
  const begun = midnight(shop.timezone, company.start)
  const always = { from: begun, to: null, amount: 0, personal: 0 }
  const set: Omit<DiscountSetUp, 'id'>[] = [
    { ...always, title: 'Welcome offer', code: 'WELCOME10', rate: 0.1 },
    { ...always, title: 'Thank you', code: 'THANKS5', rate: null, amount: 500 },
    { ...always, title: 'Free delivery', code: 'FREESHIP', rate: 0 },
    { ...always, title: 'Come back soon', code: 'BACK', rate: 0.15, personal: 620 },
  ]
  const byCode = new Map<string, Omit<DiscountSetUp, 'id'>>()
  for (const { name, code, from, to, rate } of company.facts.promotions as readonly Promotion[]) {
    const start = midnight(shop.timezone, from)
    if (start - ahead > now) continue
    byCode.set(code || name, {
      ...{ title: name, code, rate, amount: 0, personal: 0 },
      ...{ from: start, to: midnight(shop.timezone, addDays(to, 1)) },
    })
  }
  return [...set, ...byCode.values()].map((one, index) => ({ ...one, id: 7_000_000 + index }))
}

/** A discount as the vendor shows it. */
export function discountNode(company: Company, shop: StoreFacts, now: number, one: DiscountSetUp): Node {
  const { id, title, code, rate, amount, from, to } = one
  const type =
    code === '' ? 'DiscountAutomaticBasic' : rate === 0 ? 'DiscountCodeFreeShipping' : 'DiscountCodeBasic'
  const used = (name: string) => () => usesOf(company, shop, now).get(name) ?? 0
  const codes = () =>
    codesOf(one).map((name, n) => ({
      __typename: 'DiscountRedeemCode',
      id: gid('DiscountRedeemCode', id * 1000 + n),
      code: name,
      asyncUsageCount: used(name),
    }))
  return {
    __typename: 'DiscountNode',
    id: gid('DiscountNode', id),
    discount: {
      __typename: type,
      title,
      status: now < from ? 'SCHEDULED' : to !== null && to <= now ? 'EXPIRED' : 'ACTIVE',
      startsAt: isoOf(from),
      endsAt: to === null ? null : isoOf(to),
      createdAt: isoOf(from - ahead),
      updatedAt: isoOf(from - ahead),
      usageLimit: code === 'WELCOME10' ? 100_000 : null,
      asyncUsageCount: used(code || title),
      ...(code !== '' && { codes }),
      ...(type !== 'DiscountCodeFreeShipping' && {
        customerGets: {
          __typename: 'DiscountCustomerGets',
          appliesOnOneTimePurchase: true,
          appliesOnSubscription: false,
          value:
            rate === null
              ? {
                  __typename: 'DiscountAmount',
                  appliesOnEachItem: false,
                  amount: {
                    __typename: 'MoneyV2',
                    amount: (amount / 100).toFixed(2),
                    currencyCode: shop.currency,
                  },
                }
              : { __typename: 'DiscountPercentage', percentage: rate },
        },
      }),
    },
  }
}
