import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { table } from '#kernel/canonical.ts'
import type { Plan } from './plan.ts'
import { ident, quote } from './reading.ts'
import type { Sandbox } from './sandbox.ts'
import { hashOf, type Repeats } from './target.ts'

/** What became of the rows of a file whose keys are equal. */
export interface Settled {
  /** Rows that got an occurrence number. */
  numbered: number
  /** Rows equal to a later one of the same key. */
  twice: number
  /** Rows that differ from a later one of the same key; of rows that are added up, those in several currencies. */
  superseded: number
  example: string
  /** Canonical rows after rows were added up; null when none were. */
  groups: number | null
}

export const nothingRepeats: Settled = { numbered: 0, twice: 0, superseded: 0, example: '', groups: null }
export const parquetFormat = '(FORMAT parquet, COMPRESSION lz4, ROW_GROUP_SIZE 40960)'

export const policy = (plan: Plan): Repeats => plan.target.repeats(name => plan.given.includes(name))
const shape = (plan: Plan) => table(plan.target.table)
/** The key within one file: store and source are the same throughout. A hash holds the whole key already. */
const keyOf = (plan: Plan): string[] => {
  const numbered = plan.target.numbered
  if (policy(plan) === 'number' && numbered && isHash(plan)) return [numbered]
  return shape(plan).key.filter(name => name !== 'store')
}

export const supersededReason = (plan: Plan): string => {
  const key = keyOf(plan).join(', ').replaceAll('_', ' ')
  return policy(plan) === 'sum'
    ? `another row has the same ${key} in another currency, and money of two is not added up: convert them to one, or give each currency a line of its own`
    : `a later row has the same ${key}`
}

const count = (value: unknown) => Number(value ?? 0)

/**
 * Finds rows with equal keys and settles them as the target says. Only keys that come more than once are looked
 * at closely, so the cost is of the repeats, not of the file; what does not fit in memory goes to disk.
 */
export const settleRepeats = async (sandbox: Sandbox, plan: Plan, all: string): Promise<Settled> => {
  const key = keyOf(plan).join(', ')
  await sandbox.run(
    `CREATE TEMP TABLE repeated AS SELECT ${key} FROM ${all} WHERE _reason IS NULL GROUP BY ${key} HAVING count(*) > 1`,
  )
  const [any] = await sandbox.rows('SELECT count(*) AS n FROM repeated')
  if (count(any?.n) === 0) return nothingRepeats
  const rows = `(SELECT * FROM ${all} WHERE _reason IS NULL) SEMI JOIN repeated USING (${key})`
  switch (policy(plan)) {
    case 'number': {
      const order = Object.keys(shape(plan).columns).filter(name => name !== plan.target.numbered)
      // Rows that look alike are told apart by all they hold first, so that numbers do not hang on file order.
      const by =
        plan.target.table === 'sales_lines' ? 'file_row_number' : `${order.join(', ')}, file_row_number`
      await sandbox.run(`CREATE TEMP TABLE later AS
        SELECT file_row_number AS place, row_number() OVER (PARTITION BY ${key} ORDER BY ${by}) AS nth
        FROM ${rows} QUALIFY nth > 1`)
      const [row] = await sandbox.rows('SELECT count(*) AS n FROM later')
      return { ...nothingRepeats, numbered: count(row?.n) }
    }
    case 'last': {
      const content = Object.keys(shape(plan).columns).map(ident).join(', ')
      await sandbox.run(`CREATE TEMP TABLE superseded AS
        SELECT file_row_number AS place, content = first_value(content) OVER w AS same, concat_ws(' ', ${key}) AS called
        FROM (SELECT *, hash(${content}) AS content FROM ${rows})
        WINDOW w AS (PARTITION BY ${key} ORDER BY file_row_number DESC)
        QUALIFY row_number() OVER w > 1`)
      const [row] = await sandbox.rows(
        'SELECT count(*) FILTER (same) AS twice, count(*) FILTER (NOT same) AS superseded, min(called) FILTER (NOT same) AS example FROM superseded',
      )
      const example = typeof row?.example === 'string' ? row.example : ''
      return { ...nothingRepeats, twice: count(row?.twice), superseded: count(row?.superseded), example }
    }
    case 'sum': {
      const { superseded, example } = await ofTwoCurrencies(sandbox, plan, rows)
      const [row] = await sandbox.rows(
        `SELECT count(*) AS n FROM (SELECT 1 FROM ${all} WHERE _reason IS NULL${added(superseded)} GROUP BY ${key})`,
      )
      return { ...nothingRepeats, superseded, example, groups: count(row?.n) }
    }
  }
}

/** Finds the rows whose money would be added to another currency's. */
async function ofTwoCurrencies(
  sandbox: Sandbox,
  plan: Plan,
  rows: string,
): Promise<{ superseded: number; example: string }> {
  const { columns, key } = shape(plan)
  if (!columns.currency || key.includes('currency')) return { superseded: 0, example: '' }
  const own = keyOf(plan).join(', ')
  await sandbox.run(`CREATE TEMP TABLE superseded AS
    SELECT file_row_number AS place, false AS same, concat_ws(' ', ${own}) AS called FROM ${rows}
    QUALIFY min(currency) OVER (PARTITION BY ${own}) <> max(currency) OVER (PARTITION BY ${own})`)
  const [row] = await sandbox.rows('SELECT count(*) AS n, min(called) AS example FROM superseded')
  return { superseded: count(row?.n), example: typeof row?.example === 'string' ? row.example : '' }
}

/** Of rows that are added up, those that are not left out. */
const added = (superseded: number) =>
  superseded > 0 ? ' AND file_row_number NOT IN (SELECT place FROM superseded)' : ''

/**
 * Leaves the staged rows as they are and writes beside them what differs: which of them do not count, and those with an
 * occurrence number anew. Only rows that are added up are all written again.
 */
export const finish = async (
  sandbox: Sandbox,
  plan: Plan,
  all: string,
  { first, work, filter, settled }: { first: string; work: string; filter: boolean; settled: Settled },
): Promise<{ files: string[]; without: string | null; unique: boolean }> => {
  const { numbered, twice, superseded, groups } = settled
  const good = `(SELECT * FROM ${all}${filter ? ' WHERE _reason IS NULL' : ''})`
  const write = async (name: string, rows: string) => {
    const path = join(work, `${name}.parquet`)
    await sandbox.run(`COPY (${rows}) TO ${quote(path)} ${parquetFormat}`)
    return path
  }
  if (groups !== null) {
    const rows = superseded > 0 ? `(SELECT * FROM ${all} WHERE _reason IS NULL${added(superseded)})` : good
    const path = await write('canonical', summed(plan, rows))
    await rm(first)
    return { files: [path], without: null, unique: true }
  }
  const gone = [
    ...(plan.silent
      ? [
          `SELECT file_row_number AS place FROM read_parquet(${quote(first)}, file_row_number = true) WHERE _silent`,
        ]
      : []),
    ...(filter ? [`SELECT file_row_number AS place FROM ${all} WHERE _reason IS NOT NULL`] : []),
    ...(numbered > 0 ? ['SELECT place FROM later'] : []),
    ...(twice + superseded > 0 ? ['SELECT place FROM superseded'] : []),
  ]
  return {
    files: [first, ...(numbered > 0 ? [await write('numbered', withNumbers(plan, all))] : [])],
    without: gone.length > 0 ? await write('without', gone.join(' UNION ALL ')) : null,
    // A numbered text may be what another row is called; a hash is not, or no hash would tell rows apart.
    unique: numbered === 0 || isHash(plan),
  }
}

const isHash = (plan: Plan) => shape(plan).columns[plan.target.numbered ?? '']?.type === 'hash'

const withNumbers = (plan: Plan, all: string): string => {
  const key = plan.target.numbered ?? ''
  const next = isHash(plan) ? hashOf(`${key} || '#' || nth`) : `${key} || '#' || nth`
  const list = Object.keys(shape(plan).columns).map(name =>
    name === key ? `${next} AS ${key}` : ident(name),
  )
  return `SELECT ${list.join(', ')} FROM ${all} JOIN later ON file_row_number = place`
}

const summed = (plan: Plan, good: string): string => {
  const { columns, key } = shape(plan)
  const kept = plan.target.kept ?? []
  const list = Object.entries(columns).map(([name, { type }]) => {
    if (key.includes(name)) return ident(name)
    const adds = ['money', 'quantity', 'count'].includes(type) && !kept.includes(name)
    return `${adds ? 'sum' : 'max'}(${ident(name)}) AS ${ident(name)}`
  })
  return `SELECT ${list.join(', ')} FROM ${good} GROUP BY ${key.map(ident).join(', ')}`
}
