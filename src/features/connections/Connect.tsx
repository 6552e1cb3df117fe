import { Button, PasswordInput, Select, Switch, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { capital } from '#kernel/capital.ts'
import { Drawer } from '#ui/Drawer.tsx'
import { Form, FormActions, FormRow } from '#ui/Form.tsx'
import { ErrorState, Skeleton } from '#ui/State.tsx'
import css from './connections.module.css'
import type { ConnectionRow, Vendor } from './systems-model.ts'

interface Props {
  opened: boolean
  /** The connection whose credentials change; null where a system is connected anew. */
  renews: ConnectionRow | null
  onClose: () => void
  onConnected: (connection: string) => void
}

/** Connects a system, step by step: which, what to click there, what to give; tried before it is kept. */
export function Connect({ opened, renews, onClose, onConnected }: Props) {
  const [picked, setChosen] = useState<Vendor | null>(null)
  const { data, error } = useQuery({ ...api.connections.vendors.queryOptions(), enabled: opened })
  const chosen = renews ? data?.find(one => one.vendor === renews.vendor) : picked
  const close = () => {
    setChosen(null)
    onClose()
  }
  return (
    <Drawer
      opened={opened}
      onClose={close}
      title={
        renews
          ? `New credentials for ${renews.vendorName}`
          : chosen
            ? `Connect ${chosen.name}`
            : 'Connect a system'
      }
      note={renews ? `${renews.account}: its history stays` : undefined}
      size={620}
    >
      {error && <ErrorState compact title="The list could not be read" {...words(error)} />}
      {!data && !error && <Skeleton lines={7} />}
      {data && !chosen && (
        <ul className={css.vendors}>
          {data.map(vendor => (
            <li key={vendor.vendor}>
              <button type="button" className={css.vendor} onClick={() => setChosen(vendor)}>
                <span className={css.system}>{vendor.name}</span>
                <span className={css.about}>{vendor.about}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {chosen && (
        <Credentials
          vendor={chosen}
          renews={renews}
          onBack={() => setChosen(null)}
          onConnected={id => {
            setChosen(null)
            onConnected(id)
          }}
        />
      )}
    </Drawer>
  )
}

/** Where it is found, and whether it may be left out. */
const helpOf = ({ about, optional }: Vendor['fields'][number]): string => {
  // An address begins as it is.
  const isAddress = /^[\w-]+\.[\w.-]+\//.test(about)
  const told = (isAddress ? about : capital(about)).replace(/[.]?$/, '.')
  return optional && !/\b(needed|empty)\b/i.test(told) ? `${told} May be empty.` : told
}

/** What a try gave stands below the fields: whoever pressed the button sees it. */
const intoView = (told: HTMLElement | null) => told?.scrollIntoView({ block: 'nearest' })

interface CredentialsProps {
  vendor: Vendor
  renews: ConnectionRow | null
  onBack: () => void
  onConnected: (id: string) => void
}

function Credentials(props: CredentialsProps) {
  const { vendor, renews } = props
  const cache = useQueryClient()
  // Whoever renews a secret keeps the rest: what is left empty would be forgotten.
  const [given, setGiven] = useState<Record<string, string>>(renews?.given ?? {})
  const [store, setStore] = useState<string | null>(null)
  const [privacy, setPrivacy] = useState(false)
  const stores = useQuery(api.settings.read.queryOptions({ input: {}, staleTime: 300_000 }))
  const credentials = Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim() !== ''))
  const test = useMutation(api.connections.test.mutationOptions())
  const connect = useMutation(
    api.connections.connect.mutationOptions({
      onSuccess: made => {
        cache.invalidateQueries()
        props.onConnected(made.connection)
      },
    }),
  )
  const missing = vendor.fields.some(field => !field.optional && !credentials[field.name])
  const failed = connect.error ?? test.error
  const set = (name: string, value: string) => {
    // What was said of other credentials.
    test.reset()
    connect.reset()
    setGiven({ ...given, [name]: value })
  }
  return (
    <Form
      onSubmit={() =>
        connect.mutate({
          vendor: vendor.vendor,
          credentials,
          ...(renews ? { name: renews.id } : { privacy, ...(store && { store }) }),
        })
      }
    >
      <ol className={css.guide}>
        {vendor.guide.map(step => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {vendor.fields.map(field => {
        const shared = {
          id: `field-${field.name}`,
          value: given[field.name] ?? '',
          autoComplete: 'off',
          spellCheck: false,
          onChange: (event: { currentTarget: { value: string } }) =>
            set(field.name, event.currentTarget.value),
        }
        const long = /key_file|private_key|json/.test(field.name)
        return (
          <FormRow key={field.name} label={field.label} for={shared.id} help={helpOf(field)}>
            {long ? (
              <Textarea {...shared} autosize minRows={3} maxRows={6} />
            ) : field.secret ? (
              <PasswordInput {...shared} />
            ) : (
              <TextInput {...shared} />
            )}
          </FormRow>
        )
      })}
      <FormRow
        label="Another address"
        for="field-base"
        help="Only where it is not the system’s own. May be empty."
      >
        <TextInput
          id="field-base"
          placeholder="https://"
          value={given.base_url ?? ''}
          onChange={event => set('base_url', event.currentTarget.value)}
        />
      </FormRow>
      {!renews && (stores.data?.stores.length ?? 0) > 0 && (
        <FormRow
          label="Store"
          for="field-store"
          help={
            vendor.byHost
              ? 'Where visits to pages count that are of no store’s. The first store where empty.'
              : 'A shop becomes a store of its own, or the one chosen; another system belongs to the one chosen, or the first where empty.'
          }
        >
          <Select
            id="field-store"
            clearable
            data={(stores.data?.stores ?? []).map(one => ({ value: one.store, label: one.name }))}
            value={store}
            onChange={setStore}
          />
        </FormRow>
      )}
      {!renews && (
        <Switch
          mt={16}
          label="Keep nothing personal of customers: no names, addresses only as salted hashes"
          checked={privacy}
          onChange={event => setPrivacy(event.currentTarget.checked)}
        />
      )}
      {failed && (
        <div ref={intoView} className={css.told}>
          <ErrorState compact title="That did not work" {...words(failed)} />
        </div>
      )}
      {test.data && (
        <div className={`${css.found} ${css.told}`} role="status" ref={intoView}>
          <p>
            {test.data.account} answers
            {test.data.shops.length > 0 &&
              `: ${test.data.shops.map(shop => `${shop.name} (${shop.currency}, ${shop.timezone})`).join(', ')}`}
            .
          </p>
          {test.data.limits.length > 0 && (
            <ul className={css.limits}>
              {test.data.limits.map(limit => (
                <li key={limit}>{limit}</li>
              ))}
            </ul>
          )}
        </div>
      )}
      <FormActions>
        {!renews && <Button onClick={props.onBack}>Another system</Button>}
        <Button
          disabled={missing}
          loading={test.isPending}
          onClick={() => {
            connect.reset()
            test.mutate({ vendor: vendor.vendor, credentials })
          }}
        >
          Try
        </Button>
        <Button type="submit" variant="filled" disabled={missing} loading={connect.isPending}>
          {renews ? 'Keep them' : 'Connect'}
        </Button>
      </FormActions>
    </Form>
  )
}
