import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { api, words } from '#features/client.ts'
import { showDay } from '#kernel/format.ts'
import { FormRow } from '#ui/Form.tsx'
import { Row } from '#ui/Page.tsx'
import { ErrorState } from '#ui/State.tsx'
import css from './plan.module.css'

const size = (bytes: number) =>
  bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`

/** Files beside a budget line or a business case: contracts, quotes, the sheet behind a figure. */
export function Attachments({ subject }: { subject: string }) {
  const cache = useQueryClient()
  const input = useRef<HTMLInputElement>(null)
  const [asked, setAsked] = useState<string | null>(null)
  const files = useQuery(api.plan.attachments.queryOptions({ input: { subject } }))
  const again = () => cache.invalidateQueries({ queryKey: api.plan.attachments.key() })
  const attach = useMutation(api.plan.attach.mutationOptions({ onSuccess: again }))
  const remove = useMutation(
    api.plan.removeAttachment.mutationOptions({
      onSuccess: async () => {
        setAsked(null)
        await again()
      },
    }),
  )
  const failed = files.error ?? attach.error ?? remove.error
  return (
    <FormRow
      label="Files"
      help="PDF, pictures, Excel, Word, PowerPoint, CSV or text, up to 7 MB each. Who sees this sees them."
    >
      {(files.data ?? []).length > 0 && (
        <ul className={css.files}>
          {files.data?.map(file => (
            <li key={file.id}>
              <span>
                <a href={`/api/attachments/${file.id}`} download={file.name}>
                  {file.name}
                </a>
                <small>
                  {size(file.bytes)}, {file.byName}, {showDay(file.at.slice(0, 10))}
                </small>
              </span>
              {asked === file.id ? (
                <Button
                  size="compact-xs"
                  color="bad"
                  variant="light"
                  loading={remove.isPending}
                  onClick={() => remove.mutate({ id: file.id })}
                >
                  Really remove
                </Button>
              ) : (
                <Button
                  size="compact-xs"
                  variant="subtle"
                  color="gray"
                  aria-label={`Remove ${file.name}`}
                  onClick={() => setAsked(file.id)}
                >
                  Remove
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      <Row>
        <Button
          size="compact-sm"
          variant="default"
          loading={attach.isPending}
          onClick={() => input.current?.click()}
        >
          Add a file
        </Button>
      </Row>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="File to add"
        accept=".pdf,.png,.jpg,.jpeg,.xlsx,.docx,.pptx,.csv,.tsv,.txt,.md"
        onChange={event => {
          const [file] = event.currentTarget.files ?? []
          event.currentTarget.value = ''
          if (file) attach.mutate({ subject, file })
        }}
      />
      {failed && <ErrorState compact title="That was not done" {...words(failed)} />}
    </FormRow>
  )
}
