import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'

/**
 * What a model takes in at once: about ten thousand tokens of JSON. More is cut by its host without a word, or fills
 * what it has room for.
 */
const most = 40_000

/** Files that are no text travel whole, up to what a host takes in one message. */
const mostBytes = 4 * 1_048_576

/** A list that was cut: where it stands, how many of its entries are given, and how many there are. */
export interface Cut {
  at: string
  shown: number
  of: number
}

type Step = string | number

interface Found {
  list: unknown[]
  path: readonly Step[]
}

const sizeOf = (value: unknown): number => JSON.stringify(value)?.length ?? 0

/** Every list within a value of at least two entries. */
function listsIn(value: unknown, path: readonly Step[] = []): Found[] {
  if (typeof value !== 'object' || value === null) return []
  const inside = Object.entries(value).flatMap(([key, part]) =>
    listsIn(part, [...path, Array.isArray(value) ? Number(key) : key]),
  )
  return Array.isArray(value) && value.length > 1 ? [{ list: value, path }, ...inside] : inside
}

/** Lists at the same place of every entry of another are told as one: `blocks[].points`. */
const placeOf = (path: readonly Step[]): string =>
  path.map((step, i) => (typeof step === 'number' ? '[]' : i === 0 ? step : `.${step}`)).join('')

/**
 * An answer of at most `characters` of JSON: of the lists that hold most of it the first entries stay, the longest lists
 * giving first. What is shorter stays as it is.
 */
export function cutTo(answer: unknown, characters: number): { answer: unknown; cuts: Cut[] } {
  let size = sizeOf(answer)
  if (size <= characters) return { answer, cuts: [] }
  const copy: unknown = JSON.parse(JSON.stringify(answer))
  const cuts = new Map<string, Cut>()
  while (size > characters) {
    const weighed = listsIn(copy).map(found => ({ ...found, size: sizeOf(found.list) }))
    const heavy = weighed.filter(one => one.size >= characters / 20)
    const [longest] = (heavy.length > 0 ? heavy : weighed).sort((a, b) => b.list.length - a.list.length)
    if (!longest) break
    const { list, path } = longest
    const excess = size - characters
    // Never more than to a quarter at once: another list may have as much to give.
    const shown = Math.max(1, Math.floor(list.length * Math.max(0.25, 1 - excess / longest.size)))
    const at = placeOf(path)
    const before = cuts.get(at)
    cuts.set(at, { at, shown, of: Math.max(before?.of ?? 0, list.length) })
    list.length = Math.min(shown, list.length - 1)
    size = sizeOf(copy)
  }
  return { answer: copy, cuts: [...cuts.values()] }
}

/** What a tool takes that makes its answer smaller, in the order it helps most. */
const narrowing = [
  'search',
  'words',
  'names',
  'filters',
  'lines',
  'stores',
  'window',
  'from',
  'state',
  'limit',
]

/** Says what was cut and how to have the rest, by what the tool takes. */
function onwards(cuts: readonly Cut[], takes: readonly string[]): string {
  const told = cuts.map(({ at, shown, of }) => `${at || 'the list'} shows ${shown} of ${of}`).join('; ')
  const [first] = cuts
  const next = [
    takes.includes('offset') && first && `ask again with offset ${first.shown} for what follows`,
    narrowing.some(word => takes.includes(word)) &&
      `ask for less by ${narrowing.filter(word => takes.includes(word)).join(', ')}`,
  ].filter(Boolean)
  const how = next.length > 0 ? ` ${next.join(', or ')}.` : ''
  return `Cut to fit: ${told}.${how.replace(/^ ./, letter => letter.toUpperCase())}`
}

/** Text up to the end of a line within `characters`, with a word on how much is left out. */
function textOf(text: string, characters: number): string {
  if (text.length <= characters) return text
  const end = text.lastIndexOf('\n', characters)
  const shown = text.slice(0, end > 0 ? end + 1 : characters)
  const lines = (part: string) => part.split('\n').length - 1
  return `${shown}Cut to fit: ${lines(shown)} of ${lines(text)} lines are shown.`
}

/** A file as a message holds it: text as text, anything else whole, beside its name and size. */
async function fileOf(file: Blob): Promise<CallToolResult> {
  const name = file instanceof File ? file.name : 'file'
  const type = file.type || 'application/octet-stream'
  if (/^text\/|json/.test(type)) {
    const text = (await file.text()).replace(/^\ufeff/, '')
    return { content: [{ type: 'text', text: textOf(text, most) }] }
  }
  const size = `${name}, ${file.size.toLocaleString('en')} bytes of ${type}.`
  if (file.size > mostBytes)
    return {
      isError: true,
      content: [{ type: 'text', text: `The file is too large for a message: ${size} Ask for less of it.` }],
    }
  const blob = Buffer.from(await file.arrayBuffer()).toString('base64')
  const uri = `quarterdeck:///${encodeURIComponent(name)}`
  return {
    content: [
      { type: 'text', text: size },
      { type: 'resource', resource: { uri, mimeType: type, blob } },
    ],
  }
}

/**
 * The answer of an operation as a tool gives it: JSON as text and, where it is one object, as structured content. What
 * is too long for a model is cut, says so in `cut` and in words, and how to go on by what the tool `takes`.
 */
export async function resultOf(answer: unknown, takes: readonly string[]): Promise<CallToolResult> {
  if (answer instanceof Blob) return fileOf(answer)
  const { answer: given, cuts } = cutTo(answer ?? null, most)
  const words = cuts.length > 0 ? onwards(cuts, takes) : null
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given)
  const whole = isObject && words ? { ...given, cut: words } : given
  return {
    content: [
      { type: 'text', text: JSON.stringify(whole) },
      ...(words ? [{ type: 'text' as const, text: words }] : []),
    ],
    ...(isObject && { structuredContent: whole as Record<string, unknown> }),
  }
}
