import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { api, words } from '#features/client.ts'
import { May, useMay } from '#features/May.tsx'
import { ratesIn } from '#kernel/plan/typed.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { ChoiceRow, LongTextRow, TextRow } from '#ui/Form.tsx'
import { show } from '#ui/number.ts'
import { EmptyState, Unread } from '#ui/State.tsx'
import type { BudgetShape, Version } from './model.ts'

/** What came in as files: budgets to take over, postings no line takes; and the rates of other currencies. */
export function FromFiles(props: { budget: z.output<typeof BudgetShape>; version: Version }) {
  const { budget } = props
  const imported = useQuery(api.plan.importedBudgets.queryOptions({ input: {} }))
  const [taking, setTaking] = useState<string | null>(null)
  const [rates, setRates] = useState<string | null>(null)
  const [why, setWhy] = useState('')
  const mayTake = useMay('lead')
  const cache = useQueryClient()
  const saveRates = useMutation(
    api.plan.saveRates.mutationOptions({
      onSuccess: async () => {
        setRates(null)
        await cache.invalidateQueries({ queryKey: api.plan.budget.key() })
      },
    }),
  )
  const read = ratesIn(rates ?? '')
  const approved = budget.state === 'approved'
  const importing = (
    <May atLeast="contributor">
      <Button component="a" href="/import" size="compact-sm" variant="default">
        Import a file
      </Button>
    </May>
  )
  return (
    <>
      <Card flush title="Imported budgets" actions={importing}>
        <DataTable
          caption="Imported budgets"
          rows={imported.data ?? []}
          rowKey={row => `${row.name}${row.currency}`}
          onRow={mayTake ? row => setTaking(row.name) : undefined}
          empty={
            imported.data ? (
              <EmptyState compact title="No budget came in as a file">
                Import a spreadsheet of accounts, departments, cost centres, months and amounts as “Budget”;
                its lines can then be taken over here.
              </EmptyState>
            ) : (
              <Unread what="What came in as a file" of={imported} />
            )
          }
          columns={[
            { key: 'name', label: 'Name', pinned: true, render: row => row.name },
            { key: 'accounts', label: 'Accounts', numeric: true, render: row => row.accounts },
            { key: 'rows', label: 'Figures', numeric: true, render: row => row.rows.toLocaleString('en-GB') },
            {
              key: 'total',
              label: 'In all',
              numeric: true,
              render: row => show(row.total, { unit: 'money', currency: row.currency }),
            },
            { key: 'span', label: 'Periods', render: row => `${row.from} to ${row.to}` },
          ]}
        />
      </Card>
      <Card
        flush
        title="Spent on no budget line"
        note="postings of the general ledger whose account no line has"
        actions={importing}
      >
        <DataTable
          caption="Spent on no budget line"
          rows={budget.unplanned}
          rowKey={row => `${row.account}|${row.department}|${row.currency}`}
          empty={
            <EmptyState compact kind="all_done" title="Every posting has its line">
              Import your ledger’s export as “General ledger”: postings go to the line of their account, and
              what no line takes is shown here.
            </EmptyState>
          }
          columns={[
            { key: 'account', label: 'Account', pinned: true, render: row => row.account },
            { key: 'department', label: 'Department', render: row => row.department || '–' },
            {
              key: 'amount',
              label: 'Spent',
              numeric: true,
              render: row => show(row.amount, { unit: 'money', currency: row.currency }),
            },
          ]}
        />
      </Card>
      <Card
        flush
        title="Budget rates"
        note={`${budget.currency} for one unit of each; else the last rate before the plan begins`}
        actions={
          mayTake &&
          budget.shut === null && (
            <Button
              size="compact-sm"
              variant="default"
              onClick={() =>
                setRates(
                  Object.entries(budget.rates)
                    .map(([code, rate]) => `${code}\t${rate}`)
                    .join('\n'),
                )
              }
            >
              Set rates
            </Button>
          )
        }
      >
        <DataTable
          caption="Budget rates"
          rows={Object.entries(budget.rates)}
          rowKey={([code]) => code}
          empty={<EmptyState compact title="No rates are set" />}
          columns={[
            { key: 'code', label: 'Currency', render: ([code]) => code },
            { key: 'rate', label: budget.currency, numeric: true, render: ([, rate]) => rate },
          ]}
        />
      </Card>
      {taking && <Take name={taking} version={props.version} onClose={() => setTaking(null)} />}
      {rates !== null && (
        <EditDrawer
          opened
          title={`Budget rates of ${props.version.name}`}
          onClose={() => setRates(null)}
          saving={saveRates.isPending}
          disabled={read.wrong.length > 0}
          missing={[approved && !why.trim() && 'a reason']}
          failed={saveRates.error ? words(saveRates.error) : null}
          onSave={() => saveRates.mutate({ version: props.version.id, rates: read.rates, why })}
        >
          <LongTextRow
            label="Rates"
            rows={4}
            value={rates}
            placeholder={'EUR\t0.85\nUSD\t0.78'}
            help={`A currency and its rate on each line: ${budget.currency} for one unit of it.`}
            error={read.wrong.length > 0 ? `Not understood: ${read.wrong.join('; ')}` : undefined}
            onChange={setRates}
          />
          {approved && (
            <TextRow
              label="Why they change"
              value={why}
              help={`${props.version.name} is approved: the reason stays with the rates.`}
              onChange={setWhy}
            />
          )}
        </EditDrawer>
      )}
    </>
  )
}

/** What an imported budget changes, shown before it is taken. */
function Take({ name, version, onClose }: { name: string; version: Version; onClose: () => void }) {
  const cache = useQueryClient()
  const [kind, setKind] = useState<'opex' | 'capex' | 'media' | 'people'>('opex')
  const changes = useQuery(
    api.plan.budgetChanges.queryOptions({ input: { version: version.id, name }, retry: false }),
  )
  const take = useMutation(
    api.plan.takeBudget.mutationOptions({
      onSuccess: async () => {
        await cache.invalidateQueries({ queryKey: api.plan.key() })
        onClose()
      },
    }),
  )
  const found = changes.data
  const failed = changes.error ?? take.error
  const count = (n: number, one: string, more: string) =>
    `${n.toLocaleString('en-GB')} ${n === 1 ? one : more}`
  return (
    <EditDrawer
      opened
      title={`Take “${name}” into ${version.name}`}
      note={
        found &&
        `${count(found.added, 'line is', 'lines are')} new, ${found.changed.length} changed, ${found.same} the same${found.outside.rows > 0 ? `; ${count(found.outside.rows, 'figure lies', 'figures lie')} outside the plan’s periods` : ''}`
      }
      onClose={onClose}
      saveLabel="Take these lines"
      saving={take.isPending}
      disabled={!found || found.added + found.changed.length === 0}
      failed={failed ? words(failed) : null}
      onSave={() => take.mutate({ version: version.id, name, kind })}
    >
      <ChoiceRow
        label="New lines are"
        value={kind}
        data={[
          { value: 'opex', label: 'Running costs' },
          { value: 'media', label: 'Media' },
          { value: 'people', label: 'People' },
          { value: 'capex', label: 'Investments' },
        ]}
        onChange={setKind}
      />
      {found && found.changed.length > 0 && (
        <DataTable
          caption="Lines that change"
          compact
          maxHeight={420}
          rows={found.changed}
          rowKey={row => row.label}
          columns={[
            { key: 'label', label: 'Line', render: row => row.label },
            { key: 'before', label: 'Now', numeric: true, render: row => row.before },
            { key: 'after', label: 'In the file', numeric: true, render: row => row.after },
          ]}
        />
      )}
    </EditDrawer>
  )
}
