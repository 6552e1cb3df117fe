import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { figureOf } from '#kernel/plan/typed.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { ChoiceRow, LongTextRow, TextRow } from '#ui/Form.tsx'
import { show } from '#ui/number.ts'
import { EmptyState } from '#ui/State.tsx'
import { impactsIn } from './model.ts'
import css from './plan.module.css'
import type { Found } from './Reforecast.tsx'

type Risk = Found['risks'][number]
const treatments = [
  { value: 'reduce', label: 'Reduce it' },
  { value: 'avoid', label: 'Avoid it' },
  { value: 'transfer', label: 'Hand it on (insurance, contract)' },
  { value: 'accept', label: 'Live with it' },
  { value: 'pursue', label: 'Pursue it' },
] as const
type Treatment = (typeof treatments)[number]['value']
const treated: Record<Treatment, string> = {
  reduce: 'Reduce',
  avoid: 'Avoid',
  transfer: 'Hand on',
  accept: 'Live with',
  pursue: 'Pursue',
}

/** What may yet come, for worse and for better: each with its chance, its size by period, who owns it and what is done. */
export function Risks({ found }: { found: Found }) {
  const [editing, setEditing] = useState<Risk | 'new' | null>(null)
  const money = (value: string) => show(value, { unit: 'money', currency: found.currency })
  const { weighed } = found
  const lineOf = (name: string) => found.lines.find(one => one.name === name)?.label ?? name
  const whole = (row: Risk) => Object.values(row.impact).reduce((all, one) => all + Number(one), 0)
  const sign = (row: Risk) => (row.kind === 'risk' ? -1 : 1)
  const rows = found.risks.toSorted(
    (a, b) =>
      Number(b.open) - Number(a.open) || whole(b) * Number(b.probability) - whole(a) * Number(a.probability),
  )
  const others = found.risks.filter(one => one.open && one.line !== found.line.name).length
  return (
    <>
      <Card
        flush
        title="Risks and opportunities"
        note={`on ${found.line.label}, weighed by their chance: ${Number(weighed.risks) === 0 ? 'no risks' : `${money(weighed.risks)} of risks`} and ${Number(weighed.opportunities) === 0 ? 'no opportunities' : `${money(weighed.opportunities)} of opportunities`}`}
        actions={
          found.maySign && (
            <Button size="compact-sm" variant="filled" onClick={() => setEditing('new')}>
              Add one
            </Button>
          )
        }
      >
        <DataTable
          caption="Risks and opportunities"
          entries
          rows={rows}
          rowKey={row => row.id}
          {...(found.maySign && { onRow: setEditing })}
          empty={
            <EmptyState compact title="Nothing is listed">
              A supplier that may fail, a listing that may be won: with its chance and its size, so that the
              landing is read with what may still move it.
            </EmptyState>
          }
          columns={[
            { key: 'title', label: 'What', pinned: true, render: row => row.title },
            { key: 'kind', label: 'Is', render: row => (row.kind === 'risk' ? 'Risk' : 'Opportunity') },
            { key: 'line', label: 'Moves', render: row => lineOf(row.line) },
            {
              key: 'probability',
              label: 'Chance',
              numeric: true,
              render: row => `${Math.round(Number(row.probability) * 100)} %`,
            },
            {
              key: 'impact',
              label: 'If it comes',
              numeric: true,
              render: row => money((sign(row) * whole(row)).toFixed(2)),
            },
            {
              key: 'weighed',
              label: 'Weighed',
              numeric: true,
              render: row => money((sign(row) * whole(row) * Number(row.probability)).toFixed(2)),
            },
            { key: 'owner', label: 'Owner', render: row => row.owner || 'nobody yet' },
            {
              key: 'treatment',
              label: 'Treatment',
              render: row => `${treated[row.treatment]}${row.what ? `: ${row.what}` : ''}`,
            },
            { key: 'open', label: 'State', render: row => (row.open ? 'Open' : 'Closed') },
          ]}
        />
        {others > 0 && (
          <p className={css.inset}>
            {others} more {others === 1 ? 'moves another figure and is' : 'move other figures and are'} not in
            the sum: choose it above.
          </p>
        )}
      </Card>
      {editing && (
        <RiskForm
          key={editing === 'new' ? 'new' : editing.id}
          risk={editing === 'new' ? null : editing}
          found={found}
          onClose={() => setEditing(null)}
        />
      )}
    </>
  )
}

function RiskForm({ risk, found, onClose }: { risk: Risk | null; found: Found; onClose: () => void }) {
  const cache = useQueryClient()
  const open = found.periods.filter(one => !one.closed)
  const [form, setForm] = useState(() => ({
    kind: risk?.kind ?? ('risk' as const),
    line: risk?.line ?? found.line.name,
    title: risk?.title ?? '',
    probability: risk ? String(Number(risk.probability) * 100) : '30',
    impact: risk
      ? Object.entries(risk.impact)
          .map(([key, value]) => `${found.periods.find(one => one.key === key)?.label ?? key}\t${value}`)
          .join('\n')
      : (open[0]?.label ?? '') && `${open[0]?.label}\t`,
    owner: risk?.owner ?? '',
    treatment: risk?.treatment ?? ('reduce' as Treatment),
    what: risk?.what ?? '',
    open: (risk?.open ?? true) ? ('open' as const) : ('closed' as const),
  }))
  const set = (change: Partial<typeof form>) => setForm(now => ({ ...now, ...change }))
  const save = useMutation(
    api.plan.saveRisk.mutationOptions({
      onSuccess: async () => {
        await cache.invalidateQueries({ queryKey: api.plan.reforecast.key() })
        onClose()
      },
    }),
  )
  const read = impactsIn(form.impact, found.periods)
  const chance = figureOf(form.probability.replace('%', ''), {}, 'Chance')
  const likely = chance === null ? null : Number(chance) / 100
  return (
    <EditDrawer
      opened
      size={620}
      title={risk ? risk.title : 'Add a risk or an opportunity'}
      onClose={onClose}
      saving={save.isPending}
      disabled={read.wrong.length > 0}
      missing={[
        !form.title.trim() && 'what may come',
        (likely === null || likely > 1) && 'a chance up to 100 %',
        read.wrong.length === 0 && Object.keys(read.impact).length === 0 && 'what it takes or brings',
      ]}
      failed={save.error ? words(save.error) : null}
      onSave={() =>
        save.mutate({
          ...(risk && { id: risk.id, saved: risk.saved }),
          version: found.version.id,
          kind: form.kind,
          line: form.line,
          title: form.title,
          probability: String(Math.round((likely ?? 0) * 10_000) / 10_000),
          impact: read.impact,
          owner: form.owner,
          treatment: form.treatment,
          what: form.what,
          open: form.open === 'open',
        })
      }
    >
      <TextRow label="What may come" value={form.title} onChange={title => set({ title })} />
      <ChoiceRow
        label="It is"
        value={form.kind}
        data={[
          { value: 'risk', label: 'A risk' },
          { value: 'opportunity', label: 'An opportunity' },
        ]}
        onChange={kind => set({ kind, ...(kind === 'opportunity' && { treatment: 'pursue' as const }) })}
      />
      <ChoiceRow
        label="It moves"
        value={form.line}
        data={found.lines.map(one => ({ value: one.name, label: one.label }))}
        onChange={line => set({ line })}
      />
      <TextRow
        label="Chance, %"
        decimal
        value={form.probability}
        error={likely !== null && likely > 1 ? 'It cannot be above 100 %.' : undefined}
        onChange={probability => set({ probability })}
      />
      <LongTextRow
        label="If it comes"
        value={form.impact}
        rows={4}
        help={`A period and what it takes or brings on each line, above 0, in ${found.currency}.`}
        error={read.wrong.length > 0 ? `Not understood: ${read.wrong.slice(0, 3).join('; ')}` : undefined}
        onChange={impact => set({ impact })}
      />
      <TextRow label="Owner" value={form.owner} onChange={owner => set({ owner })} />
      <ChoiceRow
        label="Treatment"
        value={form.treatment}
        data={treatments}
        onChange={treatment => set({ treatment })}
      />
      <LongTextRow label="What is done" value={form.what} onChange={what => set({ what })} />
      {risk && (
        <ChoiceRow
          label="State"
          value={form.open}
          help="Closed: it came and is in the figures, or it cannot come any more."
          data={[
            { value: 'open', label: 'Open' },
            { value: 'closed', label: 'Closed' },
          ]}
          onChange={state => set({ open: state })}
        />
      )}
    </EditDrawer>
  )
}
