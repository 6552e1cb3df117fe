import { Button } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { words } from '#features/client.ts'
import { Card } from '#ui/Card.tsx'
import { Row } from '#ui/Page.tsx'
import { ErrorState } from '#ui/State.tsx'
import { sendFile } from '#ui/send-file.ts'
import css from './import.module.css'
import type { Together as Joined, Sent } from './model.ts'

/** Files that belong together: what joins each of them to the rows that come in, one more to be added, each to be removed. */
export function Together(props: {
  files: readonly Sent[]
  /** How they were joined; nothing while that is not known. */
  joined: Joined | undefined
  stale: boolean
  /** Why they could not be. */
  error: unknown
  onChange: (files: Sent[]) => void
}) {
  const { files, joined, onChange } = props
  const input = useRef<HTMLInputElement>(null)
  const [sending, setSending] = useState<string | null>(null)
  const [refused, setRefused] = useState<string | null>(null)
  const gone = useRef<AbortController>(null)
  useEffect(() => () => gone.current?.abort(), [])
  const add = async (file: File) => {
    const own = new AbortController()
    gone.current = own
    setRefused(null)
    setSending(file.name)
    try {
      const upload = await sendFile(file, () => undefined, own.signal)
      if (!own.signal.aborted) onChange([...files, { upload, name: file.name }])
    } catch (failed) {
      if (!own.signal.aborted) setRefused(words(failed).message)
    } finally {
      if (!own.signal.aborted) setSending(null)
    }
  }
  const places = joined?.order ?? files.map((_, place) => place)
  return (
    <Card title="Files that belong together" stale={props.stale}>
      {files.length === 1 ? (
        <p className={css.warning}>
          Does another file say more of these rows, as orders do of their lines? Add it, and both come in as
          one.
        </p>
      ) : (
        <ul className={css.files}>
          {places.map((place, nth) => {
            const file = files[place]
            if (!file) return null
            return (
              <li key={file.upload}>
                <span>
                  {nth > 0
                    ? (joined?.words[nth - 1] ?? file.name)
                    : joined
                      ? `${file.name}: each of its rows comes in.`
                      : file.name}
                </span>
                <Button
                  variant="default"
                  size="compact-sm"
                  disabled={sending !== null}
                  aria-label={`Remove ${file.name}`}
                  onClick={() => onChange(files.filter(one => one !== file))}
                >
                  Remove
                </Button>
              </li>
            )
          })}
        </ul>
      )}
      {props.error !== null && (
        <ErrorState compact title="These files cannot be joined" {...words(props.error)} />
      )}
      {refused && <ErrorState compact title="The file was not sent" message={refused} />}
      <Row>
        <Button variant="default" loading={sending !== null} onClick={() => input.current?.click()}>
          Add a file
        </Button>
      </Row>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="File to stand beside"
        onChange={event => {
          const file = event.currentTarget.files?.[0]
          event.currentTarget.value = ''
          if (file) add(file)
        }}
      />
    </Card>
  )
}
