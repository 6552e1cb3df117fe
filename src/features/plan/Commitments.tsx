import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { api, words } from '#features/client.ts'
import { useMay } from '#features/May.tsx'
import { showDay } from '#kernel/format.ts'
import { figureOf } from '#kernel/plan/typed.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { ChoiceRow, TextRow } from '#ui/Form.tsx'
import { show } from '#ui/number.ts'
import { EmptyState } from '#ui/State.tsx'
import type { BudgetLine, BudgetShape } from './model.ts'

type Commitment = BudgetLine['commitments'][number]
const kinds: { value: Commitment['kind']; label: string }[] = [
  { value: 'purchase_order', label: 'Purchase order' },
  { value: 'contract', label: 'Contract' },
  { value: 'media', label: 'Booked media' },
]

/** What is spoken for and not yet spent: purchase orders, contracts, booked media. */
export function Commitments({ budget }: { budget: z.output<typeof BudgetShape> }) {
  const [form, setForm] = useState<
    (Omit<Commitment, 'id' | 'saved'> & { id?: string; saved?: number }) | null
  >(null)
  const cache = useQueryClient()
  const save = useMutation(
    api.plan.saveCommitment.mutationOptions({
      onSuccess: async () => {
        setForm(null)
        await cache.invalidateQueries({ queryKey: api.plan.budget.key() })
      },
    }),
  )
  const rows = [
    ...budget.lines.flatMap(line => line.commitments.map(one => ({ ...one, line: line.label }))),
    ...budget.unbudgeted.flatMap(({ label, version, commitments }) =>
      commitments.map(one => ({ ...one, line: `none here: ${label} of ${version}` })),
    ),
  ]
  const [first] = budget.lines
  const mayChange = useMay('contributor')
  const set = (change: Partial<Commitment>) => setForm(now => now && { ...now, ...change })
  return (
    <>
      <Card
        flush
        title="Commitments"
        note="used up evenly over their days, of which those in the plan count; closed ones count no more"
        actions={
          first &&
          mayChange && (
            <Button
              size="compact-sm"
              variant="default"
              onClick={() =>
                setForm({
                  item: first.id,
                  kind: 'purchase_order',
                  reference: '',
                  vendor: '',
                  amount: '',
                  currency: first.currency,
                  from: budget.today,
                  to: budget.today,
                  open: true,
                  note: '',
                })
              }
            >
              Add a commitment
            </Button>
          )
        }
      >
        <DataTable
          caption="Commitments"
          entries
          rows={rows}
          rowKey={row => row.id}
          onRow={({ line: _, ...row }) => setForm(row)}
          empty={
            <EmptyState compact title="Nothing is committed">
              Enter signed contracts, purchase orders and booked media: what is left is then budget less spent
              less committed, and you see the day it runs out.
            </EmptyState>
          }
          columns={[
            { key: 'reference', label: 'Reference', pinned: true, render: row => row.reference },
            { key: 'line', label: 'Budget line', render: row => row.line },
            {
              key: 'amount',
              label: 'Amount',
              numeric: true,
              render: row => show(row.amount, { unit: 'money', currency: row.currency }),
            },
            { key: 'kind', label: 'Kind', render: row => kinds.find(one => one.value === row.kind)?.label },
            { key: 'vendor', label: 'Vendor', render: row => row.vendor || '–' },
            { key: 'from', label: 'From', render: row => showDay(row.from) },
            { key: 'to', label: 'To', render: row => showDay(row.to) },
            { key: 'open', label: 'State', render: row => (row.open ? 'open' : 'closed') },
          ]}
        />
      </Card>
      {form && (
        <EditDrawer
          opened
          readOnly={!mayChange}
          title={form.id ? form.reference : 'Add a commitment'}
          onClose={() => setForm(null)}
          saving={save.isPending}
          missing={[!form.reference.trim() && 'a reference', !form.amount && 'an amount']}
          failed={save.error ? words(save.error) : null}
          onSave={() => save.mutate({ ...form, amount: figureOf(form.amount, {}, 'Amount') ?? '0' })}
        >
          <TextRow label="Reference" value={form.reference} onChange={reference => set({ reference })} />
          <ChoiceRow
            label="Budget line"
            value={form.item}
            searchable
            data={budget.lines.map(line => ({ value: line.id, label: line.label }))}
            onChange={item => set({ item })}
          />
          <ChoiceRow label="Kind" value={form.kind} data={kinds} onChange={kind => set({ kind })} />
          <TextRow label="Vendor" value={form.vendor} onChange={vendor => set({ vendor })} />
          <TextRow label="Amount" decimal value={form.amount} onChange={amount => set({ amount })} />
          <TextRow
            label="Currency"
            value={form.currency}
            onChange={currency => set({ currency: currency.toUpperCase().slice(0, 3) })}
          />
          <TextRow label="From" type="date" value={form.from} onChange={from => set({ from })} />
          <TextRow label="To" type="date" value={form.to} onChange={to => set({ to })} />
          <ChoiceRow
            label="State"
            value={form.open ? 'open' : 'closed'}
            data={[
              { value: 'open', label: 'Open' },
              { value: 'closed', label: 'Closed: delivered, or called off' },
            ]}
            onChange={state => set({ open: state === 'open' })}
          />
        </EditDrawer>
      )}
    </>
  )
}
