import { capital } from '#kernel/capital.ts'
import { exploreLink } from '#kernel/explore-link.ts'
import { chanceWords, percent, placeOf, show, showDay, showSigned } from '#kernel/format.ts'
import { change } from '#kernel/trend.ts'
import type { Definition } from '#metrics/query.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { HeatMap } from '#ui/HeatMap.tsx'
import { Sentence } from '#ui/Sentence.tsx'
import { EmptyState } from '#ui/State.tsx'
import { landingWords } from './model.ts'
import type { Monday } from './pack-shape.ts'
import css from './reviews.module.css'

const moneyIn = (currency: string | null) => ({ unit: 'money', good: 'up', currency }) as const
const units = { unit: 'count', currency: null } as const
const weeks = (value: string | null) => (value === null ? 'N/A' : Number(value).toFixed(1))
interface PlainRow {
  key: string
  cells: string[]
}

/** A table of words and figures; the first column is what the row is of. */
const Plain = (props: {
  caption: string
  heads: string[]
  /** Headings of columns of words: they begin where the heading does. */
  words?: readonly string[]
  rows: PlainRow[]
  /** Of so many figures that on a phone each stands in a line of its own. */
  entries?: boolean
}) => (
  <DataTable<PlainRow>
    caption={props.caption}
    compact
    entries={props.entries}
    rows={props.rows}
    rowKey={row => row.key}
    columns={props.heads.map((head, n) => ({
      key: head,
      label: head || <span className="sr-only">Of what</span>,
      name: head || 'Of what',
      numeric: n > 0 && !props.words?.includes(head),
      render: row => row.cells[n],
    }))}
  />
)

/** Where the month and the quarter end: P10, P50 and P90 beside the target. */
export function Landings({ landings, currency }: Pick<Monday, 'landings' | 'currency'>) {
  const money = (value: number | null) =>
    value === null ? 'N/A' : show(value.toFixed(2), moneyIn(currency), 'card')
  const [first] = landings
  const aimed = landings.some(one => one.plan !== null)
  return (
    // The cockpit lands by the days since, too: the same month twice is told apart by its day.
    <Card
      title="Landing of net sales"
      {...(first && { note: `by the days to ${showDay(first.until)}` })}
      flush
    >
      {!first ? (
        <EmptyState compact title="No landing yet">
          It needs days with sales to learn from.
        </EmptyState>
      ) : (
        <>
          <p className={css.said}>
            <Sentence of={landingWords(first, currency)} />
          </p>
          <Plain
            caption="Landing of net sales"
            entries
            heads={[
              ...['', 'So far', 'P10', 'P50', 'P90'],
              ...(aimed ? ['Target', 'P50 on target', 'Chance', 'Needed a day'] : []),
            ]}
            rows={landings.map(one => ({
              key: one.grain,
              cells: [
                ...[one.label, money(one.actual), money(one.p10), money(one.p50), money(one.p90)],
                ...(aimed
                  ? [
                      money(one.plan),
                      one.plan
                        ? showSigned(String(one.p50 / one.plan - 1), { unit: 'share', currency: null })
                        : 'N/A',
                      one.probability === null ? 'N/A' : chanceWords(one.probability),
                      one.requiredPerDay === 0 ? 'Nothing more' : money(one.requiredPerDay),
                    ]
                  : []),
              ],
            }))}
          />
          <p className={css.aside}>
            P10 and P90: the landing lies between them in eight of ten cases.
            {first.error !== null &&
              ` Estimates of earlier months at this stage were off by ${percent(first.error)} on average.`}
            {first.plan === null && (
              <>
                {' '}
                There is no target for all days of the period: save one in{' '}
                <a href="/settings?tab=targets">Settings</a> or have a plan approved.
              </>
            )}
          </p>
        </>
      )}
    </Card>
  )
}

/** What is worth most this week. */
export function Levers({ levers, currency }: Pick<Monday, 'levers' | 'currency'>) {
  const place = placeOf(
    levers.map(one => one.perWeek),
    moneyIn(currency),
  )
  return (
    <Card title="Top three levers of the week">
      {levers.length === 0 ? (
        <EmptyState compact title="No lever stands out">
          Open alerts with money, stock-outs and drivers that fell short would stand here.
        </EmptyState>
      ) : (
        <ol className={css.exceptions}>
          {levers.map(one => (
            <li key={one.metric}>
              <p className={css.lever}>
                {one.href ? <a href={one.href}>{one.words}</a> : <strong>{one.words}</strong>}
                <span>up to {show(one.perWeek, moneyIn(currency), place)} a week</span>
              </p>
              <p className={css.quiet}>
                {one.basis} Answers for it: {capital(one.owner) || 'nobody yet'}.
              </p>
            </li>
          ))}
        </ol>
      )}
    </Card>
  )
}

/** Two dimensions as a table of cells, shaded by how they moved on the week before. */
export function Heat(props: {
  heat: Monday['heats'][number]
  week: Monday['week']
  definitions: Record<string, Definition>
  currency: string | null
}) {
  const { heat, week, definitions, currency } = props
  const of = definitions[heat.metric]
  const measure = { unit: of?.unit ?? 'count', good: of?.good ?? 'none', currency } as const
  const cellOf = (row: string, column: string) =>
    heat.cells.find(cell => cell.row === row && cell.column === column)
  const against = (moved: { delta: string | null; ratio: string | null } | undefined, base: string) => {
    const said = change(moved, measure)
    return said.text === 'N/A' ? '' : `, ${said.arrow} ${said.text} on ${base}`
  }
  return (
    <Card title={heat.label} note="shaded by the change on the week before">
      <HeatMap
        label={heat.label}
        rows={heat.rows.map(name => ({ key: name, name }))}
        columns={heat.columns.map(name => ({ key: name, name }))}
        corner={{ name: 'Slice', width: 110 }}
        value={(row, column) =>
          cellOf(row, column)?.value == null ? null : Number(cellOf(row, column)?.value)
        }
        moved={(row, column) => {
          const ratio = cellOf(row, column)?.before.ratio
          return ratio == null ? null : Number(ratio)
        }}
        href={(row, column) => {
          const where = cellOf(row, column)?.where
          return (
            where &&
            exploreLink({
              metric: heat.metric,
              from: week.from,
              to: week.to,
              compare: 'previous_days',
              where,
            })
          )
        }}
        words={(row, column) => {
          const cell = cellOf(row, column)
          return cell
            ? `${row}, ${column}: ${show(cell.value, measure, 'card')}${against(cell.before, 'the week before')}${against(cell.lastYear, 'last year')}`
            : `${row}, ${column}: nothing`
        }}
        text={(row, column) => {
          const cell = cellOf(row, column)
          const said = change(cell?.before, measure)
          const ratio = cell?.before.ratio
          // Where a cell is too narrow for both, the change goes below as one.
          const far =
            ratio == null || !said.arrow
              ? ''
              : ` ${`${said.arrow} ${percent(Math.abs(Number(ratio)), 0)}`.replaceAll(' ', '\u00a0')}`
          return `${show(cell?.value, measure, 'axis')}${far}`
        }}
      />
    </Card>
  )
}

/** A products about to run out, too much of others, late purchase orders, and the week in a line. */
export function StockCards({
  stock,
  currency,
}: {
  stock: NonNullable<Monday['stock']>
  currency: string | null
}) {
  const { line, risk, over } = stock
  const money = (value: string | null, among: readonly (string | null)[], of = currency) =>
    show(value, moneyIn(of), placeOf(among, moneyIn(of)))
  const [late, short, plenty] = [stock.late, stock.atRisk, stock.overstock].map(list =>
    list.map(one => one.worth),
  ) as [(string | null)[], (string | null)[], (string | null)[]]
  const count = (value: string | null) => show(value, units, 'card')
  const of = (shown: number, all: number) => (all > shown ? `${shown} of ${all}` : String(all))
  return (
    <>
      <div data-whole>
        <Card title="Sales, stock, intake and cover" note={`stock of ${showDay(stock.asOf, 'card')}`} flush>
          <Plain
            caption="Sales, stock, intake and cover in units"
            heads={['', 'Sold', 'In stock', 'Received', 'Due in 4 weeks', 'Weeks of cover']}
            rows={[
              {
                key: 'line',
                cells: [
                  'Units, the week',
                  count(line.sales),
                  count(line.stock),
                  count(line.intake),
                  count(line.due),
                  weeks(line.cover),
                ],
              },
            ]}
          />
          {stock.missing.map(words => (
            <p className={css.aside} key={words}>
              {words}
            </p>
          ))}
        </Card>
      </div>
      <div data-whole="screen">
        <Card title="Late purchase orders" note={of(stock.late.length, stock.lateCount)} flush>
          {stock.late.length === 0 ? (
            <p className={css.said}>
              {stock.missing.some(words => words.startsWith('Late'))
                ? 'It cannot be told which orders are late.'
                : 'Nothing ordered is late.'}
            </p>
          ) : (
            <Plain
              caption="Late purchase orders"
              heads={['', 'Vendor', 'Due', 'Units to come', 'Worth']}
              words={['Vendor']}
              rows={stock.late.map((one, n) => ({
                key: `${one.order} ${n}`,
                cells: [
                  `${one.order} · ${one.name}`,
                  one.vendor,
                  showDay(one.due, 'card'),
                  count(one.units),
                  money(one.worth, late, one.currency),
                ],
              }))}
            />
          )}
        </Card>
      </div>
      <Card
        title="A products at risk"
        note={`${of(stock.atRisk.length, risk.count)} under ${risk.below} ${Number(risk.below) === 1 ? 'week' : 'weeks'} of cover, ${risk.learnt ? 'the mean lead time' : 'until receipts say the lead time'}`}
        flush
      >
        {stock.atRisk.length === 0 ? (
          <p className={css.said}>
            {line.stock === null ? 'Stock is not known.' : 'No A product is short of cover.'}
          </p>
        ) : (
          <Plain
            caption="A products at risk"
            heads={['', 'Weeks of cover', 'In stock', 'Sales a week at stake']}
            rows={stock.atRisk.map(one => ({
              key: one.name,
              cells: [one.name, weeks(one.cover), count(one.stock), money(one.worth, short)],
            }))}
          />
        )}
      </Card>
      <Card
        title="Overstock"
        note={`${of(stock.overstock.length, over.count)} over ${over.above} ${Number(over.above) === 1 ? 'week' : 'weeks'} of cover`}
        flush
      >
        {stock.overstock.length === 0 ? (
          <p className={css.said}>
            {line.stock === null ? 'Stock is not known.' : 'Nothing is overstocked.'}
          </p>
        ) : (
          <Plain
            caption="Overstock"
            heads={['', 'Grade', 'Weeks of cover', 'In stock', 'At cost']}
            rows={stock.overstock.map(one => ({
              key: one.name,
              cells: [one.name, one.grade, weeks(one.cover), count(one.stock), money(one.worth, plenty)],
            }))}
          />
        )}
      </Card>
    </>
  )
}
