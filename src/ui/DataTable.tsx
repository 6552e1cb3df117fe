import { type KeyboardEvent, type ReactNode, useRef } from 'react'
import { uniqueKeys } from './keys.ts'
import { Scroll } from './Scroll.tsx'
import css from './table.module.css'

export interface TableColumn<Row> {
  key: string
  label: ReactNode
  /** Plain words of the label, for a sort button and exports. */
  name?: string
  /** Numbers stand right. */
  numeric?: boolean
  sortable?: boolean
  width?: number | string
  /** Kept in view while scrolling sideways; for the first column. */
  pinned?: boolean
  /** Buttons of the row: last, and kept in view while scrolling sideways. */
  acts?: boolean
  /** Left out on a phone: the rest of the row, or what it opens, tells it there. */
  spare?: boolean
  /** Stands in lines where there is no room for it in one: a name or a day, or whole sentences, which need more of it. */
  wraps?: 'name' | 'sentence'
  render: (row: Row) => ReactNode
}

export interface DataTableProps<Row> {
  /** What the table shows, for a screen reader. */
  caption: string
  columns: readonly TableColumn<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row, index: number) => string
  /** Indented or emphasised rows: subtotals. */
  rowKind?: (row: Row) => 'subtotal' | undefined
  /** A last row that stays in view. */
  totals?: Row
  sort?: { by: string; desc: boolean }
  onSort?: (by: string, desc: boolean) => void
  onRow?: (row: Row) => void
  /** Scrolls inside this height instead of growing. */
  maxHeight?: number | string
  compact?: boolean
  /** Things rather than figures to compare: on a phone each stands by itself, what is told of it under its name. */
  entries?: boolean
  /** Shown in place of rows. */
  empty?: ReactNode
  /** Headings above groups of columns: a comparison over its columns. */
  groups?: readonly { label: ReactNode; span: number }[]
}

/** A column's label in plain words. */
const spoken = <Row,>({ name, label, key }: TableColumn<Row>): string =>
  name ?? (typeof label === 'string' ? label : key)

/** What puts names over figures is fetched where there is a phone. */
const onPhone = (table: HTMLTableElement | null) => {
  if (innerWidth < 701) import('./names-over.ts').then(module => module.namesOver(table))
}

/** How many columns a heading of several stands over where the first, of names, is none beside them. */
const beside = (n: number, span: number) => ({
  gridColumn: n > 0 ? `span ${span}` : span > 1 ? `span ${span - 1}` : '1 / -1',
})

/** Rows and columns. Arrow keys move between rows, Enter opens one; the head and the totals stay in view. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const body = useRef<HTMLTableSectionElement>(null)
  const keys = (event: KeyboardEvent<HTMLTableRowElement>, row: Row) => {
    if (event.key === 'Enter' && event.target === event.currentTarget) {
      event.preventDefault()
      props.onRow?.(row)
    }
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (!step) return
    event.preventDefault()
    const rows = [...(body.current?.rows ?? [])]
    rows[rows.indexOf(event.currentTarget) + step]?.focus()
  }
  const rowKeys = uniqueKeys(props.rows.map(props.rowKey))
  const arrow = (column: TableColumn<Row>) =>
    props.sort?.by === column.key ? (props.sort.desc ? 'descending' : 'ascending') : undefined
  const cell = (column: TableColumn<Row>, row: Row, first: boolean) => {
    const shared = {
      'data-numeric': column.numeric || undefined,
      'data-pinned': column.pinned || undefined,
      'data-acts': column.acts || undefined,
      'data-wraps': column.wraps,
      'data-spare': column.spare || undefined,
      'data-label': (props.entries && !column.acts && spoken(column)) || undefined,
    }
    return first ? (
      <th key={column.key} scope="row" {...shared}>
        {column.render(row)}
      </th>
    ) : (
      <td key={column.key} {...shared}>
        {column.render(row)}
      </td>
    )
  }
  return (
    <Scroll label={props.caption} maxHeight={props.maxHeight}>
      <table
        ref={props.entries ? null : onPhone}
        className={css.table}
        data-compact={props.compact || undefined}
        data-entries={props.entries || undefined}
      >
        <caption className="sr-only">{props.caption}</caption>
        <thead hidden={props.rows.length === 0 && props.empty !== undefined}>
          {props.groups && (
            <tr className={css.groups}>
              {props.groups.map((group, n) =>
                // A heading of nothing is none.
                group.label === '' ? (
                  // biome-ignore lint/suspicious/noArrayIndexKey: groups stand by position
                  <td key={n} colSpan={group.span} style={beside(n, group.span)} />
                ) : (
                  // biome-ignore lint/suspicious/noArrayIndexKey: groups stand by position
                  <th key={n} colSpan={group.span} scope="colgroup" style={beside(n, group.span)}>
                    {group.label}
                  </th>
                ),
              )}
            </tr>
          )}
          <tr>
            {props.columns.map(column => (
              <th
                key={column.key}
                scope="col"
                style={{ width: column.width }}
                aria-sort={arrow(column)}
                data-numeric={column.numeric || undefined}
                data-pinned={column.pinned || undefined}
                data-acts={column.acts || undefined}
                data-wraps={column.wraps}
                data-spare={column.spare || undefined}
              >
                {column.label === '' ? <span className="sr-only">Actions</span> : column.label}
                {column.sortable && props.onSort && (
                  <button
                    type="button"
                    className={css.sort}
                    data-on={arrow(column)}
                    aria-label={`Sort by ${spoken(column)}`}
                    onClick={() => props.onSort?.(column.key, arrow(column) !== 'descending')}
                  >
                    {arrow(column) === 'ascending' ? '↑' : '↓'}
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {props.rows.map((row, index) => (
            <tr
              key={rowKeys[index]}
              data-kind={props.rowKind?.(row)}
              data-live={props.onRow ? true : undefined}
              tabIndex={props.onRow ? (index === 0 ? 0 : -1) : undefined}
              onClick={props.onRow && (() => props.onRow?.(row))}
              onKeyDown={props.onRow && (event => keys(event, row))}
            >
              {props.columns.map((column, n) => cell(column, row, n === 0))}
            </tr>
          ))}
        </tbody>
        {props.totals !== undefined && (
          <tfoot>
            <tr>{props.columns.map((column, n) => cell(column, props.totals as Row, n === 0))}</tr>
          </tfoot>
        )}
      </table>
      {props.rows.length === 0 && props.empty && <div className={css.empty}>{props.empty}</div>}
    </Scroll>
  )
}
