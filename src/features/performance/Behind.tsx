import { type ComponentProps, lazy, Suspense, useRef } from 'react'

// What is behind a number is fetched when somebody first looks there.
const load = () => import('./RowsSheet.tsx')
const Rows = lazy(() => load().then(module => ({ default: module.RowsSheet })))
const Workings = lazy(() => load().then(module => ({ default: module.WorkingsSheet })))

/** The ledger rows a number rests on, in a sheet from the right. */
export function RowsBehind(props: ComponentProps<typeof Rows>) {
  const wanted = useRef(false)
  wanted.current ||= props.request !== null
  return (
    wanted.current && (
      <Suspense>
        <Rows {...props} />
      </Suspense>
    )
  )
}

/** How a number was worked out: its formula, the steps, and the questions put to the warehouse. */
export function HowWorkedOut(props: ComponentProps<typeof Workings>) {
  const wanted = useRef(false)
  wanted.current ||= props.query !== null
  return (
    wanted.current && (
      <Suspense>
        <Workings {...props} />
      </Suspense>
    )
  )
}
