import { Button, SegmentedControl } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, client } from '#features/client.ts'
import { spanWords, whenWords } from '#kernel/view.ts'
import type { ProductsAsked, ProductsTold } from '#metrics/assortment/shape.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { saveCsv } from '#ui/download.ts'
import { FindField } from '#ui/FindField.tsx'
import { show } from '#ui/number.ts'
import { Row } from '#ui/Page.tsx'
import { EmptyState } from '#ui/State.tsx'
import { Discuss } from '../Discuss.tsx'
import { measureOf, useLens } from '../Lens.tsx'
import css from '../performance.module.css'
import { Grades } from './Grades.tsx'
import { Launches } from './Launches.tsx'
import {
  type Graded,
  graded,
  grades,
  productLines,
  productOrders,
  readExploration,
  writeCell,
  writeSort,
} from './model.ts'
import { productColumns, productSheet } from './ProductColumns.tsx'
import { TradingPage } from './TradingPage.tsx'

const pageSize = 100

/** Every line of an assortment, as many at a time as one may ask for. */
async function allOf(question: Partial<ProductsAsked>): Promise<ProductsTold> {
  const ask = (offset: number) => client.performance.products({ ...question, limit: 10_000, offset })
  const told = await ask(0)
  const rows = [...told.rows]
  while (rows.length < told.meta.count) {
    const { rows: more } = await ask(rows.length)
    if (more.length === 0) break
    rows.push(...more)
  }
  return { ...told, rows }
}

/** What sells, what earns, what runs out: every product with its grade, or categories and brands. */
export function Products() {
  const lens = useLens()
  const { search } = lens
  const by = productLines.find(name => name === search.by) ?? 'product'
  const gradedBy = graded.find(name => name === search.graded) ?? 'net_sales'
  const { sort, page } = readExploration(search)
  const column = productOrders.find(name => name === sort?.by)
  const ordered = { by: column ?? 'net_sales', desc: (column && sort?.desc) ?? true } as const
  const grade = by === 'product' ? grades.find(name => name === search.grade) : undefined
  const { metrics: _, ...view } = lens.ask({ metrics: ['net_sales'] })
  const question: Partial<ProductsAsked> = {
    ...view,
    by,
    gradedBy,
    compare: lens.comparisons.at(-1) as ProductsAsked['compare'],
    grades: grade ? [grade] : [],
    search: search.find ?? '',
    sort: ordered,
    limit: pageSize,
    offset: (page - 1) * pageSize,
  }
  const asked = useQuery(
    api.performance.products.queryOptions({
      input: question,
      enabled: lens.ready && !lens.empty,
      placeholderData: keepPreviousData,
    }),
  )
  const told = asked.data
  const pages = Math.max(1, Math.ceil((told?.meta.count ?? 0) / pageSize))
  return (
    <TradingPage
      lens={lens}
      question="What sells, what earns, and what runs out?"
      title={told ? answerOf(told, gradedBy) : ''}
      answer={told}
      error={asked.error}
      onRetry={() => asked.refetch()}
      empty={
        lens.empty || told?.grades.every(one => one.products === 0)
          ? {
              title: 'No products are known for this period',
              words:
                'Connect a shop or bring in a file of orders: this screen then grades every product, and with stock it says how long it lasts and what stock-outs cost.',
            }
          : null
      }
      note={told && notesOf(told).map(note => <span key={note}>{note}</span>)}
    >
      {told && (
        <>
          <Grades
            told={told}
            gradedBy={gradedBy}
            chosen={grade}
            onChoose={by === 'product' ? name => lens.setUrl({ grade: name, page: undefined }) : undefined}
            onGradedBy={name => lens.setUrl({ graded: name === 'net_sales' ? undefined : name })}
          />
          <Card
            id="assortment"
            title="The assortment"
            note={`${told.meta.count.toLocaleString('en-GB')} ${nouns[by][told.meta.count === 1 ? 0 : 1]}`}
            flush
            stale={asked.isPlaceholderData}
            actions={
              <>
                <Discuss lens={lens} id="assortment" days={told.meta} />
                <FindField label="Find a product" placeholder="Find" also={['page']} />
                <SegmentedControl
                  aria-label="One line for each"
                  value={by}
                  onChange={name =>
                    lens.setUrl({
                      by: name === 'product' ? undefined : name,
                      grade: undefined,
                      page: undefined,
                    })
                  }
                  data={productLines.map(value => ({ value, label: lens.label(value) }))}
                />
                <Button onClick={async () => saveCsv(productSheet(await allOf(question), by, lens.label))}>
                  CSV
                </Button>
              </>
            }
          >
            <DataTable
              compact
              caption={`The assortment by ${by}`}
              columns={productColumns(lens, told, by)}
              rows={told.rows}
              rowKey={row => String(row[by] ?? '')}
              totals={told.totals}
              sort={ordered}
              onSort={(name, desc) => lens.setUrl({ sort: writeSort(name, desc), page: undefined })}
              onRow={row =>
                lens.setUrl({
                  rows: writeCell({ metric: 'net_sales', values: { [by]: String(row[by] ?? '') } }),
                })
              }
              maxHeight="max(420px, calc(100dvh - 220px))"
              empty={
                <EmptyState
                  compact
                  kind="no_match"
                  title="No product is called that here"
                  action={
                    <Button onClick={() => lens.setUrl({ find: undefined, grade: undefined })}>
                      Show all
                    </Button>
                  }
                />
              }
            />
            {pages > 1 && (
              <div className={css.pager}>
                <span>
                  Page {page} of {pages}
                </span>
                <Row>
                  <Button
                    disabled={page <= 1}
                    onClick={() => lens.setUrl({ page: page > 2 ? String(page - 1) : undefined })}
                  >
                    Before
                  </Button>
                  <Button disabled={page >= pages} onClick={() => lens.setUrl({ page: String(page + 1) })}>
                    Next
                  </Button>
                </Row>
              </div>
            )}
          </Card>
          {by === 'product' && <Launches lens={lens} />}
        </>
      )}
    </TradingPage>
  )
}

const nouns = {
  product: ['product', 'products'],
  category: ['category', 'categories'],
  brand: ['brand', 'brands'],
} as const

/** "12 of 73 products make 80 % of net sales in Nov 2026; stock-outs cost about £4,200." */
function answerOf(told: ProductsTold, gradedBy: Graded): string {
  const count = told.grades.reduce((sum, one) => sum + one.products, 0)
  const best = told.grades.find(one => one.grade === 'A')
  const lost = told.totals.lost_sales
  const share = best?.share ? show(best.share, { unit: 'share', currency: null }, 'axis') : null
  const first = share
    ? `${best?.products} of ${count} products make ${share} of ${gradedBy === 'net_sales' ? 'sales' : 'gross profit'} ${whenWords(told.meta.from, told.meta.to)}`
    : `${count} products ${whenWords(told.meta.from, told.meta.to)}`
  return typeof lost === 'string' && Number(lost) > 0
    ? `${first}; stock-outs cost about ${show(lost, measureOf(told, 'lost_sales'), Number(lost) < 1_000_000 ? 'whole' : 'card')}.`
    : `${first}.`
}

/** What one must know to read cover and stock-outs. */
const notesOf = ({ demand, stockDays, unpaced, meta }: ProductsTold): string[] => [
  `Cover is stock ÷ weekly demand ahead: the ${spanWords(demand.from, demand.to)} rate on days in stock${
    demand.seasonal
      ? ', times how the category went on from there last year'
      : '; last year is not known, so no season is in it'
  }.`,
  ...(meta.missing.stock_units
    ? [`Stock: ${meta.missing.stock_units}.`]
    : [
        `Stock is known on ${stockDays} ${stockDays === 1 ? 'day' : 'days'} of the period; stock-outs on other days are not seen.`,
      ]),
  ...(unpaced > 0
    ? [
        `Lost sales leave out ${unpaced} ${unpaced === 1 ? 'product' : 'products'} out of stock: two weeks of sales or stock in the eight before a stock-out would supply the pace they are told by, for its first eight weeks.`,
      ]
    : []),
]
