import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { exact } from '#kernel/money.ts'
import type { CanonicalRow, Place } from '../connector.ts'
import { companyStream, creditStream, mapCompany, mapCredit } from './companies.ts'
import { mapCustomer } from './customers.ts'
import { mapOrder } from './order-rows.ts'
import { costStream, mapProduct } from './products.ts'
import { mapQuote } from './quotes.ts'
import type { Json } from './raw.ts'
import { stockStream } from './stock.ts'

const home = { store: 'trade', currency: 'GBP', timezone: 'Europe/London', hosts: [] }
const place: Place = {
  home,
  storeOf: () => home,
  privacy: false,
  hash: email => (email ? `#${email.toLowerCase()}` : ''),
  facts: { salesPeople: { '3': 'Ben Whitlock' } },
}
const example = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8')) as Json

const order = (more: Json, items: readonly Json[], memos: readonly Json[] = []) =>
  mapOrder(
    {
      website: 'trade',
      order: {
        entity_id: 7,
        increment_id: '000000007',
        state: 'processing',
        created_at: '2026-06-30 23:30:00',
        base_currency_code: 'GBP',
        customer_id: 5,
        remote_ip: '192.0.2.1',
        items,
        ...more,
      },
      memos,
      rules: '',
    },
    place,
  ).rows.sales_lines ?? []

const simple = (id: number, more: Json = {}): Json => ({
  item_id: id,
  sku: `S${id}`,
  name: `Thing ${id}`,
  product_type: 'simple',
  qty_ordered: 2,
  base_row_total: 20,
  base_discount_amount: 0,
  base_tax_amount: 4,
  base_cost: 3,
  ...more,
})
const of = (rows: readonly CanonicalRow[], kind: string) => rows.filter(row => row.kind === kind)
const add = (rows: readonly CanonicalRow[], column: string) =>
  rows.reduce((sum, row) => sum.plus(exact(String(row[column] ?? '0'))), exact('0')).toString()

describe('an order of Magento', () => {
  it('is dated in the store’s zone, with the number people know', () => {
    const [row] = order({}, [simple(1)])
    expect(row).toMatchObject({
      store: 'trade',
      order_id: '000000007',
      kind: 'sale',
      happened_at: '2026-07-01 00:30:00',
      day: '2026-07-01',
      hour: 0,
      ordered_day: '2026-07-01',
      gross: '20',
      taxes: '4',
      cost: '6',
      quantity: '2',
      customer_id: '5',
      account_id: '',
      channel: 'Online Store',
    })
  })

  it('counts a configurable once: price and discount of the parent, sku and cost of the child', () => {
    const rows = order({}, [
      simple(1, {
        product_type: 'configurable',
        sku: 'MUG-SAGE',
        base_discount_amount: 2,
        base_cost: null,
      }),
      simple(2, {
        parent_item_id: 1,
        sku: 'MUG-SAGE-X',
        base_row_total: 0,
        base_tax_amount: 0,
        base_cost: 3.5,
      }),
    ])
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      product_id: 'MUG-SAGE-X',
      gross: '20',
      discounts: '-2',
      cost: '7',
      taxes: '4',
    })
  })

  it('counts a set by its parts where they have prices, else as the set with what its parts cost', () => {
    const set = simple(1, {
      product_type: 'bundle',
      sku: 'SET',
      base_row_total: 30,
      base_tax_amount: 6,
      base_cost: null,
    })
    const part = (id: number, more: Json) => simple(id, { parent_item_id: 1, ...more })
    const dynamic = order({}, [
      set,
      part(2, { base_row_total: 10, base_tax_amount: 2 }),
      part(3, { base_row_total: 20, base_tax_amount: 4 }),
    ])
    expect(dynamic.map(row => row.product_id)).toEqual(['S2', 'S3'])
    expect(add(dynamic, 'gross')).toBe('30')
    expect(add(dynamic, 'taxes')).toBe('6')
    const free = { base_row_total: 0, base_tax_amount: 0 }
    const fixed = order({}, [set, part(2, { ...free, qty_ordered: 4 }), part(3, { ...free, base_cost: 0 })])
    expect(fixed).toHaveLength(1)
    expect(fixed[0]).toMatchObject({ product_id: 'SET', gross: '30', quantity: '2', cost: '12' })
    const unknown = order({}, [set, part(2, free), part(3, { ...free, base_cost: undefined })])
    expect(unknown[0]?.cost).toBeNull()
  })

  it('takes the tax out of discounts where prices include it', () => {
    // 24.00 with a fifth of tax, a tenth off: 20.00 + 4.00 − 2.40, of which 0.40 is tax.
    const rows = order({ base_tax_amount: 3.6, base_discount_amount: -2.4 }, [
      simple(1, {
        base_discount_amount: 2.4,
        base_discount_tax_compensation_amount: 0.4,
        base_tax_amount: 3.6,
      }),
    ])
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ gross: '20', discounts: '-2', taxes: '3.6' })
  })

  it('puts what only the totals have into rows of its own, so that the order is whole', () => {
    const rows = order(
      {
        base_tax_amount: 5.01,
        base_shipping_amount: 10,
        base_shipping_discount_amount: 4,
        base_shipping_tax_amount: 1,
        base_discount_amount: -7,
        extension_attributes: { gw_base_price: '1.5000' },
      },
      [simple(1)],
    )
    expect(of(rows, 'shipping')[0]).toMatchObject({ shipping: '6', taxes: '1' })
    expect(of(rows, 'tax')[0]).toMatchObject({ taxes: '0.01' })
    expect(of(rows, 'adjustment')[0]).toMatchObject({ discounts: '-3' })
    expect(of(rows, 'fee')[0]).toMatchObject({ fees: '1.5' })
    expect(new Set(rows.map(row => row.line_key)).size).toBe(rows.length)
  })

  it('rounds away the dust of floats, and takes amounts that are text', () => {
    const rows = order({}, [simple(1, { base_row_total: 19.989999999999998, base_tax_amount: '4.0000' })])
    expect(rows[0]).toMatchObject({ gross: '19.99', taxes: '4' })
  })

  it('takes everything back that was cancelled, on the day it was', () => {
    const rows = order(
      {
        state: 'canceled',
        base_shipping_amount: 5,
        base_shipping_tax_amount: 1,
        base_shipping_canceled: 5,
        updated_at: '2026-09-01 10:00:00',
        status_histories: [{ status: 'canceled', created_at: '2026-08-01 10:00:00', comment: 'Filed' }],
      },
      [simple(1, { qty_canceled: 2, base_discount_amount: 2, updated_at: '2026-07-03 09:00:00' })],
    )
    for (const column of ['taxes', 'shipping', 'quantity']) expect(add(rows, column)).toBe('0')
    expect(add(rows, 'cost')).toBe('0')
    expect(of(rows, 'reversal')[0]).toMatchObject({
      day: '2026-07-03',
      reversals: '-18',
      ordered_day: '2026-07-01',
    })
  })

  it('takes back the rest of a line that was not invoiced, as Magento rounded what was', () => {
    const rows = order({}, [
      simple(1, {
        qty_ordered: 3,
        base_row_total: 10,
        base_tax_amount: 2,
        qty_invoiced: 1,
        qty_canceled: 2,
        base_row_invoiced: 3.33,
        base_tax_invoiced: 0.67,
        updated_at: '2026-07-03 09:00:00',
      }),
    ])
    expect(of(rows, 'reversal')[0]).toMatchObject({
      quantity: '-2',
      reversals: '-6.67',
      taxes: '-1.33',
      cost: '-6',
    })
  })

  it('repays by credit memos: lines, shipping with its share of the discount, and adjustments', () => {
    const memo = {
      entity_id: 70,
      state: 2,
      created_at: '2026-07-10 12:00:00',
      base_discount_amount: -3,
      base_shipping_amount: 5,
      base_tax_amount: 3,
      base_adjustment_positive: 4,
      base_adjustment_negative: 1.5,
      items: [
        { order_item_id: 1, qty: 1, base_row_total: 10, base_discount_amount: 1, base_tax_amount: 2 },
        // The child again, and a row with nothing in it.
        { order_item_id: 2, qty: 1, base_row_total: 0, sku: 'S2' },
      ],
    }
    const items = [
      simple(1, { product_type: 'configurable' }),
      simple(2, { parent_item_id: 1, base_row_total: 0 }),
    ]
    const rows = order({}, items, [memo, { ...memo, entity_id: 71, state: 3 }])
    const back = rows.filter(row => String(row.line_key).startsWith('memo'))
    expect(
      back.map(row => [row.kind, row.reversals, row.shipping, row.taxes, row.quantity, row.cost]),
    ).toEqual([
      ['reversal', '-9', '0', '-2', '-1', '-3'],
      ['shipping', '0', '-3', '-1', '0', null],
      ['adjustment', '-2.5', '0', '0', '0', null],
    ])
    expect(back[0]?.day).toBe('2026-07-10')
  })

  it('keeps gift cards sold out of sales, and knows a guest by a hash', () => {
    const rows = order({ customer_id: undefined, customer_email: 'A@b.example', remote_ip: undefined }, [
      simple(1, { product_type: 'giftcard', base_tax_amount: 0 }),
    ])
    expect(rows[0]).toMatchObject({
      kind: 'gift_card',
      gross: '0',
      gift_cards: '20',
      cost: null,
      customer_id: '#a@b.example',
    })
    expect(rows[0]?.channel).toBe('Sales representative')
  })

  it('refuses a time that is none, naming it', () => {
    expect(() => order({ created_at: '0000-00-00 00:00:00' }, [simple(1)])).toThrow('0000-00-00')
  })
})

describe('the other things of Magento', () => {
  it('reads the vendor’s example of a customer', () => {
    const { rows } = mapCustomer(
      { website: 'trade', customer: example('create-customer-01'), group: 'General' },
      place,
    )
    expect(rows.customers).toEqual([
      {
        store: 'trade',
        customer_id: '2',
        name: 'Jane Doe',
        email_hash: '#jdoe@example.com',
        country: 'US',
        city: 'Mineola',
        tags: 'General',
        accepts_marketing: false,
        created_day: '2020-07-23',
      },
    ])
    const hidden = mapCustomer(
      { website: '', customer: example('create-customer-01'), group: '' },
      { ...place, privacy: true },
    )
    expect(hidden.rows.customers?.[0]).toMatchObject({ name: '', city: '' })
  })

  it('reads its examples of products: variants are sold, configurables are not', () => {
    const base = { websites: ['trade'], category: 'Tees', brand: '', supplier: '', parent: 'MS-Champ' }
    expect(
      mapProduct({ ...base, product: example('create-simple-products-01') }, place).rows.products,
    ).toEqual([
      {
        store: 'trade',
        product_id: 'MS-Champ-S',
        parent_id: 'MS-Champ',
        title: 'Champ Tee Small',
        category: 'Tees',
        brand: '',
        vendor: '',
        status: 'active',
        price: '25',
        currency: 'GBP',
      },
    ])
    expect(mapProduct({ ...base, product: example('create-configurable-product-01') }, place).rows).toEqual(
      {},
    )
    // It has no cost: none is made up.
    expect(
      costStream.map({ product: example('create-simple-products-01'), websites: [] }, place).rows,
    ).toEqual({})
  })

  it('reads its example of source items', () => {
    const [item] = example('manage-source-items-02').items as Json[]
    const { rows } = stockStream.map(
      {
        at: Date.parse('2026-06-30T23:30:00Z'),
        website: 'trade',
        source: String(item?.source_code),
        sku: String(item?.sku),
        quantity: item?.quantity,
        salable: null,
      },
      place,
    )
    expect(rows.stock_days?.[0]).toMatchObject({
      day: '2026-07-01',
      location: 'central',
      on_hand: '500',
      available: null,
    })
  })

  it('reads its example of an invoice’s rows as an order’s, to the same subtotal', () => {
    const invoice = example('order-create-invoice-01')
    const rows = order(
      { base_shipping_amount: invoice.base_shipping_amount },
      (invoice.items as Json[]).map(item => ({
        ...item,
        item_id: item.order_item_id,
        qty_ordered: item.qty,
      })),
    )
    expect(add(rows, 'gross')).toBe(String(invoice.base_subtotal))
    expect(add(rows, 'shipping')).toBe('5')
  })

  it.each([
    ['Chain net 30', 'Chain', 30],
    ['Handel, 14 Tage netto', 'Handel', 14],
    ['Wholesale (60 days)', 'Wholesale', 60],
    ['Retailer', 'Retailer', null],
    ['Group 7', 'Group 7', null],
  ])('reads terms out of the name of a group: %s', (group, segment, days) => {
    const company = { id: 4, company_name: 'A', country_id: 'IE', sales_representative_id: 3 }
    const credit = { credit_limit: 5000, currency_code: 'EUR' }
    const { rows } = mapCompany(
      { at: 0, website: '', company, credit, group, joined: '2026-01-05 10:00:00' },
      place,
    )
    expect(rows.accounts?.[0]).toMatchObject({
      segment,
      payment_terms_days: days,
      owner: 'Ben Whitlock',
      credit_limit: '5000',
      currency: 'EUR',
      created_day: '2026-01-05',
    })
  })

  it('keeps neither the address nor the telephone of a company where nothing personal is kept', () => {
    const company = {
      id: 4,
      company_name: 'Acme',
      company_email: 'jo@acme.example',
      street: ['1 High Street'],
      telephone: '0115 496 0000',
      vat_tax_id: 'GB1',
    }
    const record = { at: 0, website: '', company, credit: null, group: '', joined: '' }
    for (const { personal } of [companyStream, creditStream])
      expect(personal).toEqual(
        expect.arrayContaining(['company_email', 'street', 'telephone', 'postcode', 'vat_tax_id']),
      )
    const mapped = mapCompany(record, { ...place, privacy: true })
    expect(mapped.rows.accounts?.[0]).toMatchObject({ name: 'Acme', domain: null })
    expect(mapCompany(record, place).rows.accounts?.[0]?.domain).toBe('acme.example')
  })

  it('takes a balance below zero for what a company owes, on the shop’s day of the reading', () => {
    const at = Date.parse('2026-06-30T23:30:00Z')
    const told = (credit: Json | null) =>
      mapCredit({ at, website: '', company: { id: 4 }, credit, group: '', joined: '' }, place).rows
        .receivable_days
    expect(told({ balance: -1250.5, currency_code: 'EUR' })).toMatchObject([
      { account_id: '4', owed: '1250.5', currency: 'EUR', day: '2026-07-01' },
    ])
    expect(told({ balance: 20 })?.[0]).toMatchObject({ owed: '-20' })
    expect(told({ balance: 0 })?.[0]).toMatchObject({ owed: '0' })
    // What tells no balance does not tell that nothing is owed.
    expect(told({ credit_limit: 100 })).toBeUndefined()
  })

  it('tells a quote’s end by its status, and a new status it does not know as open', () => {
    const cart = (status: string) => ({
      id: 9,
      created_at: '2026-06-01 10:00:00',
      updated_at: '2026-06-03 10:00:00',
      extension_attributes: {
        negotiable_quote: { status, base_original_total_price: 100, expiration_period: '2026-07-01' },
      },
    })
    const deal = (status: string) =>
      mapQuote({ website: '', cart: cart(status), order: null }, place).rows.deals?.[0]
    expect(deal('declined')).toMatchObject({ state: 'lost', close_day: '2026-06-03', amount: '100' })
    expect(deal('something_new')).toMatchObject({
      state: 'open',
      stage: 'something_new',
      close_day: '2026-07-01',
    })
  })
})
