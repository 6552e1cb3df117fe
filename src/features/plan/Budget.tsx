import { Button, Select, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { Drawer } from '#ui/Drawer.tsx'
import { FormActions, FormRow } from '#ui/Form.tsx'
import { show } from '#ui/number.ts'
import { Page, Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import css from './plan.module.css'

const question = 'What will it cost, and what is left?'

/** Budget lines: spent and spoken for against what may be spent, and the day it runs out. */
export function Budget() {
  const [search, setUrl] = useUrl()
  const [form, setForm] = useState<{
    label: string
    kind: 'opex' | 'capex' | 'media' | 'people'
    department: string
    vendor: string
    total: string
  } | null>(null)
  const cache = useQueryClient()
  const versions = useQuery(api.plan.versions.queryOptions({ input: {} }))
  const version = versions.data?.find(one => one.id === search.version)?.id ?? versions.data?.[0]?.id
  const budget = useQuery(
    api.plan.budget.queryOptions({ input: { version: version ?? '' }, enabled: version !== undefined }),
  )
  const settings = useQuery(api.settings.read.queryOptions({ input: {} }))
  const save = useMutation(
    api.plan.saveItem.mutationOptions({
      onSuccess: async () => {
        setForm(null)
        await cache.invalidateQueries({ queryKey: api.plan.budget.key() })
      },
    }),
  )
  const failed = versions.error ?? budget.error
  if (failed)
    return (
      <Page question={question} title="The budget cannot be shown">
        <ErrorState
          title="The budget could not be read"
          {...words(failed)}
          onRetry={() => budget.refetch()}
        />
      </Page>
    )
  if (versions.data?.length === 0)
    return (
      <Page question={question} title="No budget yet">
        <EmptyState
          title="Budget lines belong to a version of the plan"
          action={
            <Button component="a" href="/plan" variant="filled">
              Start a plan
            </Button>
          }
        >
          Once there is one, what is spent and committed stands here against what may be spent.
        </EmptyState>
      </Page>
    )
  const lines = budget.data?.lines ?? []
  const late = lines.filter(line => line.use.runsOut !== null)
  const currency = settings.data?.currency ?? settings.data?.stores[0]?.currency ?? 'GBP'
  const money = (value: string, code: string) => show(value, { unit: 'money', currency: code })
  const set = (change: Partial<NonNullable<typeof form>>) => setForm(now => now && { ...now, ...change })
  return (
    <Page
      question={question}
      title={
        !budget.data
          ? 'Reading the budget…'
          : lines.length === 0
            ? 'No budget lines yet'
            : late.length > 0
              ? `${late.length} of ${lines.length} lines run out before the plan ends`
              : `All ${lines.length} lines last to the end of the plan`
      }
      actions={
        <Row>
          {version && (
            <Select
              aria-label="Version"
              allowDeselect={false}
              data={(versions.data ?? []).map(one => ({ value: one.id, label: one.name }))}
              value={version}
              onChange={value => value && setUrl({ version: value })}
            />
          )}
          <Button
            variant="filled"
            onClick={() => setForm({ label: '', kind: 'opex', department: '', vendor: '', total: '' })}
          >
            Add a line
          </Button>
        </Row>
      }
    >
      {!budget.data ? (
        <Skeleton height={320} />
      ) : (
        <Card flush title="Budget lines" note="full: spent · striped: committed · mark: budget to date">
          <DataTable
            caption="Budget lines"
            rows={lines}
            rowKey={row => row.id}
            empty={
              <EmptyState compact title="No lines yet">
                Add software, agencies, media and people with what they may cost.
              </EmptyState>
            }
            columns={[
              { key: 'label', label: 'Line', pinned: true, render: row => row.label },
              { key: 'department', label: 'Department', render: row => row.department || '–' },
              { key: 'vendor', label: 'Vendor', render: row => row.vendor || '–' },
              { key: 'bar', label: 'Used', render: row => <Bullet use={row.use} /> },
              {
                key: 'budget',
                label: 'Budget',
                numeric: true,
                render: row => money(row.use.budget, row.currency),
              },
              {
                key: 'actual',
                label: 'Spent',
                numeric: true,
                render: row => money(row.use.actual, row.currency),
              },
              {
                key: 'committed',
                label: 'Committed',
                numeric: true,
                render: row => money(row.use.committed, row.currency),
              },
              {
                key: 'remaining',
                label: 'Left',
                numeric: true,
                render: row => (
                  <span style={Number(row.use.remaining) < 0 ? { color: 'var(--bad)' } : undefined}>
                    {money(row.use.remaining, row.currency)}
                  </span>
                ),
              },
              { key: 'runsOut', label: 'Runs out', render: row => row.use.runsOut ?? 'lasts' },
            ]}
          />
        </Card>
      )}
      <Drawer opened={form !== null} onClose={() => setForm(null)} title="Add a budget line" size={520}>
        {form && (
          <>
            <FormRow label="Name" for="item-label">
              <TextInput
                id="item-label"
                value={form.label}
                onChange={event => set({ label: event.currentTarget.value })}
              />
            </FormRow>
            <FormRow label="Kind" for="item-kind">
              <Select
                id="item-kind"
                allowDeselect={false}
                data={['opex', 'capex', 'media', 'people']}
                value={form.kind}
                onChange={value => set({ kind: (value ?? 'opex') as 'opex' })}
              />
            </FormRow>
            <FormRow label="Department" for="item-department">
              <TextInput
                id="item-department"
                value={form.department}
                onChange={event => set({ department: event.currentTarget.value })}
              />
            </FormRow>
            <FormRow label="Vendor" for="item-vendor">
              <TextInput
                id="item-vendor"
                value={form.vendor}
                onChange={event => set({ vendor: event.currentTarget.value })}
              />
            </FormRow>
            <FormRow
              label={`Total, ${currency}`}
              for="item-total"
              help="Shared evenly over the plan’s periods, to the penny."
            >
              <TextInput
                id="item-total"
                inputMode="decimal"
                value={form.total}
                onChange={event => set({ total: event.currentTarget.value })}
              />
            </FormRow>
            {save.error && <ErrorState compact title="That was not saved" {...words(save.error)} />}
            <FormActions>
              <Button
                variant="filled"
                loading={save.isPending}
                onClick={() =>
                  version &&
                  save.mutate({
                    version,
                    label: form.label,
                    kind: form.kind,
                    department: form.department,
                    vendor: form.vendor,
                    currency,
                    pattern: { kind: 'even', total: form.total.replaceAll(',', '') },
                  })
                }
              >
                Save
              </Button>
            </FormActions>
          </>
        )}
      </Drawer>
    </Page>
  )
}

/** Spent and committed against the budget, with a mark where the budget to date stands. */
function Bullet({
  use,
}: {
  use: { budget: string; budgetToDate: string; actual: string; committed: string }
}) {
  const [budget, toDate, actual, committed] = [use.budget, use.budgetToDate, use.actual, use.committed].map(
    Number,
  ) as [number, number, number, number]
  const whole = Math.max(budget, actual + committed) || 1
  const share = (value: number) => `${Math.max(0, Math.min(100, (100 * value) / whole))}%`
  return (
    <div
      className={css.bullet}
      role="img"
      aria-label={`${Math.round((100 * (actual + committed)) / (budget || 1))} % spent or committed`}
    >
      <i style={{ width: share(actual) }} />
      <i style={{ left: share(actual), width: share(committed) }} />
      <b style={{ left: share(toDate) }} />
    </div>
  )
}
