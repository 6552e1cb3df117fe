import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { z } from 'zod'
import { api, words } from '#features/client.ts'
import { useMay } from '#features/May.tsx'
import { showDay } from '#kernel/format.ts'
import { figureOf, flowsIn } from '#kernel/plan/typed.ts'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { ChoiceRow, FormRow, LongTextRow, TextRow } from '#ui/Form.tsx'
import { Row } from '#ui/Page.tsx'
import { Attachments } from './Attachments.tsx'
import type { CaseShape } from './model.ts'

type Content = z.output<typeof CaseShape>
export interface Kept {
  id: string
  saved: number
  state: string
  content: Content
  initiative: { name: string; gone: boolean } | null
  steps: readonly { step: string; comment: string; byName: string; at: string }[]
}

const stepWords: Readonly<Record<string, string>> = {
  submitted: 'Approval asked for',
  approved: 'Approved',
  refused: 'Given back',
  reopened: 'Approval withdrawn',
}

/** What a case hangs on, in words. */
export const calledOf = ({ name, gone }: NonNullable<Kept['initiative']>): string =>
  gone ? `${name} (no longer in the strategy)` : name

/** A business case, added or changed: what it costs and brings, when, and how sure that is. */
export function CaseForm(props: {
  one: Kept | null
  currency: string
  initiatives: readonly { id: string; name: string }[]
  /** Versions it can go into. */
  versions: readonly { id: string; name: string }[]
  /** What can be done with an approved one. */
  acts?: ReactNode
  onClose: () => void
}) {
  const { one } = props
  const cache = useQueryClient()
  const [form, setForm] = useState(() => formOf(one?.content ?? null, props.currency))
  const set = (change: Partial<typeof form>) => setForm(now => ({ ...now, ...change }))
  const again = async () => {
    await cache.invalidateQueries({ queryKey: api.plan.key() })
    props.onClose()
  }
  const save = useMutation(api.plan.saveCase.mutationOptions({ onSuccess: again }))
  const submit = useMutation(api.plan.submitCase.mutationOptions({ onSuccess: again }))
  const read = flowsIn(form.flows)
  const failed = save.error ?? submit.error
  const approved = one?.state === 'approved'
  const percent = (typed: string, label: string) => Number(figureOf(typed, {}, label) ?? '0') / 100
  return (
    <EditDrawer
      opened
      size={620}
      readOnly={!useMay('contributor')}
      title={form.title || 'Add a case'}
      note={approved ? 'Approved: its figures stand.' : undefined}
      onClose={props.onClose}
      saving={save.isPending}
      disabled={approved || read.wrong.length > 0}
      missing={
        approved
          ? []
          : [!form.title.trim() && 'a title', read.periods.length === 0 && 'what it costs and brings']
      }
      failed={failed ? words(failed) : null}
      onSave={() =>
        save.mutate({
          ...(one && { id: one.id, saved: one.saved }),
          content: {
            title: form.title,
            initiative: form.initiative,
            currency: form.currency,
            rate: String(percent(form.rate, 'Rate')),
            periodsPerYear: Number(form.each) as Content['periodsPerYear'],
            periods: read.periods,
            plan: form.plan,
            start: form.start,
            likelihood: Math.min(1, percent(form.likelihood, 'Likelihood')),
            costs: form.costs,
            benefitSd: percent(form.benefitSd, 'Benefit'),
            costSd: percent(form.costSd, 'Cost'),
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
          ...props.initiatives.map(({ id, name }) => ({ value: id, label: name })),
          ...(one?.initiative && !props.initiatives.some(each => each.id === one.content.initiative)
            ? [{ value: one.content.initiative, label: calledOf(one.initiative) }]
            : []),
        ]}
        onChange={initiative => set({ initiative })}
      />
      <ChoiceRow
        label="Plan"
        value={form.plan}
        help="Once approved, it goes into this version: its lines, and its costs as a line of the budget."
        data={[
          { value: '', label: 'None yet' },
          ...props.versions.map(({ id, name }) => ({ value: id, label: name })),
          ...(form.plan && !props.versions.some(each => each.id === form.plan)
            ? [{ value: form.plan, label: `${form.plan} (takes nothing more)` }]
            : []),
        ]}
        onChange={plan => set({ plan })}
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
      <TextRow
        label="The first begins on"
        type="date"
        value={form.start}
        help="Empty: the first day of the plan it goes into."
        onChange={start => set({ start })}
      />
      <LongTextRow
        label="Costs and benefits"
        value={form.flows}
        rows={6}
        help="Period, cost and benefit on each line, as a spreadsheet copies them. The first is now."
        error={read.wrong.length > 0 ? `Not understood: ${read.wrong.slice(0, 3).join('; ')}` : undefined}
        onChange={flows => set({ flows })}
      />
      <ChoiceRow
        label="Its costs"
        value={form.costs}
        data={[
          { value: 'running', label: 'Run through the result' },
          { value: 'investment', label: 'Are an investment: cash only' },
        ]}
        onChange={costs => set({ costs })}
      />
      <TextRow
        label="How likely it works, %"
        decimal
        value={form.likelihood}
        help="The plan takes the benefit times this."
        onChange={likelihood => set({ likelihood })}
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
      {one && <Attachments subject={`case:${one.id}`} />}
      {props.acts && (
        <FormRow label={one?.state === 'submitted' ? 'Approval' : 'In the plan'}>{props.acts}</FormRow>
      )}
      {one && one.steps.length > 0 && (
        <FormRow label="What became of it">
          <div>
            {one.steps.toReversed().map(({ step, comment, byName, at }) => (
              <p key={`${step} ${at}`}>
                {stepWords[step] ?? step} by {byName}, {showDay(at.slice(0, 10))}
                {comment && `: ${comment}`}
              </p>
            ))}
          </div>
        </FormRow>
      )}
      {one?.state === 'draft' && (
        <Row>
          <Button variant="default" loading={submit.isPending} onClick={() => submit.mutate({ id: one.id })}>
            Ask for approval of what is saved
          </Button>
        </Row>
      )}
    </EditDrawer>
  )
}

const hundred = (share: number) => String(Math.round(share * 10_000) / 100)

const formOf = (content: Content | null, currency: string) => ({
  title: content?.title ?? '',
  initiative: content?.initiative ?? '',
  currency: content?.currency ?? currency,
  rate: content ? String(Math.round(Number(content.rate) * 1e6) / 1e4) : '8',
  each: String(content?.periodsPerYear ?? 1) as '1' | '4' | '12',
  plan: content?.plan ?? '',
  start: content?.start ?? '',
  flows:
    content?.periods.map(one => [one.label, one.cost, one.benefit].join('\t')).join('\n') ??
    'Now\t100000\t0\nYear 1\t10000\t60000\nYear 2\t10000\t80000',
  costs: content?.costs ?? ('running' as const),
  likelihood: hundred(content?.likelihood ?? 1),
  benefitSd: hundred(content?.benefitSd ?? 0.3),
  costSd: hundred(content?.costSd ?? 0.1),
})
