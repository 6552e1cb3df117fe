/** What canonical tables are described with: columns, and those that many tables share. */

/** text · money DECIMAL(18,4) · quantity DECIMAL(18,4) · rate DECIMAL(18,8) · count BIGINT · hash UBIGINT · flag BOOLEAN · day DATE · time TIMESTAMP (store wall clock) · hour 0–23 */
export type ColumnType =
  | 'text'
  | 'money'
  | 'quantity'
  | 'rate'
  | 'count'
  | 'hash'
  | 'flag'
  | 'day'
  | 'time'
  | 'hour'

export interface Column {
  type: ColumnType
  /** NULL is allowed and means "not known". Text that is not optional is '' when empty. */
  optional?: true
  about: string
}

export interface Table {
  about: string
  /** Identifies a row within the table; always starts with `store` where there is one. */
  key: readonly string[]
  /** The day column the table is pruned and invalidated by. */
  dated?: string
  /** The table whose rows it tells more of, by the columns of that one's key: what is gone there is gone here. */
  follows?: string
  columns: Readonly<Record<string, Column>>
}

/** A column that always has a value. */
export const col = (type: ColumnType, about: string): Column => ({ type, about })
/** A column whose NULL means "not known". */
export const maybe = (type: ColumnType, about: string): Column => ({ type, about, optional: true })

export const store = col('text', 'Store handle')
/** Of every table that is delivered. */
export const source = col('text', 'What delivered the row: a connection or an import id')
export const currency = col('text', 'ISO 4217 code of the money in the row')

/** Money columns of the sales ledger: each is additive, and signed so that totals are plain sums. */
export const ledgerMoney = {
  gross: col('money', 'Unit price × quantity before discounts, tax and shipping; only on sale rows'),
  discounts: col('money', 'Line and allocated order discounts, ≤ 0'),
  reversals: col(
    'money',
    'Refunds, returns, cancellations and negative edits (≤ 0) and their adjustments (either sign)',
  ),
  shipping: col('money', 'Shipping charged less shipping discounts; refunded shipping negative'),
  taxes: col('money', 'Tax collected; refunded tax negative'),
  duties: col('money', 'Duties collected; refunded negative'),
  fees: col('money', 'Return and additional fees'),
  tips: col('money', 'Tips: in no sales total'),
  gift_cards: col('money', 'Gift cards sold: a liability, in no sales total'),
} as const
