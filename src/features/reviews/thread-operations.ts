import { randomUUID } from 'node:crypto'
import { and, desc, eq, inArray, isNull } from 'drizzle-orm'
import { z } from 'zod'
import { read, write } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { type Actor, seesAll } from '#kernel/actor.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { user } from '#postgres/tables/members.ts'
import { comments, mentions, threads } from '#postgres/tables/reviews.ts'
import { About, Comment, Mention, Say, Thread } from './thread-shape.ts'

/** Stores a number is of: those named, or all the asker sees; null is the whole company. Nobody speaks of what they do not see. */
function storesOf(actor: Actor, named: readonly string[]): string[] | null {
  if (!seesAll(actor, named))
    throw new Failure('forbidden', 'This is of stores that you cannot see.', {
      next: `Name stores among yours: ${[actor.stores].flat().join(', ')}.`,
    })
  const all = named.length > 0 ? named : actor.stores
  return all === 'all' ? null : [...new Set(all)].sort()
}

const scopeOf = (stores: string[] | null) => (stores === null ? '*' : stores.join(','))

/** Whether somebody may see what a thread is about. */
const sees = (actor: Actor, stores: string[] | null) => seesAll(actor, stores ?? 'all')

const asActor = (person: typeof user.$inferSelect): Pick<Actor, 'stores'> => ({
  stores: person.stores ?? 'all',
})

async function commentsOf({ ledger }: Context, thread: string): Promise<Comment[]> {
  const said = await ledger.select().from(comments).where(eq(comments.thread, thread)).orderBy(comments.seq)
  if (said.length === 0) return []
  const named = await ledger
    .select({ comment: mentions.comment, id: user.id, name: user.name })
    .from(mentions)
    .innerJoin(user, eq(user.id, mentions.person))
    .where(
      inArray(
        mentions.comment,
        said.map(one => one.id),
      ),
    )
  return said.map(one => ({
    id: one.id,
    text: one.removedAt === null ? one.text : '',
    by: { id: one.byId, name: one.byName },
    at: one.at,
    removed: one.removedAt !== null,
    mentions: named.filter(other => other.comment === one.id).map(({ id, name }) => ({ id, name })),
  }))
}

/** The people mentioned; each must be able to see what is talked about. */
async function mentioned({ ledger, actor }: Context, ids: readonly string[], stores: string[] | null) {
  if (ids.length === 0) return []
  const people = await ledger
    .select()
    .from(user)
    .where(inArray(user.id, [...new Set(ids)]))
  // Who speaks may be nobody who signs in, as in a demo: to name oneself tells nobody.
  const absent = ids.find(id => id !== actor.id && !people.some(one => one.id === id))
  if (absent) throw invalid('Somebody mentioned is not here any more.', 'Choose people from the list.')
  const blind = people.find(one => !sees({ ...asActor(one) } as Actor, stores))
  if (blind)
    throw new Failure(
      'forbidden',
      `${blind.name} does not see these stores, and would not see what you say.`,
      {
        next: 'Mention somebody who does, or narrow the screen to a store both of you see.',
      },
    )
  return people
}

export const threadOperations = {
  thread: read({ role: 'viewer', summary: 'What was said about a number, a chart or a block' })
    .input(About)
    .output(Thread)
    .handler(async ({ input, context }) => {
      const scope = scopeOf(storesOf(context.actor, input.stores))
      const [found] = await context.ledger
        .select()
        .from(threads)
        .where(and(eq(threads.subject, input.subject), eq(threads.scope, scope)))
      return {
        subject: input.subject,
        title: found?.title ?? '',
        comments: found ? await commentsOf(context, found.id) : [],
      }
    }),

  say: write({ role: 'contributor', summary: 'Comment on a number, a chart or a block, and mention people' })
    .input(Say)
    .output(Comment)
    .handler(async ({ input, context }) => {
      const { ledger, actor } = context
      const stores = storesOf(actor, input.stores)
      const scope = scopeOf(stores)
      const people = await mentioned(context, input.mentions, stores)
      const at = context.clock().toISOString()
      await ledger
        .insert(threads)
        .values({
          id: randomUUID(),
          subject: input.subject,
          title: input.title,
          path: input.path,
          stores,
          scope,
          at,
        })
        .onConflictDoNothing()
      const [thread] = await ledger
        .select()
        .from(threads)
        .where(and(eq(threads.subject, input.subject), eq(threads.scope, scope)))
      if (!thread) throw new Error('the thread just made is gone')
      const id = randomUUID()
      await ledger
        .insert(comments)
        .values({ id, thread: thread.id, text: input.text, byId: actor.id, byName: actor.name, at })
      const others = people.filter(one => one.id !== actor.id)
      if (others.length > 0)
        await ledger.insert(mentions).values(others.map(one => ({ comment: id, person: one.id })))
      context.note({
        subject: `comment on ${input.title}`,
        stores,
        after: { text: input.text, mentions: others.map(one => one.name) },
      })
      // The words are in the ledger whether or not a mail gets through.
      context.onceCommitted(async () => {
        const link = new URL(input.path, context.accounts.url)
        link.searchParams.set('talk', input.subject)
        await Promise.allSettled(
          others.map(one =>
            context.accounts.mail(
              one.email,
              `${actor.name} mentioned you: ${input.title}`,
              `${actor.name} wrote about ${input.title}:\n\n${input.text}\n\n${link}`,
            ),
          ),
        )
        return {}
      })
      return {
        id,
        text: input.text,
        by: { id: actor.id, name: actor.name },
        at,
        removed: false,
        mentions: others.map(({ id: person, name }) => ({ id: person, name })),
      }
    }),

  takeBack: write({ role: 'contributor', summary: 'Take a comment of one’s own back' })
    .input(z.object({ id: z.string() }))
    .output(z.object({ removed: z.literal(true) }))
    .handler(async ({ input, context }) => {
      const [found] = await context.ledger
        .select({ comment: comments, thread: threads })
        .from(comments)
        .innerJoin(threads, eq(threads.id, comments.thread))
        .where(eq(comments.id, input.id))
      if (!found || !sees(context.actor, found.thread.stores))
        throw new Failure('not_found', 'There is no such comment.')
      if (found.comment.byId !== context.actor.id)
        throw new Failure(
          'forbidden',
          `This was said by ${found.comment.byName}: only they can take it back.`,
        )
      const at = context.clock().toISOString()
      await context.ledger.update(comments).set({ removedAt: at }).where(eq(comments.id, input.id))
      context.note({
        subject: `comment on ${found.thread.title}`,
        stores: found.thread.stores,
        before: found.comment.text,
        after: null,
      })
      return { removed: true }
    }),

  mentions: read({ role: 'viewer', summary: 'Where one was mentioned, newest first', agents: false })
    .input(z.object({}).optional())
    .output(z.array(Mention))
    .handler(async ({ context: { ledger, actor } }) => {
      const rows = await ledger
        .select({ mention: mentions, comment: comments, thread: threads })
        .from(mentions)
        .innerJoin(comments, eq(comments.id, mentions.comment))
        .innerJoin(threads, eq(threads.id, comments.thread))
        .where(and(eq(mentions.person, actor.id), isNull(comments.removedAt)))
        .orderBy(desc(comments.seq))
        .limit(50)
      // What somebody may see can have been narrowed since.
      return rows
        .filter(({ thread }) => sees(actor, thread.stores))
        .map(({ mention, comment, thread }) => ({
          comment: comment.id,
          title: thread.title,
          path: thread.path,
          subject: thread.subject,
          text: comment.text,
          by: comment.byName,
          at: comment.at,
          seen: mention.seenAt !== null,
        }))
    }),

  markSeen: write({ role: 'viewer', summary: 'Mark mentions as seen', agents: false })
    .input(z.object({ comments: z.array(z.string()).min(1).max(100) }))
    .output(z.object({ seen: z.int() }))
    .handler(async ({ input, context }) => {
      const seen = await context.ledger
        .update(mentions)
        .set({ seenAt: context.clock().toISOString() })
        .where(
          and(
            eq(mentions.person, context.actor.id),
            inArray(mentions.comment, input.comments),
            isNull(mentions.seenAt),
          ),
        )
        .returning()
      context.note({ subject: 'mentions seen', after: { count: seen.length } })
      return { seen: seen.length }
    }),
}
