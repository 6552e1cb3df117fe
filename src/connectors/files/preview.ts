import { rm } from 'node:fs/promises'
import { currenciesLeftOut, currencyColumns, currencyWords } from '#kernel/currency-columns.ts'
import { miscounts, miscountWords } from '#kernel/order-totals.ts'
import { fill, filledWords } from './filled.ts'
import { peek } from './intake.ts'
import { flatRows, isJson, jsonRows } from './json-lines.ts'
import { isFlat, type JsonShape, jsonHeadRows, jsonShape } from './json-tree.ts'
import { nestedAsJson } from './nested-parquet.ts'
import type { Preview, Reading } from './reading.ts'
import { openSandbox } from './sandbox.ts'
import { type Layout, sniff } from './sniff.ts'
import { columnsOf, parquetSource, withinColumns } from './source.ts'
import { suggest } from './suggest.ts'
import { targets } from './targets/index.ts'
import { linesAbove, turn, turnedWords } from './turned.ts'

const shown = 20

/** Makes a folder for what is too large for memory; it is taken away again. */
type MakeWork = () => Promise<string>

/** The rows and names of a file's head, however it is written, and what is recognised in them. */
const head = async (path: string, reading: Reading, makeWork: MakeWork, currency?: string) => {
  const own = await peek(path, reading)
  const nested = own.container === 'parquet' ? await nestedHead(path, reading, makeWork) : null
  const peeked = nested ?? own
  const made = (layout: Layout, format: NonNullable<Reading['format']>, own: Reading = reading) => {
    withinColumns(layout.names)
    const hint = { delimiter: layout.delimiter, currency }
    const shape: JsonShape | null = null
    return { peeked, layout, format, shape, recognised: columnsOf(layout.names, layout.rows, own, hint) }
  }
  if (peeked.container === 'parquet')
    return {
      peeked,
      format: 'parquet' as const,
      shape: null,
      ...(await parquetHead(path, reading, makeWork, currency)),
    }
  const plain = { delimiter: ',', quote: '"', header: true, skip: 0 }
  if (peeked.container !== 'xlsx' && isJson(peeked.text, reading)) {
    const own = { ...reading, decimal: reading.decimal ?? ('.' as const) }
    const shape = jsonShape(peeked.text, reading)
    const found = isFlat(shape, peeked.text)
      ? jsonRows(peeked.text)
      : flatRows(jsonHeadRows(peeked.text, shape, peeked.whole))
    return { ...made({ ...found, ...plain }, 'jsonl', own), shape }
  }
  const seen = sniff(peeked.text, reading)
  withinColumns(seen.names)
  const layout = fill(turn(seen, linesAbove(peeked.text, seen.skip), reading), reading)
  return made(layout, peeked.container === 'xlsx' ? 'xlsx' : 'csv')
}

/** The head of a Parquet file of records within records, as the text of JSON it is read as. */
const nestedHead = async (path: string, reading: Reading, makeWork: MakeWork) => {
  const work = await makeWork()
  try {
    const json = await nestedAsJson(path, work, 2000)
    return json ? await peek(json, reading) : null
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

const parquetHead = async (path: string, reading: Reading, makeWork: MakeWork, currency?: string) => {
  const work = await makeWork()
  const sandbox = await openSandbox(path, work)
  try {
    const { source, sample, recognised } = await parquetSource(path, sandbox, reading, currency)
    const names = source.columns.map(column => column.name)
    const layout: Layout = { delimiter: ',', quote: '"', header: true, skip: 0, names, rows: sample }
    return { layout, recognised }
  } finally {
    sandbox.close()
    await rm(work, { recursive: true, force: true })
  }
}

/** How a file would be read into a store of `currency` and what it could be, from its first megabyte. Nothing is stored. */
export const previewFile = async (
  path: string,
  makeWork: MakeWork,
  reading: Reading = {},
  currency?: string,
): Promise<Preview> => {
  const { peeked, layout, format, shape, recognised } = await head(path, reading, makeWork, currency)
  const { columns, decimal, found } = recognised
  const seen = columns.map((column, i) => ({
    name: column.name,
    type: found[i]?.type ?? 'text',
    filled: found[i]?.filled ?? 0,
    examples: [...new Set(layout.rows.map(row => (row[i] ?? '').trim()).filter(cell => cell !== ''))]
      .slice(0, 4)
      .map(cell => (cell.length > 80 ? `${cell.slice(0, 79)}…` : cell)),
  }))
  const order = found.flatMap(one => one.dateFormats)[0]
  const dateOrder =
    order === undefined ? 'ymd' : /^%[yY]/.test(order) ? 'ymd' : order.startsWith('%d') ? 'dmy' : 'mdy'
  const { suggestions, guesses, totals, warnings } = suggest(
    seen.map((one, i) => {
      const also = layout.also?.[i]
      return also === undefined || also === one.name ? one : { ...one, also: [also], qualified: true }
    }),
    layout.rows,
    shape,
    { title: peeked.text && linesAbove(peeked.text, layout.skip), currency, turned: layout.turned },
  )
  const currencies = currencyColumns(layout.names, layout.rows)
  const [best] = suggestions
  const taking = Object.keys(targets.find(target => target.name === best?.mapping.target)?.columns ?? {})
  const leftOut = best ? currenciesLeftOut(best.mapping, taking, currencies) : []
  return {
    reading: {
      format,
      encoding: peeked.encoding,
      delimiter: layout.delimiter,
      quote: layout.quote,
      header: layout.header,
      skip: layout.skip,
      decimal,
      dateOrder: reading.dateOrder ?? dateOrder,
      ...(peeked.sheet !== undefined && { sheet: peeked.sheet }),
      ...(peeked.member !== undefined && { member: peeked.member }),
      ...(shape && { records: shape.records, lines: shape.lines }),
      ...(layout.turned && { turned: true }),
      ...(layout.filled && { filled: true }),
    },
    columns: seen,
    rows: layout.rows.slice(0, shown).map(row => layout.names.map((_, i) => row[i] ?? '')),
    sheets: peeked.sheets,
    members: peeked.members,
    lists: { records: shape?.recordsChoices ?? [], lines: shape?.linesChoices ?? [] },
    suggestions,
    guesses,
    totals,
    currencies,
    warnings: [
      ...(peeked.broken ? [`${peeked.broken} As it is nothing of it can be imported.`] : []),
      ...(layout.header && layout.rows.length === 0
        ? ['The file has a header and no rows: export it again with a period that has data.']
        : []),
      ...(peeked.warnings ?? []),
      ...severalWords(peeked.members, reading.member ?? undefined, peeked.member),
      ...warningsOf(layout, recognised, format === 'xlsx'),
      ...warnings,
      ...leftOut.map(one => currencyWords(one)),
      ...(best ? miscounts(best.mapping, totals) : []).map(miscountWords),
    ],
  }
}

/** An archive of several files is shown by its largest, and taken in only by name. */
const severalWords = (members: readonly string[], wanted?: string, shown?: string): string[] =>
  wanted !== undefined || members.length < 2
    ? []
    : [
        `The archive holds ${members.length} files; shown is ${shown}, the largest. Say which one is meant (member).`,
      ]

/** What the director should look at before trusting the reading; numbers of a workbook are numbers already. */
export const warningsOf = (
  layout: Layout,
  { found, columns, decimal, twofold }: ReturnType<typeof columnsOf>,
  workbook: boolean,
): string[] => {
  const warnings: string[] = []
  const unsure = columns.filter((_, i) => found[i]?.ambiguous).map(column => column.name)
  if (unsure.length > 0) {
    const first = columns.find(column => unsure.includes(column.name))?.dateFormats[0]
    warnings.push(
      `Day and month of ${unsure.join(', ')} cannot be told apart; read as ${first?.startsWith('%d') ? 'day/month' : 'month/day'}. Set dateOrder if that is wrong.`,
    )
  }
  if (twofold && !workbook)
    warnings.push(
      `${twofold.example.trim()} in ${twofold.names.join(', ')} can be thousands or a fraction, and nothing in the file tells; the decimal sign is taken to be ${decimal === '.' ? 'a point' : 'a comma'}. Set decimal if that is wrong.`,
    )
  if (!layout.header) warnings.push('No header was found: columns are called column_1, column_2 …')
  if (layout.skip > 0)
    warnings.push(
      `${layout.skip} line${layout.skip === 1 ? '' : 's'} above the header ${layout.skip === 1 ? 'is' : 'are'} left out.`,
    )
  if (layout.turned) warnings.push(...turnedWords(layout.turned))
  if (layout.filled) warnings.push(filledWords(layout.filled, layout.names))
  return warnings
}
