import { type RefObject, useEffect, useRef } from 'react'
import type { DataSheetGridRef } from 'react-datasheet-grid'
import {
  type Area,
  blockOf,
  drawnTo,
  fillKey,
  fillOf,
  keyLeads,
  type Place,
  pasteOf,
  type Written,
} from '#kernel/plan/moves.ts'

export interface GridHands {
  grid: RefObject<DataSheetGridRef | null>
  frame: RefObject<HTMLDivElement | null>
  rows: number
  cols: number
  /** Pixels: of a row, of the head, of the names. */
  sizes: { row: number; head: number; label: number }
  /** The figure of a cell, exactly. */
  read: (place: Place) => string | null
  onWrite: (written: readonly Written[]) => void
  onTooLarge: (block: { high: number; wide: number }, room: { high: number; wide: number }) => void
  onUndo: (() => void) | null
  onRedo: (() => void) | null
}

const inText = () =>
  document.activeElement?.matches('input, textarea, select, [contenteditable=true]') === true

/**
 * What the kit's grid does not do as spreadsheets do: far moves, fill by key and in any direction, tiled paste, undo.
 * Listens on the document before the kit does, since a cell of the grid is chosen without having the browser's focus.
 */
export function useGridHands(hands: GridHands): void {
  const latest = useRef(hands)
  latest.current = hands
  useEffect(() => {
    /** Where a row of tabs began: Enter goes to below it. */
    let tabsFrom: number | null = null

    const chosen = (): { at: Place; area: Area; other: Place } | null => {
      const { activeCell, selection } = latest.current.grid.current ?? {}
      if (!activeCell) return null
      const at = { row: activeCell.row, col: activeCell.col }
      const { min, max } = selection ?? { min: at, max: at }
      const other = {
        row: min.row === at.row ? max.row : min.row,
        col: min.col === at.col ? max.col : min.col,
      }
      return { at, area: { min, max }, other }
    }
    const choose = (at: Place, other: Place = at) => {
      const { grid } = latest.current
      if (at.row === other.row && at.col === other.col) grid.current?.setActiveCell(at)
      else grid.current?.setSelection({ min: at, max: other })
    }
    const inside = () => latest.current.frame.current?.contains(document.activeElement) === true
    const taken = (event: Event) => {
      event.preventDefault()
      event.stopPropagation()
    }

    const keys = (event: KeyboardEvent) => {
      if (event.isComposing || event.altKey) return
      const { rows, cols, sizes, frame, read, onWrite, onUndo, onRedo } = latest.current
      const ctrl = event.ctrlKey || event.metaKey
      const letter = event.key.toLowerCase()
      const typing = inText()
      if (ctrl && (letter === 'z' || letter === 'y')) {
        // In a field the browser takes back what was typed; under a dialog nothing is.
        if (typing || document.querySelector('[role=dialog][aria-modal=true]')) return
        taken(event)
        ;(letter === 'y' || event.shiftKey ? onRedo : onUndo)?.()
        return
      }
      const now = chosen()
      if (!now || (typing && !inside())) return
      // The palette opens: what is typed before it has the focus is not for the cell either.
      if (ctrl && letter === 'k') latest.current.grid.current?.setActiveCell(null)
      if (event.key === 'Tab') tabsFrom ??= now.at.col
      else if (event.key.startsWith('Arrow') || event.key === 'Escape') tabsFrom = null
      if (typing) {
        if (event.key !== 'Enter' || ctrl || (!event.shiftKey && tabsFrom === null)) return
        taken(event)
        const row = Math.max(0, Math.min(rows - 1, now.at.row + (event.shiftKey ? -1 : 1)))
        choose({ row, col: tabsFrom ?? now.at.col })
        tabsFrom = null
        return
      }
      if (event.key === 'Enter' && event.shiftKey && !ctrl) {
        taken(event)
        choose({ row: Math.max(0, now.at.row - 1), col: now.at.col })
        return
      }
      if (ctrl && !event.shiftKey && (letter === 'd' || letter === 'r')) {
        taken(event)
        onWrite(fillKey(letter === 'd' ? 'down' : 'right', now.area, read))
        return
      }
      const high = (frame.current?.clientHeight ?? 0) - sizes.head
      const extent = { rows, cols, page: Math.max(1, Math.floor(high / sizes.row) - 1) }
      const from = event.shiftKey ? now.other : now.at
      const to = keyLeads(event.key, ctrl, from, extent, place => read(place) !== null)
      if (!to) return
      taken(event)
      tabsFrom = null
      if (event.shiftKey) choose(now.at, to)
      else choose(to)
    }

    const paste = (event: ClipboardEvent) => {
      const now = chosen()
      const text = event.clipboardData?.getData('text/plain') ?? ''
      if (!now || inText() || text === '') return
      taken(event)
      const { rows, cols, onTooLarge } = latest.current
      const block = blockOf(text)
      const { written, onto, room } = pasteOf(block, now.area, { rows, cols })
      if (room) {
        onTooLarge({ high: block.length, wide: Math.max(...block.map(line => line.length)) }, room)
        return
      }
      choose(onto.min, onto.max)
      // What was chosen is drawn first: both at once keep the screen busy for too long.
      setTimeout(() => latest.current.onWrite(written))
    }

    /** The corner of the selection drawn out: down or up, right or left. */
    const press = (event: MouseEvent) => {
      tabsFrom = null
      const now = chosen()
      const target = event.target as Element
      if (!now || event.button !== 0 || !target.matches?.('.dsg-expand-rows-indicator')) return
      taken(event)
      const source = now.area
      let onto = source
      const move = (moved: MouseEvent) => {
        taken(moved)
        const { frame, rows, cols, sizes } = latest.current
        const field = frame.current?.querySelector('.dsg-container > div')?.getBoundingClientRect()
        if (!field) return
        const wide = (field.width - sizes.label) / cols
        const within = (at: number, end: number) => Math.max(0, Math.min(end - 1, Math.floor(at)))
        onto = drawnTo(source, {
          row: within((moved.clientY - field.top - sizes.head) / sizes.row, rows),
          col: within((moved.clientX - field.left - sizes.label) / wide, cols),
        })
        // The corner that moves goes last: the grid scrolls to it.
        const back = onto.min.row < source.min.row || onto.min.col < source.min.col
        if (back) choose(onto.max, onto.min)
        else choose(onto.min, onto.max)
      }
      const release = (released: MouseEvent) => {
        taken(released)
        document.removeEventListener('mousemove', move, true)
        document.removeEventListener('mouseup', release, true)
        const { read, onWrite } = latest.current
        choose(onto.min, onto.max)
        onWrite(fillOf(source, onto, read))
      }
      document.addEventListener('mousemove', move, true)
      document.addEventListener('mouseup', release, true)
    }

    /** Who goes on to a field elsewhere by key has left the grid: what is typed there is not for its cell. */
    const left = (event: FocusEvent) => {
      const { frame, grid } = latest.current
      if (event.target instanceof Element && inText() && !frame.current?.contains(event.target))
        grid.current?.setActiveCell(null)
    }

    document.addEventListener('keydown', keys, true)
    document.addEventListener('paste', paste, true)
    document.addEventListener('mousedown', press, true)
    document.addEventListener('focusin', left)
    return () => {
      document.removeEventListener('keydown', keys, true)
      document.removeEventListener('paste', paste, true)
      document.removeEventListener('mousedown', press, true)
      document.removeEventListener('focusin', left)
    }
  }, [])
}
