import { rm } from 'node:fs/promises'
import { joinFiles, joinInSomeOrder, type Named } from '#connectors/files/joined.ts'
import { presets } from '#connectors/files/presets/index.ts'
import { previewFile } from '#connectors/files/preview.ts'
import { type Mapping, type Preview, type Reading, readingOfJoined } from '#connectors/files/reading.ts'
import { targets } from '#connectors/files/targets/index.ts'
import type { TableName } from '#kernel/canonical.ts'
import { type ImportParts, importRunner } from './import-run.ts'
import { makeWork } from './work.ts'

export type { Mapping, Preview, Reading } from '#connectors/files/reading.ts'
export type { ImportParts } from './import-run.ts'

export interface ImportRequest {
  path: string
  /** Shown name; the path's base name when absent. */
  fileName?: string
  preset?: string
  mapping?: Mapping
  store: string
  currency?: string
  timezone?: string
  reading?: Reading
  /** Actor name, for the history. */
  by: string
  /** Files that say more of the rows of this one, and how this one is written; `reading` is of what is made of all. */
  beside?: Beside
  /** An earlier import that this maps again. */
  replaces?: Replaced
}

/** Files that belong to another: what they say is found by a column they share with it. */
export interface Beside {
  files: readonly Named[]
  /** How the other is read. */
  reading?: Reading
}

/** What is kept of an import to map its file again: which rows are its own, where its bytes are, and when it was. */
export interface Origin {
  /** What its rows say they came from. */
  source: string
  /** SHA-256 of the file, its name among the raw files. */
  content: string
  /** Day it ran, store time: for files that carry no day of their own. */
  today: string
  /** ISO time it first ran; mapped again it keeps its place among the others. */
  since: string
}

/** An import of the past, as it is to be read again. */
export interface Past {
  file: string
  origin: Origin
  request: Pick<ImportRequest, 'preset' | 'mapping' | 'reading'>
}

/** The import that is mapped again, and all others of its store and table, which may hold the same rows. */
export interface Replaced {
  origin: Origin
  table: TableName
  others: readonly Past[]
}

export interface ImportProgress {
  step: 'reading' | 'checking' | 'storing' | 'deriving' | 'done'
  done: number
  total: number | null
  secondsLeft: number | null
}

/** rows = accepted + rejected + repeats, always. */
export interface ImportResult {
  id: string
  file: string
  table: TableName
  store: string
  rows: number
  accepted: number
  rejected: number
  /** Rows that an earlier import already brought, unchanged. */
  repeats: number
  /** First and last day of the accepted rows. */
  from: string | null
  to: string | null
  reasons: { reason: string; rows: number; example: string }[]
  /** Rejected rows with their reasons, to mend and import again. */
  rejectsFile: string | null
  warnings: string[]
  /** Products that the rows of sales name: how many, and how many of them are new or known better now. */
  products?: { rows: number; inserted: number; changed: number }
  seconds: number
  origin?: Origin
}

/** Files into the granary. One import runs at a time; others wait in line. */
export interface Imports {
  /** `currency` of the store it is for: where days cannot be told from months it says which come first. */
  preview(
    path: string,
    reading?: Reading,
    currency?: string,
    /** `anyFirst`: the rows of whichever file can have them are meant. */
    beside?: { name: string; files: readonly Named[]; anyFirst?: boolean },
  ): Promise<Preview>
  /** @throws Failure('invalid') with what is wrong and what to do; nothing is half-loaded. */
  run(request: ImportRequest, onProgress?: (progress: ImportProgress) => void): Promise<ImportResult>
  presets(): { name: string; label: string; target: string; about: string }[]
  /**
   * restates: a file of it may hold its orders whole.
   * product: the column says something of the product that a row names, not of the row.
   */
  targets(): {
    name: string
    label: string
    restates: boolean
    columns: { name: string; about: string; required: boolean; product: boolean }[]
  }[]
}

/** Imports over a granary and a data folder. */
export const createImports = (parts: ImportParts): Imports => ({
  run: importRunner(parts),
  preview: async (path, reading, currency, beside) => {
    const folder = () => makeWork(parts.folder, 'preview')
    if (!beside) return previewFile(path, folder, reading, currency)
    const work = await folder()
    try {
      const first = { path, name: beside.name }
      const how = { ...(reading && { reading }), currency }
      const { path: made, ...together } = beside.anyFirst
        ? await joinInSomeOrder([first, ...beside.files], work, how)
        : {
            ...(await joinFiles(first, beside.files, work, how)),
            order: [0, ...beside.files.map((_, i) => i + 1)],
          }
      const seen = await previewFile(made, folder, readingOfJoined(reading), currency)
      return { ...seen, together, warnings: [...together.words, ...seen.warnings] }
    } finally {
      await rm(work, { recursive: true, force: true })
    }
  },
  presets: () => presets.map(({ name, label, about, target }) => ({ name, label, target, about })),
  targets: () =>
    targets.map(target => ({
      name: target.name,
      label: target.label,
      restates: target.table === 'sales_lines' && 'order_id' in target.columns,
      columns: Object.entries(target.columns).map(([name, { about, product }]) => ({
        name,
        about,
        required: target.missing(given => given !== name) !== null,
        product: product !== undefined,
      })),
    })),
})
