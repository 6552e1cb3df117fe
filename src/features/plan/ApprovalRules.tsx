import { Button, Select, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, type client, words } from '#features/client.ts'
import { pointed } from '#kernel/plan/typed.ts'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { Row } from '#ui/Page.tsx'
import { RowTools } from '#ui/RowTools.tsx'
import css from './approval-rules.module.css'

type Rule = Parameters<typeof client.plan.saveRules>[0]['rules'][number]

const roles = [
  { value: 'lead', label: 'Lead or above' },
  { value: 'director', label: 'Director or above' },
  { value: 'owner', label: 'Owner' },
] as const
const counts = ['1', '2', '3', '4', '5'].map(value => ({
  value,
  label: value === '1' ? '1 person' : `${value} people`,
}))

/** An amount as it is kept, from 50,000 or 50 000; null for what is none. */
const amountOf = (typed: string): string | null => {
  const plain = pointed(typed.replaceAll(/\s/g, '')) || '0'
  return /^\d+(\.\d+)?$/.test(plain) ? plain : null
}

/** Who must consent to what, a rule a row: of which department, from which amount on, who, and how many of them. */
export function ApprovalRules(props: {
  rules: readonly { department: string; fromAmount: string; role: string; people: number }[]
  onClose: () => void
}) {
  const cache = useQueryClient()
  const [rules, setRules] = useState(() =>
    props.rules.map((rule, key) => ({
      key,
      department: rule.department,
      from: Number(rule.fromAmount).toLocaleString('en-GB', { maximumFractionDigits: 6 }),
      role: rule.role as NonNullable<Rule['role']>,
      people: rule.people,
    })),
  )
  const save = useMutation(
    api.plan.saveRules.mutationOptions({
      onSuccess: async () => {
        await cache.invalidateQueries({ queryKey: api.plan.key() })
        props.onClose()
      },
    }),
  )
  const set = (key: number, change: Partial<(typeof rules)[number]>) =>
    setRules(rules.map(rule => (rule.key === key ? { ...rule, ...change } : rule)))
  return (
    <EditDrawer
      opened
      size={720}
      title="Who must consent"
      note="Every rule that fits a request must be met. Without one, a director approves."
      onClose={props.onClose}
      saving={save.isPending}
      missing={[rules.some(rule => amountOf(rule.from) === null) && 'an amount in each rule']}
      failed={save.error ? words(save.error) : null}
      onSave={() =>
        save.mutate({
          rules: rules.map(({ department, from, role, people }) => ({
            department: department.trim(),
            fromAmount: amountOf(from) ?? '0',
            role,
            people,
          })),
        })
      }
    >
      <ul className={css.rules} aria-label="Rules">
        {rules.map((rule, at) => (
          <li key={rule.key} className={css.rule}>
            <TextInput
              label="Department"
              placeholder="Any"
              value={rule.department}
              onChange={event => set(rule.key, { department: event.currentTarget.value })}
            />
            <TextInput
              label="From"
              inputMode="decimal"
              value={rule.from}
              error={amountOf(rule.from) === null && 'No amount'}
              onChange={event => set(rule.key, { from: event.currentTarget.value })}
            />
            <Select
              label="Approved by"
              data={[...roles]}
              value={rule.role}
              onChange={role => role && set(rule.key, { role: role as Rule['role'] })}
            />
            <Select
              label="How many"
              data={counts}
              value={String(rule.people)}
              onChange={people => people && set(rule.key, { people: Number(people) })}
            />
            <RowTools what={`rule ${at + 1}`} onRemove={() => setRules(rules.filter(one => one !== rule))} />
          </li>
        ))}
      </ul>
      <Row>
        <Button
          onClick={() =>
            setRules([
              ...rules,
              {
                key: Math.max(-1, ...rules.map(one => one.key)) + 1,
                department: '',
                from: '0',
                role: 'director',
                people: 1,
              },
            ])
          }
        >
          Add a rule
        </Button>
      </Row>
    </EditDrawer>
  )
}
