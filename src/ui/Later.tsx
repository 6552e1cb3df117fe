import { Button } from '@mantine/core'
import { type ComponentType, type FunctionComponent, type ReactNode, useEffect, useState } from 'react'
import { ErrorState } from './State.tsx'
import css from './state.module.css'

const lost = 'piece-lost'

const why = {
  offline: 'This device is offline. Connect it to the network, then reload.',
  silent: 'The server does not answer. Check that Quarterdeck is running, then reload.',
  newer: 'A newer version has been installed. Reload to go on; what is typed and not saved is lost.',
} as const

const tellLost = () => window.dispatchEvent(new Event(lost))

/** For what fetches a piece by itself: one that could not be fetched is told by `Missing`; any other error stays one. */
export function lostOr(error: unknown): void {
  if (!/\b(import|imported|preload)\b/.test(String(error))) throw error
  tellLost()
}

/** At the foot of the page, from when a piece could not be fetched: why, and the way on. */
export function Missing() {
  const [said, setSaid] = useState<keyof typeof why | null>(null)
  useEffect(() => {
    const tell = () => whyLost().then(setSaid)
    window.addEventListener(lost, tell)
    return () => window.removeEventListener(lost, tell)
  }, [])
  return (
    said && (
      <div className={`${css.missing} no-print`} role="alert">
        <p>
          <strong>That could not be opened.</strong> {why[said]}
        </p>
        <Button size="xs" onClick={() => renew().then(setSaid)}>
          Reload
        </Button>
        <Button size="xs" variant="subtle" onClick={() => setSaid(null)}>
          Close
        </Button>
      </div>
    )
  )
}

/** Why a piece of the page does not come: the newer page has others, or there is nobody to ask. */
async function whyLost(): Promise<keyof typeof why> {
  const answered = await fetch('/', { method: 'HEAD', cache: 'no-store' }).then(
    answer => answer.ok,
    () => false,
  )
  return answered ? 'newer' : navigator.onLine ? 'silent' : 'offline'
}

/** Loads the page anew where somebody answers for it: one that cannot come would leave nothing at all. */
export async function renew(): Promise<keyof typeof why> {
  const now = await whyLost()
  if (now === 'newer') location.reload()
  return now
}

/** In place of a screen that could not be fetched. */
export function Lost() {
  const [said, setSaid] = useState<keyof typeof why | null>(null)
  useEffect(() => {
    whyLost().then(setSaid)
  }, [])
  return (
    said && (
      <ErrorState
        title="This screen could not be fetched"
        message={why[said]}
        onRetry={() => renew().then(setSaid)}
      />
    )
  )
}

/**
 * A piece fetched when it is first shown. One that cannot come takes nothing with it: what stands around it stays, and it is
 * fetched again when it is wanted again. `failed` is shown in its place, `Missing` at the foot of the page where absent.
 */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  meanwhile: ReactNode = null,
  failed?: ReactNode,
): FunctionComponent<Props> {
  let piece: ComponentType<Props> | undefined
  // The loader asks for a style once, and would bring the piece without it from then on.
  let unstyled = false
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each piece, beside its import
  return function Later(props: Props) {
    const [Piece, setPiece] = useState(() => piece)
    const [gone, setGone] = useState(unstyled)
    useEffect(() => {
      if (Piece) return
      const missed = () => {
        setGone(true)
        if (!failed) tellLost()
      }
      if (unstyled) return missed()
      load().then(
        come => {
          piece = come
          setPiece(() => come)
        },
        error => {
          unstyled = /\bCSS\b/.test(String(error))
          missed()
        },
      )
    })
    return Piece ? <Piece {...props} /> : gone && failed ? failed : meanwhile
  }
}
