import fc from 'fast-check'
import { expect } from 'vitest'
import { table } from '#kernel/canonical.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver, lineRow } from '../small-ledger.ts'

let runs = 0

/** Holds both granaries to the same products, whatever lists and rows of sales say of them in turn, and each delivery to being taken once. */
export const knowTheSameProducts = async (
  both: readonly [Warehouse, Warehouse],
  clear: () => Promise<void>,
  numRuns: number,
): Promise<void> => {
  const said = fc.constantFrom('', '', 'a', 'b')
  const product = fc.record({
    product_id: fc.constantFrom('p1', 'p2', 'p3'),
    ...{ parent_id: said, title: said, category: said, brand: said, vendor: said, status: said },
    price: fc.constantFrom(null, '1.0000', '2.5000'),
    currency: fc.constantFrom('GBP', 'EUR'),
    day: fc.constantFrom('2011-01-01', '2011-02-01', '2011-03-01'),
  })
  const delivery = fc.record({
    sold: fc.boolean(),
    rows: fc.uniqueArray(product, { selector: one => one.product_id, minLength: 1 }),
  })
  const columns = Object.keys(table('products').columns).join(', ')
  await fc.assert(
    fc.asyncProperty(fc.array(delivery, { minLength: 2, maxLength: 5 }), async deliveries => {
      await clear()
      for (const [n, { sold, rows }] of [...deliveries, ...deliveries.slice(-1)].entries()) {
        const id = `named-${++runs}`
        const named = rows.map(({ day, ...row }) => ({
          ...{ ...row, store: 'shop', source: `source-${n}` },
          ...(sold && { from_sales: day }),
        }))
        const line = lineRow({ order_id: `o${n}`, day: '2011-01-01', line_key: 1 })
        const [duck, click] = await Promise.all(
          both.map(async granary => {
            const take = () =>
              sold
                ? deliver(granary, 'sales_lines', [line], 'merge', id, { named })
                : deliver(granary, 'products', named, 'merge', id)
            const receipt = await take()
            expect(await take()).toEqual(receipt)
            const logged = (await granary.changes(-1)).filter(one => one.delivery === id)
            return {
              receipt,
              logged: logged.map(one => [one.table, one.stores]),
              products: await granary.query(
                `SELECT ${columns} FROM ${granary.dialect.from('products')} ORDER BY product_id`,
              ),
            }
          }),
        )
        expect(click).toEqual(duck)
        // The same once more is no news.
        if (n === deliveries.length && sold)
          expect(duck?.receipt.products).toMatchObject({ inserted: 0, changed: 0 })
      }
    }),
    { numRuns },
  )
}
