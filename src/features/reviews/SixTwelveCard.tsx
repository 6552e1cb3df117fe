import { useMemo } from 'react'
import { periodLabel } from '#kernel/period-words.ts'
import { Chart } from '#ui/Chart.tsx'
import { ChartCard } from '#ui/ChartCard.tsx'
import { Hint, MeaningCard } from '#ui/Hint.tsx'
import { change, type Measure, show } from '#ui/number.ts'
import { EmptyState } from '#ui/State.tsx'
import { sixTwelve } from '#ui/six-twelve.ts'
import { pointAt, runsOf } from '#ui/six-twelve-runs.ts'
import { type Moved, marksIn, type Point, type Sums, shownWeeks } from './model.ts'
import css from './reviews.module.css'
import type { Block, Content } from './shape.ts'

export type Charted = Content['charts'][number]['chart']

/** A metric's unit, direction and currency, as a review's content says. */
export function measureIn(content: Content, metric: string): Measure {
  const definition = content.definitions[metric]
  return {
    unit: definition?.unit ?? 'quantity',
    good: definition?.good ?? 'none',
    currency: content.currency,
  }
}

/** One metric, or two of one unit: six weeks and twelve months on one axis, and the row that sums up the week, month, quarter and year. */
export function SixTwelveCard(props: {
  content: Content
  block: Block
  chart: Charted
  /** Drawn beside it, where it is in the same unit: both stand on the same axes. */
  second?: Charted | undefined
  onDiscuss: () => void
}) {
  const { content, block, chart } = props
  const other = content.definitions[props.second?.metric ?? '']
  const second = other?.unit === content.definitions[chart.metric]?.unit ? props.second : undefined
  const otherLabel = other?.label ?? ''
  const definition = content.definitions[chart.metric]
  const label = block.title || definition?.label || chart.metric
  const strange = content.exceptions.some(one =>
    [one, ...(one.also ?? [])].some(other => other.block === block.id),
  )
  const measure = useMemo(() => measureIn(content, chart.metric), [content, chart.metric])
  const weeks = useMemo(() => shownWeeks(chart), [chart])
  const points = useMemo<(Point | null)[]>(() => [...weeks, null, ...chart.months], [weeks, chart])
  const beside = useMemo(() => {
    const all = second ? [...second.weeks, ...second.months] : []
    return (period: string) => pointAt(all, period)
  }, [second])
  const drawing = useMemo(
    () =>
      sixTwelve({
        ...runsOf(
          { ...chart, weeks },
          second && { weeks: shownWeeks(second), months: second.months, label: otherLabel },
          measure,
        ),
        strange,
        marks: marksIn(content, weeks, chart.months),
        tip: at => {
          const point = points[at]
          if (!point) return { title: '', rows: [] }
          return {
            title: periodLabel(point.period),
            rows: [
              ['This year', show(point.value, measure)],
              ['Last year', show(point.lastYear, measure)],
              ...(second
                ? [
                    [otherLabel, show(beside(point.period)?.value, measure)] as const,
                    [`${otherLabel}, last year`, show(beside(point.period)?.lastYear, measure)] as const,
                  ]
                : []),
              ...(point.target === null ? [] : [['Target', show(point.target, measure)] as const]),
            ],
          }
        },
      }),
    [beside, content, chart, measure, otherLabel, points, second, strange, weeks],
  )
  const why = content.missing[chart.metric]
  return (
    <ChartCard
      id={block.id}
      name={label}
      title={definition ? <Hint about={<MeaningCard of={definition} />}>{label}</Hint> : label}
      note={[block.owner?.name, block.filters.map(one => one.is.join(', ')).join(' · ')]
        .filter(Boolean)
        .join(' · ')}
      drawing={drawing}
      sheet={{
        name: `${block.id}-${content.week.to}`,
        columns: [
          { key: 'period', label: 'Period' },
          { key: 'value', label },
          { key: 'lastYear', label: 'Last year' },
          { key: 'target', label: 'Target' },
          ...(second
            ? [
                { key: 'second', label: otherLabel },
                { key: 'secondLastYear', label: `${otherLabel}, last year` },
              ]
            : []),
        ],
        rows: [...weeks, ...chart.months].map(({ period, value, lastYear, target }) => ({
          period: periodLabel(period),
          value,
          lastYear,
          target,
          second: beside(period)?.value ?? null,
          secondLastYear: beside(period)?.lastYear ?? null,
        })),
        notes: [`Week to ${content.week.to}`],
      }}
      more={[{ label: 'Discuss', onClick: props.onDiscuss }]}
    >
      {why && chart.week.value === null ? (
        <EmptyState compact kind="no_match" title={`${label} is not known for this week`}>
          {why.replace(/^./, first => first.toUpperCase())}. Connect or import what has it, or take the card
          out with Edit.
        </EmptyState>
      ) : (
        <>
          <Chart
            drawing={drawing}
            height={236}
            points={points.length}
            label={`${label}: the last six weeks and twelve months beside last year.`}
            describe={at => {
              const point = points[at]
              return point
                ? `${periodLabel(point.period)}: ${show(point.value, measure)}${second ? `, ${otherLabel} ${show(beside(point.period)?.value, measure)}` : ''}`
                : 'Weeks end, months begin'
            }}
          />
          <Summary chart={chart} measure={measure} label={label} />
          {second && (
            <>
              <p className={css.limits}>{otherLabel}</p>
              <Summary chart={second} measure={measureIn(content, second.metric)} label={otherLabel} />
            </>
          )}
          {chart.limits?.words && <p className={css.limits}>{chart.limits.words}</p>}
        </>
      )}
    </ChartCard>
  )
}

/** Last week, on week, on year | month, on year | quarter … | year …, and how far each is from its target: a group that has no room stands below. */
function Summary({ chart, measure, label }: { chart: Charted; measure: Measure; label: string }) {
  const groups: [string, Sums, Moved | null][] = [
    ['Last week', chart.week, chart.week.before],
    ['Month', chart.month, null],
    ['Quarter', chart.quarter, null],
    ['Year', chart.year, null],
  ]
  // What nothing is known of has no columns.
  const told = (of: (sums: Sums) => Moved | null) =>
    groups.some(([, sums]) => (of(sums)?.delta ?? null) !== null)
  const [year, target] = [told(sums => sums.lastYear), told(sums => sums.target)]
  return (
    <div className={css.summary}>
      {groups.map(([name, sums, before]) => (
        <table key={name}>
          <caption className="sr-only">
            {label}: {name === 'Last week' ? 'last week' : `${name.toLowerCase()} to date`}
          </caption>
          <thead>
            <tr>
              <th scope="col">{name}</th>
              {before && <th scope="col">on week</th>}
              {year && <th scope="col">on year</th>}
              {target && <th scope="col">target</th>}
            </tr>
          </thead>
          <tbody>
            <tr>
              <td data-strong>{show(sums.value, measure, 'card')}</td>
              {before && <MovedCell moved={before} measure={measure} />}
              {year && <MovedCell moved={sums.lastYear} measure={measure} />}
              {target && <MovedCell moved={sums.target ?? undefined} measure={measure} />}
            </tr>
          </tbody>
        </table>
      ))}
    </div>
  )
}

/** A change in a cell: shares in basis points, all else in percent. Only bad news is coloured. */
export function MovedCell({ moved, measure }: { moved: Moved | undefined; measure: Measure }) {
  const said = change(moved, measure, { points: 'bps' })
  return (
    <td data-tone={said.tone} title={said.absolute}>
      {said.text === 'N/A' ? (
        <>
          <span aria-hidden="true">–</span>
          <span className="sr-only">nothing to compare with</span>
        </>
      ) : said.arrow ? (
        <>
          <span aria-hidden="true">{said.arrow}</span>
          <span className="sr-only">{said.arrow === '▲' ? 'up' : 'down'}</span> {said.text}
        </>
      ) : (
        'level'
      )}
    </td>
  )
}
