import { invalid } from '#kernel/error.ts'
import { quote, type Reading } from './reading.ts'

/** Objects inside a row are flattened one level deep at a time: customer.id, customer.address.country. */
const flatten = (value: unknown, path: string, into: Map<string, string>, depth = 0): void => {
  if (value !== null && typeof value === 'object' && !Array.isArray(value) && depth < 4) {
    for (const [key, inner] of Object.entries(value))
      flatten(inner, path === '' ? key : `${path}.${key}`, into, depth + 1)
    return
  }
  if (path !== '')
    into.set(
      path,
      value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value),
    )
}

/** Is a text JSON, unless it is said to be something else? What is nested in Parquet comes as such. */
export const isJson = (text: string, { format }: Reading): boolean =>
  format === 'jsonl' || ((!format || format === 'parquet') && /^\s*[[{]/.test(text))

/** Rows of a sample of JSON lines, or of a JSON array of objects. @throws Failure when it is neither. */
export const jsonRows = (text: string): { names: string[]; rows: string[][]; array: boolean } => {
  const array = text.trimStart().startsWith('[')
  const values = array ? arrayHead(text) : text.split(/\r?\n/).slice(0, 2000).flatMap(parsed)
  return { ...flatRows(values), array }
}

/** Objects as rows of cells, by all the names they have. @throws Failure when they have none. */
export const flatRows = (values: readonly unknown[]): { names: string[]; rows: string[][] } => {
  const flat = values.map(value => {
    const cells = new Map<string, string>()
    flatten(value, '', cells)
    return cells
  })
  const names = [...new Set(flat.flatMap(cells => [...cells.keys()]))]
  if (names.length === 0)
    throw invalid(
      'The file starts like JSON but holds no objects, or is not well formed.',
      'Give one object per line, or an array of objects.',
    )
  return { names, rows: flat.map(cells => names.map(name => cells.get(name) ?? '')) }
}

const parsed = (line: string): unknown[] => {
  try {
    return line.trim() === '' ? [] : [JSON.parse(line) as unknown]
  } catch {
    return []
  }
}

/** The whole objects at the head of an array that may be cut off. */
const arrayHead = (text: string): unknown[] => {
  const found: unknown[] = []
  let depth = 0
  let start = -1
  let inText = false
  for (let i = text.indexOf('[') + 1; i < text.length && found.length < 2000; i++) {
    const char = text[i]
    if (inText) {
      if (char === '\\') i++
      else if (char === '"') inText = false
    } else if (char === '"') inText = true
    else if (char === '{' || char === '[') {
      if (depth++ === 0) start = i
    } else if (char === '}' || char === ']') {
      if (--depth === 0) found.push(...parsed(text.slice(start, i + 1)))
    }
  }
  return found
}

/** Where the cell called `name` is; a name with dots is a way into the object. */
const jsonPath = (name: string): string =>
  `$.${name
    .split('.')
    .map(part => `"${part.replaceAll('"', '\\"')}"`)
    .join('.')}`

/**
 * SELECT of some cells of the objects in `from`, and whether a line held none. All are found in one reading of each
 * object: the engine keeps the parsed object of every expression it works out, and wide objects are many of them.
 */
export const jsonCells = (names: readonly string[], cells: readonly number[], from: string): string => {
  const paths = cells.map(i => quote(jsonPath(names[i] ?? '')))
  const values = cells.map((cell, i) => `nullif(found[${i + 1}], '') AS c${cell}`)
  return `SELECT ${[...values, 'not_json'].join(', ')} FROM (SELECT json IS NULL AS not_json${
    cells.length > 0 ? `, json_extract_string(json, [${paths.join(', ')}]) AS found` : ''
  } FROM ${from})`
}
