import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { api, words } from '#features/client.ts'
import { useMay } from '#features/May.tsx'
import { showDay } from '#kernel/format.ts'
import { Card } from '#ui/Card.tsx'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { LongTextRow } from '#ui/Form.tsx'
import { show } from '#ui/number.ts'
import { Row } from '#ui/Page.tsx'
import { ErrorState, Unread } from '#ui/State.tsx'
import css from './asked.module.css'
import type { BudgetShape } from './model.ts'

/** Transfers that wait for consent, to be consented to or given back; nothing where none waits. */
export function AskedTransfers(props: { budget: z.output<typeof BudgetShape>; version: string }) {
  const { budget } = props
  const cache = useQueryClient()
  const waiting = useQuery(api.plan.transfers.queryOptions({ input: { version: props.version } }))
  const me = useQuery(api.members.me.queryOptions({ input: {} }))
  const mayConsent = useMay('lead')
  const [back, setBack] = useState<{ id: string; own: boolean } | null>(null)
  const [why, setWhy] = useState('')
  const again = async () => {
    setBack(null)
    await cache.invalidateQueries({ queryKey: api.plan.key() })
  }
  const consent = useMutation(api.plan.consentTransfer.mutationOptions({ onSuccess: again }))
  const refuse = useMutation(api.plan.refuseTransfer.mutationOptions({ onSuccess: again }))
  if (!waiting.data) return <Unread what="What waits for consent" of={waiting} />
  if (waiting.data.length === 0) return null
  const line = (id: string) => budget.lines.find(one => one.id === id)
  const called = (id: string) => line(id)?.label ?? 'a line that is gone'
  const currencyOf = (id: string) => line(id)?.currency ?? budget.currency
  const when = (key: string) => budget.periods.find(one => one.key === key)?.label ?? key
  /** Who asked never consents, but may take back what they asked for. */
  const acts = ({ id, submittedBy }: { id: string; submittedBy: string }) => {
    const own = submittedBy === me.data?.id
    return (
      <Row>
        {mayConsent && !own && (
          <Button
            size="compact-sm"
            loading={consent.isPending && consent.variables.id === id}
            onClick={() => consent.mutate({ id })}
          >
            Consent
          </Button>
        )}
        {(mayConsent || own) && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => {
              setWhy('')
              setBack({ id, own })
            }}
          >
            {own ? 'Take back' : 'Give back'}
          </Button>
        )}
      </Row>
    )
  }
  return (
    <>
      {consent.error && <ErrorState compact title="That was not done" {...words(consent.error)} />}
      <Card flush title="Transfers that wait" note="with the last consent the rules want, the money moves">
        <ul className={css.list} aria-label="Transfers that wait for consent">
          {waiting.data.map(row => (
            <li key={row.id}>
              <div>
                <p>
                  <b>{show(row.amount, { unit: 'money', currency: currencyOf(row.from) }, 'full')}</b> from{' '}
                  {called(row.from)} to {called(row.to)}, {when(row.period)}
                </p>
                <p className={css.more}>“{row.why}”</p>
                <p className={css.more}>
                  Asked by {row.submittedName}, {showDay(row.at.slice(0, 10))} ·{' '}
                  {row.consents.length > 0
                    ? `${row.consents.join(', ')} consented`
                    : 'nobody has consented yet'}
                </p>
              </div>
              {acts(row)}
            </li>
          ))}
        </ul>
      </Card>
      {back && (
        <EditDrawer
          opened
          title={back.own ? 'Take the transfer back' : 'Give the transfer back'}
          note={back.own ? 'Nothing is moved.' : 'Nothing is moved; the audit tells why.'}
          saveLabel={back.own ? 'Take back' : 'Give back'}
          saving={refuse.isPending}
          missing={[!why.trim() && 'a reason']}
          failed={refuse.error ? words(refuse.error) : null}
          onClose={() => setBack(null)}
          onSave={() => refuse.mutate({ id: back.id, why })}
        >
          <LongTextRow label="Why" value={why} onChange={setWhy} />
        </EditDrawer>
      )}
    </>
  )
}
