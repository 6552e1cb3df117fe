import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { Card } from '#ui/Card.tsx'
import { ChoiceRow, Form, FormActions, TextRow } from '#ui/Form.tsx'
import { ErrorState } from '#ui/State.tsx'
import type { ConnectionRow } from './systems-model.ts'

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)

/** Reads a stretch of days again: for what somebody mended at the source, behind the source's own word of changes. */
export function Again({ row, onDone }: { row: ConnectionRow; onDone: () => void }) {
  const [from, setFrom] = useState(daysAgo(30))
  const [to, setTo] = useState(daysAgo(0))
  const [stream, setStream] = useState('')
  const again = useMutation(api.connections.reread.mutationOptions({ onSuccess: onDone }))
  const byTime = row.streams.filter(one => one.byTime)
  return (
    <Card
      title="Read days again"
      note="Nothing counts twice: what is read again takes the place of what is here."
    >
      <Form onSubmit={() => again.mutate({ connection: row.id, from, to, ...(stream && { stream }) })}>
        <TextRow label="From" type="date" value={from} onChange={setFrom} />
        <TextRow label="To" type="date" value={to} onChange={setTo} help="The last day that is read again." />
        <ChoiceRow
          label="What"
          help="What is always read whole is not asked for: it is right each time."
          value={stream}
          onChange={setStream}
          data={[
            { value: '', label: 'All that is read by days' },
            ...byTime.map(one => ({ value: one.name, label: one.label })),
          ]}
        />
        {again.error && <ErrorState compact title="That did not work" {...words(again.error)} />}
        <FormActions>
          <Button
            type="submit"
            variant="filled"
            loading={again.isPending}
            disabled={from === '' || to === ''}
          >
            Read again
          </Button>
        </FormActions>
      </Form>
    </Card>
  )
}
