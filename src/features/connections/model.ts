import { z } from 'zod'
import { type TableName, tables } from '#kernel/canonical.ts'
import { showDay } from '#kernel/format.ts'
import { plainName } from '#kernel/nearest.ts'

/** What the room's screens and operations say to each other. */

/** Misspelt, a word of these would leave rows in or out unseen: what is not known is refused. */
export const Reading = z.strictObject({
  format: z.enum(['csv', 'jsonl', 'parquet', 'xlsx']).optional(),
  encoding: z.string().max(40).optional(),
  delimiter: z
    .string()
    .refine(text => text === 'spaces' || [...text].length === 1, 'is one character, or spaces')
    .optional()
    .describe('One character, or spaces for columns set apart by runs of blanks'),
  quote: z.string().max(1).optional(),
  header: z.boolean().optional(),
  skip: z.int().min(0).max(10_000).optional().describe('Lines above the header'),
  decimal: z.enum(['.', ',']).optional(),
  dateOrder: z.enum(['ymd', 'dmy', 'mdy']).optional(),
  sheet: z.string().max(200).optional(),
  member: z.string().max(1000).optional(),
  records: z.string().max(1000).optional().describe('Way by dots to the list of records in JSON'),
  lines: z.string().max(1000).optional().describe('Way inside a record to the list that makes a row of each'),
  turned: z.boolean().optional().describe('Months, currencies or places in the headings become rows'),
  filled: z
    .boolean()
    .optional()
    .describe('What stands on the first row of an order alone is said of its others, too'),
})

export const Mapping = z.strictObject({
  name: z.string().max(100).optional(),
  target: z.string({ error: 'names what the rows are, e.g. sales_lines' }),
  reading: Reading.optional(),
  columns: z.record(z.string(), z.string().max(2000)),
  where: z.string().max(2000).optional(),
  reason: z.string().max(200).optional().describe('Why rows that are not taken are left out'),
  gone: z
    .string()
    .max(2000)
    .optional()
    .describe(
      'True of those of the rows left out whose order is no more: what an earlier import brought of it goes',
    ),
  restates: z
    .boolean()
    .optional()
    .describe('The file holds each of its orders whole: they take the place of what was known of them'),
})

/** Which file: one that was sent, or, for the command line on the server itself, a path. */
export const Source = z.object({
  upload: z.string().optional().describe('Id given by PUT /api/uploads'),
  path: z.string().optional().describe('A file on the server; only for its own command line'),
  import: z.string().optional().describe('Id of an import, to read its file again as it was kept'),
})

const Besides = z
  .array(Source.pick({ upload: true, path: true }))
  .max(8)
  .optional()
  .describe(
    'Files that say more of its rows, as orders do of their lines: each is found by the column of the same name. `reading` is of the file itself',
  )

export const PreviewInput = Source.extend({
  with: Besides,
  anyFirst: z
    .boolean()
    .optional()
    .describe('Of several files the rows of whichever can have them are meant, not of the first'),
  reading: Reading.optional(),
  store: z.string().max(60).optional().describe('The store it is for, as an import names it'),
  currency: z.string().max(3).optional().describe('Of the store, when it is new'),
})

export const ImportInput = Source.extend({
  with: Besides,
  preset: z.string().optional().describe('A known export'),
  mapping: Mapping.optional(),
  savedMapping: z.string().optional().describe('Name of a saved mapping'),
  store: z
    .string()
    .min(1)
    .max(60)
    .regex(/^[a-z0-9][a-z0-9_-]*$/, 'is small letters, digits, - and _, e.g. uk-shop'),
  storeName: z.string().min(1).max(100).optional().describe('How a new store is shown'),
  currency: z.string().length(3).optional().describe('Needed when the store is new'),
  timezone: z.string().optional().describe('Needed when the store is new, e.g. Europe/London'),
  reading: Reading.optional(),
  replaces: z
    .string()
    .optional()
    .describe('Id of an import to map again: its rows that the new mapping does not bring go'),
})
export type ImportInput = z.infer<typeof ImportInput>

export const ImportProgress = z.object({
  step: z.enum(['reading', 'checking', 'storing', 'deriving', 'done']),
  done: z.number(),
  total: z.number().nullable(),
  secondsLeft: z.number().nullable(),
})

export const ImportResult = z.object({
  id: z.string(),
  file: z.string(),
  table: z.enum(Object.keys(tables) as [TableName, ...TableName[]]),
  store: z.string(),
  rows: z.number().describe('accepted + rejected + repeats, always'),
  accepted: z.number(),
  rejected: z.number(),
  repeats: z.number().describe('Rows an earlier import already brought, unchanged'),
  from: z.string().nullable(),
  to: z.string().nullable(),
  reasons: z.array(z.object({ reason: z.string(), rows: z.number(), example: z.string() })),
  rejectsFile: z.string().nullable(),
  warnings: z.array(z.string()),
  products: z
    .object({ rows: z.number(), inserted: z.number(), changed: z.number() })
    .optional()
    .describe(
      'Products that the rows of sales name: how many, how many of them new, how many known better now',
    ),
  seconds: z.number(),
  replacedBy: z.string().optional().describe('Id of the import that mapped this one again'),
})

export const ImportRow = z.object({
  id: z.string(),
  status: z.enum(['queued', 'running', 'done', 'failed']),
  file: z.string(),
  store: z.string(),
  by: z.string(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
  progress: ImportProgress.nullable(),
  result: ImportResult.nullable(),
  error: z.object({ code: z.string(), message: z.string(), next: z.string().optional() }).nullable(),
  waits: z
    .object({ message: z.string(), next: z.string().optional() })
    .nullable()
    .describe('What it waits for: how it stands cannot be written down, the disk being full'),
})
export type ImportRow = z.infer<typeof ImportRow>

/** What became of the latest files, newest first: "The latest file, orders.csv, brought 4,312 rows on 26 Nov; 3 were rejected". */
export const importsAnswer = (rows: readonly ImportRow[]): string => {
  const coming = rows.filter(row => row.status === 'queued' || row.status === 'running')
  if (coming.length > 0)
    return coming.length === 1 ? `${coming[0]?.file} is coming in` : `${coming.length} files are coming in`
  const [latest] = rows
  if (!latest) return 'No file has come in yet'
  const { file, result, createdAt } = latest
  const day = showDay(createdAt.slice(0, 10), 'card')
  if (!result) return `The latest file, ${file}, did not come in on ${day}`
  const count = (n: number) => n.toLocaleString('en-GB')
  const rejected =
    result.rejected === 0
      ? ''
      : `; ${count(result.rejected)} ${result.rejected === 1 ? 'was' : 'were'} rejected`
  return `The latest file, ${file}, brought ${count(result.accepted)} ${result.accepted === 1 ? 'row' : 'rows'} on ${day}${rejected}`
}

/** A folder of the server whose files are taken in by themselves. */
export const WatchInput = ImportInput.pick({
  preset: true,
  store: true,
  storeName: true,
  currency: true,
  timezone: true,
}).extend({
  folder: z.string().min(1).max(1000).describe('A folder of the server, inside one of WATCH_FOLDER'),
  mapping: z.string().optional().describe('Name of a saved mapping; neither it nor a preset: recognised'),
})

export const WatchedFolder = z.object({
  id: z.string(),
  folder: z.string(),
  mapping: z.string().nullable(),
  preset: z.string().nullable(),
  store: z.string(),
  by: z.string(),
  files: z.number().describe('Files seen in it'),
  refused: z.number().describe('Files among them of which nothing was imported'),
  partly: z.number().describe('Files among them with rejected rows'),
  lookedAt: z.string().nullable(),
  trouble: z.object({ code: z.string(), message: z.string(), next: z.string().optional() }).nullable(),
})
export type WatchedFolder = z.infer<typeof WatchedFolder>

export const Preview = z.object({
  reading: Reading,
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.enum(['text', 'number', 'date', 'time', 'flag']),
      filled: z.number(),
      examples: z.array(z.string()),
    }),
  ),
  rows: z.array(z.array(z.string())),
  sheets: z.array(z.string()).describe('Of a workbook, the fullest first'),
  members: z.array(z.string()).describe('Files of an archive that may be the table, the largest first'),
  suggestions: z.array(
    z.object({
      preset: z.string().nullable(),
      mapping: Mapping,
      confidence: z.number(),
      unmapped: z.array(z.string()),
    }),
  ),
  lists: z
    .object({ records: z.array(z.string()), lines: z.array(z.string()) })
    .describe('Lists of objects in JSON: what may be its records, and in each of them its lines'),
  guesses: z
    .array(z.object({ target: z.string(), columns: z.record(z.string(), z.string()), complete: z.boolean() }))
    .describe('For each kind of rows, where its columns would come from, and whether that is enough'),
  totals: z
    .object({
      by: z.string(),
      columns: z.array(
        z.object({ column: z.string(), stands: z.enum(['each', 'first', 'line']), orders: z.number() }),
      ),
    })
    .nullable()
    .describe(
      'What is of an order (on each of its rows, or on the first) and what of a line, by the column of orders',
    ),
  currencies: z
    .array(z.object({ column: z.string(), codes: z.array(z.string()) }))
    .describe(
      'Columns that say in which currency amounts are: one the mapping leaves out is the store’s money',
    ),
  together: z
    .object({ order: z.array(z.int()), words: z.array(z.string()) })
    .optional()
    .describe(
      'Of several files their places, the one whose rows they are first; and how each of the others was joined',
    ),
  warnings: z.array(z.string()),
})

export type Reads = z.infer<typeof Reading>
export type Guess = z.infer<typeof Mapping>
export type Together = NonNullable<z.infer<typeof Preview>['together']>

/** A file that was sent and waits to be imported. */
export interface Sent {
  upload: string
  name: string
}

/** Which files an import is of, as its operations take them; `order` is that of their places. */
export const filesInput = (files: readonly Sent[], order: readonly number[]) => {
  const [first, ...others] = order.flatMap(place => files[place] ?? [])
  return {
    upload: first?.upload ?? '',
    ...(others.length > 0 && { with: others.map(({ upload }) => ({ upload })) }),
  }
}

/** How several files are called together, in the order they were given. */
export const namesOf = (files: readonly { name: string }[]): string =>
  new Intl.ListFormat('en-GB').format(files.map(one => one.name))

const choices = (pairs: Readonly<Record<string, string>>) =>
  Object.entries(pairs).map(([value, label]) => ({ value, label }))

/** What may be said of how a file is written, as the screen offers it. */
export const readingChoices = {
  encoding: choices({
    'utf-8': 'UTF-8',
    'utf-16le': 'UTF-16 (Excel’s Unicode text)',
    'utf-16be': 'UTF-16, big-endian',
    'windows-1252': 'Western European (Windows-1252)',
    'iso-8859-15': 'Western European with € (ISO 8859-15)',
    'windows-1250': 'Central European (Windows-1250)',
    'iso-8859-2': 'Central European (ISO 8859-2)',
    'windows-1251': 'Cyrillic (Windows-1251)',
    'koi8-r': 'Cyrillic (KOI8-R)',
    'windows-1253': 'Greek (Windows-1253)',
    'windows-1254': 'Turkish (Windows-1254)',
    'windows-1255': 'Hebrew (Windows-1255)',
    'windows-1256': 'Arabic (Windows-1256)',
    'windows-1257': 'Baltic (Windows-1257)',
    macintosh: 'Western European (Macintosh)',
    shift_jis: 'Japanese (Shift JIS)',
    'euc-jp': 'Japanese (EUC-JP)',
    gb18030: 'Chinese, simplified (GB 18030)',
    big5: 'Chinese, traditional (Big5)',
    'euc-kr': 'Korean (EUC-KR)',
  }),
  delimiter: choices({
    ',': 'comma',
    ';': 'semicolon',
    '\t': 'tab',
    '|': 'bar',
    spaces: 'blanks, one or more',
    ':': 'colon',
    '^': 'caret ^',
    '~': 'tilde ~',
  }),
  format: choices({ csv: 'a table', jsonl: 'JSON' }),
  quote: choices({ '"': 'double quotes', "'": 'single quotes', '': 'no quotes' }),
  header: choices({ true: 'names the columns', false: 'is a row already' }),
  filled: choices({ true: 'as above', false: 'stay empty' }),
  turned: choices({ true: 'become rows', false: 'stay columns' }),
  decimal: choices({ '.': '1,234.50', ',': '1.234,50' }),
  dateOrder: choices({ ymd: 'year, month, day', dmy: 'day, month, year', mdy: 'month, day, year' }),
} as const

/** The choices, with what was recognised where it is none of them. */
export const withChoice = (
  offered: readonly { value: string; label: string }[],
  value: string | undefined,
): { value: string; label: string }[] =>
  value === undefined || offered.some(one => one.value === value)
    ? [...offered]
    : [...offered, { value, label: value }]

/** Is it surely the name of a column that is not there? What may be worked out of columns is for the reader of it to judge. */
const lacking = (from: string, names: readonly string[]): boolean =>
  /^[\p{L}_][\p{L}\p{N}_ ]*$/u.test(from.trim()) &&
  !/^(true|false|null|not|case)\b|\b(and|or|is|in|not)\b/i.test(from.trim()) &&
  !names.some(name => plainName(name) === plainName(from))

/** The mapping of a file whose orders are whole in it, or are not said to be. */
export const restating = ({ restates: _, ...mapping }: Guess, whole: boolean): Guess => ({
  ...mapping,
  ...(whole && { restates: true }),
})

/** What still keeps an import from starting, in words; null when nothing does. */
export const startable = (
  into: { store: string; currency: string; timezone: string; known: boolean },
  mapping: Guess | null,
  columns: readonly { name: string; required: boolean }[],
  /** Columns of the file. */
  names: readonly string[],
): string | null => {
  const missing = mapping
    ? columns.filter(c => c.required && !mapping.columns[c.name]).map(c => c.name.replaceAll('_', ' '))
    : []
  if (missing.length > 0)
    return `Say where ${missing.join(' and ')} ${missing.length === 1 ? 'comes' : 'come'} from.`
  const lacks = Object.entries(mapping?.columns ?? {}).find(([, from]) => lacking(from, names))
  if (lacks)
    return `The file has no column “${lacks[1].trim()}”: say where ${lacks[0].replaceAll('_', ' ')} comes from, or leave it empty.`
  if (!into.store) return 'Name the store.'
  if (!/^[a-z0-9][a-z0-9_-]*$/i.test(into.store))
    return 'A store’s name has letters, digits, - and _ only, e.g. uk-shop.'
  if (!into.known && !into.currency) return 'Choose the currency of the new store.'
  if (!into.known && !into.timezone) return 'Choose the time zone of the new store.'
  return null
}

/** How long ago, or in how long, in words; `now` in ms UTC. */
export function ago(at: string | null, now: number): string {
  if (at === null) return 'never'
  const seconds = Math.round((Date.parse(at) - now) / 1000)
  const size = Math.abs(seconds)
  if (size < 45) return seconds <= 0 ? 'just now' : 'in a moment'
  const [amount, unit] =
    size < 3600 ? [size / 60, 'minute'] : size < 86_400 ? [size / 3600, 'hour'] : [size / 86_400, 'day']
  const many = Math.max(1, Math.round(amount as number))
  const words = `${many} ${unit}${many === 1 ? '' : 's'}`
  return seconds < 0 ? `${words} ago` : `in ${words}`
}
