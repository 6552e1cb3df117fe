import { readFileSync } from 'node:fs'
import { cpus, totalmem, type } from 'node:os'
import { performance } from 'node:perf_hooks'
import { DuckDBInstance } from '@duckdb/node-api'

/** Milliseconds of `runs` calls, fastest first, after one call that warms up. */
export async function times(call: (run: number) => Promise<unknown>, runs: number): Promise<number[]> {
  await call(-1)
  const taken: number[] = []
  for (let run = 0; run < runs; run++) {
    const started = performance.now()
    await call(run)
    taken.push(performance.now() - started)
  }
  return taken.sort((a, b) => a - b)
}

/** The value below which the share of the sorted numbers lies. */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN

export const median = (sorted: readonly number[]): number => quantile(sorted, 0.5)

export async function seconds<T>(call: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const started = performance.now()
  const result = await call()
  return { seconds: (performance.now() - started) / 1000, result }
}

export async function machine(): Promise<string> {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const database = await (await DuckDBInstance.create(':memory:')).connect()
  const version = (await database.runAndReadAll('SELECT version() AS version')).getRowObjectsJson()[0]
    ?.version
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} cores of ${model}, ${memory} GiB, ${type()}, Node ${process.version}, DuckDB ${version}`
}

/** Peak resident memory of this process since it began, in MB. */
export const peakMemory = (): number => {
  const status = readFileSync('/proc/self/status', 'utf8')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS) / 1024
}

/** Prints rows under a heading, numbers to the right. */
export function table(
  heading: string,
  columns: readonly string[],
  rows: readonly (string | number)[][],
): void {
  const cells = [
    columns,
    ...rows.map(row => row.map(cell => (typeof cell === 'number' ? round(cell) : cell))),
  ]
  const widths = columns.map((_, index) => Math.max(...cells.map(row => row[index]?.length ?? 0)))
  console.log(`\n${heading}\n`)
  cells.forEach((row, index) => {
    const line = row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
    console.log(`| ${line.join(' | ')} |`)
    if (index === 0)
      console.log(`|${widths.map((w, i) => `${'-'.repeat(w + 1)}${i === 0 ? '-' : ':'}`).join('|')}|`)
  })
}

export const round = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
