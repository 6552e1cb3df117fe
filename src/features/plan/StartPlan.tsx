import { Button, MultiSelect, Select, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { Drawer } from '#ui/Drawer.tsx'
import { Form, FormActions, FormRow } from '#ui/Form.tsx'
import { ErrorState } from '#ui/State.tsx'
import { type Rows, SheetRows } from './SheetRows.tsx'

type Grain = 'week' | 'month' | 'quarter' | 'year'
type With = 'last_year' | 'run_rate' | 'template' | 'version' | 'pasted'

interface Starting {
  versions: { id: string; name: string }[]
  onStarted: (id: string) => void
}

/** How a version begins: from last year, the run-rate, an empty template, another version, or what was copied. */
export function StartPlan({
  opened,
  onClose,
  ...starting
}: Starting & { opened: boolean; onClose: () => void }) {
  return (
    <Drawer opened={opened} onClose={onClose} title="Start a version" size={560}>
      <Beginning {...starting} />
    </Drawer>
  )
}

function Beginning(props: Starting) {
  const cache = useQueryClient()
  const settings = useQuery(api.settings.read.queryOptions({ input: {} }))
  const year = new Date().getFullYear() + 1
  const [form, setForm] = useState({
    name: `Budget ${year}`,
    kind: 'budget' as 'budget' | 'le' | 'scenario' | 'long_range',
    with: 'last_year' as With,
    trade: 'b2c' as 'b2c' | 'b2b' | 'both',
    from: `${year}-01-01`,
    to: `${year}-12-31`,
    growth: '5',
    over: [] as string[],
    grain: 'month' as Grain,
    version: '',
    closed: '0',
    text: '',
  })
  const [rows, setRows] = useState<Rows | null>(null)
  const set = (change: Partial<typeof form>) => setForm(now => ({ ...now, ...change }))
  const start = useMutation(
    api.plan.start.mutationOptions({
      onSuccess: async ({ version, notes, problems }) => {
        await cache.invalidateQueries({ queryKey: api.plan.key() })
        const count = new Set(problems.map(one => one.line)).size
        const open =
          count > 0
            ? [
                `${count} ${count === 1 ? 'line does' : 'lines do'} not work out yet: which and why stands above the grid.`,
              ]
            : []
        const told = [...notes, ...open]
        if (told.length > 0)
          notifications.show({
            title: `${version.name} is begun`,
            message: told.join(' '),
            autoClose: 12_000,
          })
        props.onStarted(version.id)
      },
    }),
  )
  const currency = settings.data?.currency ?? settings.data?.stores[0]?.currency ?? 'GBP'
  const save = () => {
    const id = form.name
      .trim()
      .replaceAll(/[^\w.-]+/g, '-')
      .slice(0, 60)
    const begin =
      form.with === 'version'
        ? {
            with: 'version' as const,
            version: form.version || (props.versions[0]?.id ?? ''),
            closedPeriods: Number(form.closed) || 0,
          }
        : form.with === 'pasted'
          ? {
              with: 'pasted' as const,
              text: rows?.text ?? form.text,
              trade: form.trade,
              rows: Object.fromEntries((rows?.rows ?? []).map(row => [row.label, row.line])),
            }
          : {
              with: form.with,
              trade: form.trade,
              over: form.over,
              growth: String((Number(form.growth) || 0) / 100),
            }
    const { name, kind, from, to, grain } = form
    start.mutate({ id, name, kind, currency, from, to, grain, begin })
  }
  return (
    <Form onSubmit={save}>
      <FormRow label="Name" for="plan-name" help="Compared with actuals under this name.">
        <TextInput
          id="plan-name"
          value={form.name}
          onChange={event => set({ name: event.currentTarget.value })}
        />
      </FormRow>
      <FormRow label="Kind" for="plan-kind">
        <Select
          id="plan-kind"
          allowDeselect={false}
          value={form.kind}
          onChange={value => set({ kind: (value ?? 'budget') as typeof form.kind })}
          data={[
            { value: 'budget', label: 'Budget' },
            { value: 'le', label: 'Latest estimate' },
            { value: 'scenario', label: 'Scenario' },
            { value: 'long_range', label: 'Long-range plan' },
          ]}
        />
      </FormRow>
      <FormRow label="Begin from" for="plan-with">
        <Select
          id="plan-with"
          allowDeselect={false}
          value={form.with}
          onChange={value => set({ with: (value ?? 'last_year') as With })}
          data={[
            { value: 'last_year', label: 'Last year’s actuals' },
            { value: 'run_rate', label: 'The last 13 weeks' },
            { value: 'template', label: 'An empty template' },
            { value: 'version', label: 'Another version' },
            { value: 'pasted', label: 'A spreadsheet: a file, or pasted' },
          ]}
        />
      </FormRow>
      {form.with === 'version' && (
        <>
          <FormRow label="Version" for="plan-version">
            <Select
              id="plan-version"
              allowDeselect={false}
              value={form.version || (props.versions[0]?.id ?? null)}
              data={props.versions.map(one => ({ value: one.id, label: one.name }))}
              onChange={value => set({ version: value ?? '' })}
            />
          </FormRow>
          <FormRow
            label="Closed periods"
            for="plan-closed"
            help="So many from its first take actuals: 3 of a plan by months make it LE3."
          >
            <TextInput
              id="plan-closed"
              inputMode="numeric"
              value={form.closed}
              onChange={event => set({ closed: event.currentTarget.value })}
            />
          </FormRow>
        </>
      )}
      {form.with === 'pasted' && (
        <SheetRows
          text={form.text}
          trade={form.trade}
          rows={rows}
          onText={text => {
            set({ text })
            setRows(null)
          }}
          onRows={setRows}
        />
      )}
      {['last_year', 'run_rate', 'template'].includes(form.with) && (
        <>
          <FormRow label="Trade" for="plan-trade">
            <Select
              id="plan-trade"
              allowDeselect={false}
              value={form.trade}
              onChange={value => set({ trade: (value ?? 'b2c') as typeof form.trade })}
              data={[
                { value: 'b2c', label: 'Consumers' },
                { value: 'b2b', label: 'Businesses' },
                { value: 'both', label: 'Both' },
              ]}
            />
          </FormRow>
          <FormRow label="Split by" for="plan-over" help="Each line of trade then stands for each of these.">
            <MultiSelect
              id="plan-over"
              placeholder={form.over.length === 0 ? 'Not split' : undefined}
              maxValues={4}
              value={form.over}
              onChange={over => set({ over })}
              data={[
                { value: 'store', label: 'Store' },
                { value: 'country', label: 'Market' },
                { value: 'channel', label: 'Channel' },
                { value: 'category', label: 'Category' },
                { value: 'business', label: 'Consumers and businesses' },
              ]}
            />
          </FormRow>
          {form.with !== 'template' && (
            <FormRow label="Growth, %" for="plan-growth" help="On what adds up; rates stay as they were.">
              <TextInput
                id="plan-growth"
                inputMode="decimal"
                value={form.growth}
                onChange={event => set({ growth: event.currentTarget.value })}
              />
            </FormRow>
          )}
        </>
      )}
      {form.with !== 'version' && (
        <FormRow
          label="Periods"
          for="plan-grain"
          help="By the company’s calendar (Settings): of a retail one, retail months and weeks."
        >
          <Select
            id="plan-grain"
            allowDeselect={false}
            value={form.grain}
            onChange={value => set({ grain: (value ?? 'month') as Grain })}
            data={[
              { value: 'month', label: 'Months' },
              { value: 'week', label: 'Weeks' },
              { value: 'quarter', label: 'Quarters' },
              { value: 'year', label: 'Years' },
            ]}
          />
        </FormRow>
      )}
      {form.with !== 'version' && (
        <FormRow label="From and to" for="plan-from">
          <TextInput
            id="plan-from"
            type="date"
            value={form.from}
            onChange={event => set({ from: event.currentTarget.value })}
          />
          <TextInput
            aria-label="To"
            type="date"
            value={form.to}
            onChange={event => set({ to: event.currentTarget.value })}
          />
        </FormRow>
      )}
      {start.error && <ErrorState compact title="The version was not begun" {...words(start.error)} />}
      <FormActions>
        <Button type="submit" variant="filled" loading={start.isPending}>
          Start
        </Button>
      </FormActions>
    </Form>
  )
}
