import { Fragment } from 'react'
import type { Definition } from '#metrics/query.ts'
import { Hint, MeaningCard } from '#ui/Hint.tsx'
import { show } from '#ui/number.ts'
import type { Moved } from './model.ts'
import css from './reviews.module.css'
import { Scroll } from './Scroll.tsx'
import { MovedCell } from './SixTwelveCard.tsx'

export interface FigureRow {
  metric: string
  /** What stands in place of the metric's name: a channel, a product. */
  name?: string
  value: string | null
  moved: (Moved | null)[]
  /** The month and the quarter so far, and what they are compared with. */
  toDate?: { value: string | null; moved: (Moved | null)[] }[]
  /** More values of other metrics. */
  more?: { metric: string; value: string | null }[]
}

/** Figures in rows beside what they are compared with: the table of the flash and of the packs. */
export function FigureTable(props: {
  caption: string
  /** Headings after the name and the value. */
  columns: string[]
  value: string
  rows: FigureRow[]
  definitions: Record<string, Definition>
  currency: string | null
}) {
  const measure = (metric: string) => {
    const of = props.definitions[metric]
    return { unit: of?.unit ?? 'quantity', good: of?.good ?? 'none', currency: props.currency } as const
  }
  return (
    <Scroll label={props.caption}>
      <table className={css.periods}>
        <caption className="sr-only">{props.caption}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="sr-only">Figure</span>
            </th>
            <th scope="col">{props.value}</th>
            {props.columns.map(column => (
              <th scope="col" key={column}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map(row => {
            const of = props.definitions[row.metric]
            return (
              <tr key={`${row.metric} ${row.name}`}>
                <th scope="row">
                  {row.name ?? (of ? <Hint about={<MeaningCard of={of} />}>{of.label}</Hint> : row.metric)}
                </th>
                <td data-strong>{show(row.value, measure(row.metric), 'card')}</td>
                {row.moved.map((moved, n) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: columns stand by position
                  <MovedCell key={n} moved={moved ?? undefined} measure={measure(row.metric)} />
                ))}
                {row.toDate?.map((sums, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: columns stand by position
                  <Fragment key={at}>
                    <td data-strong>{show(sums.value, measure(row.metric), 'card')}</td>
                    {sums.moved.map((moved, n) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: columns stand by position
                      <MovedCell key={n} moved={moved ?? undefined} measure={measure(row.metric)} />
                    ))}
                  </Fragment>
                ))}
                {row.more?.map(one => (
                  <td key={one.metric}>{show(one.value, measure(one.metric), 'card')}</td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </Scroll>
  )
}
