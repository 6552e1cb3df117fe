import type { TableName } from '#kernel/canonical.ts'

/** How a file is to be read; what is absent is recognised. */
export interface Reading {
  format?: 'csv' | 'jsonl' | 'parquet' | 'xlsx'
  encoding?: string
  delimiter?: string
  quote?: string
  header?: boolean
  decimal?: '.' | ','
  dateOrder?: 'ymd' | 'dmy' | 'mdy'
  sheet?: string
  /** Member of a zip. */
  member?: string
}

/** A mapping file: where each target column comes from. `columns` values are a source column or an expression over them. */
export interface Mapping {
  name?: string
  target: string
  reading?: Reading
  columns: Record<string, string>
  /** Rows to take; the others are counted as rejected with the reason given by `reason`. */
  where?: string
}

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
  seconds: number
}

export interface Preview {
  reading: Required<Omit<Reading, 'sheet' | 'member'>> & Pick<Reading, 'sheet' | 'member'>
  columns: {
    name: string
    type: 'text' | 'number' | 'date' | 'time' | 'flag'
    filled: number
    examples: string[]
  }[]
  rows: string[][]
  sheets: string[]
  /** Best guess, with how sure it is, 0–1; presets that fit come first. */
  suggestions: { preset: string | null; mapping: Mapping; confidence: number; unmapped: string[] }[]
  warnings: string[]
}

/** Files into the granary. One import runs at a time; others wait in line. */
export interface Imports {
  preview(path: string, reading?: Reading): Promise<Preview>
  /** @throws Failure('invalid') with what is wrong and what to do; nothing is half-loaded. */
  run(request: ImportRequest, onProgress?: (progress: ImportProgress) => void): Promise<ImportResult>
  presets(): { name: string; label: string; target: string; about: string }[]
  targets(): { name: string; label: string; columns: { name: string; about: string; required: boolean }[] }[]
}
