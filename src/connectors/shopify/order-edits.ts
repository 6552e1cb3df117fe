import type { Agreement } from './order-record.ts'

interface Later {
  /** Units a line got after the order was placed, by line. */
  lines: Map<string, { at: string; count: number }[]>
  /** When a shipping line was added. */
  shipping: Map<string, string>
  /** Lines that are tips. */
  tips: Set<string>
}

const none: Later = { lines: new Map(), shipping: new Map(), tips: new Set() }

/**
 * What the vendor's own book says about lines that the order alone does not: which were added when (by an edit, or by the
 * exchange of a return), and which are tips.
 */
export function laterIn(agreements: readonly Agreement[]): Later {
  let found: Later | null = null
  for (const { reason, happenedAt, sales } of agreements)
    for (const sale of sales) {
      const tip = sale.lineType === 'TIP'
      const added = reason !== 'ORDER' && sale.actionType === 'ORDER'
      if (!tip && !added) continue
      found ??= { lines: new Map(), shipping: new Map(), tips: new Set() }
      const line = sale.lineItem?.id
      if (tip && line) found.tips.add(line)
      if (!added) continue
      if (line && sale.quantity && sale.quantity > 0) {
        const own = found.lines.get(line) ?? []
        own.push({ at: happenedAt, count: sale.quantity })
        found.lines.set(line, own)
      }
      if (sale.shippingLine?.id) found.shipping.set(sale.shippingLine.id, happenedAt)
    }
  return found ?? none
}
