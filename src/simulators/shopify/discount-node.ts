import { addDays } from '#kernel/day.ts'
import type { Company } from '../company/company.ts'
import type { Promotion } from '../company/facts.ts'
import { midnight, type StoreFacts } from '../company/stores.ts'
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
}

/** Set up so long before it begins, ms. */
const ahead = 14 * 86_400_000

/** Everyday codes, and promotions: one that comes back with the same code is set up anew, and has been one all along. */
export function discountsAt(company: Company, shop: StoreFacts, now: number): DiscountSetUp[] {
  const begun = midnight(shop.timezone, company.start)
  const always = { from: begun, to: null, amount: 0 }
  const set: Omit<DiscountSetUp, 'id'>[] = [
    { ...always, title: 'Welcome offer', code: 'WELCOME10', rate: 0.1 },
    { ...always, title: 'Thank you', code: 'THANKS5', rate: null, amount: 500 },
    { ...always, title: 'Free delivery', code: 'FREESHIP', rate: 0 },
  ]
  const byCode = new Map<string, Omit<DiscountSetUp, 'id'>>()
  for (const { name, code, from, to, rate } of company.facts.promotions as readonly Promotion[]) {
    const start = midnight(shop.timezone, from)
    if (start - ahead > now) continue
    byCode.set(code || name, {
      ...{ title: name, code, rate, amount: 0 },
      ...{ from: start, to: midnight(shop.timezone, addDays(to, 1)) },
    })
  }
  return [...set, ...byCode.values()].map((one, index) => ({ ...one, id: 7_000_000 + index }))
}

/** A discount as the vendor shows it. */
export function discountNode(shop: StoreFacts, now: number, one: DiscountSetUp): Node {
  const { id, title, code, rate, amount, from, to } = one
  const type =
    code === '' ? 'DiscountAutomaticBasic' : rate === 0 ? 'DiscountCodeFreeShipping' : 'DiscountCodeBasic'
  const codes = [
    { __typename: 'DiscountRedeemCode', id: gid('DiscountRedeemCode', id), code, asyncUsageCount: 0 },
  ]
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
      ...(code !== '' && {
        codes: () => codes,
      }),
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
