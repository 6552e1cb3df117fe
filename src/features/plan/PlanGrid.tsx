import { ActionIcon, Tooltip } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconArrowBackUp, IconArrowForwardUp } from '@tabler/icons-react'
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import {
  type Column,
  type DataSheetGridRef,
  DynamicDataSheetGrid,
  type SimpleColumn,
} from 'react-datasheet-grid'
import 'react-datasheet-grid/dist/style.css'
import { Failure } from '#kernel/error.ts'
import type { Calculation, Input } from '#kernel/plan/calculate.ts'
import type { Written } from '#kernel/plan/moves.ts'
import { addressKey, placeWords } from '#kernel/plan/sheet.ts'
import { gridRows } from '#kernel/plan/spread.ts'
import { figureOf } from '#kernel/plan/typed.ts'
import {
  cellOf,
  exactOf,
  GutterCell,
  type LabelData,
  MemoCell,
  type RowData,
  SheetRow,
  withCell,
} from './GridCells.tsx'
import { useGridHands } from './GridKeys.tsx'
import { useMembers } from './Members.tsx'
import css from './plan.module.css'
import { SpreadDown } from './SpreadDown.tsx'
import { Why } from './Why.tsx'

export interface Cell {
  line: string
  slice: string[]
  period: string
}

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
  /** What stands under the grid about the cell its cursor is in. */
  about: (cell: Cell) => ReactNode
}

/** The sheet as a grid: type, paste, fill; what is worked out is grey and says why. */
export function PlanGrid(props: PlanGridProps) {
  const { plan, tick, closed, changed, conflicts, commented, theirs, mayEdit, members, onEdit } = props
  const { sheet } = plan
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const [active, setActive] = useState<{ row: number; col: number } | null>(null)
  const grid = useRef<DataSheetGridRef>(null)
  const named = useMembers()
  // On a phone the first figures should be seen beside the names.
  const labelWidth = window.matchMedia('(max-width: 700px)').matches ? 160 : 250
  // A finger needs more than a pointer; the same rule as the style's of its buttons.
  const rowHeight = window.matchMedia('(max-width: 700px), (pointer: coarse)').matches ? 44 : 32

  const shape = useMemo(
    () =>
      gridRows(plan, opened, members).map(row => ({
        ...row,
        key: [row.line.name, ...Object.values(row.members).filter(Boolean)].join('\u001f'),
      })),
    [plan, opened, members],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tick says that the plan's figures changed
  const rows = useMemo(() => shape.map(row => new SheetRow(plan, row)), [plan, tick, shape])
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
  // Asked of every cell in sight in every frame: most plans have no mark at all.
  const marked = changed.size + conflicts.size + theirs.size > 0
  // Months fit in 96 px, and so do figures; a week's name may be longer.
  const wide = Math.max(96, 28 + 7 * Math.max(...sheet.periods.map(period => period.label.length)))
  const columns = useMemo(
    () =>
      sheet.periods.map(
        (period, n): Partial<Column<RowData, unknown, string>> => ({
          id: period.key,
          title: period.label,
          basis: wide,
          minWidth: wide,
          grow: 1,
          shrink: 0,
          disabled: ({ rowData }) => !editable(rowData, period.key),
          cellClassName: ({ rowData }) => {
            const { line, total } = rowData as RowData
            const derived = line.formula !== null || total || line.case ? css.derived : undefined
            if (!marked) return derived
            const key = addressKey(addressOf(rowData as RowData, period.key))
            return [
              derived,
              changed.has(key) && css.changed,
              conflicts.has(key) && css.conflict,
              theirs.has(key) && css.theirs,
            ]
              .filter(Boolean)
              .join(' ')
          },
          columnData: { n, period: period.key, commented, addressOf },
          component: MemoCell as never,
          copyValue: ({ rowData }) => exactOf(rowData, n) ?? '',
          deleteValue: ({ rowData }) => withCell(rowData, n, null),
          pasteValue: ({ rowData, value }) => withCell(rowData, n, value),
          isCellEmpty: ({ rowData }) => cellOf(rowData, n) === null,
        }),
      ),
    [sheet, wide, editable, addressOf, changed, conflicts, commented, theirs, marked],
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
  const gutter = useMemo(
    (): SimpleColumn<RowData, LabelData> => ({
      basis: labelWidth,
      minWidth: labelWidth,
      grow: 0,
      shrink: 0,
      title: 'Line',
      component: GutterCell,
      columnData: {
        opened,
        toggle,
        problems: new Map(plan.problems.map(one => [one.line, one.message])),
        named,
      },
    }),
    [labelWidth, opened, toggle, plan, named],
  )

  /** Takes what was written into cells; what cannot be is told, and the rest stands. */
  const write = (written: readonly Written[]) => {
    const inputs: Input[] = []
    const wrong: string[] = []
    let kept = 0
    for (const { row: down, col, value } of written) {
      const [row, period] = [rows[down], sheet.periods[col]]
      if (!row || !period) continue
      const now = exactOf(row, col)
      if (value === now) continue
      if (!editable(row, period.key)) {
        kept += 1
        continue
      }
      const address = addressOf(row, period.key)
      try {
        const figure = figureOf(value, row.line, placeWords(sheet, address, named))
        if (figure !== now) inputs.push({ ...address, value: figure })
      } catch (error) {
        wrong.push(error instanceof Failure ? error.message : String(error))
      }
    }
    if (wrong.length > 0)
      notifications.show({
        color: 'bad',
        title: `${wrong.length} ${wrong.length === 1 ? 'cell was' : 'cells were'} not taken`,
        message: wrong.slice(0, 3).join(' '),
      })
    if (kept > 0)
      notifications.show({
        title: `${kept} ${kept === 1 ? 'cell stays as it was' : 'cells stay as they were'}`,
        message: 'They are worked out, add others up, come from a business case, or their period is closed.',
      })
    if (inputs.length > 0) onEdit(inputs)
  }
  const take = (after: RowData[]) =>
    write(
      after.flatMap((row, down) => {
        const before = rows[down]
        if (!before || row === before) return []
        return sheet.periods.flatMap((period, col) => {
          const is = cellOf(row, col)
          return is === cellOf(before, col) || !editable(row, period.key)
            ? []
            : [{ row: down, col, value: is }]
        })
      }),
    )
  // The grid is drawn anew whenever it is handed another function: these stay the same.
  const latestTake = useRef(take)
  latestTake.current = take
  const onChange = useCallback((after: RowData[]) => latestTake.current(after), [])
  const onActiveCellChange = useCallback(({ cell }: { cell: { row: number; col: number } | null }) => {
    // The grid lets go of its cell when a button beside it is pressed: the buttons are of that cell.
    if (!cell || cell.col < 0) return
    setActive({ row: cell.row, col: cell.col })
  }, [])
  const frame = useRef<HTMLDivElement>(null)
  // Scrolled by keys too, where no row has an opener to come to it by; the kit takes no such attributes.
  useEffect(() => {
    const box = frame.current?.querySelector('.dsg-container')
    box?.setAttribute('tabindex', '0')
    box?.setAttribute('role', 'group')
    box?.setAttribute('aria-label', 'Cells of the plan')
  }, [])
  // The kit draws columns of any width first, and moves its cells when it knows how much room there is.
  const [measured, setMeasured] = useState(false)
  useEffect(() => {
    let turn = 0
    let next = 0
    const look = () => {
      const label = frame.current?.querySelector('.dsg-cell-gutter')?.getBoundingClientRect().width
      turn += 1
      if (turn > 60 || (label !== undefined && Math.abs(label - labelWidth) < 1)) setMeasured(true)
      else next = requestAnimationFrame(look)
    }
    look()
    return () => cancelAnimationFrame(next)
  }, [labelWidth])
  const headHeight = 32
  useGridHands({
    grid,
    frame,
    rows: rows.length,
    cols: sheet.periods.length,
    sizes: { row: rowHeight, head: headHeight, label: labelWidth },
    read: place => {
      const row = rows[place.row]
      return row ? exactOf(row, place.col) : null
    },
    onWrite: write,
    // A block that is larger than what is left of the grid is not taken at all: half of it would look like all.
    onTooLarge: (block, room) =>
      notifications.show({
        color: 'bad',
        title: 'The block is larger than the grid',
        message: `It has ${block.high} × ${block.wide} cells; from here there are ${room.high} × ${room.wide}. Nothing was taken.`,
      }),
    onUndo: props.onUndo,
    onRedo: props.onRedo,
  })
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
        <Tooltip label="Redo (Ctrl Y)">
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
      <div ref={frame} className={css.frame} data-measured={measured}>
        {/* The library's other grid keeps the columns it began with: labels, closed months and marks would stay as they
            were. No rowKey: it would be asked of every row, not only of those in sight, in every frame of scrolling. */}
        <DynamicDataSheetGrid<RowData>
          ref={grid}
          value={rows}
          columns={columns}
          onChange={onChange}
          lockRows
          height={560}
          rowHeight={rowHeight}
          headerRowHeight={headHeight}
          disableContextMenu
          disableSmartDelete
          addRowsComponent={false}
          gutterColumn={gutter}
          onActiveCellChange={onActiveCellChange}
        />
      </div>
      {row && period && <Why plan={plan} row={row} period={period.key} tick={tick} />}
      {row && period && !row.total && props.about(addressOf(row, period.key))}
    </>
  )
}
