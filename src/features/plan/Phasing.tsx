import { Button, Select, TextInput } from '@mantine/core'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { api, words } from '#features/client.ts'
import { useMay } from '#features/May.tsx'
import { percent, showDay } from '#kernel/format.ts'
import { Card } from '#ui/Card.tsx'
import { Chart, type Drawing } from '#ui/Chart.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import { shownCell, type Version } from './model.ts'
import { bars, PhasingHours } from './PhasingHours.tsx'
import css from './plan.module.css'

/** A line of a version over the days of a period: as the shop trades, and as somebody says who knows better. */
export function Phasing({ version }: { version: Version }) {
  const [search, setUrl] = useUrl()
  const cache = useQueryClient()
  const [typed, setTyped] = useState<Record<string, string>>({})
  const opened = useQuery(api.plan.open.queryOptions({ input: { version: version.id }, staleTime: 60_000 }))
  const { sheet } = opened.data ?? {}
  const copy = search.copy
  // What a copy holds stands as it was.
  const mayEdit = useMay('lead') && opened.data?.mayEdit === true && copy === undefined
  const lines = (sheet?.lines ?? []).filter(line => line.roll === 'sum')
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
        ...(copy && { copy }),
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
  const live = copy && (
    <Row>
      <p className={css.plain}>As a kept copy holds it, whatever the version and the shop became since.</p>
      <Button variant="default" size="compact-sm" onClick={() => setUrl({ copy: undefined })}>
        As it is now
      </Button>
    </Row>
  )
  if (opened.error ?? asked.error)
    return (
      <>
        {live}
        <ErrorState
          title="The days could not be worked out"
          {...words(opened.error ?? asked.error)}
          onRetry={() => asked.refetch()}
        />
      </>
    )
  if (sheet && !line)
    return (
      <EmptyState title="Nothing here goes to days">
        Lines that add up, such as net sales or rent, are phased to days.
      </EmptyState>
    )
  if (!sheet || !line || !period || !found || !byDay) return <Skeleton height={420} />
  const changes = Object.entries(typed).map(([day, text]) => [day, Number(text.replace(',', '.'))] as const)
  const wrong = changes.some(([, by]) => !(by >= 0 && by <= 100))
  const chosen = found.days.find(one => one.day === search.day)
  return (
    <>
      {live}
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
        note={`${found.unit.startsWith('money') ? `in ${sheet.currency}; ` : ''}by the shop’s own season, weekdays and events; the days add up to it exactly`}
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
      {chosen && found.hours && found.hourTimes && (
        <PhasingHours
          key={chosen.day}
          version={version.id}
          label={line.label}
          unit={found.unit}
          day={chosen}
          hours={found.hours}
          times={found.hourTimes}
          revision={found.revision}
          mayEdit={mayEdit}
        />
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
              render: row => percent(row.share, 2),
            },
            { key: 'why', label: 'Because', wraps: 'sentence', render: row => row.why.join(', ') },
          ]}
        />
      </Card>
    </>
  )
}

const weekdayOf = (day: string) =>
  new Date(`${day}T00:00:00Z`).toLocaleDateString('en-GB', { weekday: 'short', timeZone: 'UTC' })
