import { addDays, earlier } from '#kernel/day.ts'
import type { Engine, Scope } from '../engine.ts'
import { everyRow } from '../every-row.ts'
import type { Answer, AnswerRow, Query } from '../query.ts'
import {
  abc,
  cell,
  demandDays,
  figures,
  grades,
  inOrder,
  numberOf,
  readable,
  tellingUnits,
  weeklyDemand,
} from './model.ts'
import type { ProductsAsked, ProductsTold } from './shape.ts'

const lastYear = -364
const text = (value: number | null): string | null =>
  value === null ? null : String(Math.round(value * 1e4) / 1e4)

/** A row with more cells. */
const extended = (
  row: AnswerRow,
  cells: Readonly<Record<string, string | null>>,
  compare?: AnswerRow['compare'],
): AnswerRow => Object.assign({}, row, cells, compare && { compare })

const sumOf = (rows: readonly AnswerRow[], name: string): string | null => {
  const known = rows.flatMap(row => numberOf(row, name) ?? [])
  return known.length ? text(known.reduce((a, b) => a + b, 0)) : null
}

interface Listed {
  title: string
  category: string
  brand: string
}

/**
 * The assortment line by line: sales, price, margin, returns, stock, cover, stock-outs with the sales they cost, graded ABC.
 * Every figure is the metric language's but cover, which is stock ÷ weekly demand ahead.
 * @throws Failure('invalid') as the language does, for a filter it does not know.
 */
export async function assortment(metrics: Engine, asked: ProductsAsked, scope: Scope): Promise<ProductsTold> {
  const { by, gradedBy, compare, grades: chosen, search, sort, limit, offset, ...view } = asked
  const ask = (query: Query) => everyRow(one => metrics.ask({ ...view, ...one }, scope), query)
  const [answer, listed] = await Promise.all([ask({ metrics: [...figures], by: ['product'] }), listing(ask)])
  // Days that nothing is known of yet are no days on which nothing sold.
  const known = earlier(answer.meta.to, answer.meta.lastDay ?? answer.meta.to)
  const demand = await demandAhead(metrics, view, known, listed, scope)
  const graded = abc(
    answer.rows.map(row => ({
      key: cell(row, 'product') ?? '',
      amount: numberOf(row, gradedBy),
      units: numberOf(row, 'units_sold'),
    })),
  )
  const products = answer.rows
    // Sales of nothing in particular, such as shipping and gift cards, are no product.
    .filter(row => cell(row, 'product'))
    .map(row => {
      const product = cell(row, 'product') ?? ''
      return extended(row, {
        ...(listed.get(product) ?? { title: '', category: '', brand: '' }),
        grade: graded.get(product) ?? 'U',
        weekly_demand: text(demand.weekly.get(product) ?? null),
        weeks_of_cover: cover(row, demand.weekly.get(product) ?? null),
      })
    })
  const lines = by === 'product' ? products : await rolledUp(ask, by, products)
  const compared = compare ? await ask({ metrics: ['net_sales'], by: [by], compare: [compare] }) : undefined
  const moved = new Map(compared?.rows.map(row => [cell(row, by) ?? '', row.compare]))
  const needle = search.trim().toLowerCase()
  const found = lines
    .filter(row => by !== 'product' || chosen.length === 0 || chosen.some(grade => grade === row.grade))
    .filter(
      row =>
        !needle ||
        ['product', 'title', 'category', 'brand'].some(name =>
          cell(row, name)?.toLowerCase().includes(needle),
        ),
    )
    .map(row => {
      const change = moved.get(cell(row, by) ?? '')
      const ratio = change?.[compare ?? '']?.values.net_sales?.ratio ?? null
      return extended(row, { net_sales_change: ratio }, change)
    })
  const stock = sumOf(products, 'stock_units')
  const none = answer.meta.missing.stock_units
  const spoken = (await metrics.definitions()).metrics.find(one => one.name === 'weeks_of_cover')
  return {
    ...answer,
    rows: inOrder(found, sort.by, sort.desc, by).slice(offset, offset + limit),
    totals: extended(
      answer.totals,
      {
        weeks_of_cover: cover({ stock_units: stock }, wanted(products)),
      },
      compared?.totals.compare,
    ),
    meta: {
      ...answer.meta,
      count: found.length,
      comparisons: compared?.meta.comparisons ?? {},
      missing: { ...answer.meta.missing, ...(stock === null && none && { weeks_of_cover: none }) },
      definitions: { ...answer.meta.definitions, ...(spoken && { weeks_of_cover: spoken }) },
    },
    unpaced: products.filter(row => Number(row.stockout_days) > 0 && numberOf(row, 'lost_sales') === null)
      .length,
    grades: gradeSums(products, gradedBy),
    demand: demand.days,
    stockDays: await stockDays(ask),
  }
}

/** Stock ÷ demand of a week, in weeks. No demand: not known rather than endless. */
const cover = (row: AnswerRow, weekly: number | null): string | null => {
  const stock = numberOf(row, 'stock_units')
  return stock === null || !weekly ? null : text(Math.max(0, stock) / weekly)
}

/** Weekly demand of those products whose stock is known: that of others is not met from it. */
const wanted = (products: readonly AnswerRow[]): number =>
  Number(
    sumOf(
      products.filter(row => numberOf(row, 'stock_units') !== null),
      'weekly_demand',
    ),
  )

/** Title, category and brand of each product; the title as sold where the product list has none. */
async function listing(ask: (query: Query) => Promise<Answer>): Promise<ReadonlyMap<string, Listed>> {
  const metrics = ['units_sold', 'stock_units']
  const [list, sold] = await Promise.all([
    ask({ metrics, by: ['product', 'product_title', 'category', 'brand'] }),
    ask({ metrics: ['units_sold'], by: ['product', 'title'] }),
  ])
  const titles = new Map(sold.rows.map(row => [cell(row, 'product') ?? '', cell(row, 'title') ?? '']))
  const found = new Map<string, Listed>()
  for (const row of list.rows) {
    const product = cell(row, 'product') ?? ''
    const before = found.get(product)
    // Shops name the same thing differently: the first to say something is heard.
    found.set(product, {
      title: before?.title || readable(cell(row, 'product_title') || titles.get(product) || ''),
      category: before?.category || (cell(row, 'category') ?? ''),
      brand: before?.brand || (cell(row, 'brand') ?? ''),
    })
  }
  return found
}

/** Units each product is expected to sell a week after a day, and whether last year could be asked how it goes on. */
async function demandAhead(
  metrics: Engine,
  view: Pick<Query, 'stores' | 'currency' | 'filters'>,
  to: string,
  listed: ReadonlyMap<string, Listed>,
  scope: Scope,
) {
  const { stores, filters } = view
  const between = (from: string, until: string, by: string, names: string[]) =>
    everyRow(one => metrics.ask(one, scope), { metrics: names, by: [by], from, to: until, stores, filters })
  const from = addDays(to, 1 - demandDays)
  const [recent, then, ahead] = await Promise.all([
    between(from, to, 'product', ['units_sold', 'stockout_days']),
    between(addDays(from, lastYear), addDays(to, lastYear), 'category', ['units_sold']),
    between(addDays(to, 1 + lastYear), addDays(to, demandDays + lastYear), 'category', ['units_sold']),
  ])
  const units = (answer: Answer, category: string) =>
    numberOf(
      answer.rows.find(row => cell(row, 'category') === category),
      'units_sold',
    ) ?? 0
  const [wholeThen, wholeAhead] = [then, ahead].map(one => numberOf(one.totals, 'units_sold') ?? 0)
  // A season that has come in part tells nothing of how it goes on.
  const seasonal = !!wholeThen && !!wholeAhead && then.meta.wholeFrom === undefined
  const goesOn = (category: string) => {
    if (!seasonal) return 1
    const before = units(then, category)
    return before >= tellingUnits ? units(ahead, category) / before : wholeAhead / wholeThen
  }
  const weekly = new Map(
    recent.rows.map(row => {
      const product = cell(row, 'product') ?? ''
      const rate = goesOn(listed.get(product)?.category ?? '')
      return [product, weeklyDemand(numberOf(row, 'units_sold'), numberOf(row, 'stockout_days') ?? 0, rate)]
    }),
  )
  return { weekly, days: { from, to, seasonal } }
}

/** One line for each category or brand: ratios anew by the language, demand added over its products. */
async function rolledUp(
  ask: (query: Query) => Promise<Answer>,
  by: 'category' | 'brand',
  products: readonly AnswerRow[],
): Promise<AnswerRow[]> {
  const { rows } = await ask({ metrics: [...figures], by: [by] })
  const members = Map.groupBy(products, row => cell(row, by) ?? '')
  return rows
    .filter(row => members.has(cell(row, by) ?? ''))
    .map(row => {
      const own = members.get(cell(row, by) ?? '') ?? []
      return extended(row, {
        products: String(own.length),
        weeks_of_cover: cover(row, wanted(own)),
      })
    })
}

const gradeSums = (products: readonly AnswerRow[], gradedBy: string): ProductsTold['grades'] => {
  const worth = (rows: readonly AnswerRow[]) => Number(sumOf(rows, gradedBy) ?? 0)
  const whole = worth(products)
  return grades.map(grade => {
    const own = products.filter(row => row.grade === grade)
    const amount = worth(own)
    return {
      grade,
      products: own.length,
      amount: text(amount) ?? '0',
      share: whole > 0 ? text(amount / whole) : null,
    }
  })
}

/** Days of the period on which stock is known. */
async function stockDays(ask: (query: Query) => Promise<Answer>): Promise<number> {
  const { rows } = await ask({ metrics: ['stockout_days'], grain: 'day' })
  return rows.filter(row => numberOf(row, 'stockout_days') !== null).length
}
