import { Select } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { memo, useMemo, useState } from 'react'
import { AgreementBadge } from '#features/Agreement.tsx'
import { api, words } from '#features/client.ts'
import { chanceWords, type Place, percent, showDay, type Unit } from '#kernel/format.ts'
import { marksOf } from '#kernel/period-words.ts'
import { Card } from '#ui/Card.tsx'
import { Chart, type Drawing } from '#ui/Chart.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { eventMarks, markAxis, nameAxis, tipHtml, tooltip, valueAxis } from '#ui/drawings.ts'
import { Hint } from '#ui/Hint.tsx'
import { show } from '#ui/number.ts'
import { Skeleton } from '#ui/State.tsx'
import { StatTile, TileRow } from '#ui/StatTile.tsx'
import { type CoursePoint, courseTold, versionBeside } from './model.ts'
import css from './plan.module.css'

const paced = [
  { value: 'net_sales', label: 'Net sales' },
  { value: 'orders', label: 'Orders' },
  { value: 'spend', label: 'Media spend' },
]

/** The month on its way: actual to date against the phased plan, where it lands, what it still takes. */
export const Pacing = memo(({ version }: { version: string }) => {
  const versions = useQuery(api.plan.versions.queryOptions({ input: {} }))
  const [metric, setMetric] = useState('net_sales')
  const own = versions.data?.find(one => one.id === version)
  const agreed = (one: typeof own) => one?.state === 'approved' || one?.state === 'locked'
  // A draft is no promise: what it is held against is the one that was agreed.
  const beside = own && !agreed(own) ? versionBeside(own, versions.data ?? []) : own
  const held = agreed(beside) ? beside : undefined
  const asked = useQuery(
    api.plan.pacing.queryOptions({
      input: { metric, ...(held && { version: held.id }) },
      enabled: own !== undefined,
      retry: false,
      staleTime: 300_000,
      placeholderData: keepPreviousData,
    }),
  )
  const choice = (
    <Select
      aria-label="What to pace"
      allowDeselect={false}
      w={160}
      data={paced}
      value={metric}
      onChange={name => name && setMetric(name)}
    />
  )
  const found = asked.data
  const settings = useQuery(api.settings.read.queryOptions({ input: {}, staleTime: 300_000 }))
  const events = settings.data?.events
  const drawing = useMemo<Drawing | null>(
    () => (found ? cumulative(found, events ?? []) : null),
    [found, events],
  )
  if (asked.error && metric !== 'net_sales')
    return (
      <Card title={paced.find(one => one.value === metric)?.label ?? ''} actions={choice}>
        <p>{words(asked.error).message}</p>
      </Card>
    )
  // Keeps its place while it is worked out: the grid below must not move under somebody's hand.
  if (asked.isFetching && !found) return <Skeleton height={350} />
  if (!found || !drawing) return null
  const measure = { unit: found.unit as Unit, currency: found.currency }
  const text = (value: number | null) =>
    show(value === null ? null : value.toFixed(found.unit === 'money' ? 2 : 0), measure, 'card')
  return (
    <Card
      title={`${found.label}, ${monthOf(found.from)}`}
      actions={choice}
      note={
        <>
          to {showDay(found.until)}; {whole(found.elapsed)} of a usual month is done by then{'\u2003'}
          <AgreementBadge stores={[]} />
        </>
      }
    >
      <TileRow label="Where the month is heading">
        <StatTile
          label="Actual to date"
          value={text(found.actual)}
          deltas={found.pace !== null && <span>{whole(found.pace)} of the plan to date</span>}
        />
        <StatTile
          label="Landing"
          value={text(found.p50)}
          deltas={
            <span>
              {text(found.p10)} to {text(found.p90)}, four times in five
              {found.booked > 0 && `; ${text(found.booked)} of it is booked`}
            </span>
          }
        />
        {found.plan !== null && (
          <StatTile
            label={held && held !== own ? held.name : 'Plan'}
            value={text(found.plan)}
            deltas={
              found.probability !== null && <span>{chanceWords(found.probability)} chance to make it</span>
            }
          />
        )}
        {found.requiredPerDay !== null && (
          <StatTile
            label="Needed a day"
            value={found.requiredPerDay === 0 ? 'Nothing more' : text(found.requiredPerDay)}
            deltas={
              <span>
                {found.requiredPerDay === 0
                  ? 'the plan is made'
                  : `over ${found.daysLeft.toFixed(1)} ordinary days`}
              </span>
            }
          />
        )}
      </TileRow>
      <Chart
        drawing={drawing}
        height={160}
        label={`${found.label} so far ${text(found.actual)}; lands at ${text(found.p50)}, between ${text(found.p10)} and ${text(found.p90)}.`}
      />
      {found.backtest.covered !== null && (
        <p className={css.after}>
          Tested on {found.backtest.estimates} earlier estimates: {whole(found.backtest.covered)} of the
          ranges held, where 80 % should; off by {percent(found.backtest.error ?? 0)} on average.
          {found.backtest.chances && (
            <>
              {' '}
              <Chances {...found.backtest.chances} />
            </>
          )}
        </p>
      )}
    </Card>
  )
})

const whole = (value: number) => percent(value, 0)

/** Whether a chance that was said is to be believed: how often such chances came, and Brier's score of them. */
function Chances(props: {
  cases: number
  baseRate: number
  brier: number
  baseBrier: number
  groups: { from: number; to: number; cases: number; said: number; came: number }[]
}) {
  const better = props.brier < props.baseBrier
  return (
    <>
      The chance of a plan {better ? 'told more than' : 'was no better than'} always saying{' '}
      {whole(props.baseRate)}.{' '}
      <Hint
        about={
          <div className={css.explain}>
            <p>
              Earlier periods as they stood at five stages, each asked of plans from 20 % below to 20 % above
              what was expected of it. A chance is to be believed where it came as often as it was said.
            </p>
            <DataTable
              caption="How often a chance came true"
              compact
              rows={props.groups}
              rowKey={row => String(row.from)}
              columns={[
                {
                  key: 'range',
                  label: 'Said',
                  render: row => `${Math.round(row.from * 100)} to ${whole(row.to)}`,
                },
                { key: 'said', label: 'On average', numeric: true, render: row => whole(row.said) },
                { key: 'came', label: 'Came', numeric: true, render: row => whole(row.came) },
                { key: 'cases', label: 'Of', numeric: true, render: row => row.cases },
              ]}
            />
            <p>
              Brier score {props.brier.toFixed(3)}, the mean squared distance from what came: 0 is always
              right, {props.baseBrier.toFixed(3)} is to know only how often plans are made.
            </p>
          </div>
        }
      >
        How often it came true
      </Hint>
    </>
  )
}

const monthOf = (day: string) =>
  new Date(`${day}T00:00:00Z`).toLocaleDateString('en-GB', {
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  })

interface Course {
  unit: string
  currency: string | null
  course: (CoursePoint & { day: string })[]
}

const cumulative =
  (
    { course, unit, currency }: Course,
    events: readonly { name: string; from: string; to: string }[],
  ): Drawing =>
  colours => {
    const days = course.map(one => one.day)
    const [from = '', to = ''] = [days[0], days.at(-1)]
    const said = (value: number, place: Place) => show(String(value), { unit: unit as Unit, currency }, place)
    const marks = marksOf(events, days, { from, to, grain: 'day' })
    const line = (name: string, pick: (one: Course['course'][number]) => number | null, style: object) => ({
      name,
      type: 'line',
      showSymbol: false,
      data: course.map(pick),
      ...style,
    })
    return {
      grid: { left: 4, right: 12, top: 20, bottom: 4, containLabel: true },
      tooltip: {
        trigger: 'axis',
        ...tooltip(colours),
        formatter: ([{ dataIndex } = { dataIndex: 0 }]: { dataIndex: number }[]) => {
          const one = course[dataIndex]
          const rows = one ? courseTold(one, value => said(value, 'card')) : []
          return tipHtml({ title: showDay(one?.day ?? null), rows }, colours)
        },
      },
      xAxis: nameAxis(
        colours,
        days.map(day => showDay(day, 'axis')),
      ),
      yAxis: [valueAxis(colours, value => said(value, 'axis'), true), markAxis],
      series: [
        line('Lands, low', one => one.p10, {
          stack: 'band',
          lineStyle: { opacity: 0 },
          itemStyle: { opacity: 0 },
        }),
        line('Lands, range', one => (one.p90 !== null && one.p10 !== null ? one.p90 - one.p10 : null), {
          stack: 'band',
          lineStyle: { opacity: 0 },
          areaStyle: { color: colours.actual, opacity: 0.15 },
        }),
        line('Plan', one => one.plan, {
          step: 'middle',
          lineStyle: { color: colours.target, width: 1 },
          itemStyle: { color: colours.target },
        }),
        line('Forecast', one => one.p50, {
          lineStyle: { color: colours.actual, type: 'dashed', width: 1.5 },
          itemStyle: { color: colours.actual },
        }),
        line('Actual', one => one.actual, {
          lineStyle: { color: colours.actual, width: 2 },
          itemStyle: { color: colours.actual },
        }),
        ...eventMarks(colours, marks, days.length, 1),
      ],
    }
  }
