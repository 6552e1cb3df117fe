import { z } from 'zod'
import { causes } from '#kernel/agreement.ts'
import { showDay } from '#kernel/format.ts'

/** What is said of connected systems, between the room's operations and its screens. */

export const Field = z.object({
  name: z.string(),
  label: z.string(),
  about: z.string(),
  secret: z.boolean(),
  optional: z.boolean(),
})

/** A system that can be connected, and what its form asks for. */
export const Vendor = z.object({
  vendor: z.string(),
  name: z.string(),
  about: z.string(),
  byHost: z.boolean().describe('Its rows go to the store whose pages they are of'),
  guide: z.array(z.string()),
  fields: z.array(Field),
  streams: z.array(z.object({ name: z.string(), label: z.string() })),
})
export type Vendor = z.infer<typeof Vendor>

export const ConnectInput = z.object({
  vendor: z.string(),
  credentials: z
    .record(z.string(), z.string().max(20_000))
    .describe('By field name; base_url where the vendor’s own address is not meant'),
  store: z.string().optional().describe('Store its rows belong to'),
  name: z
    .string()
    .max(60)
    .optional()
    .describe('What the connection is called; made from its account when absent'),
  start: z.boolean().optional().describe('false: reading waits until it is asked for or due'),
  privacy: z.boolean().optional().describe('Keep nothing personal: names are left out, addresses hashed'),
  backDays: z
    .int()
    .min(1)
    .max(7300)
    .optional()
    .describe('How far back history is read; four years when absent'),
})

export const Shop = z.object({
  key: z.string(),
  name: z.string(),
  currency: z.string(),
  timezone: z.string(),
  kind: z.enum(['b2c', 'b2b', 'both']),
})

export const Tested = z.object({
  account: z.string(),
  shops: z.array(Shop),
  limits: z.array(z.string()).describe('What works only in part, and what that costs'),
})

const Trouble = z.object({
  code: z.string(),
  message: z.string(),
  next: z.string().optional(),
  at: z.string(),
  until: z
    .string()
    .optional()
    .describe('Where the system only wants to be left alone for a while: until when'),
})

export const StreamRow = z.object({
  name: z.string(),
  label: z.string(),
  records: z.number(),
  /** Share of its history that is stored, 0 to 1. */
  history: z.number(),
  byTime: z.boolean().describe('Read by days, so that a stretch of them can be read again'),
  lastAt: z.string().nullable(),
  nextAt: z.string().nullable(),
  trouble: Trouble.nullable(),
  remarks: z.array(z.string()),
  unmapped: z.number(),
})

export const ConnectionRow = z.object({
  id: z.string(),
  vendor: z.string(),
  vendorName: z.string(),
  account: z.string(),
  state: z
    .enum(['new', 'reading', 'fresh', 'waiting', 'held', 'paused', 'trouble'])
    .describe('`held`: the system wants to be left alone for a while, and nothing is to be done'),
  /** The state in a sentence. */
  says: z.string(),
  stores: z.array(z.string()),
  byHost: z.boolean().describe('Rows go to the store whose pages they are of, to its own where none is'),
  privacy: z.boolean(),
  given: z
    .record(z.string(), z.string())
    .describe('What it was connected with and is not secret; empty for who may not connect systems'),
  limits: z.array(z.string()),
  trouble: Trouble.nullable(),
  uncompared: Trouble.nullable().describe(
    'Why the system’s own totals could not be had; null where they could',
  ),
  records: z.number(),
  history: z.number().describe('Share of history that is stored, 0 to 1'),
  lastAt: z.string().nullable(),
  nextAt: z.string().nullable(),
  running: z.object({ label: z.string(), records: z.number(), total: z.number().nullable() }).nullable(),
  told: z
    .object({ well: z.boolean(), says: z.string(), next: z.string().optional() })
    .nullable()
    .describe('Whether the system tells of changes at once; null where it never does'),
  quotas: z
    .object({
      at: z.string(),
      list: z.array(z.object({ name: z.string(), used: z.number(), limit: z.number() })),
    })
    .nullable()
    .describe(
      'What of the vendor’s limits was used when it was last read; null where nothing is known or limited',
    ),
  streams: z.array(StreamRow),
})
export type ConnectionRow = z.infer<typeof ConnectionRow>

export const TurnRow = z.object({
  stream: z.string(),
  kind: z.string(),
  records: z.number(),
  inserted: z.number(),
  changed: z.number(),
  gone: z.number(),
  unmapped: z.number(),
  startedAt: z.string(),
  seconds: z.number().nullable(),
  error: z.string().nullable(),
  stopped: z.boolean().describe('Somebody stopped it before its end, which is no failure'),
})

export const UnmappedRow = z.object({
  stream: z.string(),
  reason: z.string(),
  records: z.number(),
  example: z.string(),
})

/** One store and day, as the source counts it and as stands here. */
export const Reconciled = z.object({
  connection: z.string(),
  store: z.string(),
  day: z.string(),
  figures: z.array(
    z.object({
      metric: z.string(),
      source: z.string(),
      here: z.string().nullable(),
      difference: z.string(),
    }),
  ),
  agrees: z.boolean(),
  cause: z.enum(causes).nullable().describe('Why it does not agree'),
})

/** Whether a system tells of changes at once, in words. */
export function toldOf(
  name: string,
  hooks: { at: string; trouble: { message: string; next?: string } | null } | null,
): NonNullable<ConnectionRow['told']> {
  if (!hooks)
    return {
      well: false,
      says: `${name} was not asked yet to tell of changes at once: they are read at the usual times.`,
      next: 'It is asked once whoever runs the server has given it an address that the internet reaches, as PUBLIC_URL.',
    }
  if (!hooks.trouble) return { well: true, says: `${name} tells of changes at once.` }
  const { message, next } = hooks.trouble
  return {
    well: false,
    says: `Changes are read at the usual times only: ${message}`,
    ...(next && { next }),
  }
}

/** Days that something new is told of. */
const newsDays = 30

/** What was new in a stream lately, in a sentence; none where nothing was. */
export function newsOf(news: readonly { says: string; at: string }[] = [], now: number): string[] {
  const recent = news.filter(one => now - Date.parse(one.at) < newsDays * 86_400_000)
  if (recent.length === 0) return []
  const told = recent.slice(0, 3).map(one => `${one.says} (${showDay(one.at.slice(0, 10))})`)
  const more = recent.length > told.length ? `; and ${recent.length - told.length} more` : ''
  return [
    `New in what is sent: ${told.join('; ')}${more}. All of it is kept; see whether a newer version reads it.`,
  ]
}

/** A store and by which zone its days are cut. */
interface ZonedStore {
  store: string
  name: string
  timezone: string
}

/**
 * Where a system cuts its days otherwise than the stores its rows go to: a property of analytics has a zone of its own, and a
 * shop may be moved to another after it was connected. Its days stay what the store's are, but what it counts itself does not.
 */
export function zonesApart(
  name: string,
  own: {
    /** Shops it brings, each with the store it became. */
    shops: readonly { store: string; timezone: string }[]
    /** Zone of a system that counts for stores of others, and the hosts it counts. */
    property: { timezone: string; hosts: readonly string[]; home: string } | null
  },
  all: readonly ZonedStore[],
  /** Stores by the hosts of their pages. */
  byHost: ReadonlyMap<string, string>,
): string[] {
  const of = new Map(all.map(one => [one.store, one]))
  const moved = own.shops.flatMap(({ store, timezone }) => {
    const here = of.get(store)
    return here && here.timezone !== timezone
      ? [
          `${here.name} is in ${timezone} at ${name} by now. Its days are cut by ${here.timezone} here, as before, so that they add up; the totals ${name} gives differ from them by what is sold around midnight.`,
        ]
      : []
  })
  if (!own.property) return moved
  const { timezone, hosts, home } = own.property
  const apart = [...new Set([home, ...hosts.flatMap(host => byHost.get(host) ?? [])])].flatMap(store => {
    const here = of.get(store)
    return here && here.timezone !== timezone ? [`${here.name} (${here.timezone})`] : []
  })
  if (apart.length === 0) return moved
  return [
    ...moved,
    `${name} cuts its days by ${timezone}, unlike ${apart.join(', ')}: a day of its figures begins and ends at other hours than one of sales.`,
  ]
}

const Cause = z.enum(causes)

/** How far a store agrees with what its shop counts itself. */
export const AgreementRow = z.object({
  store: z.string(),
  source: z.string().nullable(),
  connection: z.string().nullable(),
  currency: z.string(),
  until: z.string().nullable().describe('Last day that was compared; null: none was'),
  days: z.number().describe('Days that differ'),
  difference: z.string().describe('By how much in all, either way'),
  causes: z.array(z.object({ cause: Cause, days: z.number(), difference: z.string() })),
})

/** What a connection brought on a day, and how often it failed. */
export const ActivityDay = z.object({
  day: z.string(),
  turns: z.number(),
  records: z.number().describe('Read from the source'),
  rows: z.number().describe('New, changed or gone here'),
  errors: z.number().describe('Turns that failed'),
  unmapped: z.number().describe('Records that were not understood'),
})
export type ActivityDay = z.infer<typeof ActivityDay>

type Facts = Pick<ConnectionRow, 'trouble' | 'running' | 'history' | 'lastAt'> & {
  paused: boolean
  troubled: readonly { label: string; message: string; until?: string | undefined }[]
  /** Streams with something new in what is sent. */
  noted: readonly string[]
  uncompared: { message: string } | null
}

/**
 * Share of a connection's history that is stored, 0 to 1, by those of its streams that have a past: a list of products that
 * is read says nothing of orders. Whole only when nothing at all is missing.
 */
export function shareOf(all: readonly { history: number; hasPast: boolean }[]): number {
  if (all.length > 0 && all.every(one => one.history >= 1)) return 1
  const past = all.filter(one => one.hasPast)
  return past.length === 0 ? 0 : Math.min(0.99, past.reduce((sum, one) => sum + one.history, 0) / past.length)
}

/** A stream's name within a sentence; what is written in capitals stays so. */
const within = (label: string): string =>
  /^[A-Z][a-z ]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label

const sentence = (text: string): string => text.replace(/([^.!?])$/, '$1.')

/** A connection's state, and the sentence that says it. */
export function stateOf(facts: Facts): Pick<ConnectionRow, 'state' | 'says'> {
  const { trouble, running, history, lastAt, paused, troubled, noted, uncompared } = facts
  if (paused) return { state: 'paused', says: 'Paused: nothing is read until it is resumed.' }
  if (trouble) return { state: trouble.until ? 'held' : 'trouble', says: sentence(trouble.message) }
  const share = `${Math.floor(history * 100)} %`
  if (running) {
    const many = running.records.toLocaleString('en')
    // What came in meanwhile was not counted before: 470 of 449 tells nobody anything.
    const of =
      running.total === null || running.records > running.total
        ? ''
        : ` of ${running.total.toLocaleString('en')}`
    const so = history < 1 ? ` History is ${share} in.` : ''
    return { state: 'reading', says: `Reading ${within(running.label)}: ${many}${of} so far.${so}` }
  }
  const first = troubled.find(one => !one.until) ?? troubled[0]
  if (first)
    return { state: first.until ? 'held' : 'trouble', says: sentence(`${first.label}: ${first.message}`) }
  if (lastAt === null) return { state: 'new', says: 'Nothing has been read yet.' }
  if (history < 1) return { state: 'waiting', says: `History is ${share} in and goes on shortly.` }
  const said = noted.length > 0 ? ` There is something new in what is sent of: ${noted.join(', ')}.` : ''
  const apart = uncompared ? ` Not compared with its own totals: ${uncompared.message}` : ''
  return { state: 'fresh', says: `Up to date.${apart}${said}` }
}
