import { quote } from '../reading.ts'
import type { Place, Target } from '../target.ts'
import { absent, dayOf, empty, money } from './catalogue.ts'
import { code, number, text, time, words } from './column.ts'

const none = 'NULL'
const same = (place: Place) => ({ store: quote(place.store), source: quote(place.source) })
const po =
  'poid ponumber po purchaseorder purchaseorderid purchaseordernumber orderid orderno bestellnummer bonDeCommande'.toLowerCase()
const poLine = 'poline polineid lineid lineno linenumber purchaseorderdetailid position pos posnr'

export const purchaseOrders: Target = {
  name: 'purchase_orders',
  label: 'Purchase orders',
  about: 'Lines ordered from vendors.',
  table: 'purchase_orders',
  columns: {
    po_id: code('Purchase order', po),
    line_id: code('Line of it; the product when absent', poLine),
    vendor: text('Vendor', words.vendor),
    sku: code('Product', words.sku),
    ordered: time(
      'When it was ordered',
      'ordered orderdate ordereddate podate createdat created date bestelldatum',
    ),
    due: time(
      'When it is due',
      'due duedate expected expecteddate deliverydate eta promiseddate liefertermin',
    ),
    quantity: number(
      'Units ordered',
      'quantity qty orderqty orderedqty quantityordered qtyordered units menge',
    ),
    unit_price: number('Price of one unit', 'unitprice price unitcost cost preis einzelpreis'),
    standard_price: number('Price agreed or standard', 'standardprice standardcost listprice agreedprice'),
    status: text('Status', 'status state'),
    currency: text('Currency', words.currency),
  },
  missing(has) {
    if (!has('po_id')) return 'the purchase order: map `po_id`'
    if (!has('ordered') && !has('due')) return 'when it was ordered: map `ordered`'
    return has('quantity') && has('unit_price') ? null : 'units and price: map `quantity` and `unit_price`'
  },
  repeats: has => (has('line_id') ? 'last' : 'number'),
  numbered: 'po_line',
  derive: (given, place) => ({
    faults: [
      absent(given, 'po_id', 'purchase order number'),
      [`${given.get('ordered', given.get('due', none))} IS NULL`, 'there is no date of the order'],
      [`${given.get('quantity')} IS NULL`, 'there is no quantity'],
      [`${given.get('unit_price')} IS NULL`, 'there is no price'],
    ],
    columns: {
      ...same(place),
      po_id: given.get('po_id'),
      po_line: given.get('line_id', given.get('sku', empty)),
      vendor: given.get('vendor', empty),
      product_id: given.get('sku', empty),
      ordered_day: dayOf(given, 'ordered', given.get('due', none)),
      due_day: dayOf(given, 'due', none),
      quantity: given.get('quantity'),
      unit_price: given.get('unit_price'),
      standard_price: given.get('standard_price', none),
      currency: money(given, place),
      status: given.get('status', empty),
    },
  }),
}

export const receipts: Target = {
  name: 'receipts',
  label: 'Goods received',
  about: 'What came in against purchase orders, and what of it was turned away.',
  table: 'receipts',
  columns: {
    po_id: code('Purchase order', po),
    line_id: code('Line of it', poLine),
    receipt_id: code(
      'Receipt; the day when absent',
      'receiptid receipt receiptno grn deliverynote goodsreceipt wareneingang lieferschein',
    ),
    day: time(
      'When it came',
      `received receiveddate receiptdate arrived arrivaldate deliveredat wareneingangsdatum ${words.day}`,
    ),
    received: number(
      'Units received',
      'received receivedqty qtyreceived quantityreceived quantity qty units',
    ),
    rejected: number('Units turned away', 'rejected rejectedqty qtyrejected defective defects damaged'),
  },
  missing: has =>
    has('po_id') && has('day') && has('received')
      ? null
      : 'order, day and units: map `po_id`, `day` and `received`',
  repeats: has => (has('receipt_id') ? 'last' : 'number'),
  numbered: 'receipt_id',
  derive: (given, place) => ({
    faults: [
      absent(given, 'po_id', 'purchase order number'),
      [`${given.get('day')} IS NULL`, 'there is no day'],
      [`${given.get('received')} IS NULL`, 'there is no quantity'],
    ],
    columns: {
      ...same(place),
      po_id: given.get('po_id'),
      po_line: given.get('line_id', empty),
      receipt_id: given.get('receipt_id', `CAST(CAST(${given.get('day')} AS DATE) AS VARCHAR)`),
      received_day: dayOf(given, 'day'),
      received: given.get('received'),
      rejected: given.has('rejected') ? `coalesce(${given.get('rejected')}, 0)` : '0',
    },
  }),
}

export const exchangeRates: Target = {
  name: 'exchange_rates',
  label: 'Exchange rates',
  about: 'One unit of `base` in `quote`, by day. A day without a rate uses the last one before it.',
  table: 'exchange_rates',
  columns: {
    base: text(
      'Currency that is one unit',
      'base from basecurrency fromcurrency currencydenom currency source',
    ),
    quote: text(
      'Currency it is told in; the shop’s when absent',
      'quote to quotecurrency tocurrency target counter currency',
    ),
    day: time('Day', `${words.day} timeperiod`),
    rate: number(
      'Rate',
      'rate exchangerate averagerate kurs taux cambio tasso koers value endofdayrate obsvalue',
    ),
  },
  missing: has =>
    has('base') && has('day') && has('rate') ? null : 'currency, day and rate: map `base`, `day` and `rate`',
  repeats: () => 'last',
  derive(given, place) {
    const other = given.has('quote') ? `upper(${given.get('quote')})` : quote(place.currency)
    return {
      faults: [
        [`length(${given.get('base')}) <> 3 OR length(${other}) <> 3`, 'a currency is no three-letter code'],
        [`${given.get('day')} IS NULL`, 'there is no day'],
        [`${given.get('rate')} IS NULL OR ${given.get('rate')} <= 0`, 'the rate is not above zero'],
      ],
      columns: {
        base: `upper(${given.get('base')})`,
        quote: other,
        day: dayOf(given, 'day'),
        rate: given.get('rate'),
        source: quote(place.source),
      },
    }
  },
}
