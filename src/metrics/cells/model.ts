import type { Answer, AnswerRow } from '../query.ts'

/** What stands in rows of an answer: all that a first screen needs of them, and no more. */

/** A row's value of a metric or dimension. */
export const cell = (row: AnswerRow | undefined, name: string): string | null => {
  const value = row?.[name]
  return typeof value === 'string' ? value : null
}

/** A row's number; null where it is not known. */
export const numberOf = (row: AnswerRow | undefined, name: string): number | null => {
  const value = cell(row, name)
  return value === null ? null : Number(value)
}

/** A title written all in capitals, as tills write them, made easier to read; any other is left as it is. */
export const readable = (title: string): string => {
  const text = title.trim()
  return /[a-z]/.test(text) || !/[A-Z]{3}/.test(text) ? text : text.charAt(0) + text.slice(1).toLowerCase()
}

/** For each product its title: the one sold most where there are several. */
export function titlesOf(answer: Pick<Answer, 'rows'> | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, { title: string; units: number }>()
  for (const row of answer?.rows ?? []) {
    const id = cell(row, 'product') ?? ''
    const title = cell(row, 'title') ?? ''
    const units = Number(cell(row, 'units_sold') ?? 0)
    const best = found.get(id)
    if (title && (!best || units > best.units)) found.set(id, { title, units })
  }
  return new Map([...found].map(([id, { title }]) => [id, readable(title)]))
}
