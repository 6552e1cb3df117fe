import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { May } from '#features/May.tsx'
import { percent } from '#kernel/format.ts'
import { figureOf } from '#kernel/plan/typed.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { ChoiceRow, LongTextRow, TextRow } from '#ui/Form.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { shownCell, signedCents, type Version } from './model.ts'

type Confidence = 'low' | 'medium' | 'high'

/** How surely somebody expects it, as it is chosen and as it is shown. */
const sureness: Readonly<Record<string, string>> = {
  low: 'A hunch',
  medium: 'Likely',
  high: 'Nearly certain',
}

/** What owners expect otherwise than the baseline, why and how surely; and, when the month is over, who was right. */
export function Overlays({ version }: { version: Version }) {
  const cache = useQueryClient()
  const credit = useQuery(api.plan.credit.queryOptions({ input: {} }))
  const opened = useQuery(api.plan.open.queryOptions({ input: { version: version.id } }))
  const figures = useQuery(api.plan.figures.queryOptions({ input: { version: version.id } }))
  const [form, setForm] = useState<{
    line: string
    period: string
    value: string
    reason: string
    confidence: Confidence
  } | null>(null)
  const [asked, setAsked] = useState<string | null>(null)
  // Where the reforecast lands is told anew as well.
  const again = () => cache.invalidateQueries({ queryKey: api.plan.key() })
  const save = useMutation(
    api.plan.overlay.mutationOptions({
      onSuccess: async () => {
        setForm(null)
        await again()
      },
    }),
  )
  const remove = useMutation(
    api.plan.removeOverlay.mutationOptions({
      onSuccess: async () => {
        setAsked(null)
        await again()
      },
    }),
  )
  const failed = [credit, opened, figures].find(one => one.error)
  if (failed)
    return (
      <ErrorState
        title="The overlays could not be read"
        {...words(failed.error)}
        onRetry={() => failed.refetch()}
      />
    )
  if (!credit.data || !opened.data || !figures.data) return <Skeleton height={240} />
  const { sheet } = opened.data
  const lines = sheet.lines.filter(line => line.metric)
  const { periods } = sheet
  const open = periods.filter(period => !opened.data.closed.includes(period.key))
  const baseline = (line: string, period: string) =>
    figures.data.lines.find(one => one.name === line)?.values[periods.findIndex(one => one.key === period)] ??
    null
  const chosen = form && baseline(form.line, form.period)
  const set = (change: Partial<NonNullable<typeof form>>) => setForm(now => now && { ...now, ...change })
  const [first] = lines
  const own = credit.data.overlays.filter(one => one.version === version.id)
  const removal = (row: (typeof own)[number]) =>
    row.mayRemove && (
      <Button
        size="compact-xs"
        {...(asked === row.id
          ? { color: 'red', variant: 'light', onClick: () => remove.mutate({ id: row.id }) }
          : { color: 'gray', variant: 'subtle', onClick: () => setAsked(row.id) })}
        aria-label={`${asked === row.id ? 'Really remove' : 'Remove'} what ${row.byName} expects of ${periods.find(one => one.key === row.period)?.label ?? row.period}`}
        loading={remove.isPending && asked === row.id}
      >
        {asked === row.id ? 'Really remove' : 'Remove'}
      </Button>
    )
  return (
    <>
      <Card
        flush
        title={`Expected otherwise in ${version.name}`}
        note={`each is graded when its period is over; money in ${sheet.currency}`}
        actions={
          first &&
          open.length > 0 &&
          version.state !== 'locked' && (
            <May atLeast="contributor">
              <Button
                size="compact-sm"
                variant="default"
                onClick={() =>
                  setForm({
                    line: first.name,
                    period: open[0]?.key ?? '',
                    value: '',
                    reason: '',
                    confidence: 'medium',
                  })
                }
              >
                Expect something else
              </Button>
            </May>
          )
        }
      >
        {remove.error && <ErrorState compact title="It was not removed" {...words(remove.error)} />}
        <DataTable
          caption="Overlays"
          entries
          rows={own}
          rowKey={row => row.id}
          empty={
            <EmptyState compact title="Nobody expects anything else">
              Where you know more than the baseline (a listing won, a fair cancelled), say what you expect,
              why, and how surely. When the month is over it shows whether that was nearer.
            </EmptyState>
          }
          columns={[
            {
              key: 'metric',
              label: 'Figure',
              pinned: true,
              render: row => lines.find(one => one.metric === row.metric)?.label ?? row.metric,
            },
            {
              key: 'period',
              label: 'Period',
              render: row => periods.find(one => one.key === row.period)?.label ?? row.period,
            },
            {
              key: 'baseline',
              label: 'Baseline',
              numeric: true,
              render: row => shownCell(row.baseline, 'money'),
            },
            { key: 'value', label: 'Expected', numeric: true, render: row => shownCell(row.value, 'money') },
            { key: 'actual', label: 'Came', numeric: true, render: row => shownCell(row.actual, 'money') },
            {
              key: 'added',
              label: 'Nearer by',
              numeric: true,
              render: row =>
                row.added === null ? (
                  'open'
                ) : (
                  <span style={Number(row.added) < 0 ? { color: 'var(--bad)' } : undefined}>
                    {signedCents(row.added)}
                  </span>
                ),
            },
            { key: 'by', label: 'Who', render: row => row.byName },
            { key: 'confidence', label: 'How surely', render: row => sureness[row.confidence] },
            { key: 'reason', label: 'Why', wraps: 'sentence', render: row => row.reason },
            ...(own.some(one => one.mayRemove) ? [{ key: 'act', label: '', render: removal }] : []),
          ]}
        />
      </Card>
      <Card
        flush
        title="Forecast credit"
        note="how much nearer each person came than the baseline, over all versions"
      >
        <DataTable
          caption="Forecast credit by person"
          rows={credit.data.owners}
          rowKey={row => `${row.byId} ${row.metric} ${row.currency}`}
          empty={<EmptyState compact title="Nothing is graded yet: no period with an expectation is over" />}
          columns={[
            { key: 'by', label: 'Who', pinned: true, render: row => row.byName },
            {
              key: 'metric',
              label: 'Figure',
              wraps: 'name',
              render: row => (row.currency ? `${row.label}, ${row.currency}` : row.label),
            },
            { key: 'graded', label: 'Graded', numeric: true, render: row => row.graded },
            { key: 'added', label: 'Nearer by', numeric: true, render: row => signedCents(row.added) },
            {
              key: 'bias',
              label: 'Leans',
              render: row =>
                row.bias === null
                  ? 'N/A'
                  : Math.abs(row.bias) < 0.005
                    ? 'neither way'
                    : `${percent(Math.abs(row.bias))} too ${row.bias > 0 ? 'high' : 'low'}`,
            },
          ]}
        />
      </Card>
      {form && (
        <EditDrawer
          opened
          title="Expect something else"
          onClose={() => setForm(null)}
          saving={save.isPending}
          disabled={chosen === null}
          missing={[!form.value && 'what you expect', !form.reason.trim() && 'a reason']}
          failed={save.error ? words(save.error) : null}
          onSave={() => {
            const line = lines.find(one => one.name === form.line)
            const period = periods.find(one => one.key === form.period)
            if (line?.metric && period && chosen)
              save.mutate({
                version: version.id,
                metric: line.metric,
                period: period.key,
                from: period.from,
                to: period.to,
                baseline: chosen,
                value: figureOf(form.value, { negative: true }, line.label) ?? '0',
                reason: form.reason,
                confidence: form.confidence,
              })
          }}
        >
          <ChoiceRow
            label="Figure"
            value={form.line}
            data={lines.map(one => ({ value: one.name, label: one.label }))}
            onChange={line => set({ line })}
          />
          <ChoiceRow
            label="Period"
            value={form.period}
            data={open.map(one => ({ value: one.key, label: one.label }))}
            onChange={period => set({ period })}
          />
          <TextRow
            label="Expected"
            decimal
            value={form.value}
            help={`The baseline of ${version.name} is ${shownCell(chosen, 'money')}.`}
            onChange={value => set({ value })}
          />
          <LongTextRow label="Why" value={form.reason} onChange={reason => set({ reason })} />
          <ChoiceRow
            label="How surely"
            value={form.confidence}
            data={(['low', 'medium', 'high'] as const).map(value => ({
              value,
              label: sureness[value] ?? value,
            }))}
            onChange={confidence => set({ confidence })}
          />
        </EditDrawer>
      )}
    </>
  )
}
