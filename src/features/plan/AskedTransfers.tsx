import { Button, Group } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { api, words } from '#features/client.ts'
import { showDay } from '#kernel/format.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { LongTextRow } from '#ui/Form.tsx'
import { show } from '#ui/number.ts'
import { ErrorState } from '#ui/State.tsx'
import type { BudgetShape } from './model.ts'

/** Transfers that wait for consent, to be consented to or given back; nothing where none waits. */
export function AskedTransfers(props: { budget: z.output<typeof BudgetShape>; version: string }) {
  const { budget } = props
  const cache = useQueryClient()
  const waiting = useQuery(api.plan.transfers.queryOptions({ input: { version: props.version } }))
  const [back, setBack] = useState<string | null>(null)
  const [why, setWhy] = useState('')
  const again = async () => {
    setBack(null)
    await cache.invalidateQueries({ queryKey: api.plan.key() })
  }
  const consent = useMutation(api.plan.consentTransfer.mutationOptions({ onSuccess: again }))
  const refuse = useMutation(api.plan.refuseTransfer.mutationOptions({ onSuccess: again }))
  if (!waiting.data || waiting.data.length === 0) return null
  const line = (id: string) => budget.lines.find(one => one.id === id)
  const when = (key: string) => budget.periods.find(one => one.key === key)?.label ?? key
  return (
    <>
      {consent.error && <ErrorState compact title="That was not done" {...words(consent.error)} />}
      <Card flush title="Transfers that wait" note="with the last consent the rules want, the money moves">
        <DataTable
          caption="Transfers that wait for consent"
          rows={waiting.data}
          rowKey={row => row.id}
          empty={null}
          columns={[
            {
              key: 'from',
              label: 'From',
              pinned: true,
              render: row => line(row.from)?.label ?? 'a line that is gone',
            },
            { key: 'to', label: 'To', render: row => line(row.to)?.label ?? 'a line that is gone' },
            { key: 'period', label: 'Period', render: row => when(row.period) },
            {
              key: 'amount',
              label: 'Amount',
              numeric: true,
              render: row =>
                show(
                  row.amount,
                  { unit: 'money', currency: line(row.from)?.currency ?? budget.currency },
                  'full',
                ),
            },
            {
              key: 'act',
              label: '',
              render: row => (
                <Group gap={6} wrap="nowrap">
                  <Button
                    size="compact-sm"
                    loading={consent.isPending && consent.variables.id === row.id}
                    onClick={() => consent.mutate({ id: row.id })}
                  >
                    Consent
                  </Button>
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => {
                      setWhy('')
                      setBack(row.id)
                    }}
                  >
                    Give back
                  </Button>
                </Group>
              ),
            },
            { key: 'why', label: 'Why', render: row => row.why },
            {
              key: 'by',
              label: 'Asked by',
              render: row => `${row.submittedName}, ${showDay(row.at.slice(0, 10))}`,
            },
            { key: 'consents', label: 'Consented', render: row => row.consents.join(', ') || 'nobody yet' },
          ]}
        />
      </Card>
      {back && (
        <EditDrawer
          opened
          title="Give the transfer back"
          note="Nothing is moved; who asked sees why."
          saveLabel="Give back"
          saving={refuse.isPending}
          disabled={!why.trim()}
          failed={refuse.error ? words(refuse.error) : null}
          onClose={() => setBack(null)}
          onSave={() => refuse.mutate({ id: back, why })}
        >
          <LongTextRow label="Why" value={why} onChange={setWhy} />
        </EditDrawer>
      )}
    </>
  )
}
