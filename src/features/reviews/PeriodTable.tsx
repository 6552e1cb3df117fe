import { Card } from '#ui/Card.tsx'
import { Scroll } from '#ui/Scroll.tsx'
import { brief } from '#ui/six-twelve-runs.ts'
import { shownWeeks } from './model.ts'
import css from './reviews.module.css'
import { type Charted, MovedCell, measureIn } from './SixTwelveCard.tsx'
import type { Block, Content } from './shape.ts'

/** Several metrics in a table: six weeks with the quarter and year to date, or twelve months. */
export function PeriodTable({
  content,
  block,
  charts,
}: {
  content: Content
  block: Block
  charts: Charted[]
}) {
  const [first] = charts
  const weekly = block.kind === 'weeks'
  const points = (chart: Charted) => (weekly ? shownWeeks(chart) : chart.months)
  if (!first) return null
  // A year before that nothing is known of has no columns.
  const year = charts.some(chart =>
    [chart.week, chart.quarter, chart.year].some(sums => sums.lastYear.delta !== null),
  )
  return (
    <Card
      id={block.id}
      title={block.title || (weekly ? 'Six weeks' : 'Twelve months')}
      note={block.owner?.name}
      flush
    >
      <Scroll label={block.title || 'Figures'}>
        <table className={css.periods}>
          <caption className="sr-only">{block.title || 'Figures by period'}</caption>
          <thead>
            <tr>
              <th scope="col">Figure</th>
              {points(first).map(point => (
                <th scope="col" key={point.period}>
                  {point.label}
                </th>
              ))}
              {weekly && <th scope="col">on week</th>}
              {weekly && year && <th scope="col">on year</th>}
              <th scope="col">Quarter</th>
              {year && <th scope="col">on year</th>}
              <th scope="col">Year</th>
              {year && <th scope="col">on year</th>}
            </tr>
          </thead>
          <tbody>
            {charts.map(chart => {
              const measure = measureIn(content, chart.metric)
              return (
                <tr key={chart.metric}>
                  <th scope="row">{content.definitions[chart.metric]?.label ?? chart.metric}</th>
                  {points(chart).map(point => (
                    <td key={point.period}>{brief(point.value, measure)}</td>
                  ))}
                  {weekly && <MovedCell moved={chart.week.before} measure={measure} />}
                  {weekly && year && <MovedCell moved={chart.week.lastYear} measure={measure} />}
                  <td>{brief(chart.quarter.value, measure)}</td>
                  {year && <MovedCell moved={chart.quarter.lastYear} measure={measure} />}
                  <td>{brief(chart.year.value, measure)}</td>
                  {year && <MovedCell moved={chart.year.lastYear} measure={measure} />}
                </tr>
              )
            })}
          </tbody>
        </table>
      </Scroll>
    </Card>
  )
}
