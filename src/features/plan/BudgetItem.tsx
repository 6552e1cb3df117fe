import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { api, words } from '#features/client.ts'
import { May, useMay } from '#features/May.tsx'
import { figureOf } from '#kernel/plan/typed.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { ChoiceRow, FormRow, LongTextRow, TextRow } from '#ui/Form.tsx'
import { show } from '#ui/number.ts'
import { Attachments } from './Attachments.tsx'
import { BudgetPattern, patternForm, patternOf, wrongIn } from './BudgetPattern.tsx'
import { FieldChanges } from './FieldChanges.tsx'
import {
  actualsOf,
  type BudgetLine,
  type BudgetShape,
  itemKinds,
  knownFrom,
  sayable,
  type Version,
} from './model.ts'

type Kind = BudgetLine['kind']

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
  const kept = line && formOf(line, budget).from === 'kept' ? asItIs(line) : null
  const wrong = wrongIn(form, budget.periods)
  const approved = budget.state === 'approved'
  const shut = budget.shut
  const remove = useMutation(api.plan.removeItem.mutationOptions({ onSuccess: done }))
  const [removing, setRemoving] = useState(false)
  const history = useQuery(
    api.plan.itemHistory.queryOptions({ input: { id: line?.id ?? '' }, enabled: line !== null }),
  )
  const failed = save.error ?? record.error ?? remove.error
  const silent = approved && !form.why.trim()
  return (
    <EditDrawer
      opened
      readOnly={!useMay('contributor')}
      title={line ? line.label : 'Add a budget line'}
      onClose={props.onClose}
      saving={save.isPending}
      note={shut ? [shut.message, shut.next].filter(Boolean).join(' ') : undefined}
      disabled={shut !== null || wrong.length > 0}
      missing={shut ? [] : [!form.label.trim() && 'a name', silent && 'why it changes']}
      failed={failed ? words(failed) : null}
      size={620}
      removeLabel={removing ? 'Really remove this line' : 'Remove this line'}
      {...(line &&
        shut === null && {
          remove: {
            run: () => (removing ? remove.mutate({ id: line.id, why: form.why }) : setRemoving(true)),
            running: remove.isPending,
            disabled: silent,
          },
        })}
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
          actuals: form.from === 'kept' && line ? line.actuals : actualsOf(form),
          why: form.why,
          ...patternOf(form, budget.periods),
        })
      }
    >
      <TextRow label="Name" value={form.label} onChange={label => set({ label })} />
      <ChoiceRow label="Kind" value={form.kind} data={itemKinds} onChange={kind => set({ kind })} />
      <ChoiceRow
        label="What is spent comes from"
        value={form.from}
        help="Besides what is recorded by hand."
        data={[
          ...(kept ? [{ value: 'kept' as const, label: kept }] : []),
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
      <BudgetPattern form={form} currency={form.currency} periods={budget.periods} onChange={set} />
      <LongTextRow label="Note" value={form.note} onChange={note => set({ note })} />
      {approved && shut === null && (
        <TextRow
          label="Why it changes"
          value={form.why}
          help={`${props.version.name} is approved: the reason stays with what you change.`}
          onChange={why => set({ why })}
        />
      )}
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
          <May atLeast="contributor">
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
          </May>
          {history.data && history.data.length > 0 && (
            <Card flush title="Who changed what">
              <FieldChanges caption={`Changes of ${line.label}`} changes={history.data} one />
            </Card>
          )}
        </>
      )}
    </EditDrawer>
  )
}

/** What a line's actuals are read from where the form has no words of its own for it. */
const asItIs = ({ sources }: BudgetLine): string =>
  sources.find(one => one.source !== 'by hand' && !one.source.startsWith('General'))?.source ??
  'As it was set up'

function formOf(line: BudgetLine | null, budget: z.output<typeof BudgetShape>) {
  const [first, second] = line?.actuals ?? []
  const platform = first?.where[0]?.is[0]
  const shares = line?.actuals ?? []
  const of = (metric: string) => shares.find(one => one.metric === metric)?.times
  const form = {
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
          : 'share') as 'ledger' | 'spend' | 'cogs' | 'share' | 'kept' | `spend:${string}`,
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
    why: '',
    ...patternForm(line, budget.periods),
  }
  return line === null || sayable(form, line.actuals)
    ? form
    : { ...form, from: 'kept' as const, share: '1.9', each: '0.20' }
}
