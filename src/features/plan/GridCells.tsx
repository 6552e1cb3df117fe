import { Tooltip } from '@mantine/core'
import { memo, useEffect, useRef, useState } from 'react'
import type { CellProps } from 'react-datasheet-grid'
import type { Calculation } from '#kernel/plan/calculate.ts'
import { addressKey } from '#kernel/plan/sheet.ts'
import { type GridRow, gridValue } from '#kernel/plan/spread.ts'
import { shownCell } from './model.ts'
import css from './plan.module.css'

export interface RowData extends GridRow {
  key: string
  cells: (string | null)[]
}

/**
 * A row whose figures are worked out when they are first looked at: of ten thousand rows a screen shows twenty, and all of
 * them are made anew when a figure changes, so that each is no more than two references.
 */
export class SheetRow implements RowData {
  readonly #plan: Calculation
  readonly #row: Omit<RowData, 'cells'>
  #known: (string | null | undefined)[] | null = null
  constructor(plan: Calculation, row: Omit<RowData, 'cells'>) {
    this.#plan = plan
    this.#row = row
  }
  get line() {
    return this.#row.line
  }
  get members() {
    return this.#row.members
  }
  get depth() {
    return this.#row.depth
  }
  get total() {
    return this.#row.total
  }
  get key() {
    return this.#row.key
  }
  cell(n: number): string | null {
    this.#known ??= []
    const known = this.#known[n]
    if (known !== undefined) return known
    const value = gridValue(this.#plan, this, n)
    this.#known[n] = value
    return value
  }
  exact(n: number): string | null {
    return gridValue(this.#plan, this, n, null)
  }
  get cells() {
    return this.#plan.sheet.periods.map((_, n) => this.cell(n))
  }
}

export const cellOf = (row: RowData, n: number): string | null =>
  (row instanceof SheetRow ? row.cell(n) : row.cells[n]) ?? null

/** The figure to its last digit, for copying: what is shown is rounded. */
export const exactOf = (row: RowData, n: number): string | null =>
  row instanceof SheetRow ? row.exact(n) : cellOf(row, n)

export const withCell = (row: RowData, n: number, value: string | null): RowData => {
  const { line, members, depth, total, key } = row
  return { line, members, depth, total, key, cells: row.cells.map((cell, at) => (at === n ? value : cell)) }
}

export interface LabelData {
  opened: ReadonlySet<string>
  toggle: (key: string) => void
  problems: ReadonlyMap<string, string>
  named: (member: string) => string
}

/** The name of a row. Always the same component, so that its button keeps the focus while rows open and close. */
export const GutterCell = memo(
  ({ rowData, columnData }: CellProps<RowData, LabelData>) => (
    <RowLabel
      row={rowData}
      opened={columnData.opened.has(rowData.key)}
      onToggle={() => columnData.toggle(rowData.key)}
      problem={columnData.problems.get(rowData.line.name)}
      named={columnData.named}
    />
  ),
  (a, b) => a.rowData.key === b.rowData.key && a.columnData === b.columnData,
)

function RowLabel(props: {
  row: RowData
  opened: boolean
  onToggle: () => void
  problem: string | undefined
  named: (member: string) => string
}) {
  const { row } = props
  const member = Object.values(row.members).filter(Boolean).at(-1)
  return (
    <div
      className={css.label}
      data-total={row.depth === 0 || undefined}
      style={{ paddingLeft: 8 + row.depth * 16 }}
    >
      {/* A part stands under the words of its whole, not under its opener. */}
      {!row.total && row.depth > 0 && <i className={css.leaf} />}
      {row.total && (
        <button
          type="button"
          className={css.opener}
          aria-expanded={props.opened}
          aria-label={`${props.opened ? 'Close' : 'Open'} ${row.line.label}`}
          onClick={props.onToggle}
        >
          {props.opened ? '▾' : '▸'}
        </button>
      )}
      <span
        title={row.line.layering ?? row.line.note ?? row.line.label}
        data-tier={(row.depth === 0 && row.line.layering !== undefined) || undefined}
      >
        {row.depth > 0 && member ? props.named(member) : row.line.label}
        {/* Tiers are not standard: what one of them takes off stands beside its figures. */}
        {row.depth === 0 && row.line.layering && (
          <small>{row.line.layering.replace(/^[^=]*(?== )/, '')}</small>
        )}
      </span>
      {props.problem && (
        <Tooltip label={props.problem} multiline w={320}>
          <b className={css.mark} role="img" aria-label={props.problem}>
            !
          </b>
        </Tooltip>
      )}
    </div>
  )
}

interface CellData {
  n: number
  period: string
  commented: ReadonlySet<string>
  addressOf: (row: RowData, period: string) => { line: string; slice: string[]; period: string }
}

type PlanCellProps = CellProps<RowData, CellData>

/** A figure as it stands; an input only where somebody types, since a screen has hundreds. */
const PlanCell = (props: PlanCellProps) =>
  props.focus ? <Typing {...props} /> : <Figure row={props.rowData} data={props.columnData} />

function Figure({ row, data }: { row: RowData; data: CellData }) {
  const value = cellOf(row, data.n)
  const noted = data.commented.size > 0 && data.commented.has(addressKey(data.addressOf(row, data.period)))
  return (
    <div className={css.cell} data-missing={value === null || undefined}>
      {noted && (
        <b className={css.noted} role="img" aria-label="has a comment">
          ●
        </b>
      )}{' '}
      {shownCell(value, row.line.unit)}
    </div>
  )
}

/** Typing replaces the figure, Enter takes it, Escape leaves it; so does going elsewhere. */
function Typing(props: PlanCellProps) {
  const { rowData, columnData } = props
  const value = cellOf(rowData, columnData.n)
  const [draft, setDraft] = useState<string | null>(null)
  const input = useRef<HTMLInputElement>(null)
  const latest = useRef({ draft, props })
  latest.current = { draft, props }
  useEffect(() => {
    input.current?.focus({ preventScroll: true })
    input.current?.select()
    return () => {
      const { draft: typed, props: own } = latest.current
      const was = cellOf(own.rowData, own.columnData.n)
      if (typed !== null && typed !== (was ?? ''))
        own.setRowData(withCell(own.rowData, own.columnData.n, typed.trim() === '' ? null : typed))
    }
  }, [])
  return (
    <input
      ref={input}
      className="dsg-input"
      aria-label={`${rowData.line.label}, ${columnData.period}`}
      value={draft ?? value ?? ''}
      onChange={event => setDraft(event.currentTarget.value)}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          latest.current = { draft: null, props }
          setDraft(null)
        }
      }}
    />
  )
}

/**
 * Drawn anew when it shows something else: the grid hands every cell new functions whenever its cursor moves. One that is
 * typed into needs them, and so does one that was.
 */
export const MemoCell = memo(
  PlanCell,
  (a, b) =>
    !a.focus &&
    !b.focus &&
    a.columnData === b.columnData &&
    a.rowData.key === b.rowData.key &&
    cellOf(a.rowData, a.columnData.n) === cellOf(b.rowData, b.columnData.n),
)
