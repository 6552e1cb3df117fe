import { Switch } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { useMay } from '#features/May.tsx'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { ChoiceRow, FormRow, TextRow } from '#ui/Form.tsx'
import { ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import css from './attention.module.css'
import { sensitivities, sensitivityOf } from './model.ts'
import type { RuleTold } from './shape.ts'

/** What is watched for, how often it was told, and how often that was worth it. */
export function AlertRules() {
  const [search, setUrl] = useUrl()
  const found = useQuery(api.performance.alertRules.queryOptions({ input: {} }))
  const known = useQuery(api.performance.definitions.queryOptions({ input: {}, staleTime: 300_000 }))
  if (found.error)
    return (
      <ErrorState
        title="The rules could not be read"
        {...words(found.error)}
        onRetry={() => found.refetch()}
      />
    )
  if (!found.data) return <Skeleton lines={8} />
  const figure = (name: string) => known.data?.metrics.find(one => one.name === name)?.label ?? name
  const split = (name: string) => known.data?.dimensions.find(one => one.name === name)?.label ?? name
  const edited = found.data.find(one => one.id === search.rule)
  return (
    <>
      <Card flush>
        <DataTable
          caption="Rules"
          rows={found.data}
          rowKey={row => row.id}
          onRow={row => setUrl({ rule: row.id })}
          columns={[
            { key: 'name', label: 'Rule', pinned: true, render: row => row.name },
            { key: 'metric', label: 'Figure', render: row => figure(row.metric) },
            { key: 'by', label: 'Looked at by', render: row => row.by.map(split).join(', ') || 'as a whole' },
            {
              key: 'score',
              label: 'Sensitivity',
              render: row => sensitivities[sensitivityOf(row.score)].label,
            },
            {
              key: 'days',
              label: 'After',
              numeric: true,
              render: row =>
                `${row.persistence} ${row.kind === 'hours' ? 'hour' : 'day'}${row.persistence === 1 ? '' : 's'}`,
            },
            { key: 'told', label: 'Told in 90 days', numeric: true, render: row => row.told },
            {
              key: 'useful',
              label: 'Worth telling',
              numeric: true,
              render: row =>
                row.judged === 0 ? (
                  <span className={css.quiet}>not judged</span>
                ) : (
                  `${row.useful} of ${row.judged}`
                ),
            },
            { key: 'active', label: 'Watched', render: row => (row.active ? 'yes' : 'no') },
          ]}
        />
      </Card>
      {edited && <RuleForm key={edited.id} rule={edited} onClose={() => setUrl({ rule: undefined })} />}
    </>
  )
}

function RuleForm({ rule, onClose }: { rule: RuleTold; onClose: () => void }) {
  const queries = useQueryClient()
  const [form, setForm] = useState({
    name: rule.name,
    direction: rule.direction,
    sensitivity: sensitivityOf(rule.score),
    leastMoney: rule.leastMoney ?? '',
    persistence: String(rule.persistence),
    coolDown: String(rule.coolDown),
    active: rule.active,
  })
  const save = useMutation({
    ...api.performance.saveAlertRule.mutationOptions(),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: api.performance.alertRules.key() })
      onClose()
    },
  })
  const { told: _t, useful: _u, judged: _j, ...kept } = rule
  const days = (text: string) => (/^\d{1,2}$/.test(text.trim()) ? Number(text) : null)
  const [persistence, coolDown] = [days(form.persistence), days(form.coolDown)]
  return (
    <EditDrawer
      opened
      readOnly={!useMay('lead')}
      title={rule.name}
      note="What counts as an alert"
      onClose={onClose}
      saving={save.isPending}
      disabled={!form.name.trim() || persistence === null || coolDown === null}
      failed={save.error ? words(save.error) : null}
      onSave={() =>
        save.mutate({
          ...kept,
          name: form.name.trim(),
          direction: form.direction,
          score:
            form.sensitivity === sensitivityOf(rule.score)
              ? rule.score
              : sensitivities[form.sensitivity].score,
          leastMoney: form.leastMoney.trim() || null,
          persistence: persistence ?? rule.persistence,
          coolDown: coolDown ?? rule.coolDown,
          active: form.active,
        })
      }
    >
      <TextRow label="Name" value={form.name} onChange={name => setForm({ ...form, name })} />
      <ChoiceRow
        label="Tell of"
        value={form.direction}
        data={[
          { value: 'bad', label: 'Changes for the worse' },
          { value: 'any', label: 'Any change' },
        ]}
        onChange={direction => setForm({ ...form, direction })}
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
        onChange={sensitivity => setForm({ ...form, sensitivity })}
      />
      <TextRow
        label="Least money a day"
        value={form.leastMoney}
        decimal
        placeholder="none"
        help="Of less nothing is told, in the company's currency."
        onChange={leastMoney => setForm({ ...form, leastMoney })}
      />
      <TextRow
        label={rule.kind === 'hours' ? 'Hours it must last' : 'Days it must last'}
        value={form.persistence}
        decimal
        error={persistence === null && `Give whole ${rule.kind === 'hours' ? 'hours' : 'days'}.`}
        onChange={text => setForm({ ...form, persistence: text })}
      />
      <TextRow
        label="Quiet days after"
        value={form.coolDown}
        decimal
        help="What comes back within them is the same alert."
        error={coolDown === null && 'Give whole days.'}
        onChange={text => setForm({ ...form, coolDown: text })}
      />
      <FormRow label="Watched" for="rule-active">
        <Switch
          id="rule-active"
          checked={form.active}
          onChange={event => setForm({ ...form, active: event.currentTarget.checked })}
        />
      </FormRow>
    </EditDrawer>
  )
}
