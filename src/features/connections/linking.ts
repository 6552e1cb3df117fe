import { desc, eq } from 'drizzle-orm'
import { z } from 'zod'
import { read, write } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { seesAll } from '#kernel/actor.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { domainOf, linkKey } from '#kernel/linking.ts'
import { linksByHand } from '#postgres/tables/linking.ts'
import { changeLinking, linkSettings } from '#sync/linking.ts'
import type { Parameters } from '#warehouse/warehouse.ts'
import { type ByHand, Entity, LinkingState, type Member, Ref, Rule } from './linking-model.ts'

type Asker = Pick<Context, 'granary' | 'actor'>

/** Restricts rows to stores the reader may see. */
function scope({ actor }: Asker, column: string): { where: string; parameters: Parameters } {
  if (actor.stores === 'all') return { where: '1 = 1', parameters: {} }
  const parameters = Object.fromEntries(actor.stores.map((store, index) => [`store${index}`, store]))
  const names = Object.keys(parameters).map(name => `{${name}:String}`)
  return { where: names.length > 0 ? `${column} IN (${names.join(', ')})` : '1 = 0', parameters }
}

/** Every record that may be linked, with its name. A lead has none. */
const recordsSql = (from: Context['granary']['dialect']['from']): string => `
  SELECT store, 'customer' AS kind, customer_id AS id, name, source FROM ${from('customers')}
  UNION ALL SELECT store, 'account' AS kind, account_id AS id, name, source FROM ${from('accounts')}
  UNION ALL SELECT store, 'lead' AS kind, platform || ' ' || lead_id AS id, '' AS name, max(source) AS source
    FROM ${from('leads')} GROUP BY store, platform, lead_id`

/** How many records there are of each kind, and how many of them are one with others. */
export async function countLinks(asker: Asker): Promise<Pick<LinkingState, 'counts' | 'byRule'>> {
  const { granary } = asker
  const { dialect } = granary
  const { where, parameters } = scope(asker, 'r.store')
  const links = dialect.from('links')
  const [all, linked, byRule] = await Promise.all([
    granary.query(
      `SELECT r.kind AS kind, count(*) AS n FROM (${recordsSql(dialect.from)}) r WHERE ${where} GROUP BY r.kind`,
      parameters,
    ),
    granary.query(
      `SELECT r.kind AS kind, count(*) AS n, count(DISTINCT r.entity) AS entities FROM ${links} r WHERE ${where} GROUP BY r.kind`,
      parameters,
    ),
    granary.query(
      `SELECT r.joined_by AS joined, count(*) AS n FROM ${links} r WHERE ${where} GROUP BY r.joined_by ORDER BY 2 DESC`,
      parameters,
    ),
  ])
  return {
    counts: (['customer', 'lead', 'account'] as const).map(kind => {
      const own = linked.find(row => row.kind === kind)
      return {
        kind,
        records: Number(all.find(row => row.kind === kind)?.n ?? 0),
        linked: Number(own?.n ?? 0),
        entities: Number(own?.entities ?? 0),
      }
    }),
    byRule: byRule.map(row => ({ by: String(row.joined), records: Number(row.n) })),
  }
}

/** Examples of records that are one, those of the most systems first; only those the reader may see whole. */
export async function linkExamples(
  asker: Asker,
  { kind, search, limit = 50 }: { kind: 'people' | 'accounts'; search?: string | undefined; limit?: number },
): Promise<Entity[]> {
  const { granary } = asker
  const { dialect } = granary
  const own = scope(asker, 'l.store')
  const parameters: Parameters = { ...own.parameters, ...(search && { search }) }
  const links = dialect.from('links')
  const kinds = kind === 'accounts' ? "('account')" : "('customer', 'lead')"
  const named = search
    ? ` AND l.entity IN (SELECT k.entity FROM ${links} k JOIN (${recordsSql(dialect.from)}) n
        ON n.store = k.store AND n.kind = k.kind AND n.id = k.id
        WHERE ${dialect.contains('n.name', '{search:String}')} OR ${dialect.contains('n.id', '{search:String}')})`
    : ''
  const chosen = `SELECT l.entity AS entity, count(*) AS n, count(DISTINCT l.store) AS shops FROM ${links} l
    WHERE l.kind IN ${kinds}${named}
    GROUP BY l.entity HAVING count(*) FILTER (WHERE NOT (${own.where})) = 0
    ORDER BY shops DESC, n DESC, entity LIMIT ${Math.trunc(limit)}`
  const rows = await granary.query(
    `SELECT l.entity AS entity, l.store AS store, l.kind AS kind, l.id AS id, l.joined_by AS joined, r.name AS name, r.source AS source,
       e.shops AS shops, e.n AS n
     FROM ${links} l JOIN (${chosen}) e ON e.entity = l.entity
     LEFT JOIN (${recordsSql(dialect.from)}) r ON r.store = l.store AND r.kind = l.kind AND r.id = l.id
     ORDER BY shops DESC, n DESC, entity, kind, store, id`,
    parameters,
  )
  const entities = new Map<string, Entity>()
  for (const row of rows) {
    const key = String(row.entity)
    const found = entities.get(key) ?? { entity: key, members: [] }
    entities.set(key, found)
    found.members.push({
      kind: String(row.kind) as Member['kind'],
      store: String(row.store),
      id: String(row.id),
      name: String(row.name ?? ''),
      by: String(row.joined),
      source: String(row.source ?? ''),
    })
  }
  return [...entities.values()]
}

const seesBoth = ({ actor }: Context, refs: readonly Ref[]): void => {
  if (
    !seesAll(
      actor,
      refs.map(ref => ref.store),
    )
  )
    throw new Failure('forbidden', 'One of the two belongs to a store you do not see.', {
      next: 'Ask somebody who sees both.',
    })
}

const Pair = z.object({ a: Ref, b: Ref })
const family = (ref: Ref) => (ref.kind === 'account' ? 'account' : 'person')
const pairId = (a: Ref, b: Ref): string => [linkKey(a), linkKey(b)].sort().join(' = ')

/**
 * The links follow once the change is kept: reading all records has no place in its transaction. What is kept is no failure
 * where they cannot be made now; they still wait to be, which the next reading of any system does.
 */
const followed = (context: Context): void =>
  context.onceCommitted(async () => {
    await context.syncs.relink().catch(() => undefined)
    return {}
  })

/** What one may do about records that are one over systems. */
export const linkingOperations = {
  linking: read({
    role: 'viewer',
    summary: 'By which rules customers and accounts of several systems are one, and how many are',
  })
    .output(LinkingState)
    .handler(async ({ context }) => {
      const [settings, counts, said] = await Promise.all([
        linkSettings(context.ledger),
        countLinks(context),
        context.ledger.select().from(linksByHand).orderBy(desc(linksByHand.at)),
      ])
      return {
        ...settings,
        ...counts,
        byHand: said
          .filter(({ a, b }) => seesAll(context.actor, [a.store, b.store]))
          .map(one => ({ ...one, at: new Date(one.at).toISOString() })) satisfies ByHand[],
      }
    }),

  linkExamples: read({
    role: 'contributor',
    summary: 'Records of several systems that are one customer or account',
    agents: false,
  })
    .input(
      z.object({
        kind: z.enum(['people', 'accounts']),
        search: z.string().max(200).optional().describe('Part of a name or id'),
        limit: z.int().min(1).max(500).optional(),
      }),
    )
    .output(z.array(Entity))
    .handler(({ input, context }) => linkExamples(context, input)),

  saveLinking: write({ role: 'lead', summary: 'Choose by which rules records of several systems are one' })
    .input(
      z.object({
        rules: z.array(Rule),
        freeMail: z.array(z.string().max(253)).max(5_000),
        version: z.int().describe('Version the change was made from'),
      }),
    )
    .output(z.object({ version: z.int() }))
    .handler(async ({ input, context }) => {
      if (context.actor.stores !== 'all')
        throw new Failure('forbidden', 'The rules are the whole company’s.', {
          next: 'Ask somebody who sees every store.',
        })
      const before = await linkSettings(context.ledger)
      // The first save makes version 1 from nothing; links being made for the first time may have kept the row already.
      if (input.version !== before.version && !(input.version === 0 && before.version === 1))
        throw new Failure('conflict', 'Somebody else changed the rules meanwhile.', {
          next: 'Read them again and repeat your change.',
        })
      const freeMail = [...new Set(input.freeMail.map(domainOf))].sort()
      const strange = freeMail.find(one => !/^[^\s.]+(\.[^\s.]+)+$/.test(one))
      if (strange !== undefined)
        throw invalid(`“${strange}” is no domain.`, 'Write each like gmail.com, one a line.')
      const version = await changeLinking(context.ledger, { rules: input.rules, freeMail })
      context.note({ subject: 'linking', before, after: { rules: input.rules, freeMail } })
      followed(context)
      return { version }
    }),

  link: write({
    role: 'lead',
    summary: 'Say of two records that they are one, or that they are not; this goes before every rule',
  })
    .input(
      Pair.extend({ together: z.boolean().describe('false: they are set apart, whatever else joins them') }),
    )
    .output(z.object({ id: z.string() }))
    .handler(async ({ input, context }) => {
      const { a, b, together } = input
      seesBoth(context, [a, b])
      if (linkKey(a) === linkKey(b)) throw invalid('That is one record.', 'Name two.')
      if (family(a) !== family(b))
        throw invalid(
          'A person is not one with a company.',
          'Link customers and leads with each other, and accounts.',
        )
      const id = pairId(a, b)
      const [before] = await context.ledger.select().from(linksByHand).where(eq(linksByHand.id, id))
      const row = { a, b, together, by: context.actor.name, at: context.clock().toISOString() }
      await context.ledger
        .insert(linksByHand)
        .values({ id, ...row })
        .onConflictDoUpdate({ target: linksByHand.id, set: row })
      await changeLinking(context.ledger)
      context.note({ subject: id, stores: [a.store, b.store], before, after: { together } })
      followed(context)
      return { id }
    }),

  unsayLink: write({ role: 'lead', summary: 'Take back what was said of two records by hand' })
    .input(z.object({ id: z.string() }))
    .output(z.object({}))
    .handler(async ({ input, context }) => {
      const [before] = await context.ledger.select().from(linksByHand).where(eq(linksByHand.id, input.id))
      if (!before) throw new Failure('not_found', 'Nothing like that was said.')
      seesBoth(context, [before.a, before.b])
      await context.ledger.delete(linksByHand).where(eq(linksByHand.id, input.id))
      await changeLinking(context.ledger)
      context.note({ subject: input.id, stores: [before.a.store, before.b.store], before })
      followed(context)
      return {}
    }),
}
