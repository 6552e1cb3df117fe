import { join } from 'node:path'
import { table } from '#kernel/canonical.ts'
import { Failure } from '#kernel/error.ts'
import { type CountedTwice, countedTwice } from './counted-twice.ts'
import type { Plan } from './plan.ts'
import { type NamedProducts, nameProducts } from './products.ts'
import { quote, type Source } from './reading.ts'
import { brokenReason, writeRejects } from './rejects.ts'
import { finish, nothingRepeats, parquetFormat, policy, settleRepeats, supersededReason } from './repeats.ts'
import { openSandbox, type Sandbox } from './sandbox.ts'

export interface Staged {
  /** Parquet files with the canonical columns; positions of rows in the first that do not count; no key comes twice. */
  files: string[]
  without: string | null
  unique: boolean
  mode: 'merge' | 'replace_orders'
  /** Records of the file below its header. */
  rows: number
  /** Records that became canonical rows. */
  good: number
  rejected: number
  /** Of the rejected, lines that could not be split into cells. */
  broken: number
  /** Records equal in all that counts to a later one with the same key. */
  twice: number
  /** Canonical rows in `files`. */
  canonical: number
  from: string | null
  to: string | null
  reasons: { reason: string; rows: number; example: string }[]
  rejectsFile: string | null
  currencies: string[]
  countedTwice: CountedTwice[]
  /** Orders of which the file says that they are no more. */
  gone: string[]
  /** Products that the rows name. */
  products: NamedProducts | null
}

const count = (value: unknown) => Number(value ?? 0)

/** Runs a plan over its file: canonical Parquet in `work`, rejected rows in `rejectsPath`. */
export const stage = async (
  plan: Plan,
  source: Source,
  input: string,
  work: string,
  rejectsPath: string,
  onProgress?: (percent: number) => void,
): Promise<Staged> => {
  // Where the last row of a key counts, file order matters; else it costs speed and memory for nothing.
  const ordered = policy(plan) === 'last' || source.ordered === true
  const sandbox = await openSandbox(input, work, { ordered })
  const watch = onProgress && setInterval(() => onProgress(sandbox.progress()), 250)
  try {
    return await run(sandbox, plan, source, input, work, rejectsPath)
  } catch (cause) {
    throw translated(cause)
  } finally {
    clearInterval(watch)
    sandbox.close()
  }
}

const run = async (
  sandbox: Sandbox,
  plan: Plan,
  source: Source,
  input: string,
  work: string,
  rejectsPath: string,
): Promise<Staged> => {
  const { target } = plan
  const dated = table(target.table).dated
  const first = join(work, 'staged.parquet')
  await sandbox.run(`COPY (${plan.staged}) TO ${quote(first)} ${parquetFormat}`)
  const broken = source.split ? await structural(sandbox) : 0
  const every = `read_parquet(${quote(first)}, file_row_number = true)`
  const all = plan.silent ? `(SELECT * FROM ${every} WHERE NOT _silent)` : every
  const hasCurrency = 'currency' in table(target.table).columns
  const [totals] = await sandbox.rows<Record<string, string | null>>(`
    SELECT count(*)${plan.extra ? ' FILTER (NOT _extra)' : ''} AS rows,${plan.extra ? ' count(*) FILTER (_extra)' : ' 0'} AS beside,${plan.silent ? ' count(*) FILTER (_silent)' : ' 0'} AS silent, count(_reason) AS bad,
      ${dated ? `CAST(min(${dated}) FILTER (_reason IS NULL) AS VARCHAR) AS first, CAST(max(${dated}) FILTER (_reason IS NULL) AS VARCHAR) AS last` : 'NULL AS first, NULL AS last'},
      ${hasCurrency ? `array_to_string(list_sort(list(DISTINCT currency) FILTER (_reason IS NULL)), ',')` : "''"} AS currencies
    FROM ${every}`)
  const bad = count(totals?.bad)
  const rows = count(totals?.rows) + broken
  const good = count(totals?.rows) - bad
  const settled = good > 0 ? await settleRepeats(sandbox, plan, all) : nothingRepeats
  const twofold = good > 0 ? await countedTwice(sandbox, plan, all) : []
  const reasons = await summary(sandbox, all, bad, broken)
  if (settled.superseded > 0)
    reasons.push({ reason: supersededReason(plan), rows: settled.superseded, example: settled.example })
  const superseded = settled.twice + settled.superseded > 0
  const products = good > 0 ? await nameProducts(sandbox, plan, all, { work, superseded }) : null
  const finished =
    good === 0
      ? { files: [], without: null, unique: true }
      : await finish(sandbox, plan, all, { first, work, filter: bad > 0, settled })
  const rejected = bad + broken + settled.superseded
  const rejectsFile =
    rejected > 0
      ? await writeRejects(sandbox, plan, source, { input, work, path: rejectsPath, broken, settled })
      : null
  const currencies = String(totals?.currencies ?? '')
  return {
    ...finished,
    mode: plan.restates ? 'replace_orders' : (target.mode ?? 'merge'),
    rows,
    good: good - settled.superseded - settled.twice,
    twice: settled.twice,
    rejected,
    broken,
    canonical:
      (settled.groups ?? good - settled.superseded - settled.twice) +
      count(totals?.beside) -
      count(totals?.silent),
    from: totals?.first ?? null,
    to: totals?.last ?? null,
    reasons,
    rejectsFile,
    currencies: currencies === '' ? [] : currencies.split(','),
    countedTwice: twofold,
    gone: plan.gone ? (await sandbox.rows<{ id: string }>(plan.gone)).map(row => row.id) : [],
    products,
  }
}

/** Records the reader itself could not split, one per line of the file. */
const structural = async (sandbox: Sandbox): Promise<number> => {
  const [row] = await sandbox.rows('SELECT count(DISTINCT line) AS lines FROM reject_errors')
  return count(row?.lines)
}

const summary = async (
  sandbox: Sandbox,
  all: string,
  bad: number,
  broken: number,
): Promise<Staged['reasons']> => {
  const found: Staged['reasons'] = []
  const take = async (sql: string) => {
    for (const row of await sandbox.rows<Record<string, string>>(sql))
      found.push({ reason: row.reason ?? '', rows: count(row.rows), example: row.example ?? '' })
  }
  if (bad > 0)
    await take(`SELECT split_part(_reason, chr(31), 1) AS reason, count(*) AS rows, min(split_part(_reason, chr(31), 2)) AS example
      FROM ${all} WHERE _reason IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1`)
  if (broken > 0)
    await take(`SELECT ${brokenReason} AS reason, count(DISTINCT line) AS rows, left(replace(min(csv_line), chr(0), '?'), 200) AS example
      FROM reject_errors GROUP BY 1 ORDER BY 2 DESC, 1`)
  return found
}
/** The reader knows one way to end lines in a file. */
const unevenLines = (text: string): boolean => /state machine reached an invalid state/i.test(text)
/** Did a file fail for ends of lines that differ? */
export const isUneven = (cause: unknown): boolean => cause instanceof Failure && cause.message === unevenWords
const unevenWords = 'The ends of its lines are written in several ways.'
/** Says so. */
export const unevenEnds = (cause?: unknown): Failure =>
  new Failure('invalid', unevenWords, { next: 'Save it once more as CSV.', cause })

/** An engine's error in words: a full disk, a damaged file, an import stopped. */
export const translated = (cause: unknown): Failure => {
  if (cause instanceof Failure) return cause
  const text = cause instanceof Error ? cause.message : String(cause)
  if (/no space left|disk full|could not write|failed to (write|offload)|max_temp_directory_size/i.test(text))
    return new Failure('unavailable', 'The disk is full: nothing was imported.', {
      next: 'Free some space in the data folder and run the same import again.',
      cause,
    })
  if (
    /no magic bytes/i.test(text) ||
    (/parquet/i.test(text) && /magic|corrupt|invalid|footer|snappy|thrift/i.test(text))
  )
    return new Failure('invalid', 'The Parquet file is damaged or cut off.', {
      next: 'Copy it again.',
      cause,
    })
  if (/malformed json/i.test(text))
    return new Failure('invalid', 'The JSON breaks off before its end, or is not well formed.', {
      next: `Copy it again, or mend it${/value (\d+)/.exec(text)?.[1] ? ` at object ${/value (\d+)/.exec(text)?.[1]}` : ''}.`,
      cause,
    })
  if (unevenLines(text)) return unevenEnds(cause)
  if (/INTERRUPT/i.test(text))
    return new Failure('conflict', 'The import was stopped; nothing was stored.', { cause })
  return new Failure('internal', `The file cannot be read: ${text.split('\n')[0]}`, {
    next: 'Check delimiter, quote and encoding in the preview.',
    cause,
  })
}
