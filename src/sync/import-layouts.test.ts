import { describe, expect, it } from 'vitest'
import { guesser } from '../../test/guessed.ts'
import { importRoom } from '../../test/import-room.ts'

/** Exports that hold orders' money in ways of their own: it counts as the totals show, and what is left out is said. */

const room = importRoom()
const { guessed } = guesser(room)
const said = (warnings: readonly string[]) => warnings.join('\n')
/** Twelve orders of two lines worth 20 and 10, a fifth of them less by 3; each with 5 of shipping and its tax. */
const orders = Array.from({ length: 12 }, (_, i) => ({
  id: 100 + i,
  day: `2026-03-${String(i + 1).padStart(2, '0')}`,
  off: i % 5 === 0 ? 3 : 0,
}))
const off = 9

describe('lines of orders beside their totals', () => {
  const rows = (cells: (off: number, goods: number) => (string | number)[]) =>
    orders.flatMap(order =>
      [20, 10].map(goods => [order.id, order.day, `S${goods}`, 1, ...cells(order.off, goods)].join()),
    )
  const total = (less: number) => 30 - less + 5 + 4
  it('that are after the discount of the order take it once, by the column before it', async () => {
    const { sums, preview } = await guessed(
      [
        'Order Number,Order Date,SKU,Quantity,Line Subtotal,Line Total,Cart Discount,Shipping,Order Tax,Order Total',
        ...rows((less, goods) => [goods, (goods - (less * goods) / 30).toFixed(2), less, 5, 4, total(less)]),
      ],
      'after',
    )
    expect(sums).toMatchObject({ gross: 360, discounts: -off, shipping: 60, taxes: 48 })
    expect(said(preview.warnings)).toContain('is what is left after “Cart Discount”')
  })
  it.each([
    ['with the total', ',Order Total Amount', (less: number) => [30 - less]],
    ['alone', '', () => []],
  ])('take the discount of a cart once that stands on each of its rows: %s', async (name, heading, more) => {
    const { sums } = await guessed(
      [
        `Order Number,Order Date,SKU,Quantity,Item Cost,Cart Discount Amount${heading}`,
        ...rows((less, goods) => [goods, less, ...more(less)]),
      ],
      `cart-${name.replaceAll(' ', '-')}`,
    )
    expect(sums).toMatchObject({ gross: 360, discounts: -off })
  })
  it('that are not what was charged say so', async () => {
    const { preview } = await guessed(
      [
        'Order Number,Order Date,SKU,Quantity,Price,Shipping,Order Tax,Order Total',
        ...rows((less, goods) => [goods, 5, 4, total(less) + 7]),
      ],
      'unlike',
    )
    expect(said(preview.warnings)).toContain('is not the sum of the lines')
  })
})

it('what no column takes is said, and so is what may not be paid', async () => {
  const rows = orders.map((order, i) =>
    [
      order.id,
      order.day,
      i % 3 === 0 ? 'wc-pending' : i % 3 === 1 ? 'wc-cancelled' : 'wc-completed',
      'MUG',
      1,
      20,
      i,
    ].join(),
  )
  const { preview, came } = await guessed(
    ['Order Number,Order Date,Order Status,SKU,Quantity,Price,Tip', ...rows],
    'left',
  )
  expect(came).toMatchObject({ accepted: 8, rejected: 4 })
  expect(said(preview.warnings)).toContain('Money that nothing takes: “Tip”')
  expect(said(preview.warnings)).toContain("'wc-pending' count as sold")
})

it('test orders are left out, and gift cards among goods are said', async () => {
  const rows = orders.map((order, i) =>
    [order.id, order.day, i < 2 ? 'yes' : 'no', i === 5 ? 'Gift card £50' : 'Mug', 1, 20].join(),
  )
  const { preview, came } = await guessed(
    ['Order Number,Order Date,Test,Title,Quantity,Price', ...rows],
    'tried',
  )
  expect(came).toMatchObject({ accepted: 10, rejected: 2 })
  expect(came.reasons[0]?.reason).toBe('a test order')
  expect(said(preview.warnings)).toContain('“Gift card £50” count as sales of goods')
})

it('orders whose total holds a tip now and then are told by the others', async () => {
  const rows = orders.map((order, i) =>
    [
      order.id,
      order.day,
      30,
      order.off,
      5,
      4,
      i % 4 === 0 ? 1 : 0,
      39 - order.off + (i % 4 === 0 ? 1 : 0),
    ].join(),
  )
  const { sums, preview } = await guessed(
    ['Order ID,Date,Subtotal,Discount,Shipping,Tax,Tip,Total', ...rows],
    'tips',
  )
  expect(sums).toMatchObject({ gross: 360, discounts: -off, shipping: 60, taxes: 48 })
  expect(said(preview.warnings)).toContain('In 3 of 12 rows looked at')
})
