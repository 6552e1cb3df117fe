import { afterEach, expect, it } from 'vitest'
import { addDays, daysBetween } from '#kernel/day.ts'
import { alerts } from '#postgres/tables/watch.ts'
import { carryRows } from '#sync/own-rows.ts'
import { lineRow } from '../../../../test/small-ledger.ts'
import { type WatchRoom, watchRoom } from '../../../../test/watch-room.ts'
import { evaluate } from './evaluate.ts'
import { ratioCauses } from './ratio-causes.ts'

let room: WatchRoom
afterEach(() => room.close())

const [first, changed, last] = ['2026-01-01', '2026-06-01', '2026-06-15']
const wave = (t: number, by: number) => ((t * by) % 5) - 2

const usual = {
  small: { price: 20, units: 20 },
  middle: { price: 50, units: 20 },
  large: { price: 80, units: 20 },
}

/** Cups of three prices, the largest a quarter off; from a day on each costs and sells as `after` says. */
async function shop(after: Record<string, { price: number; units: number }>) {
  room = await watchRoom([{ store: 'shop', currency: 'GBP' }])
  const products = Object.keys(usual).map(product_id => ({
    product_id,
    title: product_id,
    category: 'Cups',
    brand: '',
    vendor: '',
    source: 'test',
  }))
  await carryRows(room, { id: 'products', table: 'products', rows: products as never, source: 'test' })
  const lines = daysBetween(first, last).flatMap((day, t) =>
    Object.entries(usual).map(([product, was], n) => {
      const now = (day >= changed && after[product]) || was
      const quantity = now.units + wave(t, 7 + n)
      const gross = quantity * now.price
      return lineRow({
        ...{ order_id: `${day} ${product}`, day, product_id: product },
        ...{ quantity, gross, discounts: product === 'large' ? -gross / 4 : 0 },
      })
    }),
  )
  await carryRows(room, { id: 'sold', table: 'sales_lines', rows: lines as never, source: 'test' })
  room.at(`${addDays(last, 1)}T12:00:00Z`)
}

it('an alert on prices is explained by prices, though sales grew by far more in the same days', async () => {
  await shop({
    small: { price: 20, units: 60 },
    middle: { price: 60, units: 60 },
    large: { price: 80, units: 60 },
  })
  await evaluate(room.context())
  const found = (await room.open.ledger.select().from(alerts)).find(
    one => one.metric === 'price_before_discounts',
  )
  const { moneyPerDay, finding } = found ?? { moneyPerDay: null, finding: { causes: [] } }
  const told = finding.causes.flatMap(one => one.perDay ?? [])
  expect(finding.causes[0]).toMatchObject({
    words: 'middle: price before discounts rose.',
    evidence: 'Price before discounts £50.00 → £60.00',
    where: [{ dimension: 'product', value: 'middle' }],
  })
  expect(told.reduce((sum, one) => sum + one, 0) / (moneyPerDay ?? 0)).toBeCloseTo(1, 1)
})

it('what moved a ratio is told as rate and mix, and adds up to what it moved', async () => {
  // Twice as many of the dear one, and the cheap one dearer by 4.
  await shop({
    ...usual,
    small: { price: 24, units: 20 },
    large: { price: 80, units: 40 },
  })
  const asked = { metric: 'asp', slice: {}, since: changed, to: last, worth: 1 }
  const held = await ratioCauses(room.context(), asked)
  expect(held.map(one => one.words)).toEqual(['small: average selling price rose.'])
  expect(held[0]?.perDay).toBeCloseTo(80, -1)
  const orders = await ratioCauses(room.context(), { ...asked, metric: 'aov' })
  const sum = orders.reduce((all, one) => all + (one.perDay ?? 0), 0)
  // Three orders a day, of 400 + 1,000 + 1,200 before and 480 + 1,000 + 2,400 after.
  expect(sum / 1280).toBeCloseTo(1, 1)
})

it('the shift between values is mix, where none of them moved by itself', async () => {
  await shop({ ...usual, large: { price: 80, units: 60 } })
  const asked = { metric: 'discount_rate', slice: {}, since: changed, to: last, worth: -1 }
  const [mix, ...others] = await ratioCauses(room.context(), asked)
  expect(mix?.words).toBe('Mix: what sold shifted by product, each at its own discount rate.')
  // Discounts of a quarter of 1,600 in 3,000 before, of 4,800 in 6,200 after.
  expect((mix?.perDay ?? 0) / (-0.25 * (4800 - (6200 * 1600) / 3000))).toBeCloseTo(1, 1)
  expect(others).toEqual([])
})
