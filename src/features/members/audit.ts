import { and, count, desc, eq, gte, ilike, inArray, lte, or, type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import { read } from '#features/base.ts'
import { actsSaying } from '#kernel/act-words.ts'
import type { Actor } from '#kernel/actor.ts'
import { audit } from '#postgres/tables/members.ts'
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
    const like = `%${(input.search ?? '').replace(/[%_\\]/g, c => `\\${c}`)}%`
    const conditions: (SQL | undefined)[] = [
      concerning(actor),
      input.search
        ? or(
            ilike(audit.subject, like),
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
      entries: found.map(e => ({
        ...e,
        at: e.at.toISOString(),
        before: e.before ?? null,
        after: e.after ?? null,
      })),
      count: total?.n ?? 0,
    }
  })
