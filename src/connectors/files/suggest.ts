import { countsWrongly, type OrderTotals, orderTotals } from '#kernel/order-totals.ts'
import { headsOf, headsWords } from './heads.ts'
import type { JsonShape } from './json-tree.ts'
import { likeness } from './likeness.ts'
import { feesOf, isOfOrders, mendedBy } from './mended-guess.ts'
import { fits, presetMapping } from './preset.ts'
import { presets } from './presets/index.ts'
import type { Mapping, Preview, ValueType } from './reading.ts'
import { soldRows } from './sold-rows.ts'
import type { Target, TargetColumn } from './target.ts'
import { targets } from './targets/index.ts'
import { salesLines } from './targets/sales-lines.ts'
import { guessOfTurned, type Turned } from './turned.ts'
import {
  isOfSearchResults,
  ofSales,
  searchResultsWords,
  type Unlike,
  unlikeSales,
  unlikeWords,
} from './unlike-sales.ts'

export interface Seen {
  name: string
  type: ValueType
  examples: readonly string[]
  /** What it could also be called: inside an object a name says less than the way to it. */
  also?: readonly string[]
  /** `also` is its name under a heading of several columns. */
  qualified?: boolean
}

/** What is known of a file beside its columns. */
interface About {
  /** Lines above the headings. */
  title?: string
  /** Of the store it goes into. */
  currency?: string | undefined
  turned?: Turned | undefined
}

/** May a column with such values stand for the target column? */
const suits = (column: TargetColumn, seen: Seen): boolean => {
  if (seen.examples.length === 0) return true
  if (column.only && !seen.examples.every(cell => column.only?.includes(cell.toLowerCase()))) return false
  // A share is no amount.
  if (column.kind === 'number')
    return seen.type === 'number' && !seen.examples.some(cell => cell.endsWith('%'))
  if (column.kind === 'time')
    return (
      seen.type === 'date' ||
      seen.type === 'time' ||
      /^\d{5}(\.\d+)?$|^\d{8}$|^\d{10}$|^\d{13}$/.test(seen.examples[0] ?? '')
    )
  if (column.kind === 'flag') return seen.type === 'flag'
  return column.kind === 'code' || seen.type !== 'date'
}

/** A column named as plainly as can be is meant, also where a few of its values are broken: those rows will say so. */
const scoreOf = (column: TargetColumn, friendly: string, seen: Seen): number => {
  const other = (seen.also ?? []).map(name => likeness(column, friendly, name) * 0.97)
  // Under a heading of several columns its own word says less: the name of a vendor is no name of a product.
  const own = likeness(column, friendly, seen.name) * (seen.qualified ? 0.9 : 1)
  const called = Math.max(own, ...other)
  const named = called * (seen.examples.length === 0 ? 0.5 : 1)
  if (suits(column, seen)) return named
  // Of a number or a day some are there to be seen; a column of words alone is something else by the same name.
  const broken = seen.type === 'text' && named > 0.9 && !column.only
  return broken && seen.examples.some(cell => /\d/.test(cell)) ? named * 0.8 : 0
}

const wayOf = (lines: string) => `${lines.replaceAll(/\.?\b(edges|nodes)\b/g, '')}.`
const isOfLine = (name: string, { lines }: Pick<JsonShape, 'lines'>) =>
  lines !== '' && name.startsWith(wayOf(lines))

/** What a column of JSON could be called in a table: without the way to it, or after what it is of. */
const alsoCalled = (name: string, shape: Pick<JsonShape, 'records' | 'lines'>): string[] => {
  if (isOfLine(name, shape)) return [name.slice(wayOf(shape.lines).length)]
  const last = name.split('.').at(-1) ?? name
  if (name.includes('.')) return [last]
  const records = shape.records
    .split('.')
    .filter(part => !/^(edges|nodes|data)$/.test(part))
    .at(-1)
  const of = records ? records.replace(/s$/i, '') : shape.lines ? 'order' : ''
  return of === '' ? [] : [`${of} ${name}`]
}

/** What tells orders apart: the column that is best called so, and what the file's numbers are by it. */
const totalsOf = (
  columns: readonly Seen[],
  rows: readonly string[][],
  shape: Pick<JsonShape, 'records' | 'lines'> | null,
): OrderTotals | null => {
  const [order] = targets.flatMap(target => target.columns.order_id ?? [])
  const scores = columns.map(seen => (order ? scoreOf(order, 'order_id', seen) : 0))
  const best = scores.indexOf(Math.max(...scores))
  if (best < 0 || (scores[best] ?? 0) < 0.5) return null
  const names = columns.map(one => one.name)
  if (shape?.lines) {
    // Where the lines are a list inside the order there is nothing to guess.
    const numbers = columns.filter((one, i) => one.type === 'number' && i !== best)
    const orders = new Set(rows.map(row => row[best])).size
    const stands = (name: string) => (isOfLine(name, shape) ? ('line' as const) : ('each' as const))
    const found = numbers.map(({ name }) => ({ column: name, stands: stands(name), orders }))
    return { by: names[best] ?? '', columns: found }
  }
  return ofNumbers(orderTotals(names, rows, best), columns)
}

const ofNumbers = (totals: OrderTotals, columns: readonly Seen[]): OrderTotals => {
  const numbers = new Set(columns.flatMap(one => (one.type === 'number' ? one.name : [])))
  return { ...totals, columns: totals.columns.filter(one => numbers.has(one.column)) }
}

/** Without a total of the order its lines are sales lines, and rows that each are an order with no price of a line are orders. */
const isOfLines = (mapped: Readonly<Record<string, string>>, totals: OrderTotals | null): boolean =>
  Object.keys(mapped).some(name => /^order_(?!id)/.test(name)) &&
  ('unit_price' in mapped || (totals !== null && totals.columns.length > 0))

/** Columns that say different things in one order. */
const variesWithin = (columns: readonly Seen[], rows: readonly string[][], by: string): Set<string> => {
  const order = columns.findIndex(one => one.name === by)
  const first = new Map<string, readonly string[]>()
  const varies = new Set<string>()
  for (const row of rows) {
    const one = first.get(row[order] ?? '')
    if (!one) first.set(row[order] ?? '', row)
    else
      columns.forEach(({ name }, i) => {
        if (row[i] && one[i] && row[i] !== one[i]) varies.add(name)
      })
  }
  return varies
}

/**
 * Columns that cannot number lines: they say the same twice in one order, or more in all orders than lines stand in any, and
 * yet again in others, as codes of products do.
 */
const numbersNone = (
  columns: readonly Seen[],
  rows: readonly string[][],
  by: string | undefined,
): Set<string> => {
  const at = columns.findIndex(one => one.name === by)
  const sizes = new Map<string, number>()
  for (const row of rows) sizes.set(row[at] ?? '', (sizes.get(row[at] ?? '') ?? 0) + 1)
  const most = Math.max(1, ...sizes.values())
  return new Set(
    columns.flatMap(({ name }, i) => {
      const filled = rows.filter(row => (row[i] ?? '').trim() !== '')
      const distinct = new Set(filled.map(row => row[i])).size
      const within = new Set(filled.map(row => `${row[at] ?? ''}\u001f${row[i]}`)).size
      return distinct < filled.length && (within < filled.length || distinct > most) ? [name] : []
    }),
  )
}

/** Columns of which each order has its own, as what tells guests apart: of two that say who bought the other does. */
const eachOrderOwn = (
  columns: readonly Seen[],
  rows: readonly string[][],
  by: string | undefined,
): Set<string> => {
  const at = columns.findIndex(one => one.name === by)
  const orders = new Set(rows.map(row => row[at])).size
  if (at < 0 || orders < 20) return new Set()
  return new Set(
    columns.flatMap(({ name }, i) => (new Set(rows.map(row => row[i])).size >= orders ? [name] : [])),
  )
}

/** Money of an order, and what a line calls its own. */
const inOrders: Readonly<Record<string, string>> = {
  order_discount: 'discount',
  order_shipping: 'shipping',
  order_tax: 'tax',
}

const forTarget = (
  target: Target,
  columns: readonly Seen[],
  totals: OrderTotals | null,
  varies: ReadonlySet<string>,
  unnumbering: ReadonlySet<string>,
  own: ReadonlySet<string>,
) => {
  const stands = new Map(totals?.columns.map(one => [one.column, one.stands]))
  /** A column that would be counted wrongly is not it; beside the totals of orders, what may be one is one. */
  const share = (friendly: string, { name }: Seen): number => {
    // An order has one buyer: what changes within it is none.
    if (friendly === 'account_id' && 'order_id' in target.columns && varies.has(name)) return 0
    if (friendly === 'line_id' && unnumbering.has(name)) return 0
    if (friendly === 'customer_id' && own.has(name)) return 0.5
    const known = stands.get(name)
    if (known && countsWrongly(target.name, friendly, known)) return 0
    const either = !known && target.name === 'order_lines' && countsWrongly(target.name, friendly, 'each')
    return either ? 0.9 : 1
  }
  /** What is seen to be the order's may go by what a line calls it. */
  const ofOrder = (column: TargetColumn, friendly: string, seen: Seen): number => {
    const own = scoreOf(column, friendly, seen)
    const [line, known] = [inOrders[friendly], stands.get(seen.name)]
    const said = line && known && known !== 'line' ? salesLines.columns[line] : undefined
    return said && line ? Math.max(own, 0.95 * scoreOf(said, line, seen)) : own
  }
  const pairsOf = (product: boolean) =>
    Object.entries(target.columns)
      .filter(([, column]) => (column.product !== undefined) === product)
      .flatMap(([friendly, column]) =>
        columns.map(seen => ({
          friendly,
          seen,
          score: ofOrder(column, friendly, seen) * share(friendly, seen),
        })),
      )
      .filter(pair => pair.score > 0)
      .sort((a, b) => b.score - a.score)
  const mapped: Record<string, string> = {}
  const used = new Set<string>()
  let sum = 0
  const take = (pairs: ReturnType<typeof pairsOf>) => {
    for (const { friendly, seen, score } of pairs) {
      if (friendly in mapped || used.has(seen.name)) continue
      mapped[friendly] = seen.name
      used.add(seen.name)
      sum += score
    }
  }
  take(pairsOf(false))
  // Where no other day is told, the day of the order is when it was sold.
  const { ordered_at } = mapped
  if (ordered_at && 'at' in target.columns && !('at' in mapped || 'date' in mapped)) {
    mapped.at = ordered_at
    delete mapped.ordered_at
  }
  const dated = onlyDate(target, columns, mapped, used)
  if (dated) {
    mapped[dated.friendly] = dated.name
    used.add(dated.name)
    sum += 0.5
  }
  const ofRows = sum
  // What is left may say something of the products; which kind of rows they are, it does not.
  if ('sku' in mapped) take(pairsOf(true))
  const unmapped = columns.map(one => one.name).filter(name => !used.has(name))
  return { mapped, sum: ofRows, unmapped }
}

/** Days of something else than a sale. */
const otherDays =
  /ship|deliver|\bdue|expir|birth|limit|valid|estimat|expect|promis|update|modif|liefer|versand|f[äa]llig|geburt|livraison|entrega|consegna/i

/** Where nothing but the day is missing and one column alone holds dates, whatever it is called, that is the day. */
const onlyDate = (
  target: Target,
  columns: readonly Seen[],
  mapped: Record<string, string>,
  used: ReadonlySet<string>,
): { friendly: string; name: string } | null => {
  const friendly = Object.keys(target.columns).find(name => target.columns[name]?.kind === 'time')
  const dates = columns.filter(one => !used.has(one.name) && (one.type === 'date' || one.type === 'time'))
  const [date] = dates
  if (!friendly || !date || dates.length > 1) return null
  if (ofSales.includes(target.name) && otherDays.test(date.name)) return null
  const lacks = (given: Record<string, string>) => target.missing(name => name in given) !== null
  return lacks(mapped) && !lacks({ ...mapped, [friendly]: date.name }) ? { friendly, name: date.name } : null
}

/** What the values alone say, where headers are missing or strange. */
const byValues = (columns: readonly Seen[], rows: readonly string[][]) => {
  const noMoney = /\b(rates?|index|kurs|ratio|share|percent|score|temperature|latitude|longitude)\b|%/i
  const mapped: Record<string, string> = {}
  columns.forEach((seen, i) => {
    const cells = rows.map(row => (row[i] ?? '').trim()).filter(cell => cell !== '')
    const put = (name: string) => {
      if (!(name in mapped)) mapped[name] = seen.name
    }
    if (seen.type === 'date' || seen.type === 'time') put('at')
    else if (seen.type === 'number') {
      const fractions = cells.some(cell => /[.,]\d/.test(cell))
      const largest = Math.max(...cells.slice(0, 500).map(cell => Math.abs(Number(cell)) || 0))
      if (noMoney.test(seen.name)) return
      if (fractions) put('amount')
      else if (largest <= 1000 && !cells.every(cell => /^0\d/.test(cell))) put('quantity')
      else put('customer_id')
    }
  })
  const used = new Set(Object.values(mapped))
  return { mapped, unmapped: columns.map(one => one.name).filter(name => !used.has(name)) }
}

/** What goes back has the columns of what is sold: a file of it says so in some word. */
const takenBack =
  /refund|return|credit|erstatt|gutschrift|retour|rembours|reembols|devoluci|rimbors|\breso\b/i

/** So has what is bought of a vendor: a bare list of orders is of those that were sold. */
const bought =
  /purchas|\bp\.?o\b|\bpo[\s_-]?(id|no|nr|number|line|date)|vendor|supplier|\bdue\b|expected|promised|receiv|goods.?receipt|einkauf|lieferant|liefertermin|fournisseur|achat|proveedor|compra|fornitore|acquisto|leverancier|inkoop|leverand|ink[oö]p|仕入|発注|供应商|采购/i

/** Kinds of rows that are of no order of a customer. */
const ofVendors = ['purchase_orders', 'receipts']
const ofThings = ['customers', 'accounts', 'products', 'product_costs', 'stock']

const unlessSaid: Readonly<Record<string, RegExp>> = {
  refunds: takenBack,
  purchase_orders: bought,
}

/** Where nothing fits: what comes nearest, and what it lacks. */
const nearestWords = (
  all: readonly { target: Target; mapped: Record<string, string>; sum: number }[],
): string[] => {
  const lacking = ({ target, mapped }: (typeof all)[number]) => target.missing(name => name in mapped)
  // What lacks nothing and was not suggested is something else.
  const [near] = all.filter(one => lacking(one) !== null).sort((a, b) => b.sum - a.sum)
  const lacks = near && near.sum > 0.9 ? lacking(near) : null
  return near && lacks
    ? [
        `No kind of rows fits. Nearest are ${near.target.label.toLowerCase()}, of which the file does not say ${lacks}. Where another file says it, as orders do of their lines, both come in together: add it beside this one, on the command line with --with FILE.`,
      ]
    : ['No kind of rows fits: say below what its rows are, and where each value comes from.']
}

/**
 * What the file could be, best guess first, presets that fit before anything guessed; and for each kind of rows where
 * its columns would come from.
 */
export const suggest = (
  seen: readonly Seen[],
  rows: readonly string[][],
  shape: Pick<JsonShape, 'records' | 'lines'> | null = null,
  about: About = {},
): Pick<Preview, 'suggestions' | 'guesses' | 'totals' | 'warnings'> => {
  const { turned } = about
  const columns = shape ? seen.map(one => ({ ...one, also: alsoCalled(one.name, shape) })) : seen
  const names = columns.map(column => column.name)
  const sold = shape ? rows : soldRows(names, rows)
  const told = totalsOf(columns, sold, shape)
  const heads = told && !shape ? headsOf(names, rows, told.by) : null
  const totals = heads ? ofNumbers(heads.totals, columns) : told
  const fitting = presets
    .filter(preset => fits(preset, names))
    .sort((a, b) => b.needs.length - a.needs.length)
    .map(preset => {
      const mapping = presetMapping(preset, names)
      const text = Object.values(mapping.columns).join(' ')
      return {
        preset: preset.name,
        mapping,
        confidence: 0.99,
        unmapped: names.filter(name => !text.includes(name)),
      }
    })
  const varies = totals ? variesWithin(columns, sold, totals.by) : new Set<string>()
  const unnumbering = numbersNone(columns, rows, told?.by)
  const own = eachOrderOwn(columns, sold, told?.by)
  const all = targets
    .map((target, order) => ({
      target,
      order,
      ...forTarget(target, columns, totals, varies, unnumbering, own),
    }))
    .map(one => (turned ? guessOfTurned(one, turned) : one))
    .map(one =>
      heads && one.target.name === 'order_lines'
        ? { ...one, mapped: { ...one.mapped, head: heads.when } }
        : one,
    )
  const guesses = all.map(({ target, mapped }) => {
    const complete = target.missing(name => name in mapped) === null
    return { target: target.name, columns: mapped, complete }
  })
  const isSales = (target: string) => ofSales.includes(target)
  const words = [about.title, ...names].join(' ')
  const { order_id } = salesLines.columns
  const namesOrder = columns.some(seen => order_id && scoreOf(order_id, 'order_id', seen) > 0.9)
  const ranked = all
    .filter(({ target, mapped }) => target.missing(name => name in mapped) === null)
    .filter(({ target, mapped }) => target.name !== 'order_lines' || heads || isOfLines(mapped, totals))
    // Rows that each name their order are no list of products, stock or people.
    .filter(({ target }) => !(namesOrder && ofThings.includes(target.name)))
    // Nor are orders ones to a vendor by themselves.
    .filter(({ target }) => !(namesOrder && ofVendors.includes(target.name) && !bought.test(words)))
    // Rows of two kinds are neither lines nor orders alone.
    .filter(({ target }) => !heads || target.name === 'order_lines' || !isSales(target.name))
    .map(({ target, order, mapped, sum, unmapped }) => {
      const share = sum / Math.max(columns.length, 1)
      // Many words of one kind of table outweigh the order in which targets are listed.
      const titled = about.title?.toLowerCase().includes(target.label.toLowerCase()) ? 0.2 : 0
      const said = unlessSaid[target.name]
      const unsaid = said && !said.test(words) ? 0.3 : 0
      const confidence = Math.min(0.95, 0.35 + 0.6 * share + titled) - order * 0.003 - unsaid
      const mapping: Mapping = { target: target.name, columns: mapped }
      return { preset: null, mapping, confidence: Math.round(confidence * 100) / 100, unmapped }
    })
    .sort((a, b) => b.confidence - a.confidence)
  // A file of people or of traffic may count orders, too: only what would else be sales is said to be none.
  const [first] = ranked
  const like = !first || isSales(first.mapping.target) ? unlikeSales(columns) : null
  const unlike: Unlike | null = first || like?.is === 'statement' ? like : null
  const lines = ranked.find(one => one.mapping.target === 'sales_lines')
  const orders = ranked.find(one => one.mapping.target === 'orders')
  const once =
    lines !== undefined && isOfOrders(lines.mapping.columns, orders?.mapping.columns.order_id, names, sold)
  const fees =
    unlike?.is === 'statement' && unlike.fee
      ? feesOf(unlike.fee, all.find(one => one.target.name === 'ledger_entries')?.mapped ?? {}, columns)
      : null
  const fit = [
    ...(fees ? [{ preset: null, mapping: fees, confidence: 0.4, unmapped: names }] : []),
    ...ranked
      // What would be sales and is none is hardly products either.
      .filter(() => unlike === null)
      .filter(one => !(once && one === lines && ranked.some(other => other.mapping.target === 'orders'))),
  ].slice(0, 4)
  const [best] = fitting.length > 0 ? [] : fit
  const mended = best
    ? mendedBy(best.mapping, columns, { rows, lines: heads?.lines ?? rows }, about.currency)
    : null
  const warnings =
    fitting.length > 0
      ? []
      : [
          ...(unlike ? [unlikeWords(unlike)] : []),
          ...(heads && best?.mapping.columns.head ? [headsWords(heads)] : []),
          ...(mended?.warnings ?? []),
        ]
  const suggestions = [
    ...fitting,
    ...fit.map(one => (one === best && mended ? { ...one, mapping: mended.mapping } : one)),
  ]
  if (suggestions.length > 0 || unlike) return { suggestions, guesses, totals, warnings }
  if (isOfSearchResults(names)) return { suggestions, guesses, totals, warnings: [searchResultsWords] }
  const known = all.some(one => one.sum > 1.7 && !isSales(one.target.name))
  const { mapped, unmapped } = byValues(columns, rows)
  if (known || turned || !('at' in mapped) || !('amount' in mapped))
    return { suggestions, guesses, totals, warnings: [...warnings, ...nearestWords(all)] }
  const mapping = { target: 'sales_lines', columns: mapped }
  return { suggestions: [{ preset: null, mapping, confidence: 0.3, unmapped }], guesses, totals, warnings }
}
