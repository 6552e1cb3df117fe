import { wallClock } from '#kernel/zone.ts'
import type { CanonicalRow } from '../connector.ts'

/** A return of an order. What the buyer or the shop wrote about it is not asked for: it may say who somebody is. */
export interface ReturnRecord {
  id: string
  status: string
  createdAt: string
  closedAt?: string | null
  returnLineItems: {
    nodes: {
      id: string
      quantity: number
      /** Absent in records that were kept before it was asked for. */
      returnReasonDefinition?: { name: string } | null
      fulfillmentLineItem?: { lineItem?: { id: string } | null } | null
    }[]
  }
}

const over: Readonly<Record<string, string>> = { CLOSED: 'closed', DECLINED: 'refused', CANCELED: 'refused' }
const numberOf = (gid: string): string => gid.split('/').at(-1) ?? gid

/** Returns as rows; `base` is of their order, `goods` what its lines are of, by the line's id. Pure. */
export const returnRows = (
  returns: readonly ReturnRecord[],
  base: CanonicalRow,
  goods: (line: string) => { product_id: string; title: string } | null,
  timezone: string,
): CanonicalRow[] =>
  returns.flatMap(({ id, status, createdAt, closedAt, returnLineItems }) => {
    const asked = wallClock(timezone, Date.parse(createdAt))
    return returnLineItems.nodes.map(
      ({ id: line, quantity, returnReasonDefinition, fulfillmentLineItem }) => ({
        ...base,
        return_id: numberOf(id),
        line_id: numberOf(line),
        happened_at: asked.text,
        day: asked.day,
        closed_day: closedAt ? wallClock(timezone, Date.parse(closedAt)).day : null,
        quantity: String(quantity),
        state: over[status] ?? 'open',
        reason: returnReasonDefinition?.name ?? '',
        ...(goods(fulfillmentLineItem?.lineItem?.id ?? '') ?? { product_id: '', title: '' }),
      }),
    )
  })
