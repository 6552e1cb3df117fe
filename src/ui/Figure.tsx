import css from './figure.module.css'
import { change, type Measure, type Place, show } from './number.ts'

/** A number: short on the screen, every digit on hover, exact on copy. Not known reads as words. */
export function Figure(props: {
  value: string | null | undefined
  measure: Measure
  place?: Place
  why?: string
}) {
  const { value, measure } = props
  const short = show(value, measure, props.place ?? 'table')
  const full = value == null ? (props.why ?? 'No data') : show(value, measure, 'full')
  if (value != null && short === full) return <span className={css.figure}>{short}</span>
  return (
    <span className={css.figure} data-missing={value == null || undefined} data-tip={full}>
      {short}
    </span>
  )
}

/** The change of a number and what it is compared with, in words. Only bad news is coloured. */
export function Delta(props: {
  against: { delta: string | null; ratio: string | null; value?: string | null } | undefined
  measure: Measure
  /** "vs Nov", "vs last year". Always said; may be hidden to the eye where a column heading says it. */
  base: string
  /** Of what days, on hover. */
  days?: string
  quiet?: boolean
}) {
  const moved = change(props.against, props.measure)
  const was =
    props.against && 'value' in props.against ? show(props.against.value, props.measure, 'full') : null
  const hover = [
    moved.absolute === 'N/A' ? 'Nothing to compare with' : moved.absolute,
    was && `was ${was}`,
    props.days,
  ]
    .filter(Boolean)
    .join(' · ')
  return (
    <span className={css.delta} data-tip={hover}>
      <span data-tone={moved.tone} className={css.moved}>
        {moved.arrow && (
          <span aria-hidden="true" className={css.arrow}>
            {moved.arrow}
          </span>
        )}
        {moved.arrow && <span className="sr-only">{moved.arrow === '▲' ? 'up ' : 'down '}</span>}
        {moved.text === 'N/A' && props.quiet ? (
          <>
            <span aria-hidden="true">–</span>
            <span className="sr-only">nothing to compare with</span>
          </>
        ) : (
          moved.text
        )}
      </span>
      <span className={props.quiet ? 'sr-only' : css.base}> {props.base}</span>
    </span>
  )
}
