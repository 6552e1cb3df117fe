import { wallClock } from '#kernel/zone.ts'
import type { CanonicalRow, Mapped, Place, Stream } from '../connector.ts'
import { type Page, paged } from './by-id.ts'
import { discountCodesPage, discountsPage } from './documents.ts'
import { without } from './scopes.ts'
import { about, type Session } from './session.ts'

interface Codes {
  pageInfo?: { hasNextPage: boolean; endCursor: string | null }
  nodes: { code: string; asyncUsageCount?: number }[]
}

/** A discount as the shop set it up. */
export interface DiscountRecord {
  id: string
  discount: {
    __typename: string
    title?: string
    status?: string
    startsAt?: string | null
    endsAt?: string | null
    usageLimit?: number | null
    asyncUsageCount?: number
    /** Some of them: a discount of very many comes in several records. */
    codes?: Codes
    customerGets?: {
      value?: { percentage?: number | null; amount?: { amount: string; currencyCode: string } | null } | null
    }
  }
}

/** All of them each time: one that is deleted leaves no trace but its absence. */
export const discountStream: Stream<Session, DiscountRecord> = {
  name: 'discounts',
  label: 'Discounts',
  kind: 'snapshot',
  tables: ['promotions'],
  every: 12 * 3_600_000,
  whole: true,
  vocabulary: {
    'discount.status': ['ACTIVE', 'EXPIRED', 'SCHEDULED'],
    'discount.__typename': [
      ...['DiscountCodeBasic', 'DiscountCodeBxgy', 'DiscountCodeFreeShipping', 'DiscountCodeApp'],
      ...['DiscountAutomaticBasic', 'DiscountAutomaticBxgy', 'DiscountAutomaticFreeShipping'],
      'DiscountAutomaticApp',
    ],
  },
  async *read(session) {
    const { scopes } = await about(session)
    if (!scopes.has('read_discounts')) return yield* without('read_discounts')
    type Answer = { discountNodes: Page<DiscountRecord> }
    for await (const records of paged(
      session,
      discountsPage,
      {},
      data => (data as unknown as Answer).discountNodes,
    )) {
      yield { records }
      for (const { id, discount } of records) {
        const { hasNextPage, endCursor } = discount.codes?.pageInfo ?? {}
        if (!hasNextPage || !endCursor) continue
        type More = { node: DiscountRecord | null }
        for await (const nodes of paged(
          session,
          discountCodesPage,
          { id },
          // Deleted meanwhile.
          data => (data as unknown as More).node?.discount.codes as Page<Codes['nodes'][number]> | undefined,
          endCursor,
        ))
          yield { records: [{ id, discount: { ...discount, codes: { nodes } } }] }
      }
    }
  },
  map: mapDiscount,
}

/** A row for each code; one that gives itself goes by its title, which is what orders say of it. Pure. */
export function mapDiscount({ id, discount }: DiscountRecord, { home }: Place): Mapped {
  const { __typename: type, title = '', codes, customerGets } = discount
  const automatic = type.startsWith('DiscountAutomatic')
  const { percentage, amount } = customerGets?.value ?? {}
  const dayOf = (text: string | null | undefined, before = 0) =>
    text ? wallClock(home.timezone, Date.parse(text) - before).day : null
  const own = automatic ? [{ code: title, asyncUsageCount: discount.asyncUsageCount }] : (codes?.nodes ?? [])
  return {
    rows: {
      promotions: own
        .filter(({ code }) => code !== '')
        .map(
          ({ code, asyncUsageCount }): CanonicalRow => ({
            store: home.store,
            code,
            promotion_id: id.split('/').at(-1) ?? id,
            title,
            kind: automatic ? 'automatic' : 'code',
            gives: type.endsWith('FreeShipping')
              ? 'shipping'
              : type.endsWith('Bxgy')
                ? 'goods'
                : type.endsWith('App')
                  ? 'other'
                  : amount
                    ? 'amount'
                    : 'share',
            share: percentage === null || percentage === undefined ? null : String(percentage),
            amount: amount?.amount ?? null,
            currency: amount?.currencyCode ?? home.currency,
            from_day: dayOf(discount.startsAt),
            // What ends at midnight is over with the day before.
            to_day: dayOf(discount.endsAt, 1),
            usage_limit: discount.usageLimit ?? null,
            used: asyncUsageCount ?? null,
            status: (discount.status ?? '').toLowerCase(),
          }),
        ),
    },
  }
}
