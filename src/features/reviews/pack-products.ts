import type { Context } from '#features/context.ts'
import type { Day } from '#kernel/day.ts'
import type { Answer, AnswerRow, Query } from '#metrics/query.ts'
import { askAs } from './decks.ts'
import type { Monday } from './pack-shape.ts'
import { coverOf } from './pack-stock.ts'

/** Lines of a list. */
const most = 20
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/**
 * The categories, the twenty products that sold most, and the twenty that lost most on the week before: net sales, units,
 * margin, contribution, cover and price.
 * @param known goods: the assortment at the end of the week, for titles and cover
 */
export async function productsOf(
  context: Context,
  week: { from: Day; to: Day },
  known: {
    compare: Query['compare']
    cellOf: (row: AnswerRow, dimension: string) => Monday['grids'][number]['rows'][number]
    goods: readonly AnswerRow[]
    tiers: readonly { name: string; label: string }[]
  },
): Promise<Pick<Monday, 'contribution' | 'products' | 'definitions'>> {
  const { compare, cellOf, goods, tiers } = known
  const asked = (by: 'category' | 'product', sort: Query['sort']) =>
    askAs(context, {
      ...week,
      metrics: ['net_sales', 'units_sold', 'gross_margin', 'asp'],
      by: [by],
      compare,
      sort,
      limit: most + 1,
    })
  const leftIn = (by: 'category' | 'product') =>
    askAs(context, { ...week, metrics: tiers.map(one => one.name), by: [by], limit: 10_000 })
  const [categories, best, worst, leftOfCategories, left] = await Promise.all([
    asked('category', { by: 'net_sales', desc: true }),
    asked('product', { by: 'net_sales', desc: true }),
    asked('product', { by: 'net_sales', of: 'previous_days', desc: false }),
    leftIn('category'),
    leftIn('product'),
  ])
  const of = new Map(goods.map(row => [text(row.product), row]))
  // The deepest tier that is known of products; what the company calls it stands over the column.
  const tier = tiers.findLast(one => left.rows.some(row => text(row[one.name]) !== null))
  const rowsOf = (
    answer: Answer,
    by: 'category' | 'product',
    about: (key: string) => { name: string; cover: string | null },
  ) => {
    const leftOf = new Map((by === 'product' ? left : leftOfCategories).rows.map(row => [text(row[by]), row]))
    return answer.rows
      .flatMap(row => {
        const key = text(row[by])
        return key ? [{ row, key }] : []
      })
      .slice(0, most)
      .map(({ row, key }) => ({
        ...cellOf(row, by),
        ...about(key),
        units: text(row.units_sold),
        margin: text(row.gross_margin),
        contribution: tier ? text(leftOf.get(key)?.[tier.name]) : null,
        price: text(row.asp),
      }))
  }
  const product = (key: string) => ({
    name: text(of.get(key)?.title) || key,
    cover: text(of.get(key)?.weeks_of_cover),
  })
  return {
    contribution: tier ? { metric: tier.name, label: tier.label } : null,
    products: [
      {
        list: 'categories',
        rows: rowsOf(categories, 'category', key => ({
          name: key,
          cover: coverOf(goods.filter(row => row.category === key)),
        })),
      },
      { list: 'best', rows: rowsOf(best, 'product', product) },
      {
        list: 'worst',
        rows: rowsOf(worst, 'product', product).filter(row => Number(row.before.delta ?? 0) < 0),
      },
    ],
    definitions: { ...best.meta.definitions, ...left.meta.definitions },
  }
}
