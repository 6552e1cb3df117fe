import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { type Failure, invalid } from '#kernel/error.ts'
import { plainName } from '#kernel/nearest.ts'
import type { Reading } from './reading.ts'

/** Where the rows of a JSON file are: systems answer with a list inside an object, and an order's lines inside the order. */
export interface JsonShape {
  /** One object per line, or one text for all. */
  byLine: boolean
  /** Way to the list of records by dots; '' where they stand on top. */
  records: string
  /** Way inside a record to the list that makes a row of each; '' where a record is a row. */
  lines: string
  /** What else could be meant. */
  recordsChoices: string[]
  linesChoices: string[]
}

type Value = null | string | number | boolean | Value[] | { [key: string]: Value }
type Fields = { [key: string]: Value }

const isObject = (value: Value | undefined): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
const isList = (value: Value | undefined): value is Fields[] =>
  Array.isArray(value) && value.length > 0 && value.every(isObject)

/** What an order's lines, and a product's variants, go by. */
const lineNames =
  /^(line|order|invoice|sales|basket|cart|salesorder)?(line)?(items?|lines?|positions?|articles?|products?|rows|details|variants?)$/
const idNames = ['id', 'orderid', 'ordernumber', 'number', 'incrementid', 'entityid', 'name', 'createdat']

/** A record's or line's own fields: GraphQL wraps each in a `node`. */
const own = (value: Fields): Fields => (isObject(value.node) ? value.node : value)

const isNamed = (value: Fields): boolean => Object.keys(value).some(key => idNames.includes(plainName(key)))

/** Ways to lists of objects, the shallowest first. */
const listsIn = (value: Fields, depth: number, path = ''): [path: string, list: Fields[]][] =>
  Object.entries(value).flatMap(([key, inner]) => {
    const here = path === '' ? key : `${path}.${key}`
    if (isList(inner)) return [[here, inner] as [string, Fields[]]]
    return isObject(inner) && depth > 1 ? listsIn(inner, depth - 1, here) : []
  })

const at = (value: Value, path: string): Value | undefined =>
  path === ''
    ? value
    : path.split('.').reduce<Value | undefined>((now, key) => (isObject(now) ? now[key] : undefined), value)

/** Does a way lead to lines? GraphQL says `edges` or `nodes` for each list. */
const namesLines = (path: string): boolean => {
  const names = path.split('.').filter(name => name !== 'edges' && name !== 'nodes')
  return lineNames.test(plainName(names.at(-1) ?? ''))
}

/** A text that breaks off anywhere, closed where its last whole value ends. */
const mended = (text: string): Value | undefined => {
  const open: string[] = []
  let inText = false
  let whole = 0
  let closers = ''
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (inText) {
      if (char === '\\') i++
      else if (char === '"') inText = false
    } else if (char === '"') inText = true
    else if (char === '{' || char === '[') open.push(char === '{' ? '}' : ']')
    else if (char === '}' || char === ']') open.pop()
    if (!inText && (char === ',' || char === '}' || char === ']')) {
      whole = char === ',' ? i : i + 1
      closers = open.toReversed().join('')
    }
  }
  return parsed(text.slice(0, whole) + closers)
}

const parsed = (text: string): Value | undefined => {
  try {
    return JSON.parse(text) as Value
  } catch {
    return undefined
  }
}

/** Numbers of more digits than a double holds are ids: they stay what they are. */
const exact = (text: string): Value =>
  /\d{16}/.test(text)
    ? JSON.parse(text, (_, value, { source }: { source?: string } = {}) =>
        typeof value === 'number' && source && /^-?\d{16,}$/.test(source) ? source : value,
      )
    : JSON.parse(text)

/** What stands on top of a text's head: one value, pages of an answer, or records by line. */
const headOf = (text: string): { byLine: boolean; tops: Value[] } => {
  const lines = text.split(/\r?\n/).filter(line => line.trim() !== '')
  const first = parsed(lines[0] ?? '')
  if (!isObject(first) || lines.length === 1) {
    const top = parsed(text) ?? mended(text)
    return { byLine: top === undefined, tops: top === undefined ? [] : [top] }
  }
  const tops = lines.slice(0, 2000).flatMap(line => parsed(line) ?? [])
  // Pages, one a line, are lists as one answer is.
  const pages = !isNamed(first) && listsIn(first, 4).length > 0
  return pages ? { byLine: false, tops } : { byLine: true, tops: [tops] }
}

/** How the rows of a JSON text stand in it, by its head, as far as `reading` does not say. */
export const jsonShape = (text: string, reading: Reading): JsonShape => {
  const { byLine, tops } = headOf(text)
  const [top] = tops
  const wraps = isObject(top) ? listsIn(top, 4) : []
  // An object that has a number of its own and lines is one record; else it is wrapped around the longest list.
  const alone = isObject(top) && isNamed(top) && wraps.some(([path]) => namesLines(path))
  const longest = wraps.toSorted((a, b) => b[1].length - a[1].length)[0]?.[0]
  const records = reading.records ?? (alone ? '' : (longest ?? ''))
  const sample = recordsAt(tops, records).slice(0, 200)
  const lists = [...new Set(sample.flatMap(one => listsIn(own(one), 2).map(([path]) => path)))]
  return {
    byLine,
    records,
    lines: reading.lines ?? lists.find(namesLines) ?? '',
    recordsChoices: [...new Set(['', ...wraps.map(([path]) => path)])],
    linesChoices: ['', ...lists],
  }
}

const recordsAt = (tops: readonly Value[], records: string): Fields[] =>
  tops.flatMap(top => {
    const found = at(top, records)
    return isObject(found) ? [found] : Array.isArray(found) ? found.filter(isObject) : []
  })

/** Is the file read as it is, without this? */
export const isFlat = (shape: JsonShape, text: string): boolean =>
  shape.records === '' && shape.lines === '' && (shape.byLine || text.trimStart().startsWith('['))

/** The rows of one record: its own fields beside those of each line. Other lists of objects stay out, or each row would hold them all. */
const rowsOf = (record: Fields, lines: string): Fields[] => {
  const fields = own(record)
  const list = lines === '' ? undefined : at(fields, lines)
  const rest = without(fields)
  if (!isList(list)) return [rest]
  const place = lines.split('.').filter(name => name !== 'edges' && name !== 'nodes')
  return list.map(line => placed(rest, place, without(own(line))))
}

const without = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) =>
      isList(value) || (Array.isArray(value) && value.length === 0)
        ? refundsOf(key, value)
        : [[key, isObject(value) ? without(value) : value] as const],
    ),
  )

/** Of the list of an order's refunds the sum of their totals stays, as `refunds_total`: nothing else in the order says it. */
const refundsOf = (key: string, list: Value[]): (readonly [string, Value])[] => {
  if (plainName(key) !== 'refunds') return []
  const totals = list.flatMap(one => (isObject(one) && 'total' in one ? [Number(one.total)] : []))
  if (totals.length < list.length || !totals.every(Number.isFinite)) return []
  return [[`${key}_total`, (Math.round(totals.reduce((sum, one) => sum + one, 0) * 100) / 100).toFixed(2)]]
}

const placed = (fields: Fields, [key = '', ...more]: readonly string[], line: Fields): Fields => {
  const inner = fields[key]
  return { ...fields, [key]: more.length === 0 ? line : placed(isObject(inner) ? inner : {}, more, line) }
}

/** The rows at the head of a JSON text; one that breaks off ends with a record that may be half. */
export const jsonHeadRows = (text: string, shape: JsonShape, whole: boolean): Fields[] => {
  const { byLine, tops } = headOf(text)
  const records = recordsAt(tops, shape.records)
  const sure = whole || byLine || records.length < 2 ? records : records.slice(0, -1)
  return sure.flatMap(record => rowsOf(record, shape.lines)).slice(0, 2000)
}

/** Characters one record may have, and all its rows together: each repeats the record's own fields. */
const longest = 4 << 20
const longestRows = 64 << 20

const broken = (nth: number): Failure =>
  invalid(
    'The JSON breaks off before its end, or is not well formed.',
    `Copy it again, or mend it at object ${nth + 1}.`,
  )

/** A record as lines of text, one a row. @throws Failure where the record is no JSON or too large. */
const unrolled = (text: string, shape: JsonShape, nth: number): string => {
  if (text.length > longest) throw tooLarge(nth)
  const record = (() => {
    try {
      return exact(text)
    } catch {
      throw broken(nth)
    }
  })()
  if (!isObject(record)) return `${text}\n`
  let made = ''
  for (const row of rowsOf(record, shape.lines)) {
    made += `${JSON.stringify(row)}\n`
    if (made.length > longestRows) throw tooLarge(nth)
  }
  return made
}

const tooLarge = (nth: number): Failure =>
  invalid(
    `Object ${(nth + 1).toLocaleString('en')} of the JSON is too large: 4 MB, and 64 MB with its fields on each of its lines, can be taken in.`,
    'Export fewer fields, or less at once.',
  )

/**
 * The text of each element of the list that `path` leads to, as text comes in; with no path, of each value on top or of
 * the list there. Nothing else is kept.
 */
const elements = (path: readonly string[]) => {
  /** Keys on the way to where we are, one for each open object; null for a list. */
  const open: (string | null)[] = []
  let list = path.length === 0 ? 0 : -1
  let inText = false
  let escaped = false
  let word = ''
  let item = ''
  let inside = 0
  let found = path.length === 0
  let count = 0
  return {
    count: () => count,
    found: () => found,
    ended: () => open.length === 0 && inside === 0 && !inText && item.trim() === '',
    *feed(text: string): Generator<string> {
      let start = 0
      const close = function* (end: number) {
        item += text.slice(start, end)
        if (item.trim() !== '') {
          yield item.trim()
          count++
        }
        item = ''
      }
      for (let i = 0; i < text.length; i++) {
        const char = text[i]
        const within = list >= 0 && open.length === list
        if (inText) {
          if (escaped) escaped = false
          else if (char === '\\') escaped = true
          else if (char === '"') inText = false
          else if (!within) word += char
        } else if (char === '"') {
          inText = true
          word = ''
        } else if (within && inside > 0) {
          if (char === '{' || char === '[') inside++
          else if (char === '}' || char === ']') inside--
          if (inside === 0 && list === 0) {
            yield* close(i + 1)
            start = i + 1
          }
        } else if (char === '[' || char === '{') {
          const way = open.every((key, n) => key === path[n]) && open.length === path.length
          if (char === '[' && way && !(list > 0)) {
            list = open.length + 1
            found = true
            open.push(null)
            start = i + 1
            item = ''
          } else if (within) inside = 1
          else open.push(char === '{' ? '' : null)
        } else if (char === ':' && open.length > 0 && open.at(-1) !== null) open[open.length - 1] = word
        else if (within && (char === ',' || char === ']')) {
          yield* close(i)
          start = i + 1
          if (char === ']') {
            open.pop()
            list = path.length === 0 ? 0 : -1
          }
        } else if (char === '}' || char === ']') {
          if (open.length === 0) throw broken(count)
          open.pop()
        }
        if (item.length + i - start > longest && list >= 0 && open.length === list) throw tooLarge(count)
      }
      if (list >= 0 && open.length === list) item += text.slice(start)
      else item = ''
    },
  }
}

/** Writes the rows of a JSON file as lines of JSON, a record at a time. @throws Failure where it breaks off or has no such list. */
export const unroll = async (from: string, to: string, shape: JsonShape): Promise<void> => {
  const input = createReadStream(from, { encoding: 'utf8', highWaterMark: 1 << 18 })
  async function* rows() {
    const records = elements(shape.records === '' ? [] : shape.records.split('.'))
    for await (const chunk of input) {
      let made = ''
      for (const text of records.feed((chunk as string).replaceAll('\uFEFF', '')))
        made += unrolled(text, shape, records.count())
      yield made
    }
    if (!records.ended()) throw broken(records.count())
    if (!records.found())
      throw invalid(
        `The JSON has no list at “${shape.records}”.`,
        'Say with records where its list of records is.',
      )
  }
  async function* byLine() {
    let rest = ''
    let nth = 0
    const row = (line: string): string => {
      // A line that is no JSON is one rejected row.
      const whole = line.trim() !== '' && isObject(parsed(line))
      return whole ? unrolled(line, shape, nth++) : line.trim() === '' ? '' : `${line}\n`
    }
    for await (const chunk of input) {
      const lines = (rest + chunk).split(/\r?\n/)
      rest = lines.pop() ?? ''
      if (rest.length > longest) throw tooLarge(nth)
      yield lines.map(row).join('')
    }
    yield row(rest)
  }
  await pipeline(shape.byLine ? byLine : rows, createWriteStream(to))
}
