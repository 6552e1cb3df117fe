import { Button, Select, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { useMay } from '#features/May.tsx'
import { kindWords } from '#kernel/linking-words.ts'
import { DataTable } from '#ui/DataTable.tsx'
import { FormActions, FormRow } from '#ui/Form.tsx'
import { Row } from '#ui/Page.tsx'
import { ErrorState } from '#ui/State.tsx'
import type { ByHand, Ref } from './linking-model.ts'
import { StoreName, SystemName } from './Names.tsx'

const kinds = [
  { value: 'customer', label: 'Customer' },
  { value: 'lead', label: 'Lead' },
  { value: 'account', label: 'Account' },
] as const
const nobody: Ref = { kind: 'customer', store: '', id: '' }
/** A lead's number stands behind the system that knows it by that number: `hubspot 600123`. */
const numberOf = ({ kind, id }: Ref) => (kind === 'lead' ? id.replace(/^\S*\s?/, '') : id)
const systemOf = ({ kind, id }: Ref) => (kind === 'lead' ? (/^\S+/.exec(id)?.[0] ?? '') : '')

/** A record in words: what it is, its number, and where it is known. */
function Said({ of }: { of: Ref }) {
  const system = systemOf(of)
  return (
    <>
      {kindWords(of.kind, 1).replace('1 ', '')} {numberOf(of)},{' '}
      {system === '' ? <StoreName of={of.store} /> : <SystemName of={system} />}
    </>
  )
}

/** Says of two records that they are one, whatever the rules say. */
export function LinkByHandForm() {
  const client = useQueryClient()
  const [a, setA] = useState(nobody)
  const [b, setB] = useState(nobody)
  const link = useMutation({
    ...api.connections.link.mutationOptions(),
    onSuccess: () => {
      setA(nobody)
      setB(nobody)
      return client.invalidateQueries({ queryKey: api.connections.key() })
    },
  })
  const whole = [a, b].every(
    one => one.store !== '' && numberOf(one) !== '' && (one.kind !== 'lead' || systemOf(one) !== ''),
  )
  return (
    <>
      <FormRow label="One record" help="As it stands in the examples, or in the system itself.">
        <RecordField label="First" value={a} onChange={setA} />
      </FormRow>
      <FormRow label="And another" help="Any kind: a customer and a lead may be one person.">
        <RecordField label="Second" value={b} onChange={setB} />
      </FormRow>
      <FormActions>
        {link.error && <ErrorState title="Not linked" {...words(link.error)} />}
        <Button
          variant="default"
          disabled={!whole}
          loading={link.isPending}
          onClick={() => link.mutate({ a, b, together: true })}
        >
          They are one
        </Button>
        <Button
          variant="default"
          disabled={!whole}
          loading={link.isPending}
          onClick={() => link.mutate({ a, b, together: false })}
        >
          They are not
        </Button>
      </FormActions>
    </>
  )
}

function RecordField(props: { label: string; value: Ref; onChange: (ref: Ref) => void }) {
  const { value, onChange, label } = props
  const settings = useQuery(api.settings.read.queryOptions({ input: {}, staleTime: 300_000 }))
  const systems = useQuery(api.connections.systems.queryOptions())
  const platforms = new Map((systems.data ?? []).map(one => [one.vendor, one.vendorName]))
  return (
    <Row>
      <Select
        w={136}
        aria-label={`${label} record: kind`}
        data={[...kinds]}
        value={value.kind}
        allowDeselect={false}
        onChange={kind =>
          onChange({ ...value, kind: kinds.find(one => one.value === kind)?.value ?? 'customer', id: '' })
        }
      />
      {value.kind === 'lead' && (
        <Select
          w={136}
          aria-label={`${label} record: system`}
          placeholder="System"
          data={[...platforms].map(([platform, name]) => ({ value: platform, label: name }))}
          value={systemOf(value) || null}
          onChange={system => onChange({ ...value, id: `${system ?? ''} ${numberOf(value)}` })}
        />
      )}
      <Select
        w={160}
        aria-label={`${label} record: store`}
        placeholder="Store"
        data={(settings.data?.stores ?? []).map(one => ({ value: one.store, label: one.name }))}
        value={value.store || null}
        onChange={store => onChange({ ...value, store: store ?? '' })}
      />
      <TextInput
        w={136}
        aria-label={`${label} record: number`}
        placeholder="Number"
        value={numberOf(value)}
        onChange={event => {
          const number = event.currentTarget.value.trim()
          onChange({ ...value, id: value.kind === 'lead' ? `${systemOf(value)} ${number}` : number })
        }}
      />
    </Row>
  )
}

/** What was said by hand, to be taken back. */
export function SaidByHand({ said: rows }: { said: readonly ByHand[] }) {
  const client = useQueryClient()
  const mayUnsay = useMay('lead')
  const unsay = useMutation({
    ...api.connections.unsayLink.mutationOptions(),
    onSuccess: () => client.invalidateQueries({ queryKey: api.connections.key() }),
  })
  if (rows.length === 0) return null
  return (
    <DataTable
      caption="Said by hand"
      rows={rows}
      rowKey={row => row.id}
      columns={[
        { key: 'a', label: 'Record', render: row => <Said of={row.a} /> },
        {
          key: 'is',
          label: '',
          name: 'Whether they are one',
          render: row => (row.together ? 'is' : 'is not'),
        },
        { key: 'b', label: 'Other', render: row => <Said of={row.b} /> },
        { key: 'by', label: 'Said by', render: row => row.by },
        ...(mayUnsay
          ? [
              {
                key: 'undo',
                label: <span className="sr-only">Take back</span>,
                name: 'Take back',
                render: (row: ByHand) => (
                  <Button size="compact-xs" variant="subtle" onClick={() => unsay.mutate({ id: row.id })}>
                    Take back
                  </Button>
                ),
              },
            ]
          : []),
      ]}
    />
  )
}
