import type { Stream } from '#connectors/connector.ts'
import type { KnownShape } from '#postgres/tables/connections.ts'
import { storable } from './storable.ts'

/** Records of a known stream looked at closely at the beginning of a turn, and then one in so many: what is new is hardly ever in one alone. */
const first = 100
const step = 128
/** Records after which a stream's shape is known well enough to call something new. */
const enough = 500
/** A stream with more members than this has names of its customers' own among them. */
const mostFields = 2000
const mostNews = 50
const deepest = 12

/** What a member has been, as bits. */
const kinds = { text: 1, 'a number': 2, 'yes or no': 4, 'a group': 8, 'a list': 16, empty: 32 } as const
type Kind = keyof typeof kinds

const kindOf = (value: unknown): Kind => {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'number') return 'a number'
  return typeof value === 'boolean' ? 'yes or no' : 'a group'
}
const kindsIn = (bits: number): string[] => Object.keys(kinds).filter(name => bits & kinds[name as Kind])

/** Numbers and keys of records as names of members: all of them are one. */
const nameOf = (name: string): string => (/^\d+$|^[0-9a-f-]{16,}$/i.test(name) ? '*' : storable(name))

export interface Watch {
  /** Looks at a record that was read; cheap, and never in its way. */
  look(record: unknown): void
  /** What is known now; null when it is what was known before. */
  learnt(): KnownShape | null
}

/**
 * Watches a turn for what the vendor never sent before: a member, a kind of value (null above all), a value that is none
 * of the stream's vocabulary. Members are learnt from what comes, quietly until a stream is known and while its past is
 * read; a vocabulary is told by the stream. Values are told of the vocabulary alone: others may be somebody's name.
 */
export function watching(
  stream: Pick<Stream<unknown, unknown>, 'vocabulary' | 'asked'>,
  known: KnownShape | null,
  { fresh, now }: { fresh: boolean; now: Date },
): Watch {
  const fields = new Map(Object.entries(known?.fields ?? {}))
  const news = new Map((known?.news ?? []).map(one => [one.says, one]))
  const tells = fresh && (known?.seen ?? 0) >= enough
  let seen = known?.seen ?? 0
  let looked = 0
  let isChanged = false

  const tell = (words: string) => {
    const says = storable(words)
    if (news.has(says) || news.size >= mostNews) return
    news.set(says, { says, at: now.toISOString() })
    isChanged = true
  }
  const words = Object.entries(stream.vocabulary ?? {}).map(([path, values]) => ({
    name: path,
    path: path.split('.'),
    values: new Set(values),
  }))
  const compare = (
    value: unknown,
    path: readonly string[],
    at: number,
    word: (typeof words)[number],
  ): void => {
    if (value === null || value === undefined || value === '') return
    const name = path[at]
    if (name === undefined) {
      const text = String(value)
      if (!word.values.has(text))
        tell(`${word.name} is “${text.slice(0, 40)}”, which this version does not know`)
    } else if (name.endsWith(')')) {
      // A column of a table: rows of values in the order of its fields.
      const [member = '', field] = name.slice(0, -1).split('(')
      const { fields, [member]: rows } = value as Record<string, unknown>
      const column = Array.isArray(fields) ? fields.indexOf(field) : -1
      if (column >= 0 && Array.isArray(rows))
        for (const row of rows) compare((row as unknown[])[column], path, at + 1, word)
    } else if (name.endsWith('[]')) {
      const list = (value as Record<string, unknown>)[name.slice(0, -2)]
      if (Array.isArray(list)) for (const one of list) compare(one, path, at + 1, word)
    } else compare((value as Record<string, unknown>)[name], path, at + 1, word)
  }
  const walk = (value: unknown, path: string, depth: number, tells: boolean): void => {
    const kind = kindOf(value)
    const bits = fields.get(path) ?? 0
    // What was a member before and only now has something in it is no surprise, nor is what is in that.
    const isFilled = bits === kinds.empty || (bits === 0 && path.endsWith('[]'))
    if ((bits & kinds[kind]) === 0 && (bits > 0 || fields.size < mostFields)) {
      if (tells && !isFilled && bits === 0) {
        if (!stream.asked) tell(`${path} was never there before`)
      } else if (tells && !isFilled)
        tell(
          kind === 'empty'
            ? `${path} is empty for the first time`
            : `${path} is ${kind}, before ${kindsIn(bits).join(' or ')}`,
        )
      fields.set(path, bits | kinds[kind])
      isChanged = true
    }
    // What is in something new is new with it.
    const inside = tells && bits > 0 && !isFilled
    if (depth >= deepest || value === null || typeof value !== 'object') return
    if (Array.isArray(value)) for (const one of value.slice(0, 20)) walk(one, `${path}[]`, depth + 1, inside)
    else
      for (const [name, inner] of Object.entries(value))
        if (inner !== undefined)
          walk(inner, path === '' ? nameOf(name) : `${path}.${nameOf(name)}`, depth + 1, inside)
  }

  return {
    look(record) {
      looked += 1
      for (const word of words) compare(record, word.path, 0, word)
      if (seen >= enough && looked > first && looked % step !== 0) return
      seen += 1
      walk(record, '', 0, tells)
    },
    learnt: () =>
      isChanged || (seen !== known?.seen && (known?.seen ?? 0) < enough)
        ? { seen: Math.min(seen, enough), fields: Object.fromEntries(fields), news: [...news.values()] }
        : null,
  }
}
