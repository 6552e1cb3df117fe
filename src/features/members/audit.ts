import { and, count, desc, eq, gte, ilike, inArray, lte, or, type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import { read } from '#features/base.ts'
import { actsSaying } from '#kernel/act-words.ts'
import type { Actor } from '#kernel/actor.ts'
import { audit } from '#postgres/tables/members.ts'
import { idsCalled, namedSubject, namesKnown } from './audit-names.ts'
import { AuditEntry } from './model.ts'

/** Somebody with a few stores sees what concerns one of those, and what they did themselves. */
const concerning = ({ stores, id }: Actor): SQL | undefined =>
  stores === 'all'
    ? undefined
    : or(
        eq(audit.actorId, id),
        stores.length === 0
          ? undefined
          : sql`${audit.stores} ?| ARRAY[${sql.join(
              stores.map(store => sql`${store}`),
              sql`, `,
            )}]::text[]`,
      )

/** A copy that names of the stores those that may be seen, of the others only that there are some. */
const narrowed = (value: unknown, seen: readonly string[], key = ''): unknown => {
  if (Array.isArray(value))
    return key === 'stores'
      ? value.filter(one => typeof one !== 'string' || seen.includes(one))
      : value.map(one => narrowed(one, seen))
  if (key === 'store' && typeof value === 'string') return seen.includes(value) ? value : 'another store'
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, narrowed(one, seen, name)]))
}

const escaped = (text: string) => text.replace(/[%_\\]/g, c => `\\${c}`)

export const readAudit = read({
  role: 'director',
  summary: 'Every write: who, what, when, before and after',
})
  .input(
    z.object({
      /** In person, thing or act; or the id of a request, whole. */
      search: z.string().max(200).optional(),
      operation: z.string().optional(),
      actor: z.string().optional(),
      from: z.iso.date().optional(),
      to: z.iso.date().optional(),
      limit: z.int().min(1).max(500).default(100),
      offset: z.int().min(0).default(0),
    }),
  )
  .output(z.object({ entries: z.array(AuditEntry), count: z.number() }))
  .handler(async ({ input, context: { ledger, actor } }) => {
    const names = await namesKnown({ ledger })
    const meant = input.search?.trim().toLowerCase() ?? ''
    const like = `%${escaped(input.search ?? '')}%`
    const conditions: (SQL | undefined)[] = [
      concerning(actor),
      input.search
        ? or(
            ilike(audit.subject, like),
            ...idsCalled(names, meant).map(id => ilike(audit.subject, `%${escaped(id)}%`)),
            ilike(audit.actorName, like),
            ilike(audit.operation, like),
            // What the list calls it, as far as one can see it there.
            inArray(audit.operation, actsSaying(input.search.trim())),
            eq(audit.request, input.search.trim()),
          )
        : undefined,
      input.operation ? eq(audit.operation, input.operation) : undefined,
      input.actor ? eq(audit.actorId, input.actor) : undefined,
      input.from ? gte(audit.at, new Date(`${input.from}T00:00:00Z`)) : undefined,
      input.to ? lte(audit.at, new Date(`${input.to}T23:59:59.999Z`)) : undefined,
    ]
    const where = and(...conditions)
    const [found, [total]] = await Promise.all([
      ledger
        .select()
        .from(audit)
        .where(where)
        .orderBy(desc(audit.at), audit.id)
        .limit(input.limit)
        .offset(input.offset),
      ledger.select({ n: count() }).from(audit).where(where),
    ])
    return {
      entries: found.map(e => {
        // What somebody did they know whole.
        const seen = actor.stores === 'all' || e.actorId === actor.id ? null : actor.stores
        const told = (value: unknown) => (seen ? narrowed(value, seen) : value)
        return {
          ...e,
          named: namedSubject(e.operation, e.subject, names),
          at: e.at.toISOString(),
          before: told(e.before) ?? null,
          after: told(e.after) ?? null,
          stores: seen && e.stores ? e.stores.filter(one => seen.includes(one)) : e.stores,
        }
      }),
      count: total?.n ?? 0,
    }
  })
