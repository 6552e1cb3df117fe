import { Button, Select, TextInput } from '@mantine/core'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { api, words } from '#features/client.ts'
import { showDay } from '#kernel/format.ts'
import { Card } from '#ui/Card.tsx'
import { Chart, type Drawing } from '#ui/Chart.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { nameAxis, tipHtml, tooltip, valueAxis } from '#ui/drawings.ts'
import { show } from '#ui/number.ts'
import { Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import { shownCell, type Version } from './model.ts'
import css from './plan.module.css'

/** A line of a version over the days of a period: as the shop trades, and as somebody says who knows better. */
export function Phasing({ version }: { version: Version }) {
  const [search, setUrl] = useUrl()
  const cache = useQueryClient()
  const [typed, setTyped] = useState<Record<string, string>>({})
  const opened = useQuery(api.plan.open.queryOptions({ input: { version: version.id }, staleTime: 60_000 }))
  const { sheet, mayEdit } = opened.data ?? {}
  const lines = (sheet?.lines ?? []).filter(line => line.roll === 'sum' && line.metric)
  const line =
    lines.find(one => one.name === search.line) ?? lines.find(one => one.name === 'net_sales') ?? lines[0]
  const today = new Date().toISOString().slice(0, 10)
  const period =
    sheet?.periods.find(one => one.key === search.period) ??
    sheet?.periods.find(one => one.to >= today) ??
    sheet?.periods[0]
  const asked = useQuery(
    api.plan.phasing.queryOptions({
      input: {
        version: version.id,
        line: line?.name ?? '',
        period: period?.key ?? '',
        ...(search.day &&
          period &&
          search.day >= period.from &&
          search.day <= period.to && { day: search.day }),
      },
      enabled: line !== undefined && period !== undefined,
      placeholderData: keepPreviousData,
      retry: false,
    }),
  )
  const save = useMutation(
    api.plan.adjustPhasing.mutationOptions({
      onSuccess: async () => {
        setTyped({})
        await cache.invalidateQueries({ queryKey: api.plan.key() })
      },
    }),
  )
  const found = asked.data
  const byDay = useMemo<Drawing | null>(
    () =>
      found
        ? bars(
            found.days.map(one => Number(one.day.slice(8)).toString()),
            found.days.map(one => Number(one.amount)),
            n => showDay(found.days[n]?.day ?? null),
            found.unit,
          )
        : null,
    [found],
  )
  const byHour = useMemo<Drawing | null>(
    () =>
      found?.hours
        ? bars(
            found.hours.map((_, n) => String(n)),
            found.hours.map(Number),
            n => `${n}:00 to ${n + 1}:00`,
            found.unit,
          )
        : null,
    [found],
  )
  if (opened.error ?? asked.error)
    return (
      <ErrorState
        title="The days could not be worked out"
        {...words(opened.error ?? asked.error)}
        onRetry={() => asked.refetch()}
      />
    )
  if (sheet && !line)
    return (
      <EmptyState title="Nothing here goes to days">
        Lines that add up and are a figure of the shop, such as net sales or orders, are phased to days.
      </EmptyState>
    )
  if (!sheet || !line || !period || !found || !byDay) return <Skeleton height={420} />
  const changes = Object.entries(typed).map(([day, text]) => [day, Number(text.replace(',', '.'))] as const)
  const wrong = changes.some(([, by]) => !(by >= 0 && by <= 100))
  const chosen = found.days.find(one => one.day === search.day)
  return (
    <>
      <Row>
        <Select
          aria-label="Line"
          allowDeselect={false}
          data={lines.map(one => ({ value: one.name, label: one.label }))}
          value={line.name}
          onChange={name => name && setUrl({ line: name })}
        />
        <Select
          aria-label="Period"
          allowDeselect={false}
          data={sheet.periods.map(one => ({ value: one.key, label: one.label }))}
          value={period.key}
          onChange={key => key && setUrl({ period: key, day: undefined })}
        />
      </Row>
      <Card
        title={`${line.label}, ${period.label}: ${shownCell(found.amount, found.unit)}`}
        note="by the shop’s own season, weekdays and events; the days add up to it exactly"
      >
        <Chart
          drawing={byDay}
          height={200}
          points={found.days.length}
          label={`${line.label} by day of ${period.label}`}
          describe={n =>
            `${showDay(found.days[n]?.day ?? null)}: ${shownCell(found.days[n]?.amount ?? null, found.unit)}`
          }
        />
        {found.notes.map(note => (
          <p key={note} className={css.plain}>
            {note}
          </p>
        ))}
      </Card>
      {chosen && byHour && (
        <Card
          title={`${showDay(chosen.day)} by the hour: ${shownCell(chosen.amount, found.unit)}`}
          note="as this weekday sold over the last twelve weeks"
        >
          <Chart
            drawing={byHour}
            height={160}
            points={24}
            label={`${line.label} by hour of ${showDay(chosen.day)}`}
            describe={n => `${n}:00: ${shownCell(found.hours?.[n] ?? null, found.unit)}`}
          />
        </Card>
      )}
      <Card
        flush
        title="Days"
        note="a weight of 1.5 gives a day half as much again; the others give it"
        actions={
          mayEdit && (
            <Button
              variant="filled"
              size="compact-sm"
              disabled={changes.length === 0 || wrong}
              loading={save.isPending}
              onClick={() =>
                save.mutate({
                  version: version.id,
                  days: Object.fromEntries(changes),
                  revision: found.revision,
                })
              }
            >
              Keep the weights
            </Button>
          )
        }
      >
        {save.error && <ErrorState compact title="The weights were not kept" {...words(save.error)} />}
        <DataTable
          caption="Days of the period"
          compact
          rows={found.days}
          rowKey={row => row.day}
          columns={[
            {
              key: 'day',
              label: 'Day',
              pinned: true,
              render: row => (
                <Button
                  variant="transparent"
                  size="compact-sm"
                  title="By the hour"
                  onClick={() => setUrl({ day: row.day })}
                >
                  {weekdayOf(row.day)} {showDay(row.day)}
                </Button>
              ),
            },
            {
              key: 'amount',
              label: line.label,
              numeric: true,
              render: row => shownCell(row.amount, found.unit),
            },
            {
              key: 'times',
              label: 'Weight',
              numeric: true,
              width: 110,
              render: row =>
                mayEdit ? (
                  <TextInput
                    size="xs"
                    className={css.short}
                    aria-label={`Weight of ${showDay(row.day)}`}
                    inputMode="decimal"
                    value={typed[row.day] ?? String(row.times)}
                    onChange={event => setTyped({ ...typed, [row.day]: event.currentTarget.value })}
                  />
                ) : (
                  String(row.times)
                ),
            },
            {
              key: 'share',
              label: 'Share',
              numeric: true,
              render: row => `${(row.share * 100).toFixed(2)} %`,
            },
            { key: 'why', label: 'Because', render: row => row.why.join(', ') },
          ]}
        />
      </Card>
    </>
  )
}

const weekdayOf = (day: string) =>
  new Date(`${day}T00:00:00Z`).toLocaleDateString('en-GB', { weekday: 'short', timeZone: 'UTC' })

/** A plan over time is outlined bars. */
const bars =
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
