import { Button, Switch } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { Card } from '#ui/Card.tsx'
import { Row } from '#ui/Page.tsx'
import { ErrorState } from '#ui/State.tsx'
import css from './connections.module.css'

/** Takes a connection away, after saying what stays and what goes. */
export function Leaving(props: { connection: string; onGone: () => void; onStay: () => void }) {
  const [deletes, setDeletes] = useState(false)
  const disconnect = useMutation(api.connections.disconnect.mutationOptions({ onSuccess: props.onGone }))
  return (
    <Card title="Disconnect">
      <p className={css.next}>
        {deletes
          ? 'Nothing more is read, and every row it brought goes, with what was kept of it: figures change. Connecting it again reads its history anew.'
          : 'Nothing more is read. What it brought stays, and the same account can be connected again later.'}
      </p>
      <Switch
        label="Also delete everything it brought"
        checked={deletes}
        onChange={event => setDeletes(event.currentTarget.checked)}
      />
      {disconnect.error && <ErrorState compact title="That did not work" {...words(disconnect.error)} />}
      <div className={css.ends}>
        <Row>
          <Button
            variant="filled"
            color="bad"
            loading={disconnect.isPending}
            onClick={() => disconnect.mutate({ connection: props.connection, keepData: !deletes })}
          >
            {deletes ? 'Disconnect and delete' : 'Disconnect, keep the data'}
          </Button>
          <Button onClick={props.onStay}>Stay connected</Button>
        </Row>
      </div>
    </Card>
  )
}
