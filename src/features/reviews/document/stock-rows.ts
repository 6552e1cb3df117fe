import { placeOf, show, showDay } from '#kernel/format.ts'
import type { Monday } from '../pack-shape.ts'
import type { Block, Card, Row } from './paper.ts'
import { aside, money, quiet } from './words.ts'

const count = (value: string | null) => show(value, { unit: 'count', currency: null }, 'card')
const weeks = (value: string | null) => (value === null ? 'N/A' : Number(value).toFixed(1))
const ofAll = (shown: number, all: number) => (all > shown ? `${shown} of ${all}` : String(all))
const weeksWords = (number: string | number) => `${number} ${Number(number) === 1 ? 'week' : 'weeks'}`

/** What runs out, what is late and what there is too much of; `figures`: those of the week beside the stock in a line. */
export function stockRows(pack: Monday, figures: Row[]): Row[] {
  const { stock, currency } = pack
  if (!stock) return figures
  const { line, risk, over } = stock
  const worth = (list: readonly { worth: string | null }[]) => {
    const place = placeOf(
      list.map(of => of.worth),
      { unit: 'money' },
    )
    return (value: string | null, of = currency) => money(value, of, place)
  }
  const plain = (caption: string, heads: string[], rows: string[][]): Block => ({
    kind: 'table',
    caption,
    columns: heads.map(head => ({ head })),
    rows: rows.map(cells => cells.map(text => ({ text }))),
  })
  const [late, short, plenty] = [worth(stock.late), worth(stock.atRisk), worth(stock.overstock)]
  const unknown = line.stock === null ? 'Stock is not known.' : null
  const atRisk: Card = {
    title: 'A products at risk',
    note: `${ofAll(stock.atRisk.length, risk.count)} under ${weeksWords(risk.below)} of cover, ${risk.learnt ? 'the mean lead time' : 'until receipts say the lead time'}`,
    blocks: [
      stock.atRisk.length === 0
        ? quiet(unknown ?? 'No A product is short of cover.')
        : plain(
            'A products at risk',
            ['', 'Weeks of cover', 'In stock', 'Sales a week at stake'],
            stock.atRisk.map(of => [of.name, weeks(of.cover), count(of.stock), short(of.worth)]),
          ),
    ],
  }
  const overdue: Card = {
    title: 'Late purchase orders',
    note: ofAll(stock.late.length, stock.lateCount),
    blocks: [
      stock.late.length === 0
        ? quiet(
            stock.missing.some(words => words.startsWith('Late'))
              ? 'It cannot be told which orders are late.'
              : 'Nothing ordered is late.',
          )
        : plain(
            'Late purchase orders',
            ['', 'Vendor', 'Due', 'Units to come', 'Worth'],
            stock.late.map(of => [
              `${of.order} · ${of.name}`,
              of.vendor,
              showDay(of.due, 'card'),
              count(of.units),
              late(of.worth, of.currency),
            ]),
          ),
    ],
  }
  const tooMuch: Card = {
    title: 'Overstock',
    note: `${ofAll(stock.overstock.length, over.count)} over ${weeksWords(over.above)} of cover`,
    blocks: [
      stock.overstock.length === 0
        ? quiet(unknown ?? 'Nothing is overstocked.')
        : plain(
            'Overstock',
            ['', 'Grade', 'Weeks of cover', 'In stock', 'At cost'],
            stock.overstock.map(of => [
              of.name,
              of.grade,
              weeks(of.cover),
              count(of.stock),
              plenty(of.worth),
            ]),
          ),
    ],
  }
  const inLine: Card = {
    title: 'Sales, stock, intake and cover',
    note: `stock of ${showDay(stock.asOf)}`,
    blocks: [
      plain(
        'Sales, stock, intake and cover in units',
        ['', 'Sold', 'In stock', 'Received', 'Due in 4 weeks', 'Weeks of cover'],
        [
          [
            'Units, the week',
            ...[line.sales, line.stock, line.intake, line.due].map(count),
            weeks(line.cover),
          ],
        ],
      ),
      ...stock.missing.map(aside),
    ],
  }
  const longer = stock.atRisk.length > stock.late.length
  const beside = figures.flatMap(row => row.columns)
  return [
    { columns: [[inLine], ...beside] },
    {
      columns: [
        [atRisk, ...(longer ? [] : [tooMuch])],
        [overdue, ...(longer ? [tooMuch] : [])],
      ],
    },
  ]
}
