import { plainName } from '#kernel/nearest.ts'
import { isBlank } from './cell.ts'
import { likeness } from './likeness.ts'
import { monthOf } from './months.ts'
import { ident, type Mapping, quote, type Reading } from './reading.ts'
import { isBlankCell, isNumberCell, recognise } from './recognise.ts'
import type { Layout } from './sniff.ts'
import type { Target } from './target.ts'
import { stock as stockTarget } from './targets/catalogue.ts'
import { targets } from './targets/index.ts'

/**
 * A table that is wide: what its rows should say stands in the headings, as the months of a budget and the currencies
 * of a list of rates do, and the warehouses of a list of stock. Each of those cells becomes a row, with its heading beside it.
 */
export interface Turned {
  of: 'months' | 'currencies' | 'places'
  /** Columns that stay, by their place in the file. */
  kept: readonly number[]
  /** Columns that become rows: their place, and what their heading says. */
  cells: readonly { at: number; says: string }[]
  /** Names of the file's own columns. */
  own: readonly string[]
  /** What the turned columns hold: names of the two columns made of them. */
  as: readonly [heading: string, cell: string]
  /** What is known of every row. */
  given: Readonly<Record<string, string>>
  /** Titles of the file, and what could not be told. */
  title: string
  /** Name of the first column that stays. */
  first: string
  /** The year is in no heading and no title. */
  yearless: boolean
  /** No heading and no title says that what the places hold is stock. */
  unsaid?: boolean
  /** Columns of numbers among the months that are read as none of them. */
  among?: readonly string[]
}

const codes = new Set(Intl.supportedValuesOf('currency'))
/** Currencies of which many make one dollar, pound or euro: they tell which way round rates are written. */
const small = ['JPY', 'HUF', 'KRW', 'INR', 'IDR', 'CZK', 'THB', 'PHP', 'ISK']

const cellsAt = (layout: Layout, at: number) =>
  layout.rows.map(row => (row[at] ?? '').trim()).filter(cell => !isBlankCell(cell))
const isOfNumbers = (layout: Layout, at: number): boolean => {
  const cells = cellsAt(layout, at)
  return cells.length > 0 && cells.filter(isNumberCell).length > cells.length * 0.8
}

const totalHeading =
  /^(grand|year|full)?(total|totals|sum|summe|gesamt|totale|totaal|ytd|yeartodate|(fy|q|h)\d+.*)$/

/** Columns beside the turned ones: those of totals and those without a word in them go. */
const keptOf = (layout: Layout, turned: ReadonlySet<number>): number[] =>
  layout.names.flatMap((name, at) => {
    const empty = cellsAt(layout, at).length === 0
    const total = isOfNumbers(layout, at) && totalHeading.test(plainName(name))
    return turned.has(at) || empty || total ? [] : [at]
  })

const monthsOf = (layout: Layout, title: string): Omit<Turned, 'first'> | null => {
  const found = layout.names.flatMap((name, at) => {
    const month = monthOf(name)
    return month && (isOfNumbers(layout, at) || cellsAt(layout, at).length === 0) ? [{ at, ...month }] : []
  })
  const dated = found.every(one => one.year !== null)
  if (found.length < (dated ? 2 : 3) || !found.some(one => isOfNumbers(layout, one.at))) return null
  // Without years the months of one year stand once each.
  const distinct = new Set(found.map(one => `${one.year}-${one.month}`))
  if (distinct.size < found.length) return null
  const years = new Set(`${title} ${layout.names.join(' ')}`.match(/\b20\d{2}\b/g))
  const [only] = years.size === 1 ? years : []
  const kept = keptOf(layout, new Set(found.map(one => one.at)))
  if (kept.length === 0) return null
  const pad = (month: number) => String(month).padStart(2, '0')
  const cells = found.map(({ at, month, year }) => {
    const said = year ?? only
    return { at, says: said ? `${said}-${pad(month)}-01` : String(month) }
  })
  const yearless = !dated && only === undefined
  const [from, to] = [found[0]?.at ?? 0, found.at(-1)?.at ?? 0]
  const among = kept.flatMap(at =>
    at > from && at <= to + 1 && isOfNumbers(layout, at) ? (layout.names[at] ?? '') : [],
  )
  const as = ['Month', 'Amount'] as const
  return { of: 'months', kept, cells, own: layout.names, as, given: {}, title, yearless, among }
}

const currenciesOf = (layout: Layout, title: string): Omit<Turned, 'first'> | null => {
  const found = layout.names.flatMap((name, at) => {
    const code = name.trim().toUpperCase()
    return codes.has(code) && (isOfNumbers(layout, at) || cellsAt(layout, at).length === 0)
      ? [{ at, says: code }]
      : []
  })
  const said = new Set(found.map(one => one.says))
  const major = ['EUR', 'USD', 'GBP', 'JPY', 'CHF'].filter(code => said.has(code))
  if (found.length < 3 || said.size < found.length || major.length < 2) return null
  const kept = keptOf(layout, new Set(found.map(one => one.at)))
  // A list of prices in several currencies has products beside them, rates have days alone.
  const isOfDays = (at: number) => /^(date|time)$/.test(recognise(cellsAt(layout, at), {}, true).type)
  if (kept.length !== 1 || !kept.every(isOfDays)) return null
  // Of what one unit is told: the great currency that the list itself leaves out.
  const base = ['EUR', 'USD', 'GBP'].find(code => !said.has(code))
  const sizes = found
    .filter(one => small.includes(one.says))
    .flatMap(one =>
      cellsAt(layout, one.at)
        .slice(0, 50)
        .map(cell => Number(cell.replace(',', '.'))),
    )
  const per =
    sizes.length === 0
      ? null
      : sizes.every(size => size > 2)
        ? 'base'
        : sizes.every(size => size < 1)
          ? 'quote'
          : null
  const literal = base ? quote(base) : null
  const both = { of: 'currencies' as const, kept, cells: found, own: layout.names, title, yearless: false }
  if (per === 'quote') return { ...both, as: ['Base', 'Rate'], given: literal ? { quote: literal } : {} }
  return { ...both, as: ['Quote', 'Rate'], given: literal && per ? { base: literal } : {} }
}

const stockWord =
  /\b(stock|on ?hand|in ?stock|inventory|available|qty|quantity|units|warehouse|depot|lagerbestand|bestand|lager|entrep[oô]t|almac[eé]n|magazzino|magazijn)\b/gi
/** What else a product has whole numbers of. */
const measure =
  /\b(width|height|length|depth|weight|size|year|month|week|day|rank|rating|score|views?|clicks?|sold|sales|orders?|min|max|pack|lead|age|price|cost|tax|id|no|code|number|line|reorder|committed|incoming|reserved|damaged)\b|[%€$£]/i

/** Of the words for stock those that are said of nothing else. */
const stockPile =
  /\b(stock|on ?hand|in ?stock|inventory|available|lagerbestand|bestand|entrep[oô]t|almac[eé]n|magazzino|magazijn)\b/i
/** What goes in or out over time. */
const flow =
  /\b(sold|sales|orders?|ordered|demand|returns?|returned|shipped|dispatched|received|receipts|purchases?|purchased|forecasts?|plan|budget|revenue|turnover|visits?|footfall|verkauf|verkäufe|absatz|bestellungen|ventes|ventas|vendite|verkoop)\b/i

/** Places that hold stock: columns of whole units beside a product, which are nothing that any kind of rows has. */
const placesOf = (layout: Layout, title: string): Omit<Turned, 'first'> | null => {
  const { names } = layout
  const known = (name: string) =>
    targets.some(target =>
      Object.entries(target.columns).some(([as, column]) => likeness(column, as, name) >= 0.6),
    )
  const of = stockTarget.columns
  const is = (as: string) => names.some(name => of[as] && likeness(of[as], as, name) > 0.6)
  if (!is('sku') || is('on_hand') || is('location')) return null
  const bare = (name: string) => name.replaceAll(stockWord, '').replaceAll(/^[\s:_-]+|[\s:_-]+$/g, '')
  const found = names.flatMap((name, at) => {
    const cells = cellsAt(layout, at)
    const whole = cells.length > 0 && cells.every(cell => /^-?\d{1,7}$/.test(cell))
    const place = bare(name)
    return whole &&
      /^\p{L}/u.test(place) &&
      !measure.test(place) &&
      !known(place) &&
      !totalHeading.test(plainName(name))
      ? [{ at, says: place }]
      : []
  })
  if (found.length < 2 || new Set(found.map(one => one.says)).size < found.length) return null
  const kept = keptOf(layout, new Set(found.map(one => one.at)))
  const value = (row: readonly string[], at: number) => Number((row[at] ?? '').trim() || 0)
  const summed = names.some(
    (name, at) =>
      totalHeading.test(plainName(name)) &&
      layout.rows.every(row => value(row, at) === found.reduce((sum, one) => sum + value(row, one.at), 0)),
  )
  const said = found.every(one => bare(names[one.at] ?? '') !== names[one.at])
  const titled = bare(title) !== title.trim()
  // Numbers of other things beside them make the table one of those.
  const alone = kept.every(at => !isOfNumbers(layout, at) || known(names[at] ?? ''))
  if (!summed && !said && !titled && !alone) return null
  const worded = said || titled
  // What is counted by the day, or called a flow, is no stock unless it is called so.
  const dated = kept.some(at => /^(date|time)$/.test(recognise(cellsAt(layout, at), {}, true).type))
  if ((dated && !worded) || (flow.test(title) && !stockPile.test(title))) return null
  return {
    of: 'places',
    kept,
    cells: found,
    own: names,
    as: ['Location', 'On hand'],
    given: {},
    title,
    yearless: false,
    ...(!worded && { unsaid: true }),
  }
}

/** Does a mapping take one of the columns as it is? */
const takesOne = (mapping: Mapping | undefined, names: readonly string[]): boolean => {
  const texts = Object.values(mapping?.columns ?? {})
  return names.some(name => texts.some(text => text === name || text.includes(ident(name))))
}

/** The layout with its months or currencies turned into rows, where it has such and nobody says or maps otherwise. */
export const turn = (layout: Layout, above: string, reading: Reading, mapping?: Mapping): Layout => {
  if (
    reading.turned === false ||
    !layout.header ||
    layout.delimiter === 'spaces' ||
    layout.names.includes('_reason')
  )
    return layout
  const turned = monthsOf(layout, above) ?? currenciesOf(layout, above) ?? placesOf(layout, above)
  if (
    !turned ||
    // Whoever maps such a file as anything else means its products.
    (turned.of === 'places' && mapping && mapping.target !== 'stock') ||
    takesOne(
      mapping,
      turned.cells.map(one => layout.names[one.at] ?? ''),
    )
  )
    return layout
  const names = turned.kept.map((at, i) =>
    // The first column of a report often goes without a heading: what the row is of.
    i === 0 && layout.names[at] === `column_${at + 1}` ? 'Line' : (layout.names[at] ?? ''),
  )
  const rows = layout.rows.flatMap(row =>
    turned.cells.flatMap(({ at, says }) =>
      isBlankCell(row[at] ?? '') ? [] : [[...turned.kept.map(one => row[one] ?? ''), says, row[at] ?? '']],
    ),
  )
  const [first = ''] = names
  return { ...layout, names: [...names, ...turned.as], rows, turned: { ...turned, first } }
}

/** What stands above the headings. */
export const linesAbove = (text: string, skip: number): string =>
  text
    .split(/\r?\n|\r/)
    .slice(0, skip)
    .join(' ')

/**
 * FROM item over the file's own: the kept columns, then heading and cell, a row for each cell that says something.
 * With `record`, a column of that name says which record of the file a row is of, from 1.
 */
export const turnedFrom = (turned: Turned, from: string, record?: string): string => {
  const kept = turned.kept.map((at, i) => `c${at} AS c${i}`)
  const [heading, cell] = [`c${turned.kept.length}`, `c${turned.kept.length + 1}`]
  const pairs = turned.cells.map(({ at, says }) => `{'says': ${quote(says)}, 'cell': c${at}}`).join(', ')
  const own = record ? [record] : []
  const all = [...turned.kept.map((_, i) => `c${i}`), ...own]
  const records = record ? `(SELECT *, row_number() OVER () AS ${record} FROM ${from})` : from
  return `(SELECT ${[...all, `w.says AS ${heading}`, `w.cell AS ${cell}`].join(', ')} FROM (
    SELECT ${[...kept, ...own, `unnest([${pairs}]) AS w`].join(', ')} FROM ${records}) WHERE w.cell IS NOT NULL AND NOT ${isBlank('w.cell')})`
}

const ofBooks = /profit (and|&) loss|income statement|trial balance|gewinn|guv|compte de r/i
const ofPlans =
  /\b(budget|plan|planned|forecast|target|prognose|ziel|pr[ée]visions?|presupuesto|previsione|begroting)/i

/** What was turned, in words. */
export const turnedWords = (turned: Turned): string[] => {
  const names = turned.cells.map(one => turned.own[one.at] ?? '')
  const shown = names.length > 3 ? `${names[0]} … ${names.at(-1)}` : names.join(', ')
  const told = `The ${turned.of} in the headings (${shown}) are made rows: columns ${turned.as.join(' and ')}. Set turned to false to read them as they stand.`
  const [known] = Object.entries(turned.given)
  const way = known
    ? known[0] === 'base'
      ? [
          `Read as what one ${known[1].replaceAll("'", '')} is worth in each currency; turn base and quote round if that is wrong.`,
        ]
      : [
          `Read as what one of each currency is worth in ${known[1].replaceAll("'", '')}; turn base and quote round if that is wrong.`,
        ]
    : turned.of === 'currencies'
      ? ["Of which currency one unit is told cannot be seen: say it as base, such as 'EUR'."]
      : []
  const units =
    turned.of !== 'places'
      ? []
      : turned.unsaid
        ? [
            `Nothing says that the numbers under ${shown} are stock: they are read as units on hand in each, and could be units sold or ordered there. Set turned to false if they are no stock.`,
          ]
        : ['Read as units on hand in each.']
  const plan =
    turned.of === 'months' && !ofPlans.test(turned.title) && !ofBooks.test(turned.title)
      ? [
          'Nothing says whether the months are a plan or what was: they are read as a plan. Map them as ledger_entries if they are from the books; sales come from orders.',
        ]
      : []
  const year = turned.yearless
    ? [
        'The months are of no year that the file says: give the day as make_date(2026, Month, 1), with the year it is.',
      ]
    : []
  const among = turned.among?.length
    ? [
        `${turned.among.map(name => `“${name}”`).join(', ')} stands among the months and is not read as one: its money is left out. Write its heading as the others are, such as 2026-03.`,
      ]
    : []
  return [told, ...among, ...way, ...units, ...plan, ...year]
}

/** Rates are known by what the headings were; months are of a plan, or of the books where their title says so. */
export const guessOfTurned = <One extends { target: Target; mapped: Record<string, string>; sum: number }>(
  one: One,
  { of, given, title, yearless, as, first }: Turned,
): One => {
  const { name } = one.target
  if (of === 'currencies')
    return name === 'exchange_rates'
      ? { ...one, mapped: { ...one.mapped, ...given }, sum: one.sum + 2 }
      : { ...one, mapped: {} }
  if (of === 'places') return name === 'stock' ? { ...one, sum: one.sum + 2 } : { ...one, mapped: {} }
  if (name !== 'budget_lines' && name !== 'ledger_entries') return { ...one, mapped: {} }
  const books = ofBooks.test(title)
  const { day: _, ...found } = one.mapped
  const label = name === 'ledger_entries' ? 'account' : 'line'
  const rest: Record<string, string> = label in found ? found : { ...found, [label]: first }
  // A month of an account is one figure: told again it takes the place of the earlier.
  const number = name === 'ledger_entries' ? { number: as[0] } : {}
  const mapped = { ...rest, day: as[0], amount: as[1], ...number }
  return {
    ...one,
    mapped: yearless ? { ...rest } : mapped,
    sum: one.sum + ((name === 'ledger_entries') === books ? 2 : 0),
  }
}
