import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { Card } from '#ui/Card.tsx'
import { EditDrawer } from '#ui/EditDrawer.tsx'
import { LongTextRow, TextRow } from '#ui/Form.tsx'
import { Row } from '#ui/Page.tsx'
import css from './plan.module.css'
import type { Found } from './Reforecast.tsx'

type Check = Found['checks'][number]
const stateWords = { passes: 'Passes', fails: 'Fails', unknown: 'Not known' }
const places: Record<Check['name'], { path: string; label: string }> = {
  stock: { path: '/plan', label: 'Open the plan' },
  open_to_buy: { path: '/plan', label: 'Open the plan' },
  capacity: { path: '/plan', label: 'Open the plan' },
  budget: { path: '/budget', label: 'Open the budget' },
  committed: { path: '/budget', label: 'Open the commitments' },
}

/** What the landing is held against. What fails, or cannot be known, is mended or accepted with a reason. */
export function Checks({ found }: { found: Found }) {
  const cache = useQueryClient()
  const [accepting, setAccepting] = useState<{ check: Check; why: string } | null>(null)
  const [capacity, setCapacity] = useState<string | null>(null)
  const again = async () => {
    setAccepting(null)
    setCapacity(null)
    await cache.invalidateQueries({ queryKey: api.plan.reforecast.key() })
  }
  const accept = useMutation(api.plan.acceptCheck.mutationOptions({ onSuccess: again }))
  const save = useMutation(api.plan.saveCapacity.mutationOptions({ onSuccess: again }))
  const version = found.version.id
  const plain = (capacity ?? '').replaceAll(/[\s,]/g, '')
  return (
    <>
      <Card flush title="Can it be carried out?" note="held against the landing, with what owners expect">
        <ul className={css.checks}>
          {found.checks.map(check => (
            <li key={check.name}>
              <div>
                <b>{check.label}</b>
                <small
                  style={check.state === 'fails' && !check.accepted ? { color: 'var(--bad)' } : undefined}
                >
                  {check.accepted ? `${stateWords[check.state]}, accepted` : stateWords[check.state]}
                </small>
              </div>
              <div>
                <p>{check.says}</p>
                {check.accepted && (
                  <p>
                    {check.accepted.byName}: {check.accepted.why}
                  </p>
                )}
              </div>
              <Row gap={4}>
                {check.name === 'capacity' && found.maySign && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => setCapacity(found.capacity ?? '')}
                  >
                    {found.capacity === null ? 'Say what can be shipped' : 'Change what can be shipped'}
                  </Button>
                )}
                {check.state !== 'passes' && check.name !== 'capacity' && (
                  <Button
                    component="a"
                    size="compact-sm"
                    variant="default"
                    href={`${places[check.name].path}?version=${encodeURIComponent(version)}${check.name === 'committed' ? '&tab=commitments' : ''}`}
                  >
                    {places[check.name].label}
                  </Button>
                )}
                {check.state !== 'passes' && found.maySign && (
                  <Button
                    size="compact-sm"
                    variant={check.accepted ? 'subtle' : 'default'}
                    color="gray"
                    aria-label={`${check.accepted ? 'Take back' : 'Accept'}: ${check.label}`}
                    loading={accept.isPending}
                    onClick={() =>
                      check.accepted
                        ? accept.mutate({ version, check: check.name, says: check.says, why: '' })
                        : setAccepting({ check, why: '' })
                    }
                  >
                    {check.accepted ? 'Take back' : 'Accept'}
                  </Button>
                )}
              </Row>
            </li>
          ))}
        </ul>
      </Card>
      {accepting && (
        <EditDrawer
          opened
          title={`Accept: ${accepting.check.label.toLowerCase()} ${accepting.check.state === 'fails' ? 'fails' : 'is not known'}`}
          note={`${accepting.check.says} It counts as long as the check says just this.`}
          saveLabel="Accept it"
          onClose={() => setAccepting(null)}
          saving={accept.isPending}
          missing={[!accepting.why.trim() && 'a reason']}
          failed={accept.error ? words(accept.error) : null}
          onSave={() =>
            accept.mutate({
              version,
              check: accepting.check.name,
              says: accepting.check.says,
              why: accepting.why,
            })
          }
        >
          <LongTextRow
            label="Why that is all right"
            value={accepting.why}
            onChange={why => setAccepting({ ...accepting, why })}
          />
        </EditDrawer>
      )}
      {capacity !== null && (
        <EditDrawer
          opened
          title="What can be shipped in a day"
          onClose={() => setCapacity(null)}
          saving={save.isPending}
          missing={[plain !== '' && !/^\d{1,9}$/.test(plain) && 'a whole number of orders, or none']}
          failed={save.error ? words(save.error) : null}
          onSave={() => save.mutate({ version, capacity: plain === '' ? null : plain })}
        >
          <TextRow
            label="Orders a day"
            decimal
            value={capacity}
            help="By your warehouse or 3PL, and the carriers behind it. Empty: not known."
            onChange={setCapacity}
          />
        </EditDrawer>
      )}
    </>
  )
}
