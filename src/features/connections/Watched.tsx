import { Button, Select, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { Drawer } from '#ui/Drawer.tsx'
import { Form, FormActions, FormRow } from '#ui/Form.tsx'
import { EmptyState, ErrorState, Unread } from '#ui/State.tsx'
import css from './connections.module.css'
import { ago, type WatchedFolder } from './model.ts'
import { StoreName } from './Names.tsx'

const count = new Intl.NumberFormat('en-GB')

/** Folders of the server whose files come in by themselves, and for owners the form to watch another. */
export function Watched() {
  const cache = useQueryClient()
  const [adding, setAdding] = useState(false)
  const asked = useQuery({ ...api.connections.watched.queryOptions(), refetchInterval: 30_000 })
  const { data } = asked
  const me = useQuery(api.members.me.queryOptions())
  const unwatch = useMutation(
    api.connections.unwatch.mutationOptions({
      onSuccess: () => cache.invalidateQueries({ queryKey: api.connections.watched.key() }),
    }),
  )
  if (!data) return <Unread what="Which folders are watched" of={asked} />
  if (data.folders.length === 0 && me.data?.role !== 'owner') return null
  const owner = me.data?.role === 'owner'
  return (
    <Card
      title="Watched folders"
      note="new and changed files come in by themselves, and stay where they are"
      flush
      actions={
        owner &&
        data.allowed.length > 0 && (
          <Button size="compact-sm" variant="default" onClick={() => setAdding(true)}>
            Watch a folder
          </Button>
        )
      }
    >
      {unwatch.error && <ErrorState compact title="That did not work" {...words(unwatch.error)} />}
      <DataTable
        caption="Watched folders"
        entries
        compact
        rows={data.folders}
        rowKey={row => row.id}
        empty={
          <EmptyState compact title="No folder is watched">
            {data.allowed.length > 0
              ? `A system that leaves its exports in a folder of this server, by SFTP or a cloud drive mounted there, needs nobody to upload them. Folders inside ${data.allowed.join(', ')} can be watched.`
              : 'A system that leaves its exports in a folder of this server needs nobody to upload them. Whoever runs the server names the folders that may be watched in WATCH_FOLDER.'}
          </EmptyState>
        }
        columns={[
          { key: 'folder', label: 'Folder', render: row => row.folder },
          {
            key: 'trouble',
            label: 'What to know',
            render: row => <Told of={row} />,
          },
          { key: 'store', label: 'Store', render: row => <StoreName of={row.store} /> },
          {
            key: 'how',
            label: 'Read as',
            render: row => row.mapping ?? row.preset ?? 'what is recognised',
          },
          { key: 'files', label: 'Files seen', numeric: true, render: row => count.format(row.files) },
          { key: 'looked', label: 'Last look', render: row => ago(row.lookedAt, Date.now()) },
          {
            key: 'act',
            label: '',
            acts: true,
            name: 'Stop watching',
            render: row =>
              owner && (
                <Button size="compact-sm" variant="default" onClick={() => unwatch.mutate({ id: row.id })}>
                  Stop
                </Button>
              ),
          },
        ]}
      />
      <Drawer opened={adding} onClose={() => setAdding(false)} title="Watch a folder" size={520}>
        <Adding allowed={data.allowed} onDone={() => setAdding(false)} />
      </Drawer>
    </Card>
  )
}

const files = (n: number) => `${count.format(n)} ${n === 1 ? 'file' : 'files'}`

/** What is wrong with a folder, and what became of files that did not come in whole: the imports tell why. */
function Told({ of: { trouble, refused, partly } }: { of: WatchedFolder }) {
  const said = [
    ...(trouble ? [trouble.message, trouble.next] : []),
    ...(refused > 0 ? [`${files(refused)} could not be imported.`] : []),
    ...(partly > 0 ? [`${files(partly)} came in but for rejected rows.`] : []),
    ...(refused + partly > 0 ? ['Imports above say why.'] : []),
  ]
  if (said.length === 0) return null
  return (
    <span className={css.state} data-state={trouble || refused > 0 ? 'trouble' : 'paused'}>
      {said.filter(Boolean).join(' ')}
    </span>
  )
}

function Adding({ allowed, onDone }: { allowed: readonly string[]; onDone: () => void }) {
  const cache = useQueryClient()
  const [folder, setFolder] = useState(`${allowed[0] ?? ''}/`)
  const [how, setHow] = useState('')
  const [store, setStore] = useState<string | null>(null)
  const mappings = useQuery(api.connections.mappings.queryOptions())
  const presets = useQuery(api.connections.presets.queryOptions())
  const stores = useQuery(api.settings.read.queryOptions({ input: {}, staleTime: 300_000 }))
  const watch = useMutation(
    api.connections.watch.mutationOptions({
      onSuccess: () => {
        cache.invalidateQueries({ queryKey: api.connections.watched.key() })
        onDone()
      },
    }),
  )
  const start = () => {
    const [kind, name = ''] = how.split(/:(.*)/)
    watch.mutate({
      folder,
      store: store ?? '',
      ...(kind === 'mapping' && { mapping: name }),
      ...(kind === 'preset' && { preset: name }),
    })
  }
  return (
    <Form onSubmit={start}>
      {watch.error && <ErrorState compact title="The folder is not watched" {...words(watch.error)} />}
      <FormRow
        label="Folder"
        for="watch-folder"
        help={`A folder of the server, inside ${allowed.join(', ')}.`}
      >
        <TextInput
          id="watch-folder"
          value={folder}
          onChange={event => setFolder(event.currentTarget.value)}
        />
      </FormRow>
      <FormRow label="Store" for="watch-store" help="The store its rows belong to; its currency is theirs.">
        <Select
          id="watch-store"
          data={(stores.data?.stores ?? []).map(one => ({ value: one.store, label: one.name }))}
          value={store}
          onChange={setStore}
        />
      </FormRow>
      <FormRow
        label="Read as"
        for="watch-how"
        help="A mapping you saved, or an export that is known by name."
      >
        <Select
          id="watch-how"
          data={[
            { value: '', label: 'What is recognised' },
            ...(mappings.data ?? []).map(one => ({ value: `mapping:${one.name}`, label: one.name })),
            ...(presets.data ?? []).map(one => ({ value: `preset:${one.name}`, label: one.label })),
          ]}
          value={how}
          onChange={value => setHow(value ?? '')}
        />
      </FormRow>
      <FormActions>
        <Button type="submit" variant="filled" loading={watch.isPending} disabled={store === null}>
          Watch
        </Button>
      </FormActions>
    </Form>
  )
}
