import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { exact, sum } from '#kernel/money.ts'
import type { CanonicalRow, Place } from '../connector.ts'
import { decimal, fixed, share, taxWithin } from './fixed.ts'
import { mapOrder } from './order-map.ts'
import type { Bag, OrderRecord } from './order-record.ts'

const home = { store: 'shop', currency: 'GBP', timezone: 'Europe/London', hosts: [] }
const place: Place = {
  home,
  storeOf: () => home,
  privacy: false,
  hash: email => email ?? '',
  facts: { country: 'GB' },
}
const bag = (amount: string): Bag => ({ shopMoney: { amount } })
const gid = (type: string, id: number) => `gid://shopify/${type}/${id}`

const order = (more: Partial<OrderRecord>): OrderRecord => ({
  id: gid('Order', 1),
  legacyResourceId: '1',
  createdAt: '2026-03-01T10:00:00Z',
  updatedAt: '2026-03-01T10:00:00Z',
  processedAt: '2026-03-01T10:00:00Z',
  taxesIncluded: false,
  sourceName: 'web',
  lineItems: [],
  shippingLines: [],
  agreements: [],
  refunds: [],
  ...more,
})
const line = (id: number, price: string, more: Partial<OrderRecord['lineItems'][number]> = {}) => ({
  id: gid('LineItem', id),
  name: `Thing ${id}`,
  sku: `SKU-${id}`,
  quantity: 1,
  currentQuantity: 1,
  originalUnitPriceSet: bag(price),
  ...more,
})
const rowsOf = (record: OrderRecord): CanonicalRow[] => mapOrder(record, place).rows.sales_lines ?? []
const total = (rows: readonly CanonicalRow[], ...columns: string[]) =>
  Number(sum(rows.flatMap(row => columns.map(column => String(row[column] ?? 0)))))

describe('sales by Shopify’s canon', () => {
  it.each([
    // Order total, shipping and refunds with their tax; what stands between net and total is tax.
    [['3997.23', '210.48', '757.35', '120', '3032.29', '606.51', '9', '3491.80'], 4246.26, 4508.1],
    [['3714.63', '250.81', '692.78', '152', '3064.98', '613.02', '11', '3584.20'], 3983.04, 4203.8],
  ])('gives the totals of the worked examples, pending refunds counted once', (figures, net, all) => {
    const [gross, off, tax, shipping, back, backTax, backShipping, pending] = figures as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ]
    const rows = rowsOf(
      order({
        lineItems: [
          line(1, gross, {
            discountAllocations: [{ allocatedAmountSet: bag(off) }],
            taxLines: [{ rate: 0.2, priceSet: bag(tax) }],
          }),
        ],
        shippingLines: [{ id: gid('ShippingLine', 1), discountedPriceSet: bag(shipping), taxLines: [] }],
        refunds: [
          {
            id: gid('Refund', 1),
            processedAt: '2026-03-09T23:30:00Z',
            refundLineItems: [
              {
                quantity: 1,
                lineItem: { id: gid('LineItem', 1) },
                subtotalSet: bag(back),
                totalTaxSet: bag(backTax),
              },
            ],
            refundShippingLines: [{ subtotalAmountSet: bag(backShipping), taxAmountSet: bag('0.0') }],
            orderAdjustments: [
              {
                id: gid('OrderAdjustment', 1),
                reason: 'PENDING_REFUND_DISCREPANCY',
                amountSet: bag(pending),
                taxAmountSet: bag('0.0'),
              },
            ],
          },
        ],
      }),
    )
    expect(total(rows, 'gross', 'discounts', 'reversals')).toBe(net)
    expect(total(rows, 'gross', 'discounts', 'reversals', 'shipping', 'taxes', 'duties', 'fees')).toBe(all)
    expect(total(rows, 'discounts')).toBe(-Number(off))
  })

  it('takes the tax out of prices that include it, to the penny', () => {
    const [row] = rowsOf(
      order({
        taxesIncluded: true,
        lineItems: [
          line(1, '19.95', {
            quantity: 3,
            discountAllocations: [{ allocatedAmountSet: bag('5.0') }],
            taxLines: [{ rate: 0.2, priceSet: bag('9.14') }],
          }),
        ],
      }),
    )
    // 59.85 holds 9.975 of tax, which is 9.98; paid 54.85 less 9.14.
    expect(row).toMatchObject({ gross: '49.87', discounts: '-4.16', taxes: '9.14', quantity: '3' })
  })

  it('dates what an edit or an exchange added by that, and shares a line out between the two', () => {
    const sale = (id: number, quantity: number, action = 'ORDER') => ({
      id: gid('Sale', id),
      actionType: action,
      lineType: 'PRODUCT',
      quantity,
      lineItem: { id: gid('LineItem', id) },
    })
    const rows = rowsOf(
      order({
        lineItems: [
          line(1, '10.0', { quantity: 3, discountAllocations: [{ allocatedAmountSet: bag('1.0') }] }),
          line(2, '7.0'),
        ],
        agreements: [
          { id: 'a', happenedAt: '2026-03-01T10:00:00Z', reason: 'ORDER', sales: [sale(1, 2)] },
          { id: 'b', happenedAt: '2026-03-04T10:00:00Z', reason: 'ORDER_EDIT', sales: [sale(1, 1)] },
          {
            id: 'c',
            happenedAt: '2026-04-02T10:00:00Z',
            reason: 'RETURN',
            sales: [sale(1, -1, 'RETURN'), sale(2, 1)],
          },
        ],
      }),
    )
    expect(rows.map(row => [row.day, row.ordered_day, row.quantity, row.gross, row.discounts])).toEqual([
      ['2026-03-01', '2026-03-01', '2', '20', '-0.67'],
      ['2026-03-04', '2026-03-01', '1', '10', '-0.33'],
      ['2026-04-02', '2026-03-01', '1', '7', '0'],
    ])
    expect(new Set(rows.map(row => row.line_key)).size).toBe(rows.length)
  })

  it('keeps gift cards and tips out of sales, and test orders out of everything', () => {
    const rows = rowsOf(
      order({
        lineItems: [line(1, '25.0', { isGiftCard: true }), line(2, '3.0'), line(3, '10.0')],
        agreements: [
          {
            id: 'a',
            happenedAt: '2026-03-01T10:00:00Z',
            reason: 'ORDER',
            sales: [
              {
                id: 's',
                actionType: 'ORDER',
                lineType: 'TIP',
                quantity: 1,
                lineItem: { id: gid('LineItem', 2) },
              },
            ],
          },
        ],
      }),
    )
    expect(rows.map(row => row.kind)).toEqual(['gift_card', 'tip', 'sale'])
    expect([total(rows, 'gift_cards'), total(rows, 'tips'), total(rows, 'gross')]).toEqual([25, 3, 10])
    expect(mapOrder(order({ test: true, lineItems: [line(1, '5.0')] }), place)).toEqual({ rows: {} })
  })

  it('counts duties, fees and their taxes, and takes back a cancelled order that has no refund', () => {
    const rows = rowsOf(
      order({
        cancelledAt: '2026-03-02T08:00:00Z',
        lineItems: [
          line(1, '40.0', {
            currentQuantity: 0,
            duties: [{ price: bag('4.0') }],
            taxLines: [{ rate: 0.2, priceSet: bag('8.0') }],
            cost: { unit: '12.345', by: 'item' },
          }),
        ],
        shippingLines: [{ discountedPriceSet: bag('5.0'), taxLines: [] }],
        additionalFees: [{ id: gid('AdditionalFee', 1), price: bag('1.5') }],
      }),
    )
    expect([total(rows, 'duties'), total(rows, 'fees'), total(rows, 'cost')]).toEqual([4, 1.5, 0])
    expect(total(rows, 'gross', 'discounts', 'reversals', 'shipping', 'taxes')).toBe(0)
    expect(rows.find(row => row.kind === 'reversal')).toMatchObject({
      day: '2026-03-02',
      quantity: '-1',
      cost: '-12.345',
    })
  })

  it('finds the market by the shipping address, else the bill, else the counter, else the shop', () => {
    const lineItems = [line(1, '1.0')]
    const country = (more: Partial<OrderRecord>) => rowsOf(order({ lineItems, ...more }))[0]?.country
    expect(
      country({ shippingAddress: { countryCodeV2: 'IE' }, billingAddress: { countryCodeV2: 'US' } }),
    ).toBe('IE')
    expect(country({ billingAddress: { countryCodeV2: 'US' } })).toBe('US')
    expect(country({ retailLocation: { address: { countryCode: 'FR' } } })).toBe('FR')
    expect(country({ shippingAddress: null })).toBe('GB')
  })
})

describe('orders of every kind of shop', () => {
  const ofShop = (currency: string, timezone: string, record: OrderRecord) => {
    const own = { ...home, currency, timezone }
    return mapOrder(record, { ...place, home: own, storeOf: () => own }).rows.sales_lines ?? []
  }

  it.each([
    // Prices with tax: ¥1,100 at 10 %, three units bought for 3,300 and one of them given back.
    ['JPY', '1100', '0.1', '300', '3000', '1000'],
    // Fils are thousandths: 3 × 1.100 at 10 %.
    ['KWD', '1.100', '0.1', '0.300', '3', '1'],
    ['USD', '11.00', '0.1', '3.00', '30', '10'],
  ])('are exact in %s, to the smallest coin', (currency, price, rate, tax, gross, back) => {
    const one = line(1, price, {
      quantity: 3,
      taxLines: [{ rate: Number(rate), priceSet: bag(tax) }],
    })
    const third = String(Number(tax) / 3)
    const record = order({
      taxesIncluded: true,
      lineItems: [one],
      refunds: [
        {
          id: gid('Refund', 1),
          processedAt: '2026-03-02T10:00:00Z',
          refundLineItems: [
            { quantity: 1, lineItem: { id: one.id }, subtotalSet: bag(price), totalTaxSet: bag(third) },
          ],
          refundShippingLines: [],
          orderAdjustments: [],
        },
      ],
    })
    const rows = ofShop(currency, 'UTC', record)
    expect(rows[0]).toMatchObject({ currency, gross, discounts: '0', taxes: decimal(fixed(tax)) })
    expect(rows[1]).toMatchObject({ reversals: `-${back}`, quantity: '-1' })
  })

  it.each([
    // Half past and a quarter to: the day turns at 18:30 and 18:15 UTC.
    ['Asia/Kolkata', '2026-03-01T18:29:59Z', '2026-03-01', 23],
    ['Asia/Kolkata', '2026-03-01T18:30:00Z', '2026-03-02', 0],
    ['Asia/Kathmandu', '2026-03-01T18:15:00Z', '2026-03-02', 0],
    // Half an hour of summer time, and a day of 24½ hours.
    ['Australia/Lord_Howe', '2026-04-04T14:59:00Z', '2026-04-05', 1],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', '2026-04-05', 1],
    ['America/St_Johns', '2026-03-02T03:29:00Z', '2026-03-01', 23],
  ])('have their day and hour in %s at %s', (timezone, processedAt, day, hour) => {
    const [row] = ofShop('USD', timezone, order({ processedAt, lineItems: [line(1, '1')] }))
    expect(row).toMatchObject({ day, hour, ordered_day: day })
  })

  it('keep numbers above 2³¹ and beyond 2⁵³ as they are', () => {
    const big = '9007199254740993'
    const record = order({
      id: `gid://shopify/Order/${big}`,
      legacyResourceId: big,
      customer: { id: `gid://shopify/Customer/${big}` },
      lineItems: [
        {
          ...line(1, '1', { sku: null }),
          id: `gid://shopify/LineItem/${big}`,
          variant: { id: 'gid://shopify/ProductVariant/4294967297' },
        },
      ],
    })
    expect(ofShop('USD', 'UTC', record)).toMatchObject([
      { order_id: big, customer_id: big, line_key: big, product_id: '4294967297' },
    ])
  })

  it('that changed while their file was read stay whole: what is paid back of a line not in it is paid back all the same', () => {
    const record = order({
      lineItems: [line(1, '10')],
      refunds: [
        {
          id: gid('Refund', 1),
          processedAt: '2026-03-02T10:00:00Z',
          refundLineItems: [{ quantity: 1, lineItem: { id: gid('LineItem', 2) }, subtotalSet: bag('4') }],
          refundShippingLines: [],
          orderAdjustments: [],
        },
      ],
    })
    expect(rowsOf(record).map(row => [row.kind, row.gross, row.reversals, row.product_id])).toEqual([
      ['sale', '10', '0', 'SKU-1'],
      ['reversal', '0', '-4', ''],
    ])
  })
})

const capture = new URL(
  '../../../../shared/specs/shopify/examples/estuary-capture-real-devstore.json',
  import.meta.url,
)

describe.skipIf(!existsSync(capture))('an order of a real shop (its capture is not kept here)', () => {
  it('has the totals of the shop’s own book', () => {
    const all = JSON.parse(readFileSync(capture, 'utf8')) as [string, Record<string, never>][]
    const of = (name: string) => all.find(([stream]) => stream.endsWith(`/${name}`))?.[1] ?? {}
    const record = {
      shippingLines: [],
      ...of('orders'),
      ...of('order_agreements'),
      ...of('order_refunds'),
    } as unknown as OrderRecord
    record.refunds = record.refunds.map(one => ({
      ...one,
      refundShippingLines: one.refundShippingLines ?? [],
      orderAdjustments: one.orderAdjustments ?? [],
    }))
    const rows = rowsOf(record)
    const book = record.agreements
      .flatMap(one => one.sales)
      .reduce((all, sale) => all.plus(exact(sale.totalAmount?.shopMoney.amount ?? '0')), exact('0'))
    expect(total(rows, 'gross', 'discounts', 'reversals', 'taxes', 'shipping')).toBe(Number(book))
    // The exchange came with the return, four days after the order.
    expect(
      rows.filter(row => row.kind === 'sale' && row.day !== row.ordered_day).map(row => row.day),
    ).toEqual(['2026-06-15'])
  })
})

describe('amounts as whole ten-thousandths', () => {
  it('reads and writes decimal text exactly', () => {
    for (const text of ['0', '1', '-1.5', '749.95', '0.0001', '-0.25', '604214.45', '90000000000.1234'])
      expect(decimal(fixed(text))).toBe(text)
    expect([fixed('8600.0'), fixed('.5'), fixed('1.00005'), fixed('-1.00005'), fixed(null)]).toEqual([
      86_000_000, 5000, 10_001, -10_001, 0,
    ])
    for (const wrong of ['', '-', '1,5', '1e3', 'NaN', '99999999999999']) expect(() => fixed(wrong)).toThrow()
  })

  it('takes tax out with halves up, in coins of every size, also of great amounts', () => {
    expect(decimal(taxWithin(fixed('19.95'), 0.2, 100))).toBe('3.33')
    expect(decimal(taxWithin(fixed('1000'), 0.1, 10_000))).toBe('91')
    expect(decimal(taxWithin(fixed('12345678.9'), 0.08875, 100))).toBe(
      exact('12345678.9').times('0.08875').div('1.08875').toDecimalPlaces(2).toString(),
    )
  })

  it('shares a line out so that the parts are the whole', () => {
    const parts = [0, 1, 2].map(n => share(fixed('10'), n, 1, 3, 100))
    expect(parts.map(decimal)).toEqual(['3.33', '3.34', '3.33'])
    expect(parts.reduce((a, b) => a + b)).toBe(fixed('10'))
  })
})
