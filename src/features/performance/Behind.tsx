import { type ComponentProps, useRef } from 'react'
import { later } from '#ui/Later.tsx'

// What is behind a number is fetched when somebody first looks there.
const load = () => import('./RowsSheet.tsx')
const Rows = later(() => load().then(module => module.RowsSheet))
const Workings = later(() => load().then(module => module.WorkingsSheet))

/** The ledger rows a number rests on, in a sheet from the right. */
export function RowsBehind(props: ComponentProps<typeof Rows>) {
  const wanted = useRef(false)
  wanted.current ||= props.request !== null
  return wanted.current && <Rows {...props} />
}

/** How a number was worked out: its formula, the steps, and the questions put to the warehouse. */
export function HowWorkedOut(props: ComponentProps<typeof Workings>) {
  const wanted = useRef(false)
  wanted.current ||= props.query !== null
  return wanted.current && <Workings {...props} />
}
