import { openPart } from './zip.ts'

/** What of a sheet is there and not seen in a spreadsheet. */
export interface Hidden {
  rows: number
  /** Letters of the columns. */
  columns: string[]
  /** Some rows are hidden by a filter. */
  filtered: boolean
}

const attribute = (tag: string, name: string): string | undefined =>
  new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`).exec(tag)?.[1]
const isOn = (tag: string, name: string): boolean => /^(1|true)$/.test(attribute(tag, name) ?? '')

const letters = (column: number): string =>
  column <= 0 ? '' : letters(Math.floor((column - 1) / 26)) + String.fromCharCode(65 + ((column - 1) % 26))
const numberOf = (name: string): number =>
  [...name].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0)

/** Letters of a list of sheets at most: a part that unpacks to more is none. */
const longest = 8_000_000

const textOf = async (path: string, part: string): Promise<string> => {
  let text = ''
  for await (const piece of (await openPart(path, part))?.setEncoding('utf8') ?? []) {
    text += piece
    if (text.length > longest) return ''
  }
  return text
}

/** Where in the workbook a sheet is written (ECMA-376 Part 1, 18.2.19 and 9.2). */
const partOf = async (path: string, sheet: string): Promise<string | null> => {
  const book = await textOf(path, 'xl/workbook.xml')
  const plain = (text: string) =>
    text
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&apos;', "'")
      .replaceAll('&amp;', '&')
  const tag = book
    .match(/<(?:\w+:)?sheet\s[^>]*>/g)
    ?.find(one => plain(attribute(one, 'name') ?? '') === sheet)
  const id = tag && attribute(tag, '\\w+:id')
  const links = await textOf(path, 'xl/_rels/workbook.xml.rels')
  const link = links.match(/<(?:\w+:)?Relationship\s[^>]*>/g)?.find(one => attribute(one, 'Id') === id)
  const target = link && attribute(link, 'Target')
  if (!id || !target) return null
  return target.startsWith('/') ? target.slice(1) : `xl/${target.replace(/^\.\//, '')}`
}

/**
 * What of a sheet is hidden, from its own XML read in pieces: the reader of its cells gives hidden ones as any other. A
 * workbook that is written in another way has nothing hidden.
 */
export const hiddenIn = async (path: string, sheet: string): Promise<Hidden> => {
  const found: Hidden = { rows: 0, columns: [], filtered: false }
  const part = await partOf(path, sheet)
  const stream = part === null ? undefined : (await openPart(path, part))?.setEncoding('utf8')
  let widest = 16_384
  const see = (text: string) => {
    for (const [tag, name] of text.matchAll(/<(?:\w+:)?(row|col|dimension|filterColumn)\b[^>]*>/g)) {
      if (name === 'filterColumn') found.filtered = true
      // A row without cells hides nothing.
      else if (name === 'row' && !tag.endsWith('/>') && isOn(tag, 'hidden')) found.rows += 1
      else if (name === 'dimension') widest = numberOf(/:([A-Z]+)/.exec(tag)?.[1] ?? '') || widest
      else if (name === 'col' && isOn(tag, 'hidden')) {
        const last = Math.min(Number(attribute(tag, 'max')), widest)
        for (let at = Math.max(1, Number(attribute(tag, 'min'))); at <= last; at += 1)
          found.columns.push(letters(at))
      }
    }
  }
  let rest = ''
  for await (const piece of stream ?? []) {
    const text = rest + piece
    const end = text.lastIndexOf('<')
    see(text.slice(0, end))
    rest = text.slice(end)
  }
  see(rest)
  return found
}

/** What was read though it is not seen, in words. */
export const hiddenWords = ({ rows, columns, filtered }: Hidden): string[] => [
  ...(rows > 0
    ? [
        `${rows.toLocaleString('en')} hidden ${rows === 1 ? 'row was' : 'rows were'} read${filtered ? ': the sheet is filtered, and a filter leaves nothing out' : ''}. Delete ${rows === 1 ? 'it' : 'them'} in the workbook if ${rows === 1 ? 'it is' : 'they are'} not to count.`,
      ]
    : []),
  ...(columns.length > 0
    ? [
        `${columns.length === 1 ? 'A hidden column was' : `${columns.length} hidden columns were`} read: ${columns.slice(0, 10).join(', ')}${columns.length > 10 ? ' …' : ''}.`,
      ]
    : []),
]
