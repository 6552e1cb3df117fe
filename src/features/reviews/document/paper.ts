import type { EChartsCoreOption } from 'echarts/core'
import type { Palette } from '#ui/palette.ts'

/** A document before it is set: what stands in it, in order, as words. What makes it knows no library, what sets it no figures. */
export interface Paper {
  /** Of the file, without its ending. */
  name: string
  /** What kind of document it is: "Monday trading pack". */
  kind: string
  /** What it says, in a sentence. */
  headline: string
  /** Period, stores, target: what the figures are of. */
  facts: readonly string[]
  /** Why the figures may not be whole, each marked. */
  warnings: readonly string[]
  /** At the foot of every page: to which day the data reach and when they were loaded. */
  trust: string
  landscape: boolean
  /** When it was made. */
  made: Date
  sections: readonly Section[]
}

export interface Section {
  title: string | null
  /** Whether it begins a page, whatever room is left on the one before. */
  fresh?: boolean
  rows: readonly Row[]
}

/** Columns side by side, each with what stands in it from top to bottom. */
export interface Row {
  columns: readonly (readonly Card[])[]
  /** Shares of the width; equal when absent. */
  shares?: readonly number[]
}

export interface Card {
  /** Empty: none. */
  title: string
  note?: string | undefined
  /** Stands on one page whole. */
  whole?: boolean
  blocks: readonly Block[]
}

export type Tone = 'good' | 'bad' | 'neutral'

export interface Cell {
  text: string
  tone?: Tone
  strong?: boolean
  /** What a screen reader says in its place: "nothing to compare with" for a dash. */
  said?: string
}

export interface Item {
  text: string
  /** Before it: a mark of what is done, days. */
  lead?: string
  /** At the end of its line. */
  end?: string
  tone?: Tone
  strong?: boolean
  /** Below it, quieter. */
  more?: readonly { text: string; tone?: Tone; quiet?: boolean }[]
}

export interface Tile {
  label: string
  value: string
  deltas: readonly { cell: Cell; base: string }[]
}

export interface Bar {
  name: string
  size: number
  value: string
}

export type Block =
  /** The first column says what a row is of, the others are figures. */
  | {
      kind: 'table'
      caption: string
      /** In smaller type, close together: under a chart. */
      compact?: boolean
      /** `apart`: a new group of columns begins. */
      columns: readonly { head: string; apart?: boolean }[]
      rows: readonly (readonly Cell[])[]
    }
  | { kind: 'list'; items: readonly Item[] }
  | { kind: 'text'; text: string; quiet?: boolean; small?: boolean }
  | { kind: 'tiles'; tiles: readonly Tile[]; across: number }
  /** `span`: from the least to the most there is room for; the same where bars of one unit stand side by side. */
  | { kind: 'bars'; caption: string; bars: readonly Bar[]; span: readonly [number, number] }
  | {
      kind: 'heat'
      caption: string
      columns: readonly string[]
      rows: readonly { name: string; cells: readonly ({ text: string; moved: number | null } | null)[] }[]
    }
  | {
      kind: 'chart'
      /** What it shows, for who does not see it. */
      alt: string
      drawing: (colours: Palette) => EChartsCoreOption
      /** Points, at its full width. */
      height: number
    }
  | { kind: 'terms'; across: number; terms: readonly { name: string; about: string }[] }
