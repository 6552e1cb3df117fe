import { describe, expect, it } from 'vitest'
import { guesser } from '../../test/guessed.ts'
import { importRoom } from '../../test/import-room.ts'

/** Prices from which the discount is off already, that hold their tax, or are of a whole line: each counts once, or it is said. */

const room = importRoom()
const { guessed } = guesser(room)

/** Forty lines of two products, every third with a tenth off; tax is a fifth of what is left. */
const lines = Array.from({ length: 40 }, (_, i) => {
  const [sku, price] = i % 2 === 0 ? ['MUG', 12.5] : ['KETTLE', 49]
  const units = 1 + (i % 3)
  const goods = price * units
  const off = i % 3 === 2 ? goods / 10 : 0
  return {
    order: 100 + i,
    day: `2026-03-${String(1 + (i % 28)).padStart(2, '0')}`,
    sku,
    price,
    units,
    goods,
    off,
    tax: (goods - off) / 5,
  }
})
type Line = (typeof lines)[number]
const sum = (of: (line: Line) => number) =>
  Math.round(lines.reduce((so, line) => so + of(line), 0) * 100) / 100
const table = (heading: string, cells: (line: Line) => (string | number)[]) => [
  `Order Number,Order Date,SKU,Quantity,${heading}`,
  ...lines.map(line => [line.order, line.day, line.sku, line.units, ...cells(line)].join()),
]
const money = (value: number) => value.toFixed(4)
const right = {
  orders: 40,
  units: sum(line => line.units),
  gross: sum(line => line.goods),
  discounts: -sum(line => line.off),
}

describe('a discount that is in the price already counts once', () => {
  const left = (line: Line) => (line.goods - line.off) / line.units
  it.each([
    [
      'by the price that its list says',
      'List Price,Price,Discount',
      (line: Line) => [line.price, money(left(line)), money(line.off)],
    ],
    [
      'by what the product costs on other rows',
      'Price,Discount',
      (line: Line) => [money(left(line)), money(line.off)],
    ],
    [
      'by what was charged for each order',
      'Price,Discount,Order Total',
      (line: Line) => [money(left(line)), money(line.off), money(line.goods - line.off)],
    ],
    [
      'by a total with tax that is no less for it',
      'Price,Discount,Tax,Total',
      (line: Line) => [
        money(left(line)),
        money(line.off),
        money(line.tax),
        money((line.goods - line.off) * 1.2),
      ],
    ],
    [
      'where the money is of the line',
      'Discount,Line Total',
      (line: Line) => [money(line.off), money(line.goods - line.off)],
    ],
  ])('%s', async (name, heading, cells) => {
    const { sums, preview } = await guessed(table(heading, cells), `in-${name.length}`)
    expect(sums).toMatchObject(right)
    expect(preview.warnings.join()).toContain('is what is left after “Discount”')
  })
  it('and one that is not is taken off', async () => {
    const { sums, preview } = await guessed(
      table('Price,Discount', line => [line.price, money(line.off)]),
      'off',
    )
    expect(sums).toMatchObject(right)
    expect(preview.warnings).toEqual([])
  })
  it('and one that is told of each unit is taken off all of them', async () => {
    const { sums } = await guessed(
      table('Price,Discount,Line Total', line => [
        line.price,
        money(line.off / line.units),
        money(line.goods - line.off),
      ]),
      'units',
    )
    expect(sums).toMatchObject(right)
  })
  it('and where the rows show neither, it is said', async () => {
    const unlike = table('Price,Discount', line => [money(left(line)), money(line.off)]).map((row, i) =>
      row.replace(/MUG|KETTLE/, `SKU-${i}`),
    )
    const { preview } = await guessed(unlike, 'unsaid')
    expect(preview.warnings.join()).toContain('do not say whether “Discount” is in “Price” already')
  })
  it('also where goods come back', async () => {
    const back = [
      ...table('List Price,Price,Discount', line => [line.price, money(left(line)), money(line.off)]),
      '900,2026-04-01,MUG,-2,12.5,10,5',
    ]
    const { sums } = await guessed(back, 'back')
    expect(sums).toMatchObject({ ...right, orders: 41, units: right.units - 2, reversals: -20 })
  })
})

describe('a price that grows with the quantity', () => {
  it('is the money of the line', async () => {
    const { sums, preview } = await guessed(
      table('Item Price', line => [line.goods]),
      'whole',
    )
    expect(sums).toMatchObject({ ...right, discounts: 0 })
    expect(preview.warnings.join()).toContain('grows with the quantity')
  })
  it('and one that does not is of one unit', async () => {
    const { sums } = await guessed(
      table('Item Price', line => [line.price]),
      'unit',
    )
    expect(sums).toMatchObject({ ...right, discounts: 0 })
  })
})

describe('tax beside the price of an item counts once', () => {
  const heading =
    'Item Price,Item Tax,Shipping Price,Shipping Tax,Item Promotion Discount,Ship Promotion Discount'
  const whole = { ...right, taxes: sum(line => line.tax + 1), shipping: 5 * lines.length - 1 }
  const promoted = (line: Line) => (line.order === 100 ? 1 : 0)
  it('where prices are told without it', async () => {
    const { sums } = await guessed(
      table(heading, line => [money(line.goods), money(line.tax), 5, 1, money(line.off), promoted(line)]),
      'without',
    )
    expect(sums).toMatchObject(whole)
  })
  it('and where they hold it, as the rates show', async () => {
    const { sums, preview } = await guessed(
      table(heading, line => [
        money(line.goods * 1.2),
        money(line.tax),
        6,
        1,
        money(line.off * 1.2),
        promoted(line),
      ]),
      'with',
    )
    expect(sums).toMatchObject(whole)
    expect(preview.warnings.join()).toContain('“Item Price” holds “Item Tax”')
  })
  it('and where rates show nothing, it is said', async () => {
    const odd = table('Amount,Tax', line => [money(line.goods), money(1 + (line.order % 7) * 0.37)])
    const { preview } = await guessed(odd, 'unrated')
    expect(preview.warnings.join()).toContain('do not say whether “Tax” is in “Amount” already')
  })
  it('and a tax of shipping that may be in the other is left out, and it is said', async () => {
    const { sums, preview } = await guessed(
      table('Amount,Tax,Shipping,Shipping Tax', line => [money(line.goods), money(line.goods / 5 + 1), 5, 1]),
      'may-be',
    )
    expect(sums.taxes).toBe(sum(line => line.goods / 5 + 1))
    expect(preview.warnings.join()).toContain('may be in “Tax” or beside it')
  })
})

describe('Amazon orders', () => {
  const heading =
    'amazon-order-id\tpurchase-date\tsku\tquantity\tcurrency\titem-price\titem-tax\tshipping-price\tshipping-tax\titem-promotion-discount'
  it.each([
    ['with VAT in their prices', 'GBP', '1\t2026-03-01\tMUG\t2\tGBP\t24.00\t3.60\t6.00\t1.00\t2.40'],
    ['with sales tax beside them', 'USD', '1\t2026-03-01\tMUG\t2\tUSD\t20.00\t3.60\t5.00\t1.00\t2.00'],
  ])('%s come in without it', async (_, currency, row) => {
    const { guessed: taken } = guesser(room, currency)
    const { sums } = await taken([heading, row], `amazon-${currency.toLowerCase()}`)
    expect(sums).toMatchObject({ gross: 20, discounts: -2, shipping: 5, taxes: 4.6 })
  })
})
