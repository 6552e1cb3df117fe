import type { Sheet } from '#features/performance/export.ts'
import type { Answer, AnswerRow, Query } from '#metrics/query.ts'
import { connected } from './connect.ts'
import type { QueryFlags } from './flags.ts'
import { recordsTable, tableOf } from './print.ts'
import { asWrongUse, type Terminal, WrongUse } from './terminal.ts'

/** Asks for metrics and prints the answer whole: the same rows, totals and meta every door gives. */
export async function query(
  terminal: Terminal,
  flags: QueryFlags & { format?: string; explain?: boolean },
): Promise<void> {
  const format = flags.format ?? (terminal.json ? 'json' : 'table')
  if (!['table', 'json', 'csv'].includes(format))
    throw new WrongUse(`--format is table, json or csv, not "${format}".`)
  if (terminal.json && format !== 'json')
    throw new WrongUse(`--json and --format ${format} are two formats: give one.`)
  // Not loaded by who asks for definitions only.
  const { queryOf } = await import('./flags.ts')
  let asked: Query
  try {
    asked = queryOf(flags)
  } catch (error) {
    throw asWrongUse(error)
  }
  await connected(terminal, 'query', async client => {
    if (flags.explain) return terminal.out(JSON.stringify(await client.performance.explain(asked), null, 2))
    const answer = await client.performance.query(asked)
    if (format === 'json') terminal.out(JSON.stringify(answer))
    else if (format === 'csv') {
      const { csvOf, sheetOf } = await import('#features/performance/export.ts')
      terminal.out(csvOf(sheetOf(asked, answer), 'names'))
    } else await print(terminal, asked, answer)
  })
}

async function print(terminal: Terminal, asked: Query, answer: Answer): Promise<void> {
  const { sheetOf } = await import('#features/performance/export.ts')
  const sheet = sheetOf(asked, answer)
  const { meta } = answer
  const total = sheetOf(asked, { ...answer, rows: [labelled(asked, answer.totals)], subtotals: [] })
  const rows: Sheet = { ...sheet, rows: [...sheet.rows, ...total.rows] }
  const several = Boolean(asked.grain ?? asked.by?.length)
  terminal.out(tableOf(several ? rows : sheet, several ? 1 : 0))
  terminal.note(
    [
      `${meta.from} to ${meta.to}`,
      meta.currency,
      meta.asOf && `data as of ${meta.asOf}`,
      meta.count > answer.rows.length && `${answer.rows.length} of ${meta.count} rows`,
    ]
      .filter(Boolean)
      .join(' · '),
  )
  for (const [name, why] of Object.entries(meta.missing)) terminal.note(`${name} is N/A: ${why}`)
  for (const warning of meta.warnings) terminal.note(`note: ${warning.message}`)
}

/** The totals row says so in its first column. */
const labelled = (asked: Query, totals: AnswerRow): AnswerRow => {
  const first = asked.grain ? 'period' : asked.by?.[0]
  return first ? { ...totals, [first]: 'total' } : totals
}

/** Lists the definitions, or one of them in full. */
export async function metrics(terminal: Terminal, name: string | undefined): Promise<void> {
  await connected(terminal, 'metrics', async client => {
    const all = await client.performance.definitions()
    const one = name && [...all.metrics, ...all.dimensions].find(entry => entry.name === name)
    if (name && !one)
      throw new WrongUse(`There is no metric or dimension "${name}". \`quarterdeck metrics\` lists them all.`)
    if (terminal.json) return terminal.out(JSON.stringify(one ?? all))
    if (one)
      return terminal.out(
        Object.entries(one)
          .map(([key, value]) => `${key.padEnd(12)} ${Array.isArray(value) ? value.join(', ') : value}`)
          .join('\n'),
      )
    terminal.out(
      recordsTable(
        all.metrics.map(({ name, label, unit, good, formula }) => ({ name, label, unit, good, formula })),
      ),
    )
    terminal.out('')
    terminal.out(
      recordsTable(
        all.dimensions.map(({ name, label, description }) => ({ dimension: name, label, description })),
      ),
    )
  })
}
