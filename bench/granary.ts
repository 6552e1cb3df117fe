import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from '../src/metrics/world.ts'
import { openDuckdb } from '../src/warehouse/duckdb.ts'
import { makeCompany } from './company.ts'
import { peakMemory, seconds } from './measure.ts'

/** A data folder whose granary holds the made merchant, loaded through the product's own port once and kept. */
export async function loadedGranary(folder: string, lines: number): Promise<string> {
  const data = join(folder, `data-${lines}`)
  const done = join(data, 'loaded')
  if (existsSync(done)) return data
  rmSync(data, { recursive: true, force: true })
  const company = await makeCompany(folder, lines)
  const granary = await openDuckdb({ folder: join(data, 'granary'), threads: 2 })
  const before = peakMemory()
  const { seconds: taken } = await seconds(() =>
    granary.deliver({ id: 'bench', table: 'sales_lines', files: company.files, mode: 'merge' }),
  )
  await granary.close()
  console.log(
    `\nDelivered ${company.lines.toLocaleString('en')} ledger lines in one go and derived the rest: ${taken.toFixed(0)} s, ` +
      `peak ${Math.round(peakMemory())} MB (${Math.round(before)} MB before it)`,
  )
  writeFileSync(done, '')
  return data
}

/** What is decided about the made merchant. */
export const world: World = {
  stores: [{ store: 'bench', name: 'Bench', currency: 'GBP', timezone: 'UTC', kind: 'b2c' }],
  calendar: { calendar: 'gregorian', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'nearest_saturday' },
  currency: null,
  events: [],
  targets: [],
  metrics: [],
  dimensions: [],
}
