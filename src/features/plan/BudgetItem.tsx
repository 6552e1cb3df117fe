import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { api, words } from '#features/client.ts'
import { figureOf } from '#kernel/plan/typed.ts'
import { DataTable } from '#ui/DataTable.tsx'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { ChoiceRow, FormRow, LongTextRow, TextRow } from '#ui/Form.tsx'
import { show } from '#ui/number.ts'
import { Attachments } from './Attachments.tsx'
import { actualsOf, type BudgetLine, type BudgetShape, knownFrom, type Version } from './model.ts'

type Kind = BudgetLine['kind']
const kinds: { value: Kind; label: string }[] = [
  { value: 'opex', label: 'Running cost' },
  { value: 'media', label: 'Media' },
  { value: 'people', label: 'People' },
  { value: 'capex', label: 'Investment' },
]

/** A budget line, added or changed: what it may cost, and where it is known from what it did. */
export function BudgetItem(props: {
  line: BudgetLine | null
  budget: z.output<typeof BudgetShape>
  version: Version
  onClose: () => void
}) {
  const { line, budget } = props
  const cache = useQueryClient()
  const platforms = useQuery(
    api.performance.query.queryOptions({
      input: { metrics: ['spend'], by: ['platform'], window: 'all_time', limit: 50 },
      retry: false,
    }),
  )
  const [form, setForm] = useState(() => formOf(line, budget))
  const [spent, setSpent] = useState({ day: budget.today, amount: '', reference: '' })
  const set = (change: Partial<typeof form>) => setForm(now => ({ ...now, ...change }))
  const done = async () => {
    await cache.invalidateQueries({ queryKey: api.plan.budget.key() })
    props.onClose()
  }
  const save = useMutation(api.plan.saveItem.mutationOptions({ onSuccess: done }))
  const record = useMutation(api.plan.recordSpent.mutationOptions({ onSuccess: done }))
  const ads = (platforms.data?.rows ?? []).map(row => String(row.platform ?? '')).filter(Boolean)
  const wrong = form.pattern === 'months' ? amountsIn(form.months, budget).wrong : []
  const failed = save.error ?? record.error
  return (
    <EditDrawer
      opened
      title={line ? line.label : 'Add a budget line'}
      onClose={props.onClose}
      saving={save.isPending}
      disabled={!form.label.trim() || wrong.length > 0}
      failed={failed ? words(failed) : null}
      size={620}
      onSave={() =>
        save.mutate({
          ...(line && { id: line.id, saved: line.saved }),
          version: props.version.id,
          label: form.label,
          kind: form.kind,
          account: form.account,
          department: form.department,
          costCentre: form.costCentre,
          vendor: form.vendor,
          owner: form.owner,
          market: form.market,
          currency: form.currency,
          note: form.note,
          actuals: actualsOf(form),
          ...(form.pattern === 'months'
            ? { amounts: amountsIn(form.months, budget).amounts, pattern: null }
            : form.pattern === 'even'
              ? { pattern: { kind: 'even', total: figureOf(form.total, {}, 'Total') ?? '0' } }
              : {
                  pattern: {
                    kind: 'every',
                    amount: figureOf(form.total, {}, 'Amount') ?? '0',
                    periods: form.pattern === 'each' ? 1 : 3,
                  },
                }),
        })
      }
    >
      <TextRow label="Name" value={form.label} onChange={label => set({ label })} />
      <ChoiceRow label="Kind" value={form.kind} data={kinds} onChange={kind => set({ kind })} />
      <ChoiceRow
        label="What is spent comes from"
        value={form.from}
        help="Besides what is recorded by hand."
        data={[
          { value: 'ledger', label: 'The general ledger, by its account' },
          ...ads.map(name => ({ value: `spend:${name}` as const, label: `Ad costs of ${name}` })),
          { value: 'spend', label: 'All ad costs' },
          { value: 'cogs', label: 'Cost of goods sold' },
          { value: 'share', label: 'A share of sales and an amount for each order' },
        ]}
        onChange={from => set({ from })}
      />
      {form.from === 'share' && (
        <>
          <TextRow
            label="Of total sales, %"
            decimal
            value={form.share}
            help="Payment fees: what your provider takes of each payment."
            onChange={share => set({ share })}
          />
          <TextRow
            label={`For each order, ${form.currency}`}
            decimal
            value={form.each}
            help="The fixed part of a payment; or picking, packing and carriage."
            onChange={each => set({ each })}
          />
        </>
      )}
      <TextRow label="Account" value={form.account} onChange={account => set({ account })} />
      <TextRow label="Department" value={form.department} onChange={department => set({ department })} />
      <TextRow label="Cost centre" value={form.costCentre} onChange={costCentre => set({ costCentre })} />
      <TextRow label="Vendor" value={form.vendor} onChange={vendor => set({ vendor })} />
      <TextRow label="Owner" value={form.owner} onChange={owner => set({ owner })} />
      <TextRow label="Market" value={form.market} onChange={market => set({ market })} />
      <TextRow
        label="Currency"
        value={form.currency}
        onChange={currency => set({ currency: currency.toUpperCase().slice(0, 3) })}
      />
      <ChoiceRow
        label="Budget"
        value={form.pattern}
        data={[
          { value: 'even', label: 'A total, shared evenly' },
          { value: 'each', label: 'The same in each period' },
          { value: 'quarterly', label: 'The same every third period' },
          { value: 'months', label: 'Period by period' },
        ]}
        onChange={pattern => set({ pattern })}
      />
      {form.pattern === 'months' ? (
        <LongTextRow
          label="Figures"
          value={form.months}
          rows={8}
          help="A period and its figure on each line, as a spreadsheet copies them."
          error={wrong.length > 0 ? `Not understood: ${wrong.slice(0, 3).join('; ')}` : undefined}
          onChange={months => set({ months })}
        />
      ) : (
        <TextRow
          label={form.pattern === 'even' ? `Total, ${form.currency}` : `Amount, ${form.currency}`}
          decimal
          value={form.total}
          onChange={total => set({ total })}
        />
      )}
      <LongTextRow label="Note" value={form.note} onChange={note => set({ note })} />
      {line && (
        <>
          <Attachments subject={`item:${line.id}`} />
          <FormRow
            label="Spent so far"
            help={line.sources.length === 0 ? 'Nothing is known yet.' : undefined}
          >
            {line.sources.length > 0 && (
              <DataTable
                caption="Spent, by where it is known from"
                compact
                rows={line.sources}
                rowKey={row => row.source}
                columns={[
                  { key: 'source', label: 'Known from', render: row => knownFrom(row.source) },
                  {
                    key: 'amount',
                    label: 'Spent',
                    numeric: true,
                    render: row => show(row.amount, { unit: 'money', currency: budget.currency }),
                  },
                ]}
              />
            )}
          </FormRow>
          <TextRow
            label="Record by hand: day"
            type="date"
            value={spent.day}
            onChange={day => setSpent({ ...spent, day })}
          />
          <TextRow
            label={`Amount, ${line.currency}`}
            decimal
            value={spent.amount}
            onChange={amount => setSpent({ ...spent, amount })}
          />
          <TextRow
            label="Invoice or reference"
            value={spent.reference}
            onChange={reference => setSpent({ ...spent, reference })}
          />
          <Button
            variant="default"
            size="compact-sm"
            disabled={!spent.amount}
            loading={record.isPending}
            onClick={() =>
              record.mutate({
                source: 'by hand',
                entries: [
                  {
                    item: line.id,
                    day: spent.day,
                    amount: figureOf(spent.amount, { negative: true }, 'Amount') ?? '0',
                    currency: line.currency,
                    reference: spent.reference,
                  },
                ],
              })
            }
          >
            Record what was spent
          </Button>
        </>
      )}
    </EditDrawer>
  )
}

type Pattern = 'even' | 'each' | 'quarterly' | 'months'

function formOf(line: BudgetLine | null, budget: z.output<typeof BudgetShape>) {
  const pattern = line?.pattern
  const [first, second] = line?.actuals ?? []
  const platform = first?.where[0]?.is[0]
  const shares = line?.actuals ?? []
  const of = (metric: string) => shares.find(one => one.metric === metric)?.times
  return {
    label: line?.label ?? '',
    kind: line?.kind ?? ('opex' as Kind),
    from: (!first
      ? 'ledger'
      : first.metric === 'spend'
        ? platform
          ? `spend:${platform}`
          : 'spend'
        : first.metric === 'cost_of_goods'
          ? 'cogs'
          : 'share') as 'ledger' | 'spend' | 'cogs' | 'share' | `spend:${string}`,
    share: of('total_sales') ? String(Number(of('total_sales')) * 100) : second || first ? '0' : '1.9',
    each: of('orders') ?? (first ? '0' : '0.20'),
    account: line?.account ?? '',
    department: line?.department ?? '',
    costCentre: line?.costCentre ?? '',
    vendor: line?.vendor ?? '',
    owner: line?.owner ?? '',
    market: line?.market ?? '',
    currency: line?.currency ?? budget.currency,
    note: line?.note ?? '',
    pattern: (pattern?.kind === 'even'
      ? 'even'
      : pattern?.kind === 'every'
        ? pattern.periods === 1
          ? 'each'
          : 'quarterly'
        : line
          ? 'months'
          : 'even') as Pattern,
    total: pattern?.kind === 'even' ? pattern.total : pattern?.kind === 'every' ? pattern.amount : '',
    months: budget.periods.map(one => `${one.label}\t${line?.amounts[one.key] ?? ''}`).join('\n'),
  }
}

/** Lines of a period and a figure; what is neither is named. */
function amountsIn(text: string, { periods }: z.output<typeof BudgetShape>) {
  const amounts: Record<string, string> = {}
  const wrong: string[] = []
  for (const row of text.split('\n').filter(one => one.trim() !== '')) {
    const [, name = '', figure = ''] = /^(.*?)(?:\t|\s{2,}|:|;)\s*(.*)$/.exec(row) ?? [row, row, '']
    const period = periods.find(one => [one.key, one.label].includes(name.trim()))
    try {
      const value = figureOf(figure, {}, name.trim())
      if (!period) wrong.push(row.trim())
      else if (value !== null) amounts[period.key] = value
    } catch {
      wrong.push(row.trim())
    }
  }
  return { amounts, wrong }
}
