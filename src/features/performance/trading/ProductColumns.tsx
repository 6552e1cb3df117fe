import type { ProductsTold } from '#metrics/assortment/shape.ts'
import type { AnswerRow } from '#metrics/query.ts'
import type { TableColumn } from '#ui/DataTable.tsx'
import type { Sheet } from '#ui/download.ts'
import { Delta } from '#ui/Figure.tsx'
import { baseOf, type Lens, measureOf } from '../Lens.tsx'
import { figureColumns } from './FigureColumns.tsx'
import { cell, named, type ProductLine } from './model.ts'

/** Figures beside net sales, by names short enough to stand side by side. */
const figures = {
  units_sold: 'Units',
  asp: 'Price',
  gross_margin: 'Margin',
  return_rate: 'Returns',
  stock_units: 'Stock',
  weeks_of_cover: 'Cover, weeks',
  sell_through: 'Sell-through',
  stockout_days: 'Days out',
  lost_sales: 'Lost sales',
}

/** The columns of the assortment: who, grade, net sales with its change, then price, margin, returns and stock. */
export function productColumns(lens: Lens, told: ProductsTold, by: ProductLine): TableColumn<AnswerRow>[] {
  const comparison = lens.fair(told)[0]
  const sales = measureOf(told, 'net_sales')
  const quiet = (text: string) => <span style={{ color: 'var(--ink-3)' }}>{text}</span>
  const own: TableColumn<AnswerRow>[] =
    by === 'product'
      ? [
          {
            key: 'title',
            label: 'Product',
            sortable: true,
            pinned: true,
            render: row =>
              row === told.totals ? (
                'All'
              ) : (
                <>
                  {cell(row, 'title') || named(cell(row, 'product'))}{' '}
                  {cell(row, 'title') && quiet(cell(row, 'product') ?? '')}
                </>
              ),
          },
          { key: 'grade', label: 'Grade', sortable: true, render: row => cell(row, 'grade') ?? '' },
        ]
      : [
          {
            key: by,
            label: lens.label(by),
            sortable: true,
            pinned: true,
            render: row => (row === told.totals ? 'All' : named(cell(row, by))),
          },
          {
            key: 'products',
            label: 'Products',
            numeric: true,
            sortable: true,
            render: row => cell(row, 'products') ?? '',
          },
        ]
  const figure = (metric: string, short?: string) =>
    figureColumns({ lens, answer: told, metric, short, comparison: null })
  return [
    ...own,
    ...figure('net_sales'),
    ...(comparison
      ? [
          {
            key: 'net_sales_change',
            label: baseOf(told, comparison).base,
            name: `change of net sales ${baseOf(told, comparison).base}`,
            numeric: true,
            sortable: true,
            render: (row: AnswerRow) => (
              <Delta
                against={row.compare?.[comparison]?.values.net_sales}
                measure={sales}
                quiet
                {...baseOf(told, comparison)}
              />
            ),
          },
        ]
      : []),
    ...Object.entries(figures).flatMap(([metric, short]) => figure(metric, short)),
  ]
}

/** The lines as a file, exact. */
export function productSheet(told: ProductsTold, by: ProductLine, label: (name: string) => string): Sheet {
  const own = by === 'product' ? ['product', 'title', 'grade', 'category', 'brand'] : [by, 'products']
  const numbers = ['net_sales', 'net_sales_change', ...Object.keys(figures), 'gross_profit']
  return {
    name: `${by}-${told.meta.from}-${told.meta.to}`,
    columns: [
      ...own.map(key => ({ key, label: label(key) })),
      ...numbers.map(key => ({ key, label: label(key), numeric: true })),
    ],
    rows: told.rows.map(row => Object.fromEntries([...own, ...numbers].map(key => [key, cell(row, key)]))),
  }
}
