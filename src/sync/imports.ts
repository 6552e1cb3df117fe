import { presets } from '#connectors/files/presets/index.ts'
import type { Mapping, Reading } from '#connectors/files/reading.ts'
import type { TableName } from '#kernel/canonical.ts'
import { Failure } from '#kernel/error.ts'
import { type ImportParts, importRunner } from './import-run.ts'

export type { Mapping, Reading } from '#connectors/files/reading.ts'
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

/** Imports over a granary and a data folder. */
export const createImports = (parts: ImportParts): Imports => ({
  run: importRunner(parts),
  preview: async () => {
    throw new Failure('unsupported', 'The preview is not there yet.')
  },
  presets: () => presets.map(({ name, label, about }) => ({ name, label, target: 'sales_lines', about })),
  targets: () => [],
})
