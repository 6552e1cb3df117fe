import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { api, words } from '#features/client.ts'
import type { Strategy } from '#kernel/plan/strategy.ts'
import { figureOf, flowsIn } from '#kernel/plan/typed.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { ChoiceRow, LongTextRow, TextRow } from '#ui/Form.tsx'
import { show } from '#ui/number.ts'
import { Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import type { CaseShape } from './model.ts'

type Content = z.output<typeof CaseShape>
type Form = {
  id?: string
  saved?: number
  state: string
  title: string
  initiative: string
  currency: string
  rate: string
  each: '1' | '4' | '12'
  flows: string
  benefitSd: string
  costSd: string
}

const stateOf: Record<string, string> = {
  draft: 'Draft',
  submitted: 'Waits for approval',
  approved: 'Approved',
}

/** Business cases: what an initiative costs, brings and is worth, and how sure that is. */
export function Cases({ strategy }: { strategy: Strategy }) {
  const cache = useQueryClient()
  const cases = useQuery(api.plan.cases.queryOptions({ input: {} }))
  const versions = useQuery(api.plan.versions.queryOptions({ input: {} }))
  const settings = useQuery(api.settings.read.queryOptions({ input: {} }))
  const [form, setForm] = useState<Form | null>(null)
  const [into, setInto] = useState<{ id: string; title: string; version: string } | null>(null)
  const again = async () => {
    setForm(null)
    setInto(null)
    await cache.invalidateQueries({ queryKey: api.plan.key() })
  }
  const save = useMutation(api.plan.saveCase.mutationOptions({ onSuccess: again }))
  const submit = useMutation(api.plan.submitCase.mutationOptions({ onSuccess: again }))
  const approve = useMutation(api.plan.approveCase.mutationOptions({ onSuccess: again }))
  const budget = useMutation(api.plan.caseToBudget.mutationOptions({ onSuccess: again }))
  if (cases.error)
    return (
      <ErrorState
        title="The cases could not be read"
        {...words(cases.error)}
        onRetry={() => cases.refetch()}
      />
    )
  if (!cases.data) return <Skeleton height={240} />
  const initiatives = strategy.pillars.flatMap(pillar =>
    pillar.objectives.flatMap(one => one.initiatives.map(each => each.name)),
  )
  const currency = settings.data?.currency ?? settings.data?.stores[0]?.currency ?? 'GBP'
  const set = (change: Partial<Form>) => setForm(now => now && { ...now, ...change })
  const read = flowsIn(form?.flows ?? '')
  const money = (value: string, code: string) => show(value, { unit: 'money', currency: code })
  const drafts = (versions.data ?? []).filter(one => one.state === 'draft' || one.state === 'approved')
  const failed = save.error ?? submit.error
  return (
    <>
      {(approve.error ?? budget.error) && (
        <ErrorState compact title="That was not done" {...words(approve.error ?? budget.error)} />
      )}
      {approve.data && approve.data.wanting.length > 0 && (
        <Card title="Still wanting">{approve.data.wanting.join('; ')}</Card>
      )}
      <Card
        flush
        title="Business cases"
        note="net present value at the yearly rate; the range is what eight of ten outcomes lie in"
        actions={
          <Button
            size="compact-sm"
            variant="filled"
            onClick={() =>
              setForm({
                state: 'draft',
                title: '',
                initiative: '',
                currency,
                rate: '8',
                each: '1',
                flows: 'Now\t100000\t0\nYear 1\t10000\t60000\nYear 2\t10000\t80000',
                benefitSd: '30',
                costSd: '10',
              })
            }
          >
            Add a case
          </Button>
        }
      >
        <DataTable
          caption="Business cases"
          rows={cases.data}
          rowKey={row => row.id}
          onRow={row => setForm(formOf(row))}
          empty={
            <EmptyState compact title="No business case yet">
              What an initiative costs and brings, period by period: it is worth this much, pays back then,
              and this is how sure it is.
            </EmptyState>
          }
          columns={[
            { key: 'title', label: 'Case', pinned: true, render: row => row.content.title },
            { key: 'initiative', label: 'Initiative', render: row => row.content.initiative || '–' },
            {
              key: 'npv',
              label: 'Worth today',
              numeric: true,
              render: row => money(row.worth.npv, row.content.currency),
            },
            {
              key: 'range',
              label: 'Range',
              numeric: true,
              render: row =>
                `${money(row.worth.range.p10.toFixed(0), row.content.currency)} to ${money(row.worth.range.p90.toFixed(0), row.content.currency)}`,
            },
            {
              key: 'likely',
              label: 'Worth more than nothing',
              numeric: true,
              render: row => `${Math.round(row.worth.range.likely * 100)} %`,
            },
            {
              key: 'irr',
              label: 'Rate of return',
              numeric: true,
              render: row =>
                row.worth.irr === null ? (
                  <span title={row.worth.irrWhy ?? undefined}>N/A</span>
                ) : (
                  `${(Number(row.worth.irr) * 100).toFixed(1)} % a ${row.content.periodsPerYear === 12 ? 'month' : row.content.periodsPerYear === 4 ? 'quarter' : 'year'}`
                ),
            },
            {
              key: 'payback',
              label: 'Paid back after',
              numeric: true,
              render: row =>
                row.worth.payback === null ? 'never' : `${Number(row.worth.payback).toFixed(1)} periods`,
            },
            { key: 'state', label: 'State', render: row => stateOf[row.state] ?? row.state },
            {
              key: 'act',
              label: '',
              render: row =>
                row.state === 'submitted' ? (
                  <Button
                    size="compact-sm"
                    onClick={event => {
                      event.stopPropagation()
                      approve.mutate({ id: row.id })
                    }}
                  >
                    Approve
                  </Button>
                ) : row.state === 'approved' && drafts[0] ? (
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={event => {
                      event.stopPropagation()
                      setInto({ id: row.id, title: row.content.title, version: drafts[0]?.id ?? '' })
                    }}
                  >
                    Put into the budget
                  </Button>
                ) : null,
            },
          ]}
        />
      </Card>
      {into && (
        <EditDrawer
          opened
          title={`Put “${into.title}” into the budget`}
          note="Its costs become a line, from the plan’s first period on."
          onClose={() => setInto(null)}
          saveLabel="Put it in"
          saving={budget.isPending}
          failed={budget.error ? words(budget.error) : null}
          onSave={() => budget.mutate({ id: into.id, version: into.version })}
        >
          <ChoiceRow
            label="Version"
            value={into.version}
            data={drafts.map(one => ({ value: one.id, label: one.name }))}
            onChange={version => setInto({ ...into, version })}
          />
        </EditDrawer>
      )}
      {form && (
        <EditDrawer
          opened
          size={620}
          title={form.title || 'Add a case'}
          note={form.state === 'approved' ? 'Approved: its figures stand.' : undefined}
          onClose={() => setForm(null)}
          saving={save.isPending}
          disabled={
            form.state === 'approved' ||
            !form.title.trim() ||
            read.periods.length === 0 ||
            read.wrong.length > 0
          }
          failed={failed ? words(failed) : null}
          onSave={() =>
            save.mutate({
              ...(form.id && { id: form.id, saved: form.saved ?? 0 }),
              content: {
                title: form.title,
                initiative: form.initiative,
                currency: form.currency,
                rate: String(Number(figureOf(form.rate, {}, 'Rate') ?? '0') / 100),
                periodsPerYear: Number(form.each) as Content['periodsPerYear'],
                periods: read.periods,
                benefitSd: Number(form.benefitSd) / 100,
                costSd: Number(form.costSd) / 100,
              },
            })
          }
        >
          <TextRow label="Title" value={form.title} onChange={title => set({ title })} />
          <ChoiceRow
            label="Initiative"
            value={form.initiative}
            data={[
              { value: '', label: 'None' },
              ...[...new Set([...initiatives, ...(form.initiative ? [form.initiative] : [])])].map(name => ({
                value: name,
                label: name,
              })),
            ]}
            onChange={initiative => set({ initiative })}
          />
          <TextRow
            label="Currency"
            value={form.currency}
            onChange={code => set({ currency: code.toUpperCase().slice(0, 3) })}
          />
          <TextRow
            label="Yearly rate, %"
            decimal
            value={form.rate}
            help="What money costs you: later benefits count for less by it."
            onChange={rate => set({ rate })}
          />
          <ChoiceRow
            label="Each period is"
            value={form.each}
            data={[
              { value: '1', label: 'A year' },
              { value: '4', label: 'A quarter' },
              { value: '12', label: 'A month' },
            ]}
            onChange={each => set({ each })}
          />
          <LongTextRow
            label="Costs and benefits"
            value={form.flows}
            rows={6}
            help="Period, cost and benefit on each line, as a spreadsheet copies them. The first is now."
            error={read.wrong.length > 0 ? `Not understood: ${read.wrong.slice(0, 3).join('; ')}` : undefined}
            onChange={flows => set({ flows })}
          />
          <TextRow
            label="Benefit may be off by, %"
            decimal
            value={form.benefitSd}
            onChange={benefitSd => set({ benefitSd })}
          />
          <TextRow
            label="Cost may be off by, %"
            decimal
            value={form.costSd}
            onChange={costSd => set({ costSd })}
          />
          {form.id && form.state === 'draft' && (
            <Row>
              <Button
                variant="default"
                loading={submit.isPending}
                onClick={() => form.id && submit.mutate({ id: form.id })}
              >
                Ask for approval of what is saved
              </Button>
            </Row>
          )}
        </EditDrawer>
      )}
    </>
  )
}

const formOf = (row: { id: string; saved: number; state: string; content: Content }): Form => ({
  id: row.id,
  saved: row.saved,
  state: row.state,
  title: row.content.title,
  initiative: row.content.initiative,
  currency: row.content.currency,
  rate: String(Math.round(Number(row.content.rate) * 1e6) / 1e4),
  each: String(row.content.periodsPerYear) as Form['each'],
  flows: row.content.periods.map(one => [one.label, one.cost, one.benefit].join('\t')).join('\n'),
  benefitSd: String(Math.round(row.content.benefitSd * 100)),
  costSd: String(Math.round(row.content.costSd * 100)),
})
