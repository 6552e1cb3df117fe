import { ActionIcon } from '@mantine/core'
import { IconMessage } from '@tabler/icons-react'
import type { Filter } from '#kernel/address.ts'
import { figureSubject } from '#kernel/discussion.ts'
import { exploreLink } from '#kernel/explore-link.ts'
import type { Definition } from '#metrics/query.ts'
import { Hint, MeaningCard } from '#ui/Hint.tsx'
import { placeOf, show } from '#ui/number.ts'
import { Scroll } from '#ui/Scroll.tsx'
import { useUrl } from '#ui/url.ts'
import type { Moved } from './model.ts'
import css from './reviews.module.css'
import { MovedCell } from './SixTwelveCard.tsx'

export interface FigureRow {
  metric: string
  /** What stands in place of the metric's name: a channel, a product. */
  name?: string
  value: string | null
  moved: (Moved | null)[]
  /** The month and the quarter so far, and what they are compared with. */
  toDate?: { value: string | null; moved: (Moved | null)[]; from?: string | undefined }[]
  /** What it is of besides the table's days, for a conversation about it and for its rows. */
  slice?: Filter[]
  /** More values of other metrics. */
  more?: { metric: string; value: string | null }[]
}

interface Days {
  from: string
  to: string
}

/** A value, the days it is of where its rows are known, or how it moved. */
type Cell = { metric: string; value: string | null; of?: Days | undefined } | { moved: Moved | null }

/** The cells of a row as its headings stand: the value and its changes, to-date sums with theirs, more values. */
const cellsOf = (row: FigureRow, days: Days | undefined): Cell[] => [
  { metric: row.metric, value: row.value, of: days },
  ...row.moved.map(moved => ({ moved })),
  ...(row.toDate ?? []).flatMap(sums => [
    {
      metric: row.metric,
      value: sums.value,
      of: sums.from && days ? { ...days, from: sums.from } : undefined,
    },
    ...sums.moved.map(moved => ({ moved })),
  ]),
  ...(row.more ?? []),
]

/** Figures in rows beside what they are compared with: the table of the flash and of the packs. A base nothing is known of has no column. */
export function FigureTable(props: {
  caption: string
  /** Headings after the name and the value. */
  columns: string[]
  value: string
  rows: FigureRow[]
  definitions: Record<string, Definition>
  currency: string | null
  /** Days the figures are of: each can then be discussed, and leads to its rows. */
  days?: Days
}) {
  const [, setUrl] = useUrl()
  const { days } = props
  const measure = (metric: string) => {
    const of = props.definitions[metric]
    return { unit: of?.unit ?? 'quantity', good: of?.good ?? 'none', currency: props.currency } as const
  }
  const lines = props.rows.map(row => ({ row, cells: cellsOf(row, days) }))
  const heads = [props.value, ...props.columns]
    .map((name, at) => ({ name, at }))
    .filter(({ at }) =>
      lines.some(({ cells }) => {
        const cell = cells[at]
        return cell && (!('moved' in cell) || (cell.moved?.delta ?? null) !== null)
      }),
    )
  const rowsOf = ({ metric, slice }: FigureRow, of: Days) =>
    exploreLink({ metric, ...of, compare: of === days ? 'previous_days' : undefined, filters: slice ?? [] })
  /** As many digits as the other figures of its kind in the column. */
  const said = (at: number, { metric, value }: { metric: string; value: string | null }) => {
    const others = lines.flatMap(({ cells }) => {
      const cell = cells[at]
      return cell && 'metric' in cell && cell.metric === metric ? [cell.value] : []
    })
    const place = placeOf(others, measure(metric))
    return show(value, measure(metric), place === 'whole' && Math.abs(Number(value)) < 1e6 ? place : 'card')
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
            {heads.map(({ name }) => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map(({ row, cells }) => {
            const of = props.definitions[row.metric]
            return (
              <tr key={`${row.metric} ${row.name}`}>
                <th scope="row" data-discussed={days !== undefined || undefined}>
                  {row.name !== undefined && days ? (
                    <a href={rowsOf(row, days)}>{row.name}</a>
                  ) : (
                    (row.name ?? (of ? <Hint about={<MeaningCard of={of} />}>{of.label}</Hint> : row.metric))
                  )}
                  {days && (
                    <ActionIcon
                      className={`${css.discuss} no-print`}
                      size={20}
                      color="gray"
                      aria-label={`Discuss ${row.name ?? of?.label ?? row.metric}`}
                      title="Discuss"
                      onClick={() => setUrl({ talk: figureSubject(row.metric, days, row.slice) })}
                    >
                      <IconMessage size={14} stroke={1.6} />
                    </ActionIcon>
                  )}
                </th>
                {heads.map(({ name, at }) => {
                  const cell = cells[at]
                  if (!cell) return <td key={name} />
                  if ('moved' in cell)
                    return (
                      <MovedCell key={name} moved={cell.moved ?? undefined} measure={measure(row.metric)} />
                    )
                  return (
                    <td key={name} data-strong={cell.metric === row.metric || undefined}>
                      {/* A row that is named leads there by its name. */}
                      {cell.of && cell.value !== null && row.name === undefined ? (
                        <a href={rowsOf(row, cell.of)}>{said(at, cell)}</a>
                      ) : (
                        said(at, cell)
                      )}
                    </td>
                  )
                })}
              </tr>
            )
          })}
        </tbody>
      </table>
    </Scroll>
  )
}
