import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

/** Public data sets that stand beside the project where it is developed; tests on them skip where they do not. */
const folder = fileURLToPath(new URL('../../../../shared/data/', import.meta.url))

export const isThere = (path: string): boolean => existsSync(folder + path)

/** The text of a file of the shared data, unzipped where its name ends in .gz. */
export function text(path: string): string {
  const bytes = readFileSync(folder + path)
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

/** The CSV files of a folder of the shared data. */
export const namesIn = (path: string): string[] =>
  readdirSync(folder + path).filter(name => name.endsWith('.csv'))

export const pathOf = (path: string): string => folder + path

/** A collection of the M4 competition: for each series what was known and what came. */
export function m4(name: 'Weekly' | 'Hourly'): { past: Float64Array; future: Float64Array }[] {
  const rows = (lines: string) =>
    lines
      .trim()
      .split('\n')
      .slice(1)
      .map(line =>
        Float64Array.from(
          line
            .split(',')
            .slice(1)
            .map(cell => cell.replaceAll('"', '').trim())
            .filter(cell => cell !== '' && cell !== 'NA'),
          Number,
        ),
      )
  const futures = rows(text(`m4/${name}-test.csv`))
  return rows(text(`m4/${name}-train.csv.gz`)).map((past, index) => ({
    past,
    future: futures[index] ?? new Float64Array(0),
  }))
}
