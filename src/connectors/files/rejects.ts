import { copyFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plan } from './plan.ts'
import { quote, type Source } from './reading.ts'
import { type Settled, supersededReason } from './repeats.ts'
import { openSandbox, type Sandbox } from './sandbox.ts'

/** What kept the reader from splitting a line, in words. */
export const brokenReason = `CASE error_type WHEN 'MISSING COLUMNS' THEN 'too few columns' WHEN 'TOO MANY COLUMNS' THEN 'too many columns'
  WHEN 'UNQUOTED VALUE' THEN 'a quote is opened and never closed' WHEN 'INVALID ENCODING' THEN 'not readable in this encoding'
  WHEN 'LINE SIZE OVER MAXIMUM' THEN 'the line is too long' ELSE 'not readable: ' || error_message END`

/**
 * A cell as CSV. One that a spreadsheet would run as a formula is guarded with an apostrophe; plain numbers are left
 * alone.
 */
const cellSql = (x: string) => {
  const guarded = `CASE WHEN regexp_matches(${x}, '^[=+@\\t\\r-]') AND NOT regexp_matches(${x}, '^[+-][0-9.,]+$') THEN '''' || ${x} ELSE ${x} END`
  const quoted = `CASE WHEN regexp_matches(y, '[",\\r\\n]|^[ #]| $') THEN '"' || replace(y, '"', '""') || '"' ELSE y END`
  return `list_transform([coalesce(${guarded}, '')], lambda y: ${quoted})[1]`
}
const cellsSql = (list: string) => `array_to_string(list_transform(${list}, lambda x: ${cellSql('x')}), ',')`
const csvCell = (text: string) => (/[",\r\n]|^[ #]| $/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/**
 * Columns that are read at once. The engine holds two thousand rows of every column it reads, at each step: a file of
 * thousands of columns is read in several passes sooner than in one that does not fit.
 */
const breadth = 200

/** The rejected records as they came, with line and reason: to mend and import again. Gives `path`. */
export const writeRejects = async (
  first: Sandbox,
  plan: Plan,
  source: Source,
  at: { input: string; work: string; path: string; broken: number; settled: Settled },
): Promise<string> => {
  const { input, work, path, broken, settled } = at
  const lines = join(work, 'broken.parquet')
  if (broken > 0)
    await first.run(
      `COPY (SELECT line, min(${brokenReason}) AS reason, first(csv_line) AS text FROM reject_errors GROUP BY line) TO ${quote(lines)}`,
    )
  const late = join(work, 'superseded.parquet')
  if (settled.superseded > 0)
    await first.run(`COPY (SELECT place FROM superseded WHERE NOT same) TO ${quote(late)}`)
  const sandbox = await openSandbox(input, work, { ordered: true })
  try {
    const names = source.columns.map(column => column.name)
    const keep = names.flatMap((name, i) => (name === '_line' || name === '_reason' ? [] : [i]))
    const why = settled.superseded > 0 ? `coalesce(_reason, ${quote(supersededReason(plan))})` : '_reason'
    const which = `_reason IS NOT NULL${settled.superseded > 0 ? ` OR _n - 1 IN (SELECT place FROM read_parquet(${quote(late)}))` : ''}`
    const parts = Math.max(1, Math.ceil(keep.length / breadth))
    for (let i = 0; i < parts; i++) {
      const some = keep.slice(i * breadth, (i + 1) * breadth)
      const text = cellsSql(`[${some.map(c => `CAST(c${c} AS VARCHAR)`).join(', ')}]::VARCHAR[]`)
      await sandbox.run(
        i === 0
          ? `CREATE TEMP TABLE part0 AS SELECT _n, _at, ${text} AS text, replace(${why}, chr(31), ': ') AS reason
             FROM (${plan.rejected(some)}) WHERE ${which}`
          : `CREATE TEMP TABLE part${i} AS SELECT _n, ${text} AS text FROM (${plan.records(some)})
             WHERE _n IN (SELECT _n FROM part0)`,
      )
    }
    const others = Array.from({ length: parts - 1 }, (_, i) => i + 1)
    const row = `concat_ws(',', part0.text, ${others.map(i => `part${i}.text, `).join('')}line, ${cellSql('reason')}) AS row`
    const before = broken > 0 ? ` + coalesce((SELECT count(*) FROM broken WHERE good < _at), 0)` : ''
    const good = `SELECT line, part0._n AS n, ${row} FROM (SELECT *, _at + ${source.above}${before} AS line FROM part0) part0
      ${others.map(i => `JOIN part${i} ON part${i}._n = part0._n`).join(' ')}`
    if (broken > 0)
      await sandbox.run(`CREATE TEMP TABLE broken AS
        SELECT line, reason, text, line - ${source.above} - row_number() OVER (ORDER BY line) AS good FROM read_parquet(${quote(lines)})`)
    const split = `list_transform([${keep.map(i => i + 1).join(', ')}], lambda i: parts[i])`
    const bad = `SELECT line, 0 AS n, concat_ws(',', ${cellsSql(split)}, line, ${cellSql('reason')}) AS row
      FROM (SELECT *, ${source.split?.('text') ?? 'NULL'} AS parts FROM broken)`
    const header = [...keep.map(i => csvCell(names[i] ?? '')), '_line', '_reason'].join(',')
    // Rows are whole lines already: written as the one column of a table that knows no quotes.
    await sandbox.run(`COPY (SELECT row FROM (SELECT 0 AS line, 0 AS n, ${quote(header)} AS row
        UNION ALL ${good} ${broken > 0 ? `UNION ALL ${bad}` : ''}) ORDER BY line, n
      ) TO ${quote(join(work, 'rejects.csv'))} (FORMAT csv, HEADER false, DELIMITER '\x01', QUOTE '', ESCAPE '')`)
  } finally {
    sandbox.close()
  }
  await rename(join(work, 'rejects.csv'), path).catch(async () => copyFile(join(work, 'rejects.csv'), path))
  return path
}
