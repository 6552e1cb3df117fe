import { ActionIcon } from '@mantine/core'
import { IconMessage } from '@tabler/icons-react'
import { figureSubject } from '#kernel/discussion.ts'
import { exploreLink } from '#kernel/explore-link.ts'
import type { Definition } from '#metrics/query.ts'
import { type FigureLine, type FigureRow, headsOf, linesOf, periodsOf, saidIn } from '#ui/figure-rows.ts'
import { Hint, MeaningCard } from '#ui/Hint.tsx'
import { usePhone } from '#ui/phone.ts'
import { Scroll } from '#ui/Scroll.tsx'
import { useUrl } from '#ui/url.ts'
import css from './reviews.module.css'
import { MovedCell } from './SixTwelveCard.tsx'

/** Figures in rows beside what they are compared with: the table of the flash and of the packs. A base nothing is known of has no column. On a phone each period of a figure has a line. */
export function FigureTable(props: {
  caption: string
  /** Headings after the name and the value. */
  columns: string[]
  value: string
  rows: FigureRow[]
  definitions: Record<string, Definition>
  currency: string | null
  /** Days the figures are of: each can then be discussed, and leads to its rows. */
  days?: { from: string; to: string }
}) {
  const [, setUrl] = useUrl()
  const phone = usePhone()
  const { days } = props
  const measure = (metric: string) => {
    const of = props.definitions[metric]
    return { unit: of?.unit ?? 'quantity', good: of?.good ?? 'none', currency: props.currency } as const
  }
  const lines = linesOf(props.rows, days)
  const heads = headsOf(lines, [props.value, ...props.columns])
  const rowsOf = ({ metric, slice }: FigureRow, of: { from: string; to: string }) =>
    exploreLink({ metric, ...of, compare: of === days ? 'previous_days' : undefined, filters: slice ?? [] })
  const said = (at: number, cell: { metric: string; value: string | null }) =>
    saidIn(lines, at, cell, measure(cell.metric))
  const nameOf = (row: FigureRow, span?: number) => {
    const of = props.definitions[row.metric]
    return (
      <th
        scope={span ? 'rowgroup' : 'row'}
        colSpan={span}
        data-discussed={days !== undefined || span !== undefined || undefined}
      >
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
    )
  }
  const cellOf = ({ row, cells }: FigureLine, name: string, at: number | undefined) => {
    const cell = at === undefined ? undefined : cells[at]
    if (!cell || at === undefined) return <td key={name} />
    if ('moved' in cell)
      return <MovedCell key={name} moved={cell.moved ?? undefined} measure={measure(row.metric)} />
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
  }
  if (phone && lines.some(({ row }) => row.toDate)) {
    const periods = periodsOf(lines, heads)
    const bases = [...new Set(periods.flatMap(one => Object.keys(one.at)))]
    return (
      <Scroll label={props.caption}>
        <table className={css.periods} data-by="period">
          <caption className="sr-only">{props.caption}</caption>
          <thead>
            <tr>
              <th scope="col">
                <span className="sr-only">Period</span>
              </th>
              {bases.map(base => (
                <th scope="col" key={base}>
                  {base || <span className="sr-only">Value</span>}
                </th>
              ))}
            </tr>
          </thead>
          {lines.map(line => (
            <tbody key={`${line.row.metric} ${line.row.name}`}>
              <tr>{nameOf(line.row, bases.length + 1)}</tr>
              {periods.map(({ name, at }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  {bases.map(base => cellOf(line, base, at[base]))}
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </Scroll>
    )
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
          {lines.map(line => (
            <tr key={`${line.row.metric} ${line.row.name}`}>
              {nameOf(line.row)}
              {heads.map(({ name, at }) => cellOf(line, name, at))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
