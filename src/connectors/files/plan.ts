import { table } from '#kernel/canonical.ts'
import { duckdbTypes } from '#kernel/duckdb-types.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { nearest, plainName } from '#kernel/nearest.ts'
import { codeSql, flagSql, isBlank, numberSql, plausible, textSql, timeSql } from './cell.ts'
import { compile, isFunction, type Kind, type Scope } from './compile.ts'
import { otherCurrency } from './currency-signs.ts'
import { type Node, parse } from './expression.ts'
import { ident, type Mapping, quote, type Source } from './reading.ts'
import type { Given, Place, Target } from './target.ts'
import { productsNamed } from './targets/named-products.ts'

/** A mapping bound to a file: the SQL that turns its records into canonical rows. */
export interface Plan {
  target: Target
  /** Rows of the canonical table with `_reason` (NULL for good ones). */
  staged: string
  /** Staged rows say in `_extra` whether they are beside the one their record makes. */
  extra: boolean
  /** Staged rows say in `_silent` whether they only say something of others. */
  silent: boolean
  /** Some cells of the records as they came, with their number `_n`, the record `_at` of the file they are of, and `_reason`; for a sandbox that keeps file order. */
  rejected(cells: readonly number[]): string
  /** The same without `_reason`. */
  records(cells: readonly number[]): string
  /** Which columns the mapping gives. */
  given: readonly string[]
  /** What staged rows say of their products; null for nothing. */
  products: {
    /** By the column of the products' table: the staged column, and SQL of its value from SQL of a cell of it. */
    columns: Readonly<Record<string, { from: string; clean(cell: string): string }>>
    place: Place
  } | null
  /** Orders of which the file says that they are no more; null where nothing would say so. */
  gone: string | null
  /** The orders of the file take the place of what was known of them. */
  restates: boolean
  /** What the mapping says of each. */
  headings: Readonly<Record<string, string>>
}

/** Reason and the cell at fault are kept apart until they are shown. */
export const reasonMark = '\u001f'

const words: Record<Kind, string> = { text: 'text', number: 'a number', time: 'a date', flag: 'yes or no' }

/** Binds `mapping` to `source`. @throws Failure that names what is missing, unknown or misspelt. */
export const plan = (mapping: Mapping, source: Source, target: Target, place: Place): Plan => {
  const known = Object.keys(target.columns)
  for (const name of Object.keys(mapping.columns))
    if (!known.includes(name))
      throw invalid(
        `${target.label} have no column “${name}”.`,
        `Nearest: ${nearest(name, known).join(', ')}. All: ${known.join(', ')}.`,
      )
  const leaves = new Map<string, { sql: string; fault: string | null }>()
  const scope = scopeOf(source, place, leaves, target.table === 'exchange_rates')
  // What is said of a product and cannot be read is no reason to leave a sale out.
  const quiet: typeof leaves = new Map()
  const beside = scopeOf(source, place, quiet, false)
  const friendly = new Map<string, string>()
  const cleaners = new Map<string, (cell: string) => string>()
  const said = new Map<string, readonly string[] | null>()
  const before = new Set<string>()
  const money = new Set<string>()
  let filledLater = false
  for (const [name, text] of Object.entries(mapping.columns)) {
    const column = target.columns[name]
    if (!column || text.trim() === '') continue
    const node = explained(name, text, () => bind(text, source))
    if (column.product && column.kind !== 'number' && node.is === 'column') {
      // Of a million rows few cells differ: they are cleaned when only those are left.
      friendly.set(name, asItStands(node.name, source, quiet))
      const plain = (cell: string) => textSql(cell, anyText, source.mended)
      cleaners.set(name, column.kind === 'code' ? cell => codeSql(plain(cell)) : plain)
      continue
    }
    const sql = explained(name, text, () =>
      compile(node, column.product ? beside : scope, column.kind === 'code' ? 'text' : column.kind),
    )
    for (const leaf of leaves.keys())
      if (!before.has(leaf)) {
        before.add(leaf)
        if (column.kind === 'number' && name !== 'quantity' && leaf.startsWith('number_')) money.add(leaf)
      }
    // Of an order's rows one may say the currency of all.
    if (name === 'currency') filledLater = node.is === 'column' && target.whole !== undefined
    said.set(name, textsOf(node))
    friendly.set(name, column.kind === 'code' ? codeSql(sql) : sql)
  }
  const missing = target.missing(name => friendly.has(name))
  if (missing)
    throw invalid(
      `The mapping does not say ${missing}.`,
      `The file has: ${source.columns.map(c => c.name).join(', ')}.`,
    )
  const flag = (name: 'where' | 'gone', text: string) =>
    explained(name, text, () => `coalesce(${compile(bind(text, source), scope, 'flag')}, false)`)
  const taken = mapping.where ? flag('where', mapping.where) : null
  if (mapping.gone && !taken)
    throw invalid(
      '“gone” says which of the rows left out are of orders that are no more, and none is left out.',
      'Leave them out with “where”, too.',
    )
  const gone =
    mapping.gone && target.table === 'sales_lines' ? `(NOT ${taken} AND ${flag('gone', mapping.gone)})` : null
  if ((gone || mapping.restates) && !(target.table === 'sales_lines' && friendly.has('order_id')))
    throw invalid(
      `The mapping says ${gone ? 'which orders are gone' : 'that the file restates its orders'}, and not which row is of which.`,
      'Map `order_id`.',
    )
  for (const [name, { sql }] of quiet) if (!leaves.has(name)) leaves.set(name, { sql, fault: null })
  if ('currency' in target.columns)
    for (const leaf of money)
      notElsewhere(leaf, source, leaves, {
        mapped: friendly.has('currency'),
        filledLater,
        own: place.currency,
      })
  const given = [...friendly.keys()]
  const ofProduct = given.find(name => target.columns[name]?.product)
  if (ofProduct && !friendly.has('sku'))
    throw invalid(
      `${ofProduct} says something of a product, and the mapping does not say which: map \`sku\`.`,
      `The file has: ${source.columns.map(c => c.name).join(', ')}.`,
    )
  const named = productsNamed(target, given)
  return {
    target,
    given,
    products: named && {
      columns: Object.fromEntries(
        Object.entries(named).map(([column, name]) => [
          column,
          {
            from: target.columns[name]?.product ? `p_${name}` : name,
            clean: cleaners.get(name) ?? (cell => cell),
          },
        ]),
      ),
      place,
    },
    headings: mapping.columns,
    restates: mapping.restates === true,
    ...statements(source, target, place, mapping, leaves, friendly, said, { taken, gone }),
  }
}

/** Rejects rows in which a column of money names a currency that is not the one its row is taken in. */
const notElsewhere = (
  leaf: string,
  source: Source,
  leaves: Map<string, { sql: string; fault: string | null }>,
  { mapped, filledLater, own }: { mapped: boolean; filledLater: boolean; own: string },
): void => {
  const index = Number(leaf.split('_').at(-1))
  const [column, known] = [source.columns[index], leaves.get(leaf)]
  if (!column || !known || column.sql !== 'text') return
  const rowIn = !mapped
    ? quote(own)
    : filledLater
      ? `nullif(upper(f_currency), '')`
      : `coalesce(nullif(upper(f_currency), ''), ${quote(own)})`
  const reason = quote(`${column.name} names another currency than its row is taken in${reasonMark}`)
  const fault = `WHEN ${otherCurrency(`c${index}`, rowIn)} THEN ${reason} || left(c${index}, 200)`
  leaves.set(leaf, { ...known, fault: [known.fault, fault].filter(Boolean).join('\n    ') })
}

const explained = <T>(name: string, text: string, work: () => T): T => {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof Failure) || cause.message.startsWith(`${name}:`)) throw cause
    throw invalid(`${name}: ${cause.message}`, cause.next ?? `It says: ${text}`)
  }
}

/** Words with blanks, a unit in brackets behind them, are a column the file lacks sooner than a misspelt formula. */
const headingLike = /^[\p{L}\p{N} _.#/-]+( \([\p{L}\p{N} _.%#/-]+\))?$/u

/** A mapping's value is a column where one is called so, else an expression. */
const bind = (text: string, source: Source): Node => {
  const index = find(text, source)
  if (index !== null) return { is: 'column', name: text }
  try {
    const node = parse(text)
    if (node.is === 'call' && !isFunction(node.name) && headingLike.test(text)) throw unknown(text, source)
    return node
  } catch (cause) {
    if (headingLike.test(text)) throw unknown(text, source)
    throw cause
  }
}

/** The texts a value can only be, where it is made of literals; null when it comes from the file. */
const textsOf = (node: Node): string[] | null => {
  if (node.is === 'text') return [node.value]
  if (node.is !== 'case') return null
  const all = [...node.whens.map(one => one.gives), ...(node.otherwise ? [node.otherwise] : [])].map(textsOf)
  return all.every(one => one !== null) ? all.flat() : null
}

/** What means something in an expression, in the order it comes: never taken for a heading's ornament. */
const signsOf = (text: string): string => text.replaceAll(/[^-+*/(),=<>|!'"]/g, '')

/**
 * The column called so. The exact name wins; one that differs in case, accents, blanks or marks is taken where only
 * one does and nothing that means something in an expression would be swallowed.
 */
const find = (name: string, source: Source): number | null => {
  const exact = source.columns.findIndex(column => column.name === name)
  if (exact >= 0) return exact
  const plain = plainName(name)
  const signs = signsOf(name)
  if (plain === '' || /^[\d.]+$/.test(name)) return null
  const alike = source.columns.flatMap((column, i) =>
    plainName(column.name) === plain && (signs === '' || signs === signsOf(column.name)) ? [i] : [],
  )
  return alike.length === 1 ? (alike[0] ?? null) : null
}

const unknown = (name: string, source: Source) => {
  const names = source.columns.map(column => column.name)
  return invalid(`The file has no column “${name}”.`, `Nearest: ${nearest(name, names).join(', ')}.`, {
    columns: names.slice(0, 200),
  })
}

const anyText = { name: '', sql: 'text' as const, dateFormats: [], numericDates: true }

/** The name of a column's cells as they are, text though they may be typed. */
const asItStands = (
  name: string,
  source: Source,
  leaves: Map<string, { sql: string; fault: string | null }>,
): string => {
  const leaf = `raw_${find(name, source)}`
  leaves.set(leaf, { sql: `CAST(c${find(name, source)} AS VARCHAR)`, fault: null })
  return leaf
}

const scopeOf = (
  source: Source,
  place: Place,
  leaves: Map<string, { sql: string; fault: string | null }>,
  rates: boolean,
): Scope => ({
  column(name, kind) {
    const index = find(name, source)
    const column = index === null ? undefined : source.columns[index]
    if (!column) throw unknown(name, source)
    const cell = `c${index}`
    const leaf = `${kind}_${index}`
    if (!leaves.has(leaf)) {
      const sql = {
        text: () => textSql(cell, column, source.mended),
        number: () => numberSql(cell, column, source.decimal, rates),
        time: () => timeSql(cell, column, place.timezone),
        flag: () => flagSql(cell, column),
      }[kind]()
      const filled =
        column.sql === 'text' ? `${cell} IS NOT NULL AND NOT ${isBlank(cell)}` : `${cell} IS NOT NULL`
      const bad = kind === 'time' ? `(${leaf} IS NULL OR NOT ${plausible(leaf)})` : `${leaf} IS NULL`
      const shown = `left(CAST(${cell} AS VARCHAR), 200)`
      const said = quote(`${column.name} is not ${words[kind]}${reasonMark}`)
      const fault =
        kind === 'text'
          ? column.sql === 'text'
            ? `WHEN contains(${leaf}, chr(0)) THEN ${quote(`${column.name} holds a NUL byte${reasonMark}`)} || replace(${shown}, chr(0), '?')`
            : null
          : `WHEN ${bad} AND ${filled} THEN ${said} || ${shown}`
      leaves.set(leaf, { sql, fault })
    }
    return leaf
  },
  parsed(sql, kind) {
    if (kind === 'number') return numberSql(sql, anyText, source.decimal)
    if (kind === 'time') return timeSql(sql, anyText, place.timezone)
    return kind === 'flag' ? flagSql(sql, anyText) : sql
  },
})

const statements = (
  source: Source,
  target: Target,
  place: Place,
  mapping: Mapping,
  leaves: Map<string, { sql: string; fault: string | null }>,
  friendly: Map<string, string>,
  said: Map<string, readonly string[] | null>,
  { taken, gone }: { taken: string | null; gone: string | null },
): Pick<Plan, 'staged' | 'extra' | 'silent' | 'gone' | 'rejected' | 'records'> => {
  const given: Given = {
    has: column => friendly.has(column),
    says: column => said.get(column) ?? null,
    get(column, otherwise) {
      if (friendly.has(column)) return `f_${column}`
      if (otherwise === undefined) throw new Failure('internal', `${target.name} asks for ${column} unasked.`)
      return otherwise
    },
  }
  const { columns, steps = [], faults, last = {}, more, silent } = target.derive(given, place)
  const types = Object.entries(table(target.table).columns)
  const layer = (from: string, added: Record<string, string>) =>
    Object.keys(added).length === 0
      ? from
      : `SELECT *, ${Object.entries(added)
          .map(([name, sql]) => `${sql} AS ${name}`)
          .join(', ')} FROM (${from})`
  const reason = `CASE
    ${source.fault ? `WHEN ${source.fault} THEN 'the line is no JSON object'` : ''}
    ${taken ? `WHEN NOT _taken THEN ${quote(mapping.reason ?? 'left out by the mapping')}` : ''}
    ${[...leaves.values()].flatMap(leaf => leaf.fault ?? []).join('\n    ')}
    ${faults.map(([condition, text]) => `WHEN ${condition} THEN ${quote(text)}`).join('\n    ')}
    END`
  const read = [...leaves.keys()].map(leaf => Number(leaf.split('_').at(-1)))
  const build = (broken: 'keep' | 'skip', more?: readonly number[]) => {
    const cells = [...new Set([...read, ...(more ?? [])])]
    let sql = `SELECT *${more ? ', row_number() OVER () AS _n' : ''} FROM ${source.from(broken, cells)}`
    sql = layer(sql, Object.fromEntries([...leaves].map(([name, leaf]) => [name, leaf.sql])))
    sql = layer(sql, {
      ...Object.fromEntries([...friendly].map(([name, text]) => [`f_${name}`, text])),
      ...(taken && { _taken: taken }),
    })
    for (const step of steps) sql = layer(sql, step)
    if (!target.whole || !friendly.has(target.whole)) return layer(sql, { _reason: reason })
    // Half an order would share its totals out wrongly, and its mended rows would take the place of the others.
    const torn = `bool_or(_own IS NOT NULL${taken ? ' AND _taken' : ''}) OVER (PARTITION BY f_${target.whole})`
    return layer(layer(sql, { _own: reason }), {
      _reason: `coalesce(_own, CASE WHEN ${torn} THEN ${quote(tornReason(target.whole))} END)`,
    })
  }
  const inner = [...friendly.keys()].map(name => `f_${name}`)
  // A row beside the one that a record makes comes of the same reading: the record stands twice.
  const both = (name: string, own: string, beside: string | undefined, wrap: (sql: string) => string) =>
    `${beside === undefined || beside === own ? wrap(own) : `CASE WHEN _extra THEN ${wrap(beside)} ELSE ${wrap(own)} END`} AS ${ident(name)}`
  const typed = (type: keyof typeof duckdbTypes) => (sql: string) =>
    `TRY_CAST(${sql} AS ${duckdbTypes[type]})`
  /** Typed canonical rows over the working columns; what identifies them is told by the others, so it comes last. */
  const canonical = types
    .filter(([name]) => !(name in last))
    .map(([name, { type }]) =>
      both(name, columns[name] ?? lacking(target, name), more?.columns[name], typed(type)),
    )
  const marks = ['_reason', ...(silent ? ['_silent'] : []), ...(more ? ['_extra'] : [])].join(', ')
  const told = Object.keys(last).length > 0 ? inner : []
  const from = more
    ? `(SELECT *, unnest(CASE WHEN ${more.where} AND _reason IS NULL THEN [false, true] ELSE [false] END) AS _extra FROM (${build('keep')}))`
    : `(${build('keep')})`
  const first = `SELECT ${[...canonical, ...told].join(', ')}, ${marks.replace('_silent', `_reason IS NULL AND ${silent} AS _silent`)} FROM ${from}`
  const beside = [...friendly.keys()].filter(name => target.columns[name]?.product)
  const ordered = [
    ...types.map(([name, { type }]) =>
      name in last ? both(name, last[name] ?? '', more?.last[name], typed(type)) : ident(name),
    ),
    ...beside.map(name => `f_${name} AS p_${name}`),
  ]
  const named = (cells: readonly number[], ...more: string[]) =>
    [...cells.map(i => `c${i}`), '_n', ...more].join(', ')
  const toldOf = (sql: string) =>
    layer(
      layer(
        `SELECT * FROM ${source.from('skip', read)}`,
        Object.fromEntries([...leaves].map(([name, leaf]) => [name, leaf.sql])),
      ),
      { _order: friendly.get('order_id') ?? "''", _gone: sql },
    )
  return {
    gone:
      gone &&
      `SELECT _order AS id FROM (${toldOf(gone)}) GROUP BY 1 HAVING bool_and(_gone) AND _order <> '' ORDER BY 1`,
    staged: `SELECT ${ordered.join(', ')}, ${marks} FROM (${first})`,
    extra: more !== undefined,
    silent: silent !== undefined,
    rejected: cells =>
      `SELECT ${named(cells, '_reason', `${source.record ?? '_n'} AS _at`)} FROM (${build('skip', cells)})`,
    records: cells =>
      `SELECT ${named(cells)} FROM (SELECT *, row_number() OVER () AS _n FROM ${source.from('skip', cells)})`,
  }
}

const tornReason = (whole: string): string =>
  `another row of the same ${whole.replace(/_id$/, '').replaceAll('_', ' ')} is rejected: they come in together`

const lacking = (target: Target, name: string): never => {
  throw new Failure('internal', `${target.name} does not derive ${name}.`)
}
