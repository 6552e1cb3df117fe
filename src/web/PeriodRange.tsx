import '@mantine/dates/styles.layer.css'
import { DatePicker } from '@mantine/dates'
import { useState } from 'react'

/** Two months to pick any days from. Comes only when the period is opened. */
export function PeriodRange(props: {
  from: string | null
  to: string | null
  min?: string
  max?: string
  onPick: (from: string, to: string) => void
}) {
  const [range, setRange] = useState<[string | null, string | null]>([props.from, props.to])
  return (
    <DatePicker
      type="range"
      size="xs"
      allowSingleDateInRange
      numberOfColumns={1}
      defaultDate={props.to ?? undefined}
      minDate={props.min}
      maxDate={props.max}
      weekendDays={[]}
      value={range}
      onChange={next => {
        setRange(next)
        if (next[0] && next[1]) props.onPick(next[0], next[1])
      }}
    />
  )
}
