import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { freeId, isMoney } from '#kernel/field-values.ts'
import { inSentence } from '#kernel/format.ts'
import type { Definition } from '#metrics/query.ts'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { ChoiceRow, SwitchRow, TextRow } from '#ui/Form.tsx'
import css from '../attention.module.css'
import { LeastMoneyRow } from '../LeastMoneyRow.tsx'
import type { AlertRule, RuleTold } from '../shape.ts'
import {
  called,
  chosen,
  isHourly,
  isPriced,
  kinds,
  measuresOf,
  numberIn,
  sensitivities,
  sensitivityOf,
  splitsOf,
  usualVolume,
  watchWords,
  weights,
  wholeIn,
} from './model.ts'

const percentOf = (share: number) => String(Number((share * 100).toFixed(4)))

/** What is watched for: a rule that is there (its figure stays), or a new one, of which the figure alone must be said. */
export function RuleForm(props: {
  rule: RuleTold | undefined
  /** Ids that other rules have. */
  taken: readonly string[]
  known: {
    metrics: readonly Definition[]
    dimensions: readonly { name: string; label: string; metrics: readonly string[]; held?: boolean }[]
  }
  readOnly: boolean
  onClose: () => void
}) {
  const { rule, known } = props
  const queries = useQueryClient()
  const [form, setForm] = useState({
    metric: rule?.metric ?? '',
    kind: rule?.kind ?? ('change' as const),
    about: rule?.about ?? ('business' as const),
    by: rule?.by[0] ?? '',
    more: rule?.by[1] ?? '',
    against: rule?.against ?? '',
    name: rule?.name ?? '',
    direction: rule?.direction ?? ('bad' as const),
    sensitivity: sensitivityOf(rule?.score ?? sensitivities.usual.score),
    leastShare: percentOf(rule?.leastShare ?? 0.01),
    leastMoney: rule?.leastMoney ?? '',
    leastVolume: rule ? String(rule.leastVolume) : '',
    persistence: String(rule?.persistence ?? 2),
    coolDown: String(rule?.coolDown ?? 14),
    active: rule?.active ?? true,
  })
  const set = (change: Partial<typeof form>) => setForm({ ...form, ...change })
  const choose = (change: Partial<typeof form>) => setForm(chosen({ ...form, ...change }))
  const done = async () => {
    await queries.invalidateQueries({ queryKey: api.performance.key() })
    props.onClose()
  }
  const save = useMutation({ ...api.performance.saveAlertRule.mutationOptions(), onSuccess: done })
  const remove = useMutation({ ...api.performance.removeAlertRule.mutationOptions(), onSuccess: done })
  const failed = save.error ?? remove.error

  const metric = known.metrics.find(one => one.name === form.metric)
  const labelOf = (name: string) => known.metrics.find(one => one.name === name)?.label ?? name
  const splitOf = (name: string) => known.dimensions.find(one => one.name === name)?.label ?? name
  const by = [form.by, form.more].filter(Boolean)
  const apart = by.map(one => called(splitOf(one))).join(' and ')
  const usualName = metric ? [metric.label, apart].filter(Boolean).join(' by ') : ''
  const unit = form.kind === 'hours' ? 'hours' : 'days'
  const persistence = wholeIn(form.persistence, 1, 28)
  const coolDown = wholeIn(form.coolDown, 0, 90)
  const share = numberIn(form.leastShare, 100)
  const usual = metric ? usualVolume(metric) : 1
  const volume = form.leastVolume.trim() === '' ? usual : numberIn(form.leastVolume, 1_000_000_000)
  const leastMoney = form.leastMoney.trim()
  const complete =
    metric &&
    persistence !== null &&
    coolDown !== null &&
    share !== null &&
    volume !== null &&
    isMoney(leastMoney)
  const { told: _t, useful: _u, judged: _j, own = true, ...kept } = rule ?? {}
  const name = form.name.trim() || usualName
  const saved: AlertRule | null = complete
    ? {
        ...kept,
        kind: form.kind,
        about: form.about,
        id: rule?.id ?? freeId(name, props.taken),
        metric: form.metric,
        by,
        against: form.against,
        name,
        direction: form.direction,
        score:
          rule && form.sensitivity === sensitivityOf(rule.score)
            ? rule.score
            : sensitivities[form.sensitivity].score,
        leastShare: share / 100,
        leastMoney: leastMoney || null,
        leastVolume: volume,
        persistence,
        coolDown,
        active: form.active,
      }
    : null
  const measures = metric ? measuresOf(metric, known.metrics) : []
  const splits = splitsOf(form.metric, form.against, known.dimensions)

  return (
    <EditDrawer
      opened
      readOnly={props.readOnly}
      title={rule?.name ?? 'Add a rule'}
      note="What counts as an alert"
      onClose={props.onClose}
      saving={save.isPending}
      disabled={saved === null}
      missing={metric ? [] : ['a figure']}
      failed={failed ? words(failed) : null}
      remove={
        rule && own ? { run: () => remove.mutate({ id: rule.id }), running: remove.isPending } : undefined
      }
      onSave={() => saved && save.mutate(saved)}
    >
      <p className={css.held} aria-live="polite">
        {saved && metric
          ? watchWords(saved, metric, labelOf, splitOf)
          : metric
            ? 'Correct what is marked below.'
            : 'Choose a figure: the rest is set to what is usual, and may stay as it is.'}
      </p>
      {rule && !own ? (
        <p className={css.held}>
          This rule comes with the product: what it watches stays. Switch it off and add one of your own to
          watch something else.
        </p>
      ) : (
        <>
          <ChoiceRow
            label="Figure"
            value={form.metric}
            searchable
            data={known.metrics.map(one => ({ value: one.name, label: one.label }))}
            onChange={next => choose({ metric: next, by: '', more: '', against: '' })}
          />
          {metric && (
            <ChoiceRow
              label="How it is watched"
              value={form.kind}
              data={(
                ['change', ...(isHourly(form.metric) ? (['hours'] as const) : []), 'limits'] as const
              ).map(value => ({ value, label: kinds[value] }))}
              onChange={kind => choose({ kind })}
            />
          )}
          {metric && form.kind !== 'hours' && (
            <ChoiceRow
              label="Looked at by"
              value={form.by}
              searchable
              data={[
                { value: '', label: 'As a whole' },
                ...splits.map(one => ({ value: one.name, label: one.label })),
              ]}
              help="Each is watched by itself; of more than 200 the largest."
              onChange={next => choose({ by: next })}
            />
          )}
          {metric && form.kind !== 'hours' && form.by !== '' && (
            <ChoiceRow
              label="And within each by"
              value={form.more}
              searchable
              data={[
                { value: '', label: 'Nothing more' },
                ...splits
                  .filter(one => one.name !== form.by)
                  .map(one => ({ value: one.name, label: one.label })),
              ]}
              onChange={more => choose({ more })}
            />
          )}
          {measures.length > 0 && form.kind === 'change' && form.by !== '' && (
            <ChoiceRow
              label="Measured against"
              value={form.against}
              searchable
              data={[
                { value: '', label: 'What stands beside it' },
                ...measures
                  .filter(one => {
                    const can = splitsOf(one.name, '', known.dimensions).map(split => split.name)
                    return by.every(name => can.includes(name))
                  })
                  .map(one => ({ value: one.name, label: one.label })),
              ]}
              help="A figure that moves with it while all is well, as orders do with sessions."
              onChange={against => set({ against })}
            />
          )}
          {metric && (
            <ChoiceRow
              label="A change means"
              value={form.about}
              data={[
                { value: 'business', label: 'Something happened' },
                { value: 'data', label: 'The data may be wrong' },
              ]}
              help="Alerts of other rules at the same place say when the data may be wrong."
              onChange={about => set({ about })}
            />
          )}
        </>
      )}
      <TextRow
        label="Name"
        value={form.name}
        placeholder={usualName}
        onChange={next => set({ name: next })}
      />
      <ChoiceRow
        label="Tell of"
        value={form.direction}
        data={[
          { value: 'bad', label: 'Changes for the worse' },
          { value: 'any', label: 'Any change' },
        ]}
        onChange={direction => set({ direction })}
      />
      <ChoiceRow
        label="Sensitivity"
        value={form.sensitivity}
        data={[
          { value: 'high', label: sensitivities.high.label },
          { value: 'usual', label: sensitivities.usual.label },
          { value: 'low', label: sensitivities.low.label },
        ]}
        help="More alerts find small troubles sooner, and are wrong more often."
        onChange={sensitivity => set({ sensitivity })}
      />
      {metric && isPriced(metric) && (
        <>
          <TextRow
            label="Least share of sales, %"
            value={form.leastShare}
            decimal
            help="Of the company's net sales a day. What is worth less is not told."
            error={share === null && 'Give a percentage from 0 to 100, such as 1.'}
            onChange={leastShare => set({ leastShare })}
          />
          <LeastMoneyRow
            value={form.leastMoney}
            but="is not told"
            onChange={next => set({ leastMoney: next })}
          />
        </>
      )}
      <TextRow
        label="Least size a day"
        value={form.leastVolume}
        decimal
        placeholder={String(usual)}
        help={`${metric ? `In ${inSentence(sizeWords(metric, labelOf))}. ` : ''}What is usually smaller jumps by chance, and is not told.`}
        error={volume === null && 'Give a number, such as 20.'}
        onChange={leastVolume => set({ leastVolume })}
      />
      <TextRow
        label={unit === 'hours' ? 'Hours it must last' : 'Days it must last'}
        value={form.persistence}
        decimal
        error={persistence === null && `Give whole ${unit}, from 1 to 28.`}
        onChange={text => set({ persistence: text })}
      />
      <TextRow
        label="Quiet days after"
        value={form.coolDown}
        decimal
        help="What comes back within them is the same alert."
        error={coolDown === null && 'Give whole days, from 0 to 90.'}
        onChange={text => set({ coolDown: text })}
      />
      <SwitchRow label="Watched" checked={form.active} onChange={active => set({ active })} />
    </EditDrawer>
  )
}

/** What the size of a figure is counted in. */
const sizeWords = (metric: Definition, labelOf: (name: string) => string): string => {
  const label = labelOf(weights[metric.name] ?? metric.name)
  return metric.unit === 'money' ? `${label}, in the company's currency` : label
}
