import { join, parse } from 'node:path'
import { Failure, invalid } from '#kernel/error.ts'
import { plainName } from '#kernel/nearest.ts'
import { sourceOf, unrolled } from './index.ts'
import { takeIn } from './intake.ts'
import { ident, quote, type Reading, type Source } from './reading.ts'
import { openSandbox, type Sandbox } from './sandbox.ts'
import { distinct } from './sniff.ts'
import { translated } from './stage.ts'

/** A file by its path, and what people call it. */
export interface Named {
  path: string
  name: string
}

/** A column of the table so far, and the one of the file beside it that says the same. */
interface Key {
  own: number
  other: number
  name: string
}

/** What tells rows of one kind apart, where the file is of nothing else: customers.id is what orders call customer_id. */
const idNames = ['id', 'code', 'no', 'nr', 'number', 'key', 'uuid']

const keysOf = (own: readonly string[], other: readonly string[], file: string): Key[] => {
  const of = plainName(parse(file).name)
  return own.flatMap((name, i) =>
    other.flatMap((word, j) => {
      const [mine, its] = [plainName(name), plainName(word)]
      const kind = mine.endsWith(its) ? mine.slice(0, -its.length) : ''
      const same = mine === its || (idNames.includes(its) && kind.length > 2 && of.includes(kind))
      return same ? [{ own: i, other: j, name }] : []
    }),
  )
}

/** What a cell says, however a spreadsheet wrote the number in it. */
const said = (cell: string) => `regexp_replace(trim(${cell}), '^(\\d+)\\.0$', '\\1')`
const saidAll = (table: string, places: readonly number[]) =>
  places.length === 1
    ? said(`${table}.c${places[0]}`)
    : `nullif(concat_ws(chr(31), ${places.map(at => `coalesce(${said(`${table}.c${at}`)}, '')`).join(', ')}), '')`

/** What a row of the table so far (p) and one of the file beside it (o) say of the key. */
const bothSay = (keys: readonly Key[]) =>
  [
    saidAll(
      'p',
      keys.map(one => one.own),
    ),
    saidAll(
      'o',
      keys.map(one => one.other),
    ),
  ] as const

/** Rows of a table, those of them that say the key, how many keys there are; how many rows of `from` find theirs. */
const countsOf = async (sandbox: Sandbox, keys: readonly Key[], table: string, from: string) => {
  const [own, other] = bothSay(keys)
  const [row] = await sandbox.rows<Record<string, string>>(
    `SELECT o.*, p.* FROM (SELECT count(nullif(${other}, '')) AS said, count(DISTINCT nullif(${other}, '')) AS keys FROM ${table} o) o,
       (SELECT count(*) FILTER (${own} IN (SELECT ${other} FROM ${table} o WHERE ${other} <> '')) AS found, count(*) AS rows FROM ${from} p) p`,
  )
  const [found, rows] = [Number(row?.found), Number(row?.rows)]
  return { unique: Number(row?.keys) > 0 && row?.keys === row?.said, found, rows }
}

/** By which columns the rows of a file are found: the one that finds most, or all that go by the same name together. */
const keyOf = async (
  sandbox: Sandbox,
  keys: readonly Key[],
  { table, from, main, name }: { table: string; from: string; main: string; name: string },
) => {
  if (keys.length === 0)
    throw invalid(
      `${main} and ${name} have no column of the same name, so nothing says which rows belong together.`,
      'Give the column that both have one name, such as order_id.',
    )
  const ways = [...keys.map(key => [key]), ...(keys.length > 1 ? [keys] : [])]
  const counted = []
  for (const way of ways) counted.push({ way, ...(await countsOf(sandbox, way, table, from)) })
  const [best] = counted.filter(one => one.unique).sort((a, b) => b.found - a.found)
  const words = keys.map(key => key.name).join(', ')
  if (!best)
    throw invalid(
      `${name} has several rows of one ${words}: rows of ${main} would come in several times.`,
      `Name the file with the most rows first, as in \`import ${name} --with ${main}\`; what is said several times of one row cannot stand beside it.`,
      { several: words },
    )
  if (best.found === 0)
    throw invalid(
      `No row of ${main} finds its own in ${name} by ${best.way.map(key => key.name).join(', ')}.`,
      'Are the files of the same shop and period?',
    )
  return best
}

/** A table of texts, its rows numbered as they stand in the file. */
const tableOf = async (sandbox: Sandbox, source: Source, name: string, as: string): Promise<void> => {
  const places = source.columns.map((_, i) => i)
  const cells = places.map(i => `CAST(c${i} AS VARCHAR) AS c${i}`).join(', ')
  const fault = source.fault ? `${source.fault} AS _fault` : 'false AS _fault'
  await sandbox.run(
    `CREATE TABLE ${as} AS SELECT ${cells}, ${fault}, row_number() OVER () AS _n FROM ${source.from('keep', places)}`,
  )
  const broken = source.split
    ? await sandbox.rows<{ line: string }>('SELECT DISTINCT line FROM reject_errors ORDER BY 1 LIMIT 5')
    : []
  const faults = await sandbox.rows<{ line: string }>(
    `SELECT _n AS line FROM ${as} WHERE _fault ORDER BY 1 LIMIT 5`,
  )
  const lines = [...broken, ...faults].map(row => row.line)
  if (lines.length > 0)
    throw invalid(
      `${name} has lines that could not be split into cells (${lines.join(', ')}).`,
      'Mend them: who is left out of several files that belong together is missed in none.',
    )
}

/** Files whose columns are the same hold more of the same rows: beside each other the rows of one would be lost. */
const refuseAlike = (opened: readonly { source: Source; name: string }[]): void => {
  const columns = opened.map(({ source }) =>
    source.columns
      .map(column => plainName(column.name))
      .sort()
      .join(),
  )
  const at = columns.findIndex((own, i) => columns.indexOf(own) < i)
  if (at < 0) return
  const [one, other] = [opened[columns.indexOf(columns[at] ?? '')], opened[at]]
  throw invalid(
    `${one?.name} and ${other?.name} have the same columns: they hold more rows of one kind, and do not belong beside each other.`,
    'Import them one after the other.',
  )
}

/** Rows of a table beside which none of the main file stands. */
const unusedOf = async (sandbox: Sandbox, keys: readonly Key[], table: string, from: string) => {
  const [own, other] = bothSay(keys)
  const [row] = await sandbox.rows<{ unused: string }>(
    `SELECT count(*) FILTER (${other} IS NULL OR ${other} = '' OR ${other} NOT IN (SELECT ${own} FROM ${from} p WHERE ${own} IS NOT NULL)) AS unused FROM ${table} o`,
  )
  return Number(row?.unused)
}

const many = (n: number) => n.toLocaleString('en')

/** Which columns join a file, how many rows found theirs in it, and how many of its own are lost. */
const joinedWords = (
  { name, main, keys }: { name: string; main: string; keys: readonly Key[] },
  { found, rows, unused }: { found: number; rows: number; unused: number },
): string => {
  const by = keys.map(key => `“${key.name}”`).join(' and ')
  const theirs = found === rows ? `all ${many(rows)} rows` : `${many(found)} of ${many(rows)} rows`
  const lost =
    unused === 0
      ? ''
      : `; ${many(unused)} of its own rows ${unused === 1 ? 'belongs' : 'belong'} to none of them and ${unused === 1 ? 'stays' : 'stay'} out`
  return `${name} stands beside the rows of ${main} by ${by}: ${theirs} find theirs${lost}.`
}

export interface JoinedFiles {
  /** A CSV of the rows of the first with what the others say of each. */
  path: string
  /** Of each of the others, as they were named, how it was joined, in words. */
  words: string[]
}

interface JoinHow {
  /** How the first is read; the others are recognised. */
  reading?: Reading
  /** Of the store. */
  currency?: string | undefined
}

/**
 * Several files that belong together as one: beside each row of the first what the others say of it, found by the column
 * they share. Rows are those of the first, no more and no less; the others may stand in any order. Writes into `work`.
 * @throws Failure('invalid') where nothing says which rows belong together, or one would find several.
 */
export const joinFiles = async (
  first: Named,
  beside: readonly Named[],
  work: string,
  { reading = {}, currency }: JoinHow = {},
): Promise<JoinedFiles> => {
  const files = [first, ...beside]
  const opened: { source: Source; name: string; path: string }[] = []
  for (const [i, { path, name }] of files.entries()) {
    const own = join(work, `file-${i}`)
    const asked = i === 0 ? { ...reading, turned: false } : { turned: false }
    const intake = await unrolled(await takeIn(path, { raw: own, work: own }, asked), asked, own)
    const { source } = await sourceOf(intake, asked, own, currency ?? '')
    opened.push({ source, name, path: intake.path })
  }
  const [main, ...others] = opened
  if (!main) throw invalid('No file is named.')
  refuseAlike(opened)
  const sandbox = await openSandbox(main.path, work, { ordered: true })
  const words = new Map<string, string>()
  try {
    await tableOf(sandbox, main.source, main.name, 'p0')
    let names = main.source.columns.map(column => column.name)
    const left = [...others]
    for (let i = 0; left.length > 0; i++) {
      // What tells clients may stand in the orders, which are beside the lines only then.
      const keysIn = ({ source, name }: (typeof left)[number]) =>
        keysOf(
          names,
          source.columns.map(column => column.name),
          name,
        )
      const next = left.find(one => keysIn(one).length > 0) ?? left[0]
      if (!next) break
      left.splice(left.indexOf(next), 1)
      const { source, name, path } = next
      const [from, table, made] = [`p${i}`, `o${i}`, `p${i + 1}`]
      await tableOf(sandbox, source, name, table)
      const other = source.columns.map(column => column.name)
      const { way, found, rows } = await keyOf(sandbox, keysIn(next), { table, from, main: main.name, name })
      const unused = await unusedOf(sandbox, way, table, from)
      const more = other.flatMap((_, at) => (way.some(key => key.other === at) ? [] : [at]))
      const [own, its] = bothSay(way)
      const cells = more.map((at, n) => `o.c${at} AS c${names.length + n}`)
      await sandbox.run(
        `CREATE TABLE ${made} AS SELECT ${['p.*', ...cells].join(', ')} FROM ${from} p LEFT JOIN ${table} o ON ${own} = ${its} AND ${its} <> ''`,
      )
      await sandbox.run(`DROP TABLE ${from}`)
      await sandbox.run(`DROP TABLE ${table}`)
      const stem = parse(name).name
      const known = new Set(names.map(plainName))
      names = distinct([
        ...names,
        ...more.map(at =>
          known.has(plainName(other[at] ?? '')) ? `${other[at]} (${stem})` : (other[at] ?? ''),
        ),
      ])
      words.set(path, joinedWords({ name, main: main.name, keys: way }, { found, rows, unused }))
    }
    const path = join(work, 'joined.csv')
    const columns = names.map((name, i) => `c${i} AS ${ident(name)}`).join(', ')
    // A semicolon says, as it does in any file, that commas are of numbers.
    const delimiter = main.source.decimal === ',' ? ';' : ','
    await sandbox.run(
      `COPY (SELECT ${columns} FROM p${others.length} ORDER BY _n) TO ${quote(path)} (FORMAT csv, HEADER true, DELIMITER ${quote(delimiter)})`,
    )
    return { path, words: others.map(one => words.get(one.path) ?? '') }
  } catch (cause) {
    throw translated(cause)
  } finally {
    sandbox.close()
  }
}

/**
 * The same of files of which nobody said whose rows are meant: the first as they are named that has one row at most in each
 * of the others for each of its own. `order` has their places, that one first.
 * @throws Failure('invalid') of the first, where none is.
 */
export const joinInSomeOrder = async (
  files: readonly Named[],
  work: string,
  how: JoinHow = {},
): Promise<JoinedFiles & { order: number[] }> => {
  const refused: Failure[] = []
  for (const [at, first] of files.entries()) {
    const places = [at, ...files.flatMap((_, place) => (place === at ? [] : [place]))]
    const others = places.slice(1).flatMap(place => files[place] ?? [])
    try {
      return { ...(await joinFiles(first, others, join(work, `way-${at}`), how)), order: places }
    } catch (cause) {
      if (!(cause instanceof Failure) || cause.code !== 'invalid') throw cause
      refused.push(cause)
    }
  }
  const [several, other] = [true, false].map(is =>
    refused.find(one => 'several' in (one.details ?? {}) === is),
  )
  if (other) throw other
  throw invalid(
    `Each of ${files.map(one => one.name).join(' and ')} has several rows of one ${several?.details?.several}, so none can stand beside the other.`,
    'Import them one after the other.',
  )
}
