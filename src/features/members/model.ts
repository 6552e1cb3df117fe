import { z } from 'zod'
import { actWords } from '#kernel/act-words.ts'
import { roles } from '#kernel/actor.ts'
import { capital } from '#kernel/capital.ts'

/** People, invitations, keys and the audit as the doors show them. */

const role = z.enum(roles)
const stores = z.union([z.literal('all'), z.array(z.string())])

/** What somebody may do, and where. */
export const Scope = z.object({ role, stores: stores.default('all') })

export const Me = z.object({
  id: z.string(),
  kind: z.enum(['person', 'key', 'system']),
  name: z.string(),
  email: z.string(),
  role,
  stores,
  twoFactor: z.boolean(),
})

export const Person = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role,
  stores,
  twoFactor: z.boolean(),
  since: z.string(),
})

export const Invitation = z.object({
  id: z.string(),
  email: z.string(),
  role,
  stores,
  invitedBy: z.string(),
  expires: z.string(),
})

export const SessionInfo = z.object({
  id: z.string(),
  address: z.string(),
  agent: z.string(),
  since: z.string(),
  lastSeen: z.string(),
  /** The one this is asked in. */
  current: z.boolean(),
})

export const Key = z.object({
  id: z.string(),
  name: z.string(),
  start: z.string(),
  owner: z.string(),
  role,
  stores,
  created: z.string(),
  lastUsed: z.string().nullable(),
  expires: z.string().nullable(),
})

export const AuditEntry = z.object({
  id: z.string(),
  at: z.string(),
  actorKind: z.string(),
  actorId: z.string(),
  actorName: z.string(),
  operation: z.string(),
  subject: z.string().describe('What it was done to, by its id'),
  named: z.string().describe('The same by the names people know, where those are known'),
  before: z.unknown(),
  after: z.unknown(),
  /** Id of the request it came in, as the log has it. */
  request: z.string().nullable(),
  /** Stores it concerns; null: the company. */
  stores: z.array(z.string()).nullable(),
})

/** What a role may do, in a sentence. */
export const roleWords: Record<(typeof roles)[number], string> = {
  owner: 'Everything, also who may do what.',
  director: 'Plans, budgets and settings; invites everybody but owners.',
  lead: 'Targets, added metrics and what their channel needs.',
  contributor: 'Imports files and writes events and notes.',
  viewer: 'Sees, asks and exports.',
}

/** Where somebody may look, by the names of the stores as far as those are known. */
export const storesWords = (
  where: 'all' | readonly string[],
  names: Readonly<Record<string, string>> = {},
): string =>
  where === 'all' ? 'All' : where.length > 0 ? where.map(store => names[store] ?? store).join(', ') : 'None'

const counted = (count: number, one: string, many: string, none = `no ${one}`): string =>
  count === 0 ? none : count === 1 ? `one ${one}` : `${count} ${many}`

/** How many may come in here and how many are asked to: "3 people, one invitation open". */
export const peopleAnswer = (people: number, invitations: number): string =>
  capital(
    `${counted(people, 'person', 'people', 'nobody has an account yet')}, ${counted(invitations, 'invitation', 'invitations')} open`,
  )

/** What one may do oneself, for whom others are not listed: "You see Gifts and Lamps, as viewer". */
export const ownAnswer = (
  { role, stores }: { role: string; stores: 'all' | readonly string[] },
  names: Readonly<Record<string, string>> = {},
): string =>
  `You see ${storesWords(stores, names)
    .replace(/^All$/, 'all stores')
    .replace(/^None$/, 'no store')}, as ${role}`

/** How much was changed and the latest of it; with a search how much of it matches. */
export const auditAnswer = (
  count: number,
  { find, latest }: { find?: string | undefined; latest?: string | undefined },
): string => {
  const changes = `${count === 1 ? 'One change' : `${count.toLocaleString('en-GB')} changes`}`
  if (find) return count === 0 ? `Nothing matches “${find}”` : `${changes} with “${find}”`
  if (count === 0) return 'Nothing was changed yet'
  return latest ? `${changes}, the latest: ${latest}` : changes
}

/** The stores that were chosen for somebody or a key; none chosen are all that the one who chooses may see. */
export const chosenStores = (chosen: readonly string[], mine: 'all' | readonly string[]): 'all' | string[] =>
  chosen.length > 0 ? [...chosen] : mine === 'all' ? mine : [...mine]

const moment = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/

/** A field's name as people write it: unitPrice and unit_price are “Unit price”. */
const fieldWords = (name: string): string =>
  capital(
    name
      .replaceAll('_', ' ')
      .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
      .toLowerCase(),
  )

/** A value as people write it: lists with commas, parts by their names, nothing in braces. */
const words = (value: unknown): string => {
  if (value === undefined || value === null || value === '') return ''
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) {
    const plain = value.every(one => typeof one !== 'object' || one === null)
    return value
      .map(words)
      .filter(Boolean)
      .join(plain ? ', ' : '; ')
  }
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, one]) => [fieldWords(name).toLowerCase(), words(one)] as const)
      .filter(([, said]) => said)
      .map(([name, said]) => `${name} ${said}`)
      .join(', ')
  const text = String(value)
  return moment.test(text) ? `${text.slice(0, 16).replace('T', ' ')} UTC` : text
}

/** Fields of a thing before and after, those that changed first; a whole value has the field 'value'. */
export const changes = (
  before: unknown,
  after: unknown,
): { field: string; before: string; after: string }[] => {
  const fields = (value: unknown): Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : value === null || value === undefined
        ? {}
        : { value }
  const [was, is] = [fields(before), fields(after)]
  const rows = [...new Set([...Object.keys(was), ...Object.keys(is)])].map(field => ({
    field: fieldWords(field),
    before: words(was[field]),
    after: words(is[field]),
  }))
  return rows.sort((a, b) => Number(a.before === a.after) - Number(b.before === b.after))
}

/** Columns of the audit as a file: what it says in words, and the operation's own name for programs. */
export const auditColumns = [
  { key: 'at', label: 'at' },
  { key: 'who', label: 'who' },
  { key: 'what', label: 'what' },
  { key: 'operation', label: 'operation' },
  { key: 'subject', label: 'subject' },
  { key: 'before', label: 'before' },
  { key: 'after', label: 'after' },
  { key: 'stores', label: 'stores' },
  { key: 'request', label: 'request' },
] as const

/** Entries of the audit as rows of a file; what was there before and after as JSON, exact. */
export const auditRows = (entries: readonly z.output<typeof AuditEntry>[]) =>
  entries.map(({ at, actorName, operation, subject, named, before, after, stores, request }) => ({
    at,
    who: actorName,
    what: actWords(operation, named, { before, after }),
    operation,
    subject,
    before: before === null ? '' : JSON.stringify(before),
    after: after === null ? '' : JSON.stringify(after),
    stores: stores?.join(' ') ?? '',
    request: request ?? '',
  }))

const browsers: readonly (readonly [RegExp, string])[] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/HeadlessChrome\/|Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const machines: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPod/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'Mac'],
  [/CrOS/, 'Chromebook'],
  [/Linux/, 'Linux'],
]

/** What a browser calls itself, as a person would: “Chrome on Windows”. */
export const browserWords = (agent: string): string => {
  const find = (list: typeof browsers) => list.find(([pattern]) => pattern.test(agent))?.[1]
  const [browser, machine] = [find(browsers), find(machines)]
  if (!browser) return agent.split(/[ /]/)[0] || 'Unknown'
  return machine ? `${browser} on ${machine}` : browser
}

/** A key in groups of four, as one types it. */
export const spacedSecret = (secret: string): string => secret.replaceAll(/(.{4})(?=.)/g, '$1 ')
