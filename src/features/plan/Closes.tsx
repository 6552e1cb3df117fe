import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { May } from '#features/May.tsx'
import { showDay, showSigned, type Unit } from '#kernel/format.ts'
import { civilYear, periodBefore, periodOf } from '#kernel/period.ts'
import { spanWords } from '#kernel/view.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { ChoiceRow, FormRow, LongTextRow } from '#ui/Form.tsx'
import { show } from '#ui/number.ts'
import { Sentence } from '#ui/Sentence.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { CloseState } from './CloseState.tsx'
import css from './plan.module.css'

const kept = ['net_sales', 'orders', 'units_sold', 'cost_of_goods', 'gross_profit', 'spend']
/** Sales first, as they are kept. */
const place = (name: string) => kept.indexOf(name) + 1 || kept.length + 1

/** Closed months, and what changed in them since: prior-period adjustments. */
export function Closes({ lastDay }: { lastDay: string }) {
  const cache = useQueryClient()
  const closed = useQuery(api.plan.closed.queryOptions({ input: {} }))
  const settings = useQuery(api.settings.read.queryOptions({ input: {} }))
  const meanings = useQuery(api.performance.definitions.queryOptions({ input: {}, staleTime: 300_000 }))
  const [form, setForm] = useState<{ period: string; reconciliation: string } | null>(null)
  const close = useMutation(
    api.plan.close.mutationOptions({
      onSuccess: async () => {
        setForm(null)
        await cache.invalidateQueries({ queryKey: api.plan.key() })
      },
    }),
  )
  const failed = [closed, settings, meanings].find(one => one.error)
  if (failed)
    return (
      <ErrorState
        title="The closed months could not be read"
        {...words(failed.error)}
        onRetry={() => failed.refetch()}
      />
    )
  if (!closed.data || !settings.data || !meanings.data) return <Skeleton height={240} />
  const rule = settings.data.calendar ?? civilYear
  const done = new Set(closed.data.map(one => one.period))
  const open = monthsBefore(rule, lastDay).filter(one => !done.has(one.key))
  const of = (name: string) => meanings.data.metrics.find(one => one.name === name)
  const measure = (name: string, currency: string | null) => ({
    unit: (of(name)?.unit ?? 'count') as Unit,
    currency: of(name)?.unit === 'money' ? (currency ?? settings.data.currency ?? null) : null,
  })
  const storeName = (store: string) =>
    settings.data.stores.find(one => one.store === store)?.name || store || 'No store'
  // Months before the first that was ever closed were never meant to be.
  const first = closed.data.at(-1)?.from ?? ''
  const latest = open.find(one => one.from > first)
  /** The first figure that is another now, in words; nothing where the month stands as it was closed. */
  const changedSince = ({ figures, currency }: (typeof closed.data)[number]) =>
    figures
      .filter(row => Number(row.adjustment ?? 0) !== 0)
      .toSorted((a, b) => place(a.metric) - place(b.metric))
      .slice(0, 1)
      .map(
        row =>
          `${(of(row.metric)?.label ?? row.metric).toLowerCase()} ${showSigned(row.adjustment, measure(row.metric, currency))} since it was closed`,
      )
  return (
    <>
      <Card
        title="Closing a month"
        note="keeps its figures as they stand; what changes later is shown as an adjustment"
        actions={
          latest && (
            <May atLeast="director">
              <Button
                size="compact-sm"
                variant="filled"
                onClick={() => setForm({ period: latest.key, reconciliation: '' })}
              >
                Close a month
              </Button>
            </May>
          )
        }
      >
        {latest ? (
          <p>
            {latest.label} is over and open. Reforecasts take closed months as actuals, and spending can no
            longer be recorded in them.
          </p>
        ) : (
          <p>Every month that is over is closed.</p>
        )}
      </Card>
      {closed.data.length === 0 && (
        <EmptyState compact title="No month is closed yet">
          Close one once its figures agree with your books.
        </EmptyState>
      )}
      {closed.data.map(one => (
        <Card
          key={one.period}
          flush
          title={<Sentence of={[spanWords(one.from, one.to), ...changedSince(one)].join(': ')} />}
          note={`closed by ${one.byName}, ${showDay(one.at.slice(0, 10))}: ${one.reconciliation}`}
        >
          {one.state ? (
            <CloseState state={one.state} of={name => of(name)?.label ?? name} />
          ) : (
            <p className={css.inset}>What the systems knew was not kept yet when it was closed.</p>
          )}
          <DataTable
            caption={`Figures of ${spanWords(one.from, one.to)}`}
            compact
            rows={one.figures
              .filter(row => row.closed !== null || row.now !== null)
              .toSorted((a, b) => place(a.metric) - place(b.metric))}
            rowKey={row => row.metric}
            columns={[
              {
                key: 'metric',
                label: 'Figure',
                pinned: true,
                render: row => of(row.metric)?.label ?? row.metric,
              },
              {
                key: 'closed',
                label: 'As closed',
                numeric: true,
                render: row => show(row.closed, measure(row.metric, one.currency)),
              },
              {
                key: 'now',
                label: 'Now',
                numeric: true,
                render: row => show(row.now, measure(row.metric, one.currency)),
              },
              {
                key: 'adjustment',
                label: 'Adjustment since',
                numeric: true,
                render: row =>
                  row.adjustment === null || Number(row.adjustment) === 0
                    ? 'none'
                    : showSigned(row.adjustment, measure(row.metric, one.currency)),
              },
              ...(one.figures.some(row => row.stores.length > 0)
                ? [
                    {
                      key: 'stores',
                      label: 'Of which',
                      wraps: 'sentence' as const,
                      render: (row: (typeof one.figures)[number]) =>
                        row.stores
                          .map(
                            part =>
                              `${storeName(part.store)} ${showSigned(part.adjustment, measure(row.metric, one.currency))}`,
                          )
                          .join(', '),
                    },
                  ]
                : []),
            ]}
          />
        </Card>
      ))}
      {form && (
        <EditDrawer
          opened
          size={640}
          title="Close a month"
          onClose={() => setForm(null)}
          saveLabel="Close it"
          saving={close.isPending}
          missing={[!form.reconciliation.trim() && 'a word on how it agrees']}
          failed={close.error ? words(close.error) : null}
          onSave={() => {
            const month = open.find(one => one.key === form.period)
            if (month)
              close.mutate({
                period: month.key,
                from: month.from,
                to: month.to,
                reconciliation: form.reconciliation,
                metrics: kept.filter(name => of(name) !== undefined),
              })
          }}
        >
          <ChoiceRow
            label="Month"
            value={form.period}
            data={open.map(one => ({ value: one.key, label: one.label }))}
            onChange={period => setForm({ ...form, period })}
          />
          <Agrees month={open.find(one => one.key === form.period)} of={name => of(name)?.label ?? name} />
          <LongTextRow
            label="How it agrees"
            value={form.reconciliation}
            help="Whether the figures agree with the shop and the books, and what explains a difference."
            placeholder="Agrees with the shop to the cent; bank 12.40 short, a chargeback of the 30th."
            onChange={reconciliation => setForm({ ...form, reconciliation })}
          />
        </EditDrawer>
      )}
    </>
  )
}

/** What closing a month would keep of what the systems know, beside what somebody is about to write. */
function Agrees({
  month,
  of,
}: {
  month: { from: string; to: string } | undefined
  of: (metric: string) => string
}) {
  const known = useQuery(
    api.plan.agreement.queryOptions({
      input: { from: month?.from ?? '', to: month?.to ?? '' },
      enabled: month !== undefined,
    }),
  )
  return (
    <FormRow label="As the systems know it">
      {known.error ? (
        <ErrorState compact title="That could not be read" {...words(known.error)} />
      ) : known.data ? (
        <div className={css.bare}>
          <CloseState state={known.data} of={of} />
        </div>
      ) : (
        <Skeleton height={48} />
      )}
    </FormRow>
  )
}

/** The last months that are over by a day, latest first. */
function monthsBefore(rule: Parameters<typeof periodOf>[0], day: string) {
  const months: { key: string; label: string; from: string; to: string }[] = []
  let month = periodOf(rule, day, 'month')
  if (month.to > day) month = periodBefore(rule, month.from, 'month')
  for (let n = 0; n < 12; n += 1) {
    months.push(month)
    month = periodBefore(rule, month.from, 'month')
  }
  return months
}
