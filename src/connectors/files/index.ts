import { join } from 'node:path'
import {
  type CurrencyColumn,
  currenciesLeftOut,
  currencyColumns,
  currencyWords,
} from '#kernel/currency-columns.ts'
import { invalid } from '#kernel/error.ts'
import { nearest } from '#kernel/nearest.ts'
import { miscounts, miscountWords, orderTotals } from '#kernel/order-totals.ts'
import { countedTwiceWords } from './counted-twice.ts'
import { withCurrency } from './currency-signs.ts'
import { fill } from './filled.ts'
import { evenLines, type Intake, peek, takeIn } from './intake.ts'
import { isJson, jsonRows } from './json-lines.ts'
import { isFlat, jsonShape, unroll } from './json-tree.ts'
import { nestedAsJson } from './nested-parquet.ts'
import { plan } from './plan.ts'
import { type Preset, presetMapping } from './preset.ts'
import { presets } from './presets/index.ts'
import { warningsOf } from './preview.ts'
import { ident, type Mapping, type Reading, type Source } from './reading.ts'
import { openSandbox } from './sandbox.ts'
import { sniff } from './sniff.ts'
import { soldRows } from './sold-rows.ts'
import { jsonSource, parquetSource, textSource, withinColumns } from './source.ts'
import { isUneven, type Staged, stage, translated, unevenEnds } from './stage.ts'
import type { Place, Target } from './target.ts'
import { targets } from './targets/index.ts'
import { linesAbove, turn } from './turned.ts'

export const targetNamed = (name: string): Target => {
  const found = targets.find(target => target.name === name)
  if (found) return found
  const names = targets.map(target => target.name)
  throw invalid(
    `There is no target “${name}”.`,
    `Nearest: ${nearest(name, names).join(', ')}. All: ${names.join(', ')}.`,
  )
}

export const presetNamed = (name: string): Preset => {
  const found = presets.find(preset => preset.name === name)
  if (found) return found
  const names = presets.map(preset => preset.name)
  throw invalid(`There is no preset “${name}”.`, `There are: ${names.join(', ')}.`)
}

const merged = (...readings: (Reading | undefined)[]): Reading =>
  Object.assign({}, ...readings.filter(Boolean)) as Reading

export interface Job {
  path: string
  /** raw: kept files by content; work: this import's own folder; rejects: where the rejected rows go. */
  folders: { raw: string; work: string; rejects: string }
  reading?: Reading
  preset?: string
  mapping?: Mapping
  place: Omit<Place, 'today'> & { today: string }
}

export interface Outcome extends Staged {
  mapping: Mapping
  target: Target
  /** Its rows are known by numbers of their own. */
  known: boolean
  intake: Intake
  warnings: string[]
}

/** A file into canonical Parquet: identify, take in, recognise, bind, stage. Nothing of it is in the granary yet. */
export const readFile = async (
  job: Job,
  onProgress?: (step: 'reading' | 'checking', percent: number) => void,
): Promise<Outcome> => {
  const preset = job.preset ? presetNamed(job.preset) : undefined
  if (!preset && !job.mapping)
    throw invalid('The import says neither preset nor mapping.', 'Choose a preset, or give a mapping.')
  const asked = merged(preset?.reading, job.mapping?.reading, job.reading)
  const taken = await takeIn(job.path, job.folders, asked, (done, total) =>
    onProgress?.('reading', (100 * done) / total),
  )
  const intake = await unrolled(taken, asked, job.folders.work)
  try {
    return await understood(job, preset, asked, intake, onProgress)
  } catch (cause) {
    if (!isUneven(cause)) throw cause
    const path = join(job.folders.work, 'even')
    await evenLines(intake.path, path, asked.quote ?? '"').catch(failed => {
      throw translated(failed)
    })
    return await understood(job, preset, asked, { ...intake, path }, onProgress, true)
  }
}

/** A file of records with lists of lines as one of a row for each line; any other as it is. */
export const unrolled = async (taken: Intake, asked: Reading, work: string): Promise<Intake> => {
  if (taken.container === 'xlsx') return taken
  const nested = taken.container === 'parquet' ? await nestedAsJson(taken.path, work) : null
  if (taken.container === 'parquet' && !nested) return taken
  const intake: Intake = nested ? { ...taken, container: 'plain', path: nested } : taken
  const { text } = await peek(intake.path, { ...asked, encoding: 'utf-8' })
  const shape = isJson(text, asked) ? jsonShape(text, asked) : null
  if (!shape || isFlat(shape, text)) return intake
  const path = join(work, 'unrolled')
  await unroll(intake.path, path, shape).catch(cause => {
    throw translated(cause)
  })
  return { ...intake, path }
}

const understood = async (
  job: Job,
  preset: Preset | undefined,
  asked: Reading,
  intake: Intake,
  onProgress?: (step: 'reading' | 'checking', percent: number) => void,
  even = false,
): Promise<Outcome> => {
  const { source, warnings, sample } = await sourceOf(
    intake,
    asked,
    job.folders.work,
    job.place.currency,
    job.mapping,
  )
  const names = source.columns.map(column => column.name)
  const mapping = job.mapping ?? presetMapping(preset as Preset, names)
  const target = targetNamed(mapping.target)
  const bound = plan(mapping, source, target, job.place)
  const staged = await stage(bound, source, intake.path, job.folders.work, job.folders.rejects, percent =>
    onProgress?.('checking', percent),
  )
  // Below titles whose lines end otherwise than those of the table the reader finds none.
  if (staged.rows === 0 && sample.length > 0 && source.split && !even) throw unevenEnds()
  if (staged.rows === 0)
    throw invalid('The file has a header and no rows.', 'Export it again with a period that has data.')
  const passed = currenciesLeftOut(mapping, Object.keys(target.columns), currencyColumns(names, sample))
  const money = await saidOf(passed, source, intake.path, job.folders.work, job.place.currency)
  const torn = target.whole && staged.broken > 0 ? [tornWords(staged.broken)] : []
  return {
    ...staged,
    mapping,
    target,
    known:
      target.table !== 'sales_lines' ||
      bound.restates ||
      target.repeats(name => bound.given.includes(name)) !== 'number',
    intake,
    warnings: [
      ...intake.warnings,
      ...warnings,
      ...torn,
      ...money,
      ...signsLeftOut(mapping, target, names, sample, job.place.currency),
      ...staged.countedTwice.map(countedTwiceWords),
      ...(staged.products?.warnings ?? []),
      ...(preset ? [] : miscountedIn(mapping, names, sample)),
      ...(target.name === 'orders' && !bound.given.includes('quantity') ? [unitlessWords] : []),
    ],
  }
}

/** What the head of the file shows and the rows taken do not: money of the first row alone, and a line's taken for its order's. */
const miscountedIn = (mapping: Mapping, names: readonly string[], sample: readonly string[][]): string[] => {
  const by = names.findIndex(name => [name, ident(name)].includes(mapping.columns.order_id ?? ''))
  if (by < 0) return []
  return miscounts(mapping, orderTotals(names, soldRows(names, sample), by))
    .filter(one => one.stands !== 'each')
    .map(miscountWords)
}

/** Money that is written in the sign of another currency than the one it was taken in. */
const signsLeftOut = (
  mapping: Mapping,
  target: Target,
  names: readonly string[],
  sample: readonly string[][],
  own: string,
): string[] => {
  if (!('currency' in target.columns) || mapping.columns.currency?.trim()) return []
  const { mapping: told, warnings } = withCurrency(mapping, names, sample, own)
  const { currency } = told.columns
  return currency
    ? [
        `Money is written in other currencies than ${own}, and such rows are rejected. Map currency as ${currency}, and map the import again.`,
      ]
    : warnings
}

/** What orders without units leave untold. */
const unitlessWords =
  'The file does not say how many units its orders have: they count in no figure of units. Import their lines where you need those.'

/** Nobody can tell which order a line belongs to that has no cells. */
const tornWords = (broken: number): string =>
  `${broken === 1 ? 'A line' : `${broken.toLocaleString('en')} lines`} could not be split into cells: the orders they belong to were taken in without them. Mend them in the whole file and import that again.`

/** What columns of currencies that the mapping leaves out say in the whole file, where it is not the store's currency alone. */
const saidOf = async (
  passed: readonly CurrencyColumn[],
  source: Source,
  path: string,
  work: string,
  own: string,
): Promise<string[]> => {
  if (passed.length === 0) return []
  const sandbox = await openSandbox(path, work)
  try {
    const said = await Promise.all(
      passed.map(async ({ column }) => {
        const cell = `upper(trim(c${source.columns.findIndex(one => one.name === column)}))`
        const rows = await sandbox.rows<{ code: string }>(
          `SELECT DISTINCT ${cell} AS code FROM ${source.from('skip')} WHERE length(${cell}) = 3 ORDER BY 1 LIMIT 40`,
        )
        return { column, codes: rows.map(row => row.code) }
      }),
    )
    return said.filter(one => one.codes.some(code => code !== own)).map(one => currencyWords(one, own))
  } finally {
    sandbox.close()
  }
}

/** A file that was taken in, ready to be asked for its cells; `mapping` tells headings that are rows from those that are none. */
export const sourceOf = async (
  intake: Intake,
  reading: Reading,
  work: string,
  currency: string,
  mapping?: Mapping,
): Promise<{ source: Source; warnings: string[]; sample: string[][] }> => {
  if (intake.container === 'parquet') {
    const sandbox = await openSandbox(intake.path, work)
    try {
      const { source, sample, recognised } = await parquetSource(intake.path, sandbox, reading, currency)
      const names = source.columns.map(column => column.name)
      const layout = { delimiter: ',', quote: '"', header: true, skip: 0, names, rows: sample }
      return { source, warnings: warningsOf(layout, recognised, false), sample }
    } catch (cause) {
      throw translated(cause)
    } finally {
      sandbox.close()
    }
  }
  const { text, whole } = await peek(intake.path, { ...reading, encoding: 'utf-8' })
  if (intake.container !== 'xlsx' && isJson(text, reading)) {
    const sample = jsonRows(text)
    withinColumns(sample.names)
    const source = jsonSource(intake.path, sample, reading)
    return { source, warnings: [], sample: sample.rows }
  }
  const seen = sniff(text, reading)
  withinColumns(seen.names)
  const layout = fill(
    turn(seen, linesAbove(text, seen.skip), reading, mapping ?? { target: '', columns: {} }),
    reading,
  )
  const made = textSource(intake, layout, reading, { currency })
  const dateOrder = whole ? undefined : await orderBelow(made, intake.path, work)
  const { source, recognised } = dateOrder
    ? textSource(intake, layout, reading, { currency, dateOrder })
    : made
  return {
    source,
    warnings: warningsOf(layout, recognised, intake.container === 'xlsx'),
    sample: layout.rows,
  }
}

/** Where the head of a file does not tell days from months, its other rows may: a file by day begins with the first twelve. */
const orderBelow = async (
  { source, recognised }: ReturnType<typeof textSource>,
  path: string,
  work: string,
): Promise<'dmy' | 'mdy' | undefined> => {
  const unsure = recognised.found.flatMap((one, i) => (one.ambiguous ? [i] : []))
  if (unsure.length === 0) return undefined
  const most = (i: number, part: number) =>
    `coalesce(max(TRY_CAST(regexp_extract(c${i}, '^\\s*(\\d{1,2})[-/ ](\\d{1,2})[-/ ]\\d', ${part}) AS INTEGER)), 0)`
  const parts = [1, 2].map(part => `greatest(${unsure.map(i => most(i, part)).join(', ')}) AS p${part}`)
  const sandbox = await openSandbox(path, work)
  try {
    const [row] = await sandbox.rows<{ p1: number; p2: number }>(
      `SELECT ${parts.join(', ')} FROM ${source.from('skip')}`,
    )
    const [days, months] = [Number(row?.p1) > 12, Number(row?.p2) > 12]
    return days === months ? undefined : days ? 'dmy' : 'mdy'
  } catch (cause) {
    throw translated(cause)
  } finally {
    sandbox.close()
  }
}
