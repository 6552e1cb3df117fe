import { wallClock } from '#kernel/zone.ts'
import type { CanonicalRow, Mapped, Place, Stream } from '../connector.ts'
import { unlisted } from './check.ts'
import { amount, type Json, list, plain, text } from './raw.ts'
import { type Search, walk } from './search.ts'
import type { Session } from './session.ts'
import { keysOfWebsites } from './shops.ts'

/** A price rule of the cart with one of its coupons, or without any. */
export interface PromotionRecord {
  /** ms UTC by the vendor's clock. */
  at: number
  websites: readonly string[]
  rule: Json
  coupon: Json | null
}

const rules: Search = { path: 'salesRules/search', along: 'rule_id', unique: 'rule_id' }
const coupons: Search = { path: 'coupons/search', along: 'coupon_id', unique: 'coupon_id' }

/** All of them each time: what is deleted leaves no trace but its absence. */
export const promotionStream: Stream<Session, PromotionRecord> = {
  name: 'coupons',
  label: 'Discounts',
  kind: 'snapshot',
  tables: ['promotions'],
  every: 24 * 3_600_000,
  whole: true,
  vocabulary: {
    'rule.simple_action': ['by_percent', 'by_fixed', 'cart_fixed', 'buy_x_get_y'],
    'rule.coupon_type': ['NO_COUPON', 'SPECIFIC_COUPON', 'AUTO'],
  },
  async *read(session) {
    const keys = await keysOfWebsites(session)
    const at = session.http.clock()
    const byId = new Map<string, Json>()
    const websitesOf = (rule: Json) =>
      (Array.isArray(rule.website_ids) ? rule.website_ids : []).flatMap(id => keys.get(Number(id)) ?? [])
    for await (const found of walk(session, rules)) {
      if (!found) return yield unlisted(rules.path)
      for (const rule of found.rows) byId.set(text(rule.rule_id), rule)
      yield {
        records: found.rows
          .filter(rule => rule.coupon_type === 'NO_COUPON')
          .map(rule => ({ at, websites: websitesOf(rule), rule, coupon: null })),
        remarks: found.remarks,
      }
    }
    for await (const found of walk(session, coupons)) {
      if (!found) return yield unlisted(rules.path)
      yield {
        records: found.rows.flatMap(coupon => {
          const rule = byId.get(text(coupon.rule_id))
          return rule ? [{ at, websites: websitesOf(rule), rule, coupon }] : []
        }),
        remarks: found.remarks,
      }
    }
  },
  map: mapPromotion,
}

const gifts: Readonly<Record<string, string>> = {
  by_percent: 'share',
  by_fixed: 'amount',
  cart_fixed: 'amount',
  buy_x_get_y: 'goods',
}
/** Days as rules have them, of the website; some releases write a time behind. */
const dayOf = (value: unknown): string | null => /^\d{4}-\d\d-\d\d/.exec(text(value))?.[0] ?? null

/**
 * A row in each store for the coupon; a rule that gives itself goes by its name and by what its shops call it, as orders
 * do. Pure.
 */
export function mapPromotion({ at, websites, rule, coupon }: PromotionRecord, place: Place): Mapped {
  const off = amount(rule.discount_amount)
  const gives =
    off.isZero() && (Number(rule.simple_free_shipping) > 0 || rule.apply_to_shipping === true)
      ? 'shipping'
      : (gifts[text(rule.simple_action)] ?? 'other')
  const [from, to] = [dayOf(rule.from_date), dayOf(coupon?.expiration_date) ?? dayOf(rule.to_date)]
  const names = coupon
    ? [text(coupon.code)]
    : [text(rule.name), ...list(rule.store_labels).map(one => text(one.store_label))]
  const most = Number(coupon?.usage_limit ?? 0)
  return {
    rows: {
      promotions: websites.flatMap((key): CanonicalRow[] => {
        const { store, timezone, currency } = place.storeOf(key)
        const today = wallClock(timezone, at).day
        return [...new Set(names)].filter(Boolean).map(code => ({
          ...{ store, code, promotion_id: text(rule.rule_id), title: text(rule.name), currency, gives },
          kind: coupon ? 'code' : 'automatic',
          share: gives === 'share' ? plain(off.div(100)) : null,
          amount: gives === 'amount' ? plain(off) : null,
          from_day: from,
          to_day: to,
          usage_limit: most > 0 ? most : null,
          used: Number((coupon ?? rule).times_used ?? 0),
          status:
            rule.is_active === false || (to !== null && to < today)
              ? 'expired'
              : from !== null && from > today
                ? 'scheduled'
                : 'active',
        }))
      }),
    },
  }
}
