import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, client, words } from '#features/client.ts'
import { figureOf } from '#kernel/plan/typed.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { ChoiceRow, Form, FormActions, TextRow } from '#ui/Form.tsx'
import { show } from '#ui/number.ts'
import { usePhone } from '#ui/phone.ts'
import { ErrorState, Skeleton } from '#ui/State.tsx'
import { type Asked, shownCell, signedCents } from './model.ts'
import css from './plan.module.css'

const changes = [-0.1, -0.05, 0, 0.05, 0.1]
const percent = (share: number) =>
  share === 0 ? 'as planned' : `${share > 0 ? '+' : '−'}${Math.abs(Math.round(share * 1000) / 10)} %`

/** What one driver must become for the result to reach a goal. */
export function GoalSeek({ version, sheet, drivers, target, stillOpen }: Asked) {
  const [form, setForm] = useState({ lever: drivers[0]?.name ?? '', goal: '' })
  const seek = useMutation({
    mutationFn: () =>
      client.plan.seek({
        version,
        lever: { line: form.lever },
        target: target.name,
        goal: figureOf(form.goal, { negative: true }, 'Goal') ?? '0',
      }),
  })
  const lever = drivers.find(one => one.name === form.lever)
  const found = seek.data
  return (
    <Card title="What makes the goal">
      <Form onSubmit={() => seek.mutate()}>
        <TextRow
          label={`${target.label} should be, ${sheet.currency}`}
          decimal
          value={form.goal}
          onChange={goal => setForm({ ...form, goal })}
        />
        <ChoiceRow
          label="By turning"
          value={form.lever}
          searchable
          data={drivers.map(one => ({ value: one.name, label: one.label }))}
          onChange={lever => setForm({ ...form, lever })}
        />
        <FormActions>
          <Button type="submit" variant="filled" disabled={!form.goal} loading={seek.isPending}>
            Look for it
          </Button>
        </FormActions>
      </Form>
      {seek.error && <ErrorState compact title="It was not found" {...words(seek.error)} />}
      {found && lever && (
        <p className={css.after}>
          {lever.label} must be {percent(Number(found.factor) - 1)}
          {stillOpen}
          {found.before !== null && found.after !== null
            ? `: ${shownCell(found.after, lever.unit)} instead of ${shownCell(found.before, lever.unit)}`
            : ' in each cell'}
          . {target.label} is then {show(found.reached, { unit: 'money', currency: sheet.currency })}.
        </p>
      )}
    </Card>
  )
}

/** A result at every pair of changes of two drivers. */
export function Sensitivity({ version, sheet, drivers, target, stillOpen }: Asked) {
  const phone = usePhone()
  const [first, setFirst] = useState(drivers[0]?.name ?? '')
  const [second, setSecond] = useState(drivers[1]?.name ?? drivers[0]?.name ?? '')
  const levers = first === second ? [first] : [first, second]
  const asked = useQuery(
    api.plan.sensitivity.queryOptions({
      input: { version, target: target.name, levers: levers.map(line => ({ lever: { line }, changes })) },
      staleTime: 600_000,
      retry: false,
    }),
  )
  const choices = drivers.map(one => ({ value: one.name, label: one.label }))
  const label = (name: string) => drivers.find(one => one.name === name)?.label ?? name
  const across = levers.length > 1 ? changes : [0]
  const value = (down: number, over: number) =>
    asked.data?.find(cell => cell.changes[0] === down && (levers.length === 1 || cell.changes[1] === over))
      ?.value ?? null
  const planned = value(0, 0)
  return (
    <Card
      title={`${target.label}, ${sheet.currency}`}
      note={`drivers changed${stillOpen}; change from the plan under each figure`}
    >
      <ChoiceRow label="Down" value={first} searchable data={choices} onChange={setFirst} />
      <ChoiceRow label="Across" value={second} searchable data={choices} onChange={setSecond} />
      {asked.error ? (
        <ErrorState compact title="The table could not be worked out" {...words(asked.error)} />
      ) : !asked.data ? (
        <Skeleton height={240} />
      ) : (
        <DataTable
          caption={`${target.label} at changes of ${levers.map(label).join(' and ')}`}
          rows={changes}
          rowKey={row => String(row)}
          groups={[
            { label: phone ? '' : label(first), span: 1 },
            { label: levers.length > 1 ? label(second) : target.label, span: across.length },
          ]}
          columns={[
            {
              key: 'down',
              label: '',
              // On a phone the steps stand over their figures, and say of what they are.
              render: row => (phone ? `${label(first)} ${percent(row)}` : percent(row)),
            },
            ...across.map(over => ({
              key: String(over),
              label: levers.length > 1 ? percent(over) : 'Result',
              numeric: true,
              render: (row: number) => {
                const cell = value(row, over)
                const delta = cell === null || planned === null ? 0 : Number(cell) - Number(planned)
                return (
                  <span style={delta < 0 ? { color: 'var(--bad)' } : undefined}>
                    {shownCell(cell, 'money')}
                    <br />
                    <small>{signedCents(String(delta))}</small>
                  </span>
                )
              },
            })),
          ]}
        />
      )}
    </Card>
  )
}
