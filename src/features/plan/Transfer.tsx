import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { api, words } from '#features/client.ts'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { ChoiceRow, TextRow } from '#ui/Form.tsx'
import { show } from '#ui/number.ts'
import type { BudgetShape } from './model.ts'

/** Money from one line to another, in one period: what one gives the other gets. The rules say who may. */
export function Transfer({ budget, onClose }: { budget: z.output<typeof BudgetShape>; onClose: () => void }) {
  const cache = useQueryClient()
  const lines = budget.lines.map(line => ({ value: line.id, label: `${line.label} (${line.currency})` }))
  /** Lines in the currency of the one that gives. */
  const takers = (from: string) => {
    const code = budget.lines.find(line => line.id === from)?.currency
    const same = budget.lines.filter(line => line.id !== from && line.currency === code).map(line => line.id)
    return lines.filter(line => same.includes(line.value))
  }
  const from = lines[0]?.value ?? ''
  const [form, setForm] = useState({
    from,
    to: takers(from)[0]?.value ?? '',
    period: periodMeant(budget, from),
    amount: '',
    why: '',
  })
  const set = (change: Partial<typeof form>) => setForm(now => ({ ...now, ...change }))
  const move = useMutation(
    api.plan.transfer.mutationOptions({
      onSuccess: async ({ moved, wanting }) => {
        if (!moved)
          notifications.show({
            title: 'Consent is asked for',
            message: `The money moves with ${wanting.join(', ')}.`,
            autoClose: 10_000,
          })
        await cache.invalidateQueries({ queryKey: api.plan.key() })
        onClose()
      },
    }),
  )
  const giver = budget.lines.find(line => line.id === form.from)
  return (
    <EditDrawer
      opened
      title="Move money between lines"
      note="The approval rules say who may move how much; beyond that, their consent is asked for."
      onClose={onClose}
      saveLabel="Move"
      saving={move.isPending}
      disabled={!form.to}
      missing={[!form.amount && 'an amount', !form.why.trim() && 'a reason']}
      failed={move.error ? words(move.error) : null}
      onSave={() => move.mutate({ ...form, amount: form.amount.replaceAll(',', ''), ask: true })}
    >
      <ChoiceRow
        label="From"
        value={form.from}
        data={lines}
        onChange={from =>
          set({
            from,
            // The one that was chosen, unless there is nothing in it.
            period: holds(budget, from, form.period) ? form.period : periodMeant(budget, from),
            to: takers(from).find(one => one.value === form.to)?.value ?? takers(from)[0]?.value ?? '',
          })
        }
        searchable
      />
      <ChoiceRow
        label="To"
        value={form.to}
        data={takers(form.from)}
        help={takers(form.from).length === 0 ? `No other line is in ${giver?.currency}.` : undefined}
        onChange={to => set({ to })}
        searchable
      />
      <ChoiceRow
        label="Period"
        value={form.period}
        data={budget.periods.map(one => ({ value: one.key, label: one.label }))}
        onChange={period => set({ period })}
      />
      <TextRow
        label="Amount"
        decimal
        value={form.amount}
        help={
          giver &&
          `${giver.label} has ${show(giver.amounts[form.period] ?? '0', { unit: 'money', currency: giver.currency }, 'full')} in it.`
        }
        onChange={amount => set({ amount })}
      />
      <TextRow label="Why" value={form.why} onChange={why => set({ why })} />
    </EditDrawer>
  )
}

type Budget = z.output<typeof BudgetShape>

/** Whether a line has money in a period. */
const holds = (budget: Budget, line: string, period: string): boolean =>
  Number(budget.lines.find(one => one.id === line)?.amounts[period] ?? 0) > 0

/** The period money is likely to be taken from: today's or the first after it with something in it, or else the last before. */
function periodMeant(budget: Budget, line: string): string {
  const full = budget.periods.filter(one => holds(budget, line, one.key))
  return (full.find(one => one.to >= budget.today) ?? full.at(-1) ?? budget.periods[0])?.key ?? ''
}
