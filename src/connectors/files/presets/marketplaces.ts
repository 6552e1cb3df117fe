import type { Preset } from '../preset.ts'

export const amazonOrders: Preset = {
  name: 'amazon-orders',
  label: 'Amazon orders',
  about:
    'Reports → Fulfilment → All orders. Prices without tax: VAT that is in them goes by item-tax, as far as that says it. Cancelled items and gift wrapping are left out.',
  target: 'sales_lines',
  needs: ['amazon-order-id', 'purchase-date', 'sku', 'quantity', 'item-price'],
  mapping(pick, has) {
    const given = (target: string, ...names: string[]) =>
      names.some(has) ? { [target]: pick(...names) } : {}
    // Where prices are told with VAT, as they are nearly everywhere but in the United States and Canada, it is taken out of them.
    const untaxed = has('currency')
      ? `currency in ('USD', 'CAD')`
      : has('sales-channel')
        ? `lower("sales-channel") in ('amazon.com', 'amazon.ca')`
        : null
    const or = (name: string) => `coalesce("${name}", 0)`
    const taxed = has('item-tax') && untaxed !== null
    const promotion = has('item-promotion-discount') ? `abs(${or('item-promotion-discount')})` : null
    const without = (money: string) =>
      taxed
        ? `${money} - if(${untaxed}, 0, coalesce(${or('item-tax')} * ${money} / nullif("item-price"${promotion ? ` - ${promotion}` : ''}, 0), 0))`
        : money
    const status = has('item-status') ? 'item-status' : has('order-status') ? 'order-status' : null
    return {
      name: 'Amazon orders',
      target: 'sales_lines',
      ...(status && {
        where: `lower("${status}") not in ('cancelled', 'canceled')`,
        gone: `lower("${status}") in ('cancelled', 'canceled')`,
        reason: 'cancelled before it was charged',
      }),
      columns: {
        order_id: '"amazon-order-id"',
        at: '"purchase-date"',
        sku: 'sku',
        quantity: 'quantity',
        // The price of the item is that of all its units.
        amount: without('"item-price"'),
        ...given('title', 'product-name'),
        ...(promotion && { discount: without(promotion) }),
        // What is charged of it, where a promotion pays some.
        ...(has('shipping-price') && {
          shipping: [
            or('shipping-price'),
            ...(has('ship-promotion-discount') ? [`abs(${or('ship-promotion-discount')})`] : []),
            ...(taxed && has('shipping-tax') ? [`if(${untaxed}, 0, ${or('shipping-tax')})`] : []),
          ].join(' - '),
        }),
        ...(taxed && { tax: ['item-tax', 'shipping-tax'].filter(has).map(or).join(' + ') }),
        ...given('country', 'ship-country'),
        ...given('channel', 'sales-channel'),
        ...given('discount_code', 'promotion-ids'),
        ...given('currency', 'currency'),
      },
    }
  },
}

const settled = ['settlement-id', 'transaction-type', 'amount-type', 'amount-description', 'amount']
const moment = (has: (name: string) => boolean): string =>
  has('posted-date-time') ? 'coalesce("posted-date-time", "posted-date")' : '"posted-date"'
/** What customers pay and get back stands under these; all else is between Amazon and the seller. */
const customers = `"transaction-type" in ('Order', 'Refund') and "amount-type" in ('ItemPrice', 'Promotion')`

/** A settlement is in one currency, which only its first row says; a file may hold several settlements. */
const currency = (has: (name: string) => boolean): Record<string, string> =>
  has('currency') ? { currency: 'shared(currency, "settlement-id")' } : {}

/** What customers paid and got back, dated when Amazon posted it: a report has no day of ordering. */
export const amazonSettlement: Preset = {
  name: 'amazon-settlement',
  label: 'Amazon settlement',
  about:
    'Payments → Reports → Flat file V2. Orders and refunds by what customers paid; fees are amazon-settlement-fees; tax that Amazon withholds, reserves and payouts are left out. In the currency of each settlement, by the day of posting.',
  target: 'sales_lines',
  needs: [...settled, 'order-id', 'posted-date|posted-date-time', 'sku'],
  mapping(_, has) {
    const refund = `"transaction-type" = 'Refund'`
    const promotion = `"amount-type" = 'Promotion'`
    const of = (word: string) => `contains(lower("amount-description"), '${word}')`
    // Tax of shipping is tax.
    const goods = `not ${of('tax')} and not ${of('shipping')} and not ${of('giftwrap')}`
    return {
      name: 'Amazon settlement',
      target: 'sales_lines',
      where: customers,
      reason: 'no money of a customer: fees, reserves, payouts and what Amazon settles with the seller',
      columns: {
        order_id: '"order-id"',
        at: moment(has),
        sku: 'sku',
        kind: `case when ${of('tax')} then 'tax' when ${of('shipping')} then 'shipping' when ${of('giftwrap')} then 'fee'
          when ${refund} then 'reversal' when ${promotion} or ${of('principal')} then 'sale' else 'fee' end`,
        amount: `if(${promotion} and not ${refund} and ${goods}, 0, number(amount))`,
        discount: `if(${promotion} and not ${refund} and ${goods}, number(amount), 0)`,
        ...(has('quantity-purchased') && {
          quantity: `if("amount-type" = 'ItemPrice' and ${of('principal')}, if(${refund}, -abs(coalesce("quantity-purchased", 0)), number("quantity-purchased")), 0)`,
        }),
        ...(has('marketplace-name') && { channel: '"marketplace-name"' }),
        ...currency(has),
      },
    }
  },
}

export const amazonSettlementFees: Preset = {
  name: 'amazon-settlement-fees',
  label: 'Amazon settlement: fees',
  about:
    'The same report for the general ledger: what Amazon charges (commission, fulfilment, storage, advertising), by kind of amount. What customers paid, tax that is withheld, reserves and payouts are left out.',
  target: 'ledger_entries',
  needs: [...settled, 'posted-date|posted-date-time'],
  mapping: (_, has) => ({
    name: 'Amazon settlement: fees',
    target: 'ledger_entries',
    where: `"transaction-type" is not empty and not (${customers}) and "amount-type" <> 'ItemWithheldTax' and not contains(lower("amount-description"), 'reserve') and not contains(lower("transaction-type"), 'transfer')`,
    reason: 'no charge of Amazon',
    columns: {
      day: moment(has),
      account: '"amount-type"',
      // A charge lowers what is paid out: in the ledger a cost is above zero.
      amount: '-amount',
      vendor: "'Amazon'",
      words: '"amount-description"',
      ...currency(has),
      number: `concat("settlement-id", ' ', ${has('order-id') ? '"order-id", \' \', ' : ''}"amount-description")`,
    },
  }),
}
