import { ActionIcon, Tooltip } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconArrowBackUp, IconArrowForwardUp } from '@tabler/icons-react'
import {
  type ClipboardEvent,
  type KeyboardEvent,
  memo,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import {
  type CellProps,
  type Column,
  type DataSheetGridRef,
  DynamicDataSheetGrid,
  type SimpleColumn,
} from 'react-datasheet-grid'
import 'react-datasheet-grid/dist/style.css'
import { Failure } from '#kernel/error.ts'
import type { Calculation, Input } from '#kernel/plan/calculate.ts'
import { explain } from '#kernel/plan/explain.ts'
import { addressKey, placeWords } from '#kernel/plan/sheet.ts'
import { type GridRow, gridRows, gridValue } from '#kernel/plan/spread.ts'
import { figureOf } from '#kernel/plan/typed.ts'
import { Card } from '#ui/Card.tsx'
import { shownCell } from './model.ts'
import css from './plan.module.css'
import { SpreadDown } from './SpreadDown.tsx'

export interface PlanGridProps {
  plan: Calculation
  version: string
  /** Counts changes of the plan: the grid reads it anew. */
  tick: number
  closed: ReadonlySet<string>
  changed: ReadonlySet<string>
  conflicts: ReadonlySet<string>
  /** Cells somebody else changed just now. */
  theirs: ReadonlySet<string>
  commented: ReadonlySet<string>
  mayEdit: boolean
  members: Readonly<Record<string, string>>
  onEdit: (inputs: Input[]) => void
  onUndo: (() => void) | null
  onRedo: (() => void) | null
  onCell: (cell: { line: string; slice: string[]; period: string } | null) => void
}

interface RowData extends GridRow {
  key: string
  cells: (string | null)[]
}

/** The sheet as a grid: type, paste, fill; what is worked out is grey and says why. */
export function PlanGrid(props: PlanGridProps) {
  const { plan, tick, closed, changed, conflicts, commented, theirs, mayEdit, members, onEdit, onCell } =
    props
  const { sheet } = plan
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const [active, setActive] = useState<{ row: number; col: number } | null>(null)
  const grid = useRef<DataSheetGridRef>(null)
  // On a phone the first figures should be seen beside the names.
  const labelWidth = window.innerWidth < 700 ? 160 : 250

  const shape = useMemo(
    () =>
      gridRows(plan, opened, members).map(row => ({
        ...row,
        key: [row.line.name, ...Object.values(row.members).filter(Boolean)].join('\u001f'),
      })),
    [plan, opened, members],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tick says that the plan's figures changed
  const rows = useMemo(() => shape.map(row => lazily(plan, row)), [plan, tick, shape])
  const editable = useCallback(
    (row: RowData, period: string) =>
      mayEdit && !row.total && row.line.formula === null && !row.line.case && !closed.has(period),
    [mayEdit, closed],
  )
  const addressOf = useCallback(
    (row: RowData, period: string) => ({
      line: row.line.name,
      slice: row.line.over.map(name => row.members[name] ?? ''),
      period,
    }),
    [],
  )
  const columns = useMemo(
    () =>
      sheet.periods.map(
        (period, n): Partial<Column<RowData, unknown, string>> => ({
          id: period.key,
          title: period.label,
          basis: 96,
          minWidth: 96,
          grow: 1,
          shrink: 0,
          disabled: ({ rowData }) => !editable(rowData, period.key),
          cellClassName: ({ rowData }) => {
            const key = addressKey(addressOf(rowData as RowData, period.key))
            return [
              (rowData as RowData).line.formula !== null ||
              (rowData as RowData).total ||
              (rowData as RowData).line.case
                ? css.derived
                : '',
              changed.has(key) ? css.changed : '',
              conflicts.has(key) ? css.conflict : '',
              theirs.has(key) ? css.theirs : '',
            ]
              .filter(Boolean)
              .join(' ')
          },
          columnData: { n, period: period.key, commented, addressOf },
          component: MemoCell as never,
          copyValue: ({ rowData }) => rowData.cells[n] ?? '',
          deleteValue: ({ rowData }) => withCell(rowData, n, null),
          pasteValue: ({ rowData, value }) => withCell(rowData, n, value),
          isCellEmpty: ({ rowData }) => rowData.cells[n] == null,
        }),
      ),
    [sheet, editable, addressOf, changed, conflicts, commented, theirs],
  )

  const toggle = useCallback(
    (key: string) =>
      setOpened(now => {
        const next = new Set(now)
        if (!next.delete(key)) next.add(key)
        return next
      }),
    [],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tick says that the plan's problems may have changed
  const gutter = useMemo(
    (): SimpleColumn<RowData, LabelData> => ({
      basis: labelWidth,
      minWidth: labelWidth,
      grow: 0,
      shrink: 0,
      title: 'Line',
      component: GutterCell,
      columnData: { opened, toggle, problems: new Map(plan.problems.map(one => [one.line, one.message])) },
    }),
    [labelWidth, opened, toggle, plan, tick],
  )

  const take = (after: RowData[]) => {
    const inputs: Input[] = []
    const wrong: string[] = []
    after.forEach((row, at) => {
      const before = rows[at]
      if (!before || row === before) return
      sheet.periods.forEach((period, n) => {
        const [was, is] = [before.cells[n] ?? null, row.cells[n] ?? null]
        if (was === is || !editable(row, period.key)) return
        const address = addressOf(row, period.key)
        try {
          inputs.push({ ...address, value: figureOf(is, row.line, placeWords(sheet, address)) })
        } catch (error) {
          wrong.push(error instanceof Failure ? error.message : String(error))
        }
      })
    })
    if (wrong.length > 0)
      notifications.show({
        color: 'bad',
        title: `${wrong.length} ${wrong.length === 1 ? 'cell was' : 'cells were'} not taken`,
        message: wrong.slice(0, 3).join(' '),
      })
    if (inputs.length > 0) onEdit(inputs)
  }

  /** A block that is larger than what is left of the grid is not taken at all: half of it would look like all. */
  const paste = (event: ClipboardEvent) => {
    if (!active) return
    const block = event.clipboardData
      .getData('text/plain')
      .replace(/\r?\n$/, '')
      .split(/\r?\n/)
      .map(line => line.split('\t'))
    const wide = Math.max(...block.map(line => line.length))
    const [right, down] = [sheet.periods.length - active.col, rows.length - active.row]
    if (wide <= right && block.length <= down) return
    event.preventDefault()
    event.stopPropagation()
    notifications.show({
      color: 'bad',
      title: 'The block is larger than the grid',
      message: `It has ${block.length} × ${wide} cells; from here there are ${down} × ${right}. Nothing was taken.`,
    })
  }
  const keys = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return
    event.preventDefault()
    event.stopPropagation()
    ;(event.shiftKey ? props.onRedo : props.onUndo)?.()
  }
  const row = active ? rows[active.row] : undefined
  const period = active ? sheet.periods[active.col] : undefined
  const spreadable =
    row &&
    row.line.formula === null &&
    !row.line.case &&
    row.line.roll === 'sum' &&
    period &&
    mayEdit &&
    !closed.has(period.key)
  return (
    <>
      <div className={css.tools}>
        <Tooltip label="Undo (Ctrl Z)">
          <ActionIcon
            aria-label="Undo"
            color="gray"
            disabled={!props.onUndo}
            onClick={() => props.onUndo?.()}
          >
            <IconArrowBackUp size={16} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Redo (Ctrl Shift Z)">
          <ActionIcon
            aria-label="Redo"
            color="gray"
            disabled={!props.onRedo}
            onClick={() => props.onRedo?.()}
          >
            <IconArrowForwardUp size={16} />
          </ActionIcon>
        </Tooltip>
        {spreadable && active && (
          <SpreadDown
            key={`${row.key} ${active.col}`}
            plan={plan}
            version={props.version}
            line={row.line}
            members={row.members}
            parted={row.total}
            period={active.col}
            closed={closed}
            onEdit={onEdit}
          />
        )}
      </div>
      <div className={css.frame} onPasteCapture={paste} onKeyDownCapture={keys}>
        {/* The library's other grid keeps the columns it began with: labels, closed months and marks would stay as they
            were. No rowKey: it would be asked of every row, not only of those in sight, in every frame of scrolling. */}
        <DynamicDataSheetGrid<RowData>
          ref={grid}
          value={rows}
          columns={columns}
          onChange={take}
          lockRows
          height={560}
          rowHeight={32}
          headerRowHeight={32}
          disableContextMenu
          addRowsComponent={false}
          gutterColumn={gutter}
          onActiveCellChange={({ cell }) => {
            // The grid lets go of its cell when a button beside it is pressed: the buttons are of that cell.
            if (!cell || cell.col < 0) return
            setActive({ row: cell.row, col: cell.col })
            const at = rows[cell.row]
            const when = sheet.periods[cell.col]
            onCell(at && when && !at.total ? addressOf(at, when.key) : null)
          }}
        />
      </div>
      {row && period && <Why plan={plan} row={row} period={period.key} tick={tick} />}
    </>
  )
}

/** A row whose figures are worked out when it is first looked at: of ten thousand rows a screen shows twenty. */
const lazily = (plan: Calculation, row: Omit<RowData, 'cells'>): RowData => {
  let cells: (string | null)[] | undefined
  return {
    ...row,
    get cells() {
      cells ??= plan.sheet.periods.map((_, n) => gridValue(plan, row, n))
      return cells
    },
  }
}

const withCell = (row: RowData, n: number, value: string | null): RowData => ({
  ...row,
  cells: row.cells.map((cell, at) => (at === n ? value : cell)),
})

interface LabelData {
  opened: ReadonlySet<string>
  toggle: (key: string) => void
  problems: ReadonlyMap<string, string>
}

/** The name of a row. Always the same component, so that its button keeps the focus while rows open and close. */
const GutterCell = memo(({ rowData, columnData }: CellProps<RowData, LabelData>) => (
  <RowLabel
    row={rowData}
    opened={columnData.opened.has(rowData.key)}
    onToggle={() => columnData.toggle(rowData.key)}
    problem={columnData.problems.get(rowData.line.name)}
  />
))

function RowLabel(props: {
  row: RowData
  opened: boolean
  onToggle: () => void
  problem: string | undefined
}) {
  const { row } = props
  const member = Object.values(row.members).filter(Boolean).at(-1)
  return (
    <div
      className={css.label}
      data-total={row.depth === 0 || undefined}
      style={{ paddingLeft: 8 + row.depth * 16 }}
    >
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
      <span title={row.line.layering ?? row.line.note ?? row.line.label}>
        {row.depth > 0 ? member : row.line.label}
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

/** A figure; typing replaces it, Enter takes it. */
function PlanCell({ rowData, columnData, focus, setRowData, stopEditing }: CellProps<RowData, CellData>) {
  const value = rowData.cells[columnData.n] ?? null
  const [draft, setDraft] = useState<string | null>(null)
  const input = useRef<HTMLInputElement>(null)
  const latest = useRef<string | null>(null)
  latest.current = draft
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was typed is taken when the focus leaves, and only then
  useEffect(() => {
    if (focus) {
      input.current?.focus()
      input.current?.select()
      return
    }
    const typed = latest.current
    setDraft(null)
    if (typed !== null && typed !== (value ?? ''))
      setRowData(withCell(rowData, columnData.n, typed.trim() === '' ? null : typed))
  }, [focus])
  if (focus)
    return (
      <input
        ref={input}
        className="dsg-input"
        aria-label={`${rowData.line.label}, ${columnData.period}`}
        value={draft ?? value ?? ''}
        onChange={event => setDraft(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key === 'Escape') setDraft(null)
          if (event.key === 'Enter') stopEditing()
        }}
      />
    )
  const noted = columnData.commented.has(addressKey(columnData.addressOf(rowData, columnData.period)))
  return (
    <div className={css.cell} data-missing={value === null || undefined}>
      {noted && (
        <b className={css.mark} role="img" aria-label="has a comment">
          ●
        </b>
      )}{' '}
      {shownCell(value, rowData.line.unit)}
    </div>
  )
}

/** While the grid is scrolled only cells that come into sight are drawn. */
const MemoCell = memo(PlanCell)

/** Under the grid: what the chosen cell is made of, in words, and what it lacks. */
function Why({ plan, row, period }: { plan: Calculation; row: RowData; period: string; tick: number }) {
  const { line } = row
  const problem = plan.problems.find(one => one.line === line.name)
  const slice = line.over.map(name => row.members[name])
  const told = slice.every(member => member != null)
    ? explain(plan, { line: line.name, slice: slice as string[], period })
    : null
  const label = plan.sheet.periods.find(one => one.key === period)?.label ?? period
  return (
    <Card title={`${line.label}, ${label}`} note={line.unit}>
      <div className={css.explain}>
        {line.layering && <p>{line.layering}.</p>}
        {line.formula !== null && <p>= {told?.formula ?? line.formula}</p>}
        {told && told.inputs.length > 0 && (
          <p>
            {told.inputs
              .map(
                one =>
                  `${one.label} ${one.value === null ? 'N/A' : Number(one.value).toLocaleString('en-GB', { maximumFractionDigits: 4 })} (${one.periods})`,
              )
              .join(' · ')}
          </p>
        )}
        {told?.missing && <p>{told.missing}</p>}
        {problem && (
          <p>
            {problem.message} {problem.next}
          </p>
        )}
        {line.case && <p>{line.note}: it is changed there, and leaves the plan with its approval.</p>}
        {line.formula === null && !line.case && !row.total && !told?.missing && (
          <p>Filled in by hand or from actuals.</p>
        )}
        {row.total && <p>{totalWords[line.roll]}</p>}
      </div>
    </Card>
  )
}

const totalWords: Record<GridRow['line']['roll'], string> = {
  sum: 'Added up over what is below it. Type a total above and spread it down.',
  last: 'Added up over what is below it; over time, the last.',
  ratio: 'Worked out again from added-up inputs: a ratio of sums.',
  weighted: 'Weighted by what it is a rate of.',
  none: 'Has no total.',
}
