import { createHash } from 'node:crypto'
import { derived, tables } from '#kernel/canonical.ts'
import { buyerDays, messageDays, orderDays, productDays, salesHours } from './derive.ts'
import { keepFirstSale, numberedDays, numberedOrders } from './merge.ts'

/**
 * How the derived tables are built, in a word: it changes with their columns and with any statement that fills them, so
 * that nobody has to think of raising a version.
 */
export const mark: string = createHash('sha256')
  .update(
    JSON.stringify([
      Object.entries(derived).map(([name, { columns }]) => [name, Object.entries(columns)]),
      Object.keys(tables.message_days.columns),
      ...[orderDays, salesHours, buyerDays, productDays, messageDays].map(made => made('true')),
      keepFirstSale('o', 'true'),
      numberedOrders('o', 'true'),
      numberedDays('o', 'n'),
    ]),
  )
  .digest('hex')
  .slice(0, 16)
