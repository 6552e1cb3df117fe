import { col, maybe, source, store, type Table } from './canonical-column.ts'

/** What goes out to customers and what they ask to send back. Neither moves money. */
export const parcels = {
  shipments: {
    about: 'What left the house: one row per shipment, beside what its order asked for.',
    key: ['store', 'order_id', 'shipment_id'],
    dated: 'day',
    columns: {
      store,
      order_id: col('text', 'As in the sales ledger'),
      shipment_id: col('text', 'Id in the source'),
      number: col('count', "Which of the order's shipments it is, from 1"),
      happened_at: col('time', ''),
      day: col('day', ''),
      ordered_day: col('day', ''),
      quantity: col('quantity', 'Units that left'),
      ordered: col('quantity', 'Units of the whole order that are to be shipped; cancelled ones are not'),
      account_id: col('text', "B2B account, '' for B2C"),
      country: col('text', 'Where the order goes'),
      channel: col('text', 'As in the sales ledger'),
      source,
    },
  },
  return_requests: {
    about:
      'What customers asked to send back: one row per line of a return. No money: what was paid back stands in the sales ledger, on the day it was.',
    key: ['store', 'order_id', 'return_id', 'line_id'],
    dated: 'day',
    columns: {
      store,
      order_id: col('text', 'As in the sales ledger'),
      return_id: col('text', 'Id in the source'),
      line_id: col('text', 'Id in the source'),
      happened_at: col('time', 'When it was asked for'),
      day: col('day', ''),
      ordered_day: col('day', ''),
      closed_day: maybe('day', 'Day it was settled or refused; unknown while it goes on'),
      quantity: col('quantity', 'Units asked to be sent back'),
      state: col('text', 'open, closed or refused'),
      reason: col('text', "As the source names it, ''"),
      product_id: col('text', 'As in the sales ledger'),
      title: col('text', ''),
      account_id: col('text', "B2B account, '' for B2C"),
      country: col('text', 'As in the sales ledger'),
      channel: col('text', 'As in the sales ledger'),
      source,
    },
  },
} as const satisfies Record<string, Table>
