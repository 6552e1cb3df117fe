import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import { forecast } from './forecast.ts'
import { wape } from './grade.ts'
import { isThere, pathOf } from './test-data/shared.ts'

const files = ['online-retail-ii/online_retail_2009_2010.csv.gz', 'online-retail/online_retail.csv.gz']

/** Net sales by day of a real shop over two years, the files' overlap once. Days without a line are null. */
async function netByWeek(): Promise<number[]> {
  const database = await (await DuckDBInstance.create(':memory:')).connect()
  const [first = '', second = ''] = files.map(pathOf)
  const lines = (file: string) =>
    `SELECT CAST(InvoiceDate AS TIMESTAMP) AS sold_at, CAST(Quantity AS DOUBLE) * CAST(UnitPrice AS DOUBLE) AS net
     FROM read_csv('${file}', header = true, all_varchar = true)`
  const answer = await database.runAndReadAll(`
    WITH lines AS (
      SELECT * FROM (${lines(first)}) WHERE sold_at < TIMESTAMP '2010-12-01'
      UNION ALL SELECT * FROM (${lines(second)}) WHERE sold_at >= TIMESTAMP '2010-12-01'
    )
    SELECT date_trunc('week', sold_at) AS week, sum(net) AS net FROM lines
    WHERE sold_at >= TIMESTAMP '2009-12-07' AND sold_at < TIMESTAMP '2011-12-05' GROUP BY week ORDER BY week`)
  const sold = new Map(
    answer.getRowObjectsJson().map(row => [String(row.week).slice(0, 10), Number(row.net)]),
  )
  return Array.from({ length: 104 }, (_, week) => {
    const day = new Date(Date.UTC(2009, 11, 7 + 7 * week)).toISOString().slice(0, 10)
    return sold.get(day) ?? 0
  })
}

describe.skipIf(!files.every(isThere))('a real shop, two years of it', () => {
  it('forecasts weekly net sales of the second year, four weeks ahead each week, far better than last year did', {
    timeout: 400_000,
  }, async () => {
    const weeks = await netByWeek()
    const actual: number[] = []
    const own: number[] = []
    const lastYear: number[] = []
    for (let known = 52; known + 4 <= weeks.length; known++) {
      const { points } = forecast(
        { values: weeks.slice(0, known), cadence: 'week', start: '2009-12-07' },
        { horizon: 4, calendar: { country: 'GB' } },
      )
      points.forEach(({ index, p50 }) => {
        actual.push(weeks[index] ?? 0)
        own.push(p50)
        lastYear.push(weeks[index - 52] ?? 0)
      })
    }
    const [error, naive] = [wape(actual, own) ?? 1, wape(actual, lastYear) ?? 1]
    console.log(
      `Online Retail: WAPE ${(100 * error).toFixed(1)} % against ${(100 * naive).toFixed(1)} % of the seasonal naive, ${(100 * (1 - error / naive)).toFixed(1)} % better`,
    )
    expect(error).toBeLessThan(0.85 * naive)
  })
})
