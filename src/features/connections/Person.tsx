import { Button, Select, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, client, words } from '#features/client.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState } from '#ui/State.tsx'
import css from './connections.module.css'
import { StoreName, SystemName } from './Names.tsx'

const count = new Intl.NumberFormat('en-GB')
/** An address has an @; all else is a number. */
const asked = ({ text, store }: { text: string; store: string | null }) =>
  text.includes('@') ? { email: text.trim() } : { id: text.trim(), ...(store && { store }) }

/** What erasing reaches, and what only people can. */
function Reach() {
  return (
    <ul className={`${css.limits} ${css.answer}`}>
      <li>
        <b>Erased here:</b> name, address and number in every store; also in titles of deals and tasks, where
        a namesake’s goes with it, and in what was kept of systems that are disconnected. Files that name the
        person are deleted.
      </li>
      <li>
        <b>Backups</b> made before still hold the person, for as long as you keep them: nothing here can
        change them. Delete them when your retention rule says so. Who was erased stands in a list of hashes
        beside the data, and restoring a backup with it erases them again.
      </li>
      <li>
        <b>The systems themselves</b> keep their own records: erase the person there too.
      </li>
    </ul>
  )
}

/** For owners: what is kept of one person, and its end. */
export function Person() {
  const me = useQuery(api.members.me.queryOptions())
  const [text, setText] = useState('')
  const [store, setStore] = useState<string | null>(null)
  const settings = useQuery(api.settings.read.queryOptions({ input: {}, staleTime: 300_000 }))
  const [sure, setSure] = useState(false)
  const look = useMutation({
    mutationFn: (who: Parameters<typeof asked>[0]) => client.connections.person(asked(who)),
  })
  const erase = useMutation({
    mutationFn: (who: Parameters<typeof asked>[0]) => client.connections.erasePerson(asked(who)),
    onSuccess: () => {
      setSure(false)
      setText('')
      look.reset()
    },
  })
  if (me.data?.role !== 'owner') return null
  const failed = look.error ?? erase.error
  return (
    <Card title="A person’s data" note="what is kept of one customer, and erasing it">
      <form
        onSubmit={event => {
          event.preventDefault()
          setSure(false)
          erase.reset()
          look.mutate({ text, store })
        }}
      >
        <Row>
          <TextInput
            className={css.person}
            aria-label="E-mail address or number of the person"
            placeholder="E-mail address or customer number"
            value={text}
            onChange={event => {
              setText(event.currentTarget.value)
              look.reset()
              setSure(false)
            }}
          />
          {text.trim() !== '' && !text.includes('@') && (
            <Select
              aria-label="Store whose number it is"
              placeholder="In every store"
              clearable
              data={(settings.data?.stores ?? []).map(one => ({ value: one.store, label: one.name }))}
              value={store}
              onChange={value => {
                setStore(value)
                look.reset()
                setSure(false)
              }}
            />
          )}
          <Button type="submit" variant="default" disabled={text.trim() === ''} loading={look.isPending}>
            Find
          </Button>
        </Row>
      </form>
      {failed && <ErrorState compact title="That did not work" {...words(failed)} />}
      {erase.data && (
        <p className={css.next} role="status">
          Erased. Figures stay as they are; whose they were is told nowhere any more. Kept records are being
          rewritten, and what comes of this person later is left out.
        </p>
      )}
      {(look.data || erase.data) && <Reach />}
      {look.data?.length === 0 && (
        <EmptyState compact title="Nothing is kept of this person">
          Still, erasing makes sure that nothing will be.
        </EmptyState>
      )}
      {look.data && look.data.length > 0 && (
        <DataTable
          caption="Where the person is known"
          compact
          rows={look.data}
          rowKey={row => `${row.kind} ${row.store} ${row.platform} ${row.id}`}
          columns={[
            {
              key: 'what',
              label: 'Known as',
              render: row =>
                row.kind === 'customer' ? (
                  'Customer'
                ) : (
                  <>
                    Lead in <SystemName of={row.platform} />
                  </>
                ),
            },
            { key: 'store', label: 'Store', render: row => <StoreName of={row.store} /> },
            { key: 'id', label: 'Number', render: row => row.id },
            { key: 'name', label: 'Name', render: row => row.name },
            {
              key: 'count',
              label: 'Orders or stages',
              numeric: true,
              render: row => count.format(row.count),
            },
          ]}
        />
      )}
      {look.data && (
        <div className={css.answer}>
          <Row>
            {sure ? (
              <>
                <Button
                  variant="filled"
                  color="bad"
                  loading={erase.isPending}
                  onClick={() => erase.mutate({ text, store })}
                >
                  Erase for good
                </Button>
                <Button variant="default" onClick={() => setSure(false)}>
                  Keep
                </Button>
              </>
            ) : (
              <Button variant="default" onClick={() => setSure(true)}>
                Erase…
              </Button>
            )}
          </Row>
        </div>
      )}
    </Card>
  )
}
