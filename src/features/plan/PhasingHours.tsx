import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { api, words } from '#features/client.ts'
import { weekday } from '#kernel/day.ts'
import { showDay } from '#kernel/format.ts'
import { weekdayName } from '#kernel/period-words.ts'
import { Card } from '#ui/Card.tsx'
import { Chart, type Drawing } from '#ui/Chart.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { nameAxis, tipHtml, tooltip, valueAxis } from '#ui/drawings.ts'
import { show } from '#ui/number.ts'
import { Row } from '#ui/Page.tsx'
import { ErrorState } from '#ui/State.tsx'
import { shownCell } from './model.ts'
import css from './plan.module.css'

/** A day of a version by the hour, and what each hour weighs: on this day, or on every such weekday. */
export function PhasingHours(props: {
  version: string
  label: string
  unit: string
  day: { day: string; amount: string }
  hours: readonly string[]
  /** What somebody says an hour weighs; null as history has it. */
  times: readonly (number | null)[]
  revision: number
  mayEdit: boolean
}) {
  const { hours, times, unit } = props
  const { day, amount } = props.day
  const cache = useQueryClient()
  const [typed, setTyped] = useState<Record<number, string>>({})
  const [whole, setWhole] = useState(false)
  const save = useMutation(
    api.plan.adjustPhasing.mutationOptions({
      onSuccess: async () => {
        setTyped({})
        await cache.invalidateQueries({ queryKey: api.plan.key() })
      },
    }),
  )
  const drawing = useMemo<Drawing>(
    () =>
      bars(
        hours.map((_, n) => String(n)),
        hours.map(Number),
        n => `${n}:00 to ${n + 1}:00`,
        unit,
      ),
    [hours, unit],
  )
  // An emptied field goes back to what history says.
  const changes = Object.entries(typed).map(
    ([hour, text]) => [hour, text.trim() === '' ? null : Number(text.replace(',', '.'))] as const,
  )
  const wrong = changes.some(([, by]) => by !== null && !(by >= 0 && by <= 100))
  const each = weekdayName(String(weekday(day)))
  return (
    <Card
      title={`${showDay(day)} by the hour: ${shownCell(amount, unit)}`}
      note="as this weekday sold over twelve weeks; a weight of 2 gives an hour twice as much, and the others give it"
      actions={
        props.mayEdit && (
          <Row>
            <SegmentedControl
              size="xs"
              aria-label="Whose hours"
              data={[
                { value: 'day', label: 'This day' },
                { value: 'weekday', label: `Every ${each}` },
              ]}
              value={whole ? 'weekday' : 'day'}
              onChange={value => setWhole(value === 'weekday')}
            />
            <Button
              variant="filled"
              size="compact-sm"
              disabled={changes.length === 0 || wrong}
              loading={save.isPending}
              onClick={() =>
                save.mutate({
                  version: props.version,
                  hours: { [whole ? String(weekday(day)) : day]: Object.fromEntries(changes) },
                  revision: props.revision,
                })
              }
            >
              Keep the hours
            </Button>
          </Row>
        )
      }
    >
      {save.error && <ErrorState compact title="The hours were not kept" {...words(save.error)} />}
      <Chart
        drawing={drawing}
        height={160}
        points={24}
        label={`${props.label} by hour of ${showDay(day)}`}
        describe={n => `${n}:00: ${shownCell(hours[n] ?? null, unit)}`}
      />
      <DataTable
        caption="Hours of the day"
        compact
        maxHeight={320}
        rows={hours.map((value, hour) => ({ value, hour }))}
        rowKey={row => String(row.hour)}
        columns={[
          { key: 'hour', label: 'Hour', pinned: true, render: row => `${row.hour}:00` },
          { key: 'value', label: props.label, numeric: true, render: row => shownCell(row.value, unit) },
          {
            key: 'times',
            label: 'Weight',
            numeric: true,
            width: 110,
            render: row =>
              props.mayEdit ? (
                <TextInput
                  size="xs"
                  className={css.short}
                  aria-label={`Weight of ${row.hour}:00`}
                  inputMode="decimal"
                  placeholder="1"
                  value={typed[row.hour] ?? String(times[row.hour] ?? '')}
                  onChange={event => setTyped({ ...typed, [row.hour]: event.currentTarget.value })}
                />
              ) : (
                String(times[row.hour] ?? 1)
              ),
          },
        ]}
      />
    </Card>
  )
}

/** A plan over time is outlined bars. */
export const bars =
  (names: string[], values: number[], title: (n: number) => string, unit: string): Drawing =>
  colours => ({
    grid: { top: 12, left: 4, right: 8, bottom: 4, containLabel: true },
    tooltip: {
      trigger: 'axis',
      ...tooltip(colours),
      formatter: (those: { dataIndex: number }[]) => {
        const n = those[0]?.dataIndex ?? 0
        return tipHtml(
          { title: title(n), rows: [['planned', shownCell(String(values[n] ?? 0), unit)]] },
          colours,
        )
      },
    },
    xAxis: nameAxis(colours, names),
    yAxis: valueAxis(colours, value => show(String(value), { unit: 'count', currency: null }, 'axis'), true),
    series: [
      {
        type: 'bar',
        data: values,
        itemStyle: { color: colours.surface, borderColor: colours.target, borderWidth: 1 },
      },
    ],
  })
