import { Button, TextInput } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { api, words } from '#features/client.ts'
import { figureOf } from '#kernel/plan/typed.ts'
import { Card } from '#ui/Card.tsx'
import { Chart, type Drawing } from '#ui/Chart.tsx'
import { ChartCard } from '#ui/ChartCard.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { nameAxis, tipHtml, tooltip, valueAxis } from '#ui/drawings.ts'
import { show } from '#ui/number.ts'
import { Grid, Row } from '#ui/Page.tsx'
import { ErrorState, Skeleton } from '#ui/State.tsx'
import { StatTile, TileRow } from '#ui/StatTile.tsx'
import { type Asked, signedCents } from './model.ts'
import css from './plan.module.css'
import { pairsOf, Together, type TypedPair, wrongWith } from './Together.tsx'

type Shares = Record<string, string>
/** How far drivers may be off, in percent, how they move together, and the goal: as they were given last. */
interface Given {
  shares: Shares
  together: string
  pairs: TypedPair[]
  goal: string
}
export interface GivenProps {
  given: Given
  onGiven: (next: (now: Given) => Given) => void
}
export const asUsual: Given = { shares: {}, together: '0', pairs: [], goal: '' }

/** What a result may come to when its drivers are off by what was given. */
export function useRange({ version, drivers, target }: Asked, given: Given) {
  const wanted = drivers.slice(0, 60)
  const spread = (name: string) => Number(given.shares[name] ?? 10) / 100
  const moved = wanted.filter(one => spread(one.name) > 0)
  const asked = useQuery(
    api.plan.simulate.queryOptions({
      input: {
        version,
        target: target.name,
        drivers: moved.map(one => ({ line: one.name, spread: { kind: 'lognormal', sd: spread(one.name) } })),
        correlations: pairsOf(moved, given.pairs, Number(given.together)),
        runs: 10_000,
        ...(given.goal !== '' && { plan: Number(given.goal) }),
      },
      enabled: moved.length > 0,
      placeholderData: keepPreviousData,
      staleTime: 600_000,
      retry: false,
    }),
  )
  return { asked, wanted, moved }
}

/**
 * P10, P50 and P90 of a result when each driver may be off by so much, and which of them matters most. The range comes from
 * whoever waits for it: asked for a second time here, one that failed would be asked for again with every sight of it.
 */
export function Ranges({
  sheet,
  drivers,
  target,
  given,
  onGiven: setGiven,
  range: { asked, wanted, moved },
}: Asked & GivenProps & { range: ReturnType<typeof useRange> }) {
  const [typed, setTyped] = useState<Shares>({})
  const [joined, setJoined] = useState<{ together: string; pairs: TypedPair[] }>(given)
  const [goal, setGoal] = useState(given.goal)
  const found = asked.data
  const swing = (name: string) => {
    const bar = found?.tornado.find(one => one.line === name)
    return bar ? Math.abs(bar.high - bar.low) : -1
  }
  const label = (name: string) => drivers.find(one => one.name === name)?.label ?? name
  // What does not move the result is no bar, and stands below what does.
  const bars = useMemo(
    () =>
      (found?.tornado ?? [])
        .filter(one => Math.abs(one.high - one.low) >= 0.005 * Math.max(1, found?.sd ?? 0))
        .slice(0, 12),
    [found],
  )
  const histogram = useMemo<Drawing | null>(
    () => (found ? shares(found, axisIn(sheet.currency)) : null),
    [found, sheet.currency],
  )
  const tornado = useMemo<Drawing | null>(
    () =>
      found
        ? swings(
            bars,
            found.base,
            name => drivers.find(one => one.name === name)?.label ?? name,
            axisIn(sheet.currency),
          )
        : null,
    [found, bars, drivers, sheet.currency],
  )
  if (asked.error)
    return (
      <ErrorState
        title="The range could not be worked out"
        {...words(asked.error)}
        onRetry={() => asked.refetch()}
      />
    )
  if (!found || !histogram || !tornado) return <Skeleton height={480} />
  const money = (value: number) => show(value.toFixed(2), { unit: 'money', currency: sheet.currency }, 'card')
  const apply = () => {
    const shares: Shares = {}
    for (const [name, text] of Object.entries(typed)) {
      const size = Number(text.replace('%', '').replace(',', '.'))
      if (Number.isFinite(size) && size >= 0 && size <= 200) shares[name] = String(size)
    }
    let plan = ''
    try {
      plan = figureOf(goal === '' ? null : goal, { negative: true }, 'Goal') ?? ''
    } catch {
      plan = ''
    }
    const { together, pairs } = joined
    const after = wanted.filter(one => Number(shares[one.name] ?? 10) > 0)
    // What contradicts itself is told beside the pairs; the rest is worked out with what was before.
    const may = wrongWith(after, pairs, Number(together)) === null
    setGiven(now => ({ ...now, shares, goal: plan, ...(may && { together, pairs }) }))
  }
  return (
    <>
      <TileRow label="What it may come to">
        <StatTile label="As planned" value={money(found.base)} />
        <StatTile label="One in ten below" value={money(found.p10)} deltas="P10" />
        <StatTile label="As likely above as below" value={money(found.p50)} deltas="P50" />
        <StatTile label="One in ten above" value={money(found.p90)} deltas="P90" />
        {found.probability !== null && (
          <StatTile
            label={`Chance of ${money(Number(given.goal))} or more`}
            value={`${Math.round(found.probability * 100)} %`}
          />
        )}
      </TileRow>
      <Grid columns={2}>
        <ChartCard
          id="histogram"
          name={`${target.label}: where ${found.runs.toLocaleString('en-GB')} runs ended`}
          title="Where the runs ended"
          note={`${found.runs.toLocaleString('en-GB')} runs`}
          stale={asked.isPlaceholderData}
          drawing={histogram}
          sheet={{
            name: 'range',
            columns: [
              { key: 'share', label: 'Share of runs below', numeric: true },
              { key: 'value', label: target.label, numeric: true },
            ],
            rows: found.quantiles.map((value, n) => ({ share: `${n * 5} %`, value: value.toFixed(2) })),
          }}
        >
          <Chart
            drawing={histogram}
            height={260}
            label={`From ${money(found.p10)} to ${money(found.p90)} in eight of ten runs`}
          />
        </ChartCard>
        <ChartCard
          id="tornado"
          name={`${target.label}: what matters most`}
          title="What matters most"
          note="one driver from its P10 to its P90, the others as planned"
          stale={asked.isPlaceholderData}
          drawing={tornado}
          sheet={{
            name: 'tornado',
            columns: [
              { key: 'driver', label: 'Driver' },
              { key: 'low', label: 'Low', numeric: true },
              { key: 'high', label: 'High', numeric: true },
            ],
            rows: found.tornado.map(one => ({
              driver: label(one.line),
              low: one.low.toFixed(2),
              high: one.high.toFixed(2),
            })),
          }}
        >
          <Chart
            drawing={tornado}
            height={260}
            along="y"
            points={bars.length}
            label={bars
              .map(one => `${label(one.line)} from ${money(one.low)} to ${money(one.high)}`)
              .join(', ')}
            describe={n => {
              const bar = bars[n]
              return bar ? `${label(bar.line)}: ${money(bar.low)} to ${money(bar.high)}` : ''
            }}
          />
        </ChartCard>
      </Grid>
      <Together
        drivers={moved}
        otherwise={joined.together}
        onOtherwise={r => setJoined(now => ({ ...now, together: r }))}
        pairs={joined.pairs}
        onPairs={pairs => setJoined(now => ({ ...now, pairs }))}
        onApply={joined.together === given.together && joined.pairs === given.pairs ? null : apply}
      />
      <Card
        flush
        title="How far each driver may be off"
        note="one standard deviation either way; 0 holds it as planned"
        actions={
          <Row>
            <TextInput
              aria-label="Goal"
              placeholder="Goal to reach"
              inputMode="decimal"
              value={goal}
              onChange={event => setGoal(event.currentTarget.value)}
            />
            <Button variant="filled" loading={asked.isFetching} onClick={apply}>
              Work it out
            </Button>
          </Row>
        }
      >
        <DataTable
          caption="How far each driver may be off"
          compact
          rows={wanted.toSorted((a, b) => swing(b.name) - swing(a.name))}
          rowKey={row => row.name}
          columns={[
            { key: 'label', label: 'Driver', pinned: true, render: row => row.label },
            {
              key: 'off',
              label: 'Off by, %',
              numeric: true,
              width: 120,
              render: row => (
                <TextInput
                  size="xs"
                  className={css.short}
                  aria-label={`${row.label}, off by percent`}
                  inputMode="decimal"
                  value={typed[row.name] ?? given.shares[row.name] ?? '10'}
                  onChange={event => setTyped({ ...typed, [row.name]: event.currentTarget.value })}
                />
              ),
            },
            {
              key: 'swing',
              label: `Swing of the result, ${sheet.currency}`,
              numeric: true,
              render: row => {
                const bar = found.tornado.find(one => one.line === row.name)
                return bar && Math.abs(bar.high - bar.low) >= 0.005
                  ? signedCents(String(bar.high - bar.low)).replace(/^[+−]/, '')
                  : 'does not move it'
              },
            },
          ]}
        />
      </Card>
    </>
  )
}

const axisIn = (currency: string) => (value: number) =>
  show(String(value), { unit: 'money', currency }, 'axis')
type Say = (value: number) => string

/** Shares of runs; those below P10 and above P90 pale. */
const shares =
  (
    found: { histogram: { from: number; to: number; share: number }[]; p10: number; p90: number },
    axis: Say,
  ): Drawing =>
  colours => ({
    grid: { top: 12, left: 4, right: 8, bottom: 4, containLabel: true },
    tooltip: {
      trigger: 'axis',
      ...tooltip(colours),
      formatter: (those: { dataIndex: number }[]) => {
        const bar = found.histogram[those[0]?.dataIndex ?? 0]
        return bar
          ? tipHtml(
              {
                title: `${axis(bar.from)} to ${axis(bar.to)}`,
                rows: [['of the runs', `${(bar.share * 100).toFixed(1)} %`]],
              },
              colours,
            )
          : ''
      },
    },
    xAxis: nameAxis(
      colours,
      found.histogram.map(bar => axis((bar.from + bar.to) / 2)),
    ),
    yAxis: { type: 'value', show: false },
    series: [
      {
        type: 'bar',
        barCategoryGap: '8%',
        emphasis: { disabled: true },
        data: found.histogram.map(bar => ({
          value: bar.share,
          itemStyle: {
            color: bar.to <= found.p10 || bar.from >= found.p90 ? colours.lastYear : colours.actual,
          },
        })),
      },
    ],
  })

/** One bar for each driver around the plan, the widest on top. */
const swings =
  (
    bars: { line: string; low: number; high: number }[],
    base: number,
    label: (name: string) => string,
    axis: Say,
  ): Drawing =>
  colours => ({
    grid: { top: 4, left: 4, right: 12, bottom: 4, containLabel: true },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'none' },
      ...tooltip(colours),
      formatter: (those: { dataIndex: number }[]) => {
        const bar = bars[those[0]?.dataIndex ?? 0]
        return bar
          ? tipHtml(
              {
                title: label(bar.line),
                rows: [
                  ['low', axis(bar.low)],
                  ['planned', axis(base)],
                  ['high', axis(bar.high)],
                ],
              },
              colours,
            )
          : ''
      },
    },
    xAxis: valueAxis(colours, axis, false),
    // Where the names leave little of it, fewer marks and shorter names: side by side they would run into one another.
    media: [
      { option: { xAxis: { splitNumber: 4 }, yAxis: { axisLabel: { width: 210 } } } },
      {
        query: { maxWidth: 420 },
        option: { xAxis: { splitNumber: 2 }, yAxis: { axisLabel: { width: 150 } } },
      },
    ],
    yAxis: {
      ...nameAxis(
        colours,
        bars.map(bar => label(bar.line)),
      ),
      inverse: true,
      axisLabel: {
        color: colours.ink,
        fontSize: 12,
        fontFamily: colours.font,
        overflow: 'truncate',
        interval: 0,
      },
    },
    series: [
      {
        type: 'bar',
        stack: 'swing',
        silent: true,
        barMaxWidth: 14,
        itemStyle: { color: 'transparent' },
        data: bars.map(bar => bar.low),
      },
      {
        type: 'bar',
        stack: 'swing',
        barMaxWidth: 14,
        emphasis: { disabled: true },
        itemStyle: { color: colours.actual },
        data: bars.map(bar => bar.high - bar.low),
        markLine: {
          symbol: 'none',
          silent: true,
          label: { show: false },
          lineStyle: { color: colours.ink2, type: 'solid', width: 1 },
          data: [{ xAxis: base }],
        },
      },
    ],
  })
