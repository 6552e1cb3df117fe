import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { api, words } from '#features/client.ts'
import { May } from '#features/May.tsx'
import { Card } from '#ui/Card.tsx'
import { Page, Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton, WorkProgress } from '#ui/State.tsx'
import { sendFile } from '#ui/send-file.ts'
import { History } from './History.tsx'
import css from './import.module.css'
import { Mend } from './Mend.tsx'
import { importsAnswer, namesOf, type Sent } from './model.ts'
import { Outcome } from './Outcome.tsx'
import { Watched } from './Watched.tsx'

type Step =
  | { at: 'choose' }
  | { at: 'sending'; name: string; done: number; total: number }
  | { at: 'mend'; key: string; files: readonly Sent[] }
  | { at: 'again'; import: string; name: string; store: string }
  | { at: 'running'; id: string; name: string }

/** Files into the ledger: drop one, or several that belong together, see the guess, mend it, watch it go in, get what was rejected. */
export function Import() {
  const [step, setStep] = useState<Step>({ at: 'choose' })
  const [error, setError] = useState<string | null>(null)
  const before = useQuery(api.connections.imports.queryOptions({ input: {} }))
  // Of a file that is still on its way nothing is shown any more once another is chosen, or none.
  const sending = useRef<AbortController>(null)
  const go = (next: Step) => {
    sending.current?.abort()
    setError(null)
    setStep(next)
  }
  // Whoever closes the tab meanwhile, or leaves for another site, is asked: the file would not arrive.
  const isSending = step.at === 'sending'
  useEffect(() => () => sending.current?.abort(), [])
  useEffect(() => {
    if (!isSending) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [isSending])
  const send = async (files: readonly File[]) => {
    const own = new AbortController()
    const name = namesOf(files)
    const total = files.reduce((sum, file) => sum + file.size, 0)
    go({ at: 'sending', name, done: 0, total })
    sending.current = own
    try {
      const sent: Sent[] = []
      let before = 0
      for (const file of files) {
        const progress = (done: number) =>
          own.signal.aborted || setStep({ at: 'sending', name, done: before + done, total })
        sent.push({ upload: await sendFile(file, progress, own.signal), name: file.name })
        before += file.size
      }
      const [first] = sent
      if (first && !own.signal.aborted) setStep({ at: 'mend', key: first.upload, files: sent })
    } catch (failed) {
      if (own.signal.aborted) return
      setError(words(failed).message)
      setStep({ at: 'choose' })
    }
  }
  return (
    <Page
      question="How do the sales of a shop come in?"
      title={
        step.at !== 'choose'
          ? step.at === 'mend'
            ? namesOf(step.files)
            : step.name
          : before.data
            ? importsAnswer(before.data)
            : before.error
              ? 'Import a file'
              : 'Reading what came in…'
      }
      note="CSV, JSON lines, Parquet or Excel, also as gz or zip. The same file twice changes nothing."
      actions={
        step.at !== 'choose' && (
          <Button variant="default" onClick={() => go({ at: 'choose' })}>
            Choose another file
          </Button>
        )
      }
    >
      {error && <ErrorState compact title="The file was not sent" message={error} />}
      {step.at === 'choose' && (
        <May atLeast="contributor">
          <Drop onFiles={send} />
        </May>
      )}
      {step.at === 'sending' && (
        <Card title="Sending">
          <WorkProgress
            label={step.name}
            done={Math.round(step.done / 1024)}
            total={Math.round(step.total / 1024)}
            unit="kB"
          />
        </Card>
      )}
      {step.at === 'mend' && (
        <Mend
          key={step.key}
          source={step}
          onFiles={files => setStep({ ...step, files })}
          onStarted={id => setStep({ at: 'running', id, name: namesOf(step.files) })}
        />
      )}
      {step.at === 'again' && (
        <Mend
          key={step.import}
          source={step}
          store={step.store}
          onFiles={() => undefined}
          onStarted={id => setStep({ at: 'running', id, name: step.name })}
        />
      )}
      {step.at === 'running' && <Running id={step.id} onAgain={() => go({ at: 'choose' })} />}
      <History onAgain={row => go({ at: 'again', import: row.id, name: row.file, store: row.store })} />
      {step.at === 'choose' && <Watched />}
    </Page>
  )
}

function Drop({ onFiles }: { onFiles: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  return (
    <section
      className={css.drop}
      data-over={over || undefined}
      aria-label="Drop a file here"
      onDragOver={event => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={event => {
        event.preventDefault()
        setOver(false)
        const files = [...event.dataTransfer.files]
        if (files.length > 0) onFiles(files)
      }}
    >
      <p className={css.dropTitle}>Drop a file of orders, products, traffic or spend here</p>
      <p className={css.dropText}>
        Exports of Shopify, Magento, Google Analytics, Google Ads and Meta Ads are known; any other file is
        read and its columns are guessed. Several that belong together, such as orders and their lines, come
        in as one. Nothing is stored before you have seen it.
      </p>
      <Button variant="filled" onClick={() => input.current?.click()}>
        Choose a file
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="File to import"
        onChange={event => {
          const files = [...(event.currentTarget.files ?? [])]
          // The same file once more, mended, is a choice, too.
          event.currentTarget.value = ''
          if (files.length > 0) onFiles(files)
        }}
      />
    </section>
  )
}

const steps = {
  reading: 'Reading the file',
  checking: 'Checking rows',
  storing: 'Storing rows',
  deriving: 'Preparing answers',
  done: 'Done',
} as const

function Running({ id, onAgain }: { id: string; onAgain: () => void }) {
  const cache = useQueryClient()
  const { data, error, refetch } = useQuery({
    ...api.connections.progress.queryOptions({ input: { id } }),
    refetchInterval: query => {
      const ended = query.state.data?.status === 'done' || query.state.data?.status === 'failed'
      return ended ? false : 500
    },
  })
  const ended = data?.status === 'done' || data?.status === 'failed'
  // Everything on other screens may have changed with it.
  useEffect(() => {
    if (ended) cache.invalidateQueries()
  }, [ended, cache])
  if (error)
    return <ErrorState title="The import could not be followed" {...words(error)} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={90} />
  if (data.status === 'failed')
    return (
      <ErrorState
        title="Nothing was imported"
        message={data.error?.message ?? 'The import failed.'}
        {...(data.error?.next && { next: data.error.next })}
        onRetry={onAgain}
      />
    )
  if (data.result)
    return (
      <>
        <Outcome result={data.result} id={id} />
        <Row>
          <Button variant="filled" component="a" href="/">
            See the cockpit
          </Button>
          <Button variant="default" onClick={onAgain}>
            Import another file
          </Button>
        </Row>
      </>
    )
  const { progress, waits } = data
  if (waits)
    return (
      <Card title="Waiting" note={`into ${data.store}`}>
        <ErrorState
          compact
          title="How it stands cannot be written down"
          message={waits.message}
          {...(waits.next && { next: waits.next })}
        />
      </Card>
    )
  return (
    <Card title={progress ? steps[progress.step] : 'Waiting its turn'} note={`into ${data.store}`}>
      {progress ? (
        <WorkProgress
          label={steps[progress.step]}
          done={progress.done}
          total={progress.total}
          unit="rows"
          secondsLeft={progress.secondsLeft}
        />
      ) : (
        <EmptyState compact title="One import runs at a time; this one is next." />
      )}
    </Card>
  )
}
