import { likeness } from './likeness.ts'
import { quote, type Reading } from './reading.ts'
import { recognise } from './recognise.ts'
import type { Layout } from './sniff.ts'
import { targets } from './targets/index.ts'
import { totalWord } from './unlike-sales.ts'

/** What stands on the first row of an order alone, as cells that are merged downwards come: the rows below are filled with it. */
export interface Filled {
  /** The column that tells orders apart, and all that are filled, it among them; by their place. */
  by: number
  columns: readonly number[]
  /** Columns that say what a line is of: a row in which all are empty is none, and is left as it is. */
  items: readonly number[]
  /** Columns of words, any of which may say that a row adds up others. */
  words: readonly number[]
}

/** How well a heading fits a column that some kind of rows has. */
const called = (friendly: string, heading: string): number => {
  const column = targets.flatMap(target => target.columns[friendly] ?? [])[0]
  return column ? likeness(column, friendly, heading) : 0
}

/**
 * Columns that are empty below the first row of each order because they say the same: the rows have to agree on it. Either
 * the day is missing on the very rows that have no order number, or all of them are of the day of the order above.
 */
const filledOf = ({ names, rows }: Layout): Filled | null => {
  const cell = (row: readonly string[], at: number) => (row[at] ?? '').trim()
  const scores = names.map(name => called('order_id', name))
  const by = scores.indexOf(Math.max(...scores))
  if ((scores[by] ?? 0) < 0.5 || !rows[0] || cell(rows[0], by) === '') return null
  const types = names.map(
    (_, at) =>
      recognise(
        rows.map(row => cell(row, at)),
        {},
        true,
      ).type,
  )
  const heads = rows.filter(row => cell(row, by) !== '' && !totalWord.test(cell(row, by).toLowerCase()))
  const others = rows.filter(row => cell(row, by) === '')
  const words = types.flatMap((type, at) => (type === 'text' ? [at] : []))
  const nearly = (some: readonly string[][], is: (row: string[]) => boolean) =>
    some.filter(is).length >= some.length * 0.98
  const items = words.filter(
    at => at !== by && others.filter(row => cell(row, at) !== '').length > others.length / 2,
  )
  const below = others.filter(
    row =>
      items.some(at => cell(row, at) !== '') &&
      !words.some(at => totalWord.test(cell(row, at).toLowerCase())),
  )
  if (heads.length < 2 || below.length < 2) return null
  const once = names.flatMap((name, at) => {
    const number = types[at] === 'number' && at !== by
    const person = called('customer_id', name) > 0.5 || called('account_id', name) > 0.5
    const empty = nearly(below, row => cell(row, at) === '')
    return empty && heads.some(row => cell(row, at) !== '') && (!number || person) ? [at] : []
  })
  const dates = types.flatMap((type, at) => (type === 'date' || type === 'time' ? [at] : []))
  const together = dates.some(at => once.includes(at) && nearly(heads, row => cell(row, at) !== ''))
  const filled = { by, columns: once, items, words }
  if (together) return filled
  return dates.some(at => isOfDayAbove(rows, by, at, below)) ? filled : null
}

/** Are rows without an order number of the very moment or day of the order above them, where orders differ in theirs? */
const isOfDayAbove = (
  rows: readonly string[][],
  by: number,
  date: number,
  below: readonly string[][],
): boolean => {
  const those = new Set(below)
  let [head, before] = ['', '']
  let [agree, tell, heads] = [0, 0, 0]
  for (const row of rows) {
    const day = (row[date] ?? '').trim()
    if ((row[by] ?? '').trim() !== '') {
      heads += 1
      if (day !== before) tell += 1
      head = day
    } else if (those.has(row) && day !== '' && day === head) agree += 1
    before = day
  }
  return agree === below.length && below.length > 2 && tell > heads / 2
}

/** The layout with the rows of its sample filled, where cells are empty below what is said once and nobody says otherwise. */
export const fill = (layout: Layout, reading: Reading): Layout => {
  if (reading.filled === false || !layout.header || layout.turned || layout.names.includes('_reason'))
    return layout
  if (layout.delimiter === 'spaces') return layout
  const filled = filledOf(layout)
  if (!filled) return layout
  let head: readonly string[] = []
  const rows = layout.rows.map(row => {
    const has = (at: number) => (row[at] ?? '').trim() !== ''
    if (has(filled.by)) head = row
    else if (
      filled.items.some(has) &&
      !filled.words.some(at => totalWord.test((row[at] ?? '').trim().toLowerCase()))
    )
      return layout.names.map((_, at) =>
        filled.columns.includes(at) && !has(at) ? (head[at] ?? '') : (row[at] ?? ''),
      )
    return row
  })
  return { ...layout, rows, filled }
}

/** FROM item over the file's own, in the order of the file. */
export const filledFrom = ({ by, columns, items, words }: Filled, from: string): string => {
  const has = (at: number) => `coalesce(trim(c${at}), '') <> ''`
  const total = words.map(
    at => `regexp_matches(lower(trim(coalesce(c${at}, ''))), ${quote(totalWord.source)})`,
  )
  const cells = columns.map(at => {
    const above = `last_value(CASE WHEN ${has(by)} THEN coalesce(c${at}, '') END IGNORE NULLS) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`
    return `CASE WHEN ${has(at)} OR NOT (${items.map(has).join(' OR ')}) OR ${total.join(' OR ')} THEN c${at} ELSE ${above} END AS c${at}`
  })
  return `(SELECT * REPLACE (${cells.join(', ')}) FROM ${from})`
}

/** What was filled, in words. */
export const filledWords = ({ columns }: Filled, names: readonly string[]): string => {
  const said = columns.map(at => names[at] ?? '')
  const shown =
    said.length > 3 ? `${said.slice(0, 3).join(', ')} and ${said.length - 3} more` : said.join(', ')
  return `${shown} ${said.length === 1 ? 'stands' : 'stand'} on the first row of an order alone: the rows below it are filled with what it says. Set filled to false to read them as they stand.`
}
