import { randomUUID } from 'node:crypto'
import { and, desc, eq } from 'drizzle-orm'
import { z } from 'zod'
import { read, write, writeLast } from '#features/base.ts'
import { ruleOf } from '#features/company-days.ts'
import type { Context } from '#features/context.ts'
import { keepTask, MadeTask, makeTask, TaskPlace, tasksOf } from '#features/tasks.ts'
import { seesAll } from '#kernel/actor.ts'
import { askedDay } from '#kernel/asked-day.ts'
import { addDays, type Day } from '#kernel/day.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { periodOf } from '#kernel/period.ts'
import { user } from '#postgres/tables/members.ts'
import * as rows from '#postgres/tables/reviews.ts'
import { contentOf, differencesOf, latestWeek } from './content.ts'
import { deckOf, deckOfStores, decksOf, hashOf, knownDays } from './decks.ts'
import { noteOn } from './model.ts'
import { Action, type Content, Deck, Difference, Note, Review, Waiting } from './shape.ts'
import { waitingFor } from './waiting.ts'

const Nothing = z.object({}).optional()
const Which = z.object({
  deck: z.string().default('weekly'),
  week: askedDay.optional().describe('Last day of the week; the latest when absent'),
})
const Saved = z.object({ version: z.int() })

type NoteRow = typeof rows.notes.$inferSelect
type Said = z.infer<typeof Note>
type ActionRow = typeof rows.actions.$inferSelect

const noteOf = ({ exception, text, byName, at }: NoteRow): Said => ({ exception, text, by: byName, at })
const actionOf = (row: ActionRow, tasks: ReadonlyMap<string, MadeTask>): z.infer<typeof Action> => ({
  id: row.id,
  week: row.week,
  about: row.about,
  text: row.text,
  owner: { id: row.ownerId, name: row.ownerName },
  due: row.due,
  done: row.doneAt !== null,
  doneWeek: row.doneWeek,
  outcome: row.outcome,
  task: tasks.get(subjectOf(row)) ?? null,
  version: row.version,
})

/** What a task of an action is known by. */
const subjectOf = ({ id }: Pick<ActionRow, 'id'>) => `action ${id}`

const TaskOfAction = TaskPlace.extend({ deck: z.string().default('weekly'), id: z.string() })

/** An action of a review one may see that is still to be done. */
async function openAction(context: Context, deck: string, id: string): Promise<ActionRow> {
  await visible(context, deck)
  const [found] = await context.ledger
    .select()
    .from(rows.actions)
    .where(and(eq(rows.actions.id, id), eq(rows.actions.deck, deck)))
  if (!found) throw new Failure('not_found', 'There is no such action in this review.')
  if (found.doneAt !== null)
    throw new Failure('conflict', 'This action is done.', { next: 'Open it again first.' })
  return found
}

/** What is kept when a review is issued. */
interface Kept {
  content: Content
  notes: Said[]
  actions: z.infer<typeof Action>[]
}

const issueOf = async ({ ledger, actor }: Context, deck: string, week: Day) => {
  const [row] = await ledger
    .select()
    .from(rows.issues)
    .where(and(eq(rows.issues.deck, deck), eq(rows.issues.week, week)))
  const kept = row?.content as Kept | undefined
  if (!row || !kept) return undefined
  // The deck may have been of more stores when it was issued.
  const { stores } = kept.content.deck
  if (!seesAll(actor, stores.length > 0 ? stores : 'all'))
    throw new Failure('forbidden', `The review of the week to ${week} is of stores that you cannot see.`)
  return { ...row, kept }
}

const notesOf = async ({ ledger }: Context, deck: string, week: Day) =>
  (
    await ledger
      .select()
      .from(rows.notes)
      .where(and(eq(rows.notes.deck, deck), eq(rows.notes.week, week)))
  ).map(noteOf)

/** Actions of a review: those open from the weeks before, and those agreed or done in this one. */
export async function actionsOf(context: Pick<Context, 'ledger' | 'granary'>, deck: string, week: Day) {
  const all = await context.ledger
    .select()
    .from(rows.actions)
    .where(eq(rows.actions.deck, deck))
    .orderBy(rows.actions.due, rows.actions.id)
  const own = all.filter(
    one => one.week <= week && (one.doneAt === null || one.week === week || (one.doneWeek ?? '') >= week),
  )
  const tasks = await tasksOf(context, own.map(subjectOf))
  return own.map(one => actionOf(one, tasks))
}

const issuedAlready = (week: Day) =>
  new Failure('conflict', `The review of the week to ${week} is issued and stays as it was.`, {
    next: 'Write it into the next week’s review.',
  })

/** Weeks one can look at, newest first: twelve back, or as far as there are data. */
async function weeksOf(context: Context, deck: Deck) {
  const rule = await ruleOf(context)
  const { firstDay } = await knownDays(context, deck.stores)
  const last = await latestWeek(context, deck)
  const issued = await context.ledger
    .select({ week: rows.issues.week })
    .from(rows.issues)
    .where(eq(rows.issues.deck, deck.id))
    .orderBy(desc(rows.issues.week))
  const done = new Set(issued.map(one => one.week))
  const recent = Array.from({ length: 12 }, (_, n) => addDays(last.to, -7 * n)).filter(
    week => addDays(week, -6) >= firstDay,
  )
  return [...new Set([...recent, ...done])]
    .sort()
    .reverse()
    .map(week => ({ week, label: periodOf(rule, week, 'week').label, issued: done.has(week) }))
}

/** The review of a week: as it was issued, or as the data say now. The latest whole week when absent. */
export async function reviewOf(
  context: Context,
  { deck: id, week: asked }: { deck: string; week?: Day | undefined },
): Promise<z.infer<typeof Review>> {
  const deck = await deckOf(context, id)
  const week = asked ?? (await latestWeek(context, deck)).to
  const issue = await issueOf(context, deck.id, week)
  const weeks = await weeksOf(context, deck)
  if (issue) {
    const { byName: by, at, hash } = issue
    return { ...issue.kept, issue: { by, at, hash }, weeks }
  }
  return {
    content: await contentOf(context, deck, week),
    notes: await notesOf(context, deck.id, week),
    actions: await actionsOf(context, deck.id, week),
    issue: null,
    weeks,
  }
}

export const deckOperations = {
  decks: read({ role: 'viewer', summary: 'Weekly reviews one may see: their sections, blocks and owners' })
    .input(Nothing)
    .output(z.array(Deck))
    .handler(({ context }) => decksOf(context)),

  saveDeck: write({ role: 'lead', summary: 'Make or change a weekly review' })
    .input(Deck)
    .output(Saved)
    .handler(async ({ input: { version, ...deck }, context }) => {
      if (!seesAll(context.actor, deck.stores.length > 0 ? deck.stores : 'all'))
        throw new Failure('forbidden', 'This review is of stores that you cannot see.', {
          next: `Name stores among yours: ${[context.actor.stores].flat().join(', ')}.`,
        })
      const blocks = deck.sections.flatMap(section => section.blocks)
      const twice = blocks.find((block, n) => blocks.findIndex(one => one.id === block.id) !== n)
      if (twice) throw invalid(`Two blocks are called ${twice.id}.`, 'Give each block an id of its own.')
      const empty = blocks.find(block => block.kind !== 'text' && block.metrics.length === 0)
      if (empty) throw invalid(`The block ${empty.id} shows no metric.`, 'Name one, or take the block away.')
      const { metrics } = await context.metrics.definitions()
      const unitOf = (name: string | undefined) => metrics.find(one => one.name === name)?.unit
      const unlike = blocks.find(
        ({ kind, metrics: [first, second, ...more] }) =>
          kind === 'chart' && (more.length > 0 || (second !== undefined && unitOf(first) !== unitOf(second))),
      )
      if (unlike)
        throw invalid(
          `The chart ${unlike.id} shows figures that no one axis holds.`,
          'A chart shows one figure, or two of the same unit; a table of weeks or months shows up to twelve.',
        )
      const [before] = await context.ledger
        .select()
        .from(rows.decks)
        .where(eq(rows.decks.id, deck.id))
        .for('update')
      if (before && !seesAll(context.actor, before.stores.length > 0 ? before.stores : 'all'))
        throw new Failure('forbidden', `The review ${deck.id} is of stores that you cannot see.`)
      if ((before?.version ?? undefined) !== version)
        throw new Failure('conflict', `The review ${deck.name} was changed by somebody else meanwhile.`, {
          next: 'Read it again and repeat your change.',
          details: { version: before?.version ?? null },
        })
      const next = (version ?? 0) + 1
      const values = { ...deck, version: next, updatedAt: context.clock().toISOString() }
      if (before) await context.ledger.update(rows.decks).set(values).where(eq(rows.decks.id, deck.id))
      else await context.ledger.insert(rows.decks).values(values)
      context.note({
        subject: `review ${deck.name}`,
        stores: deck.stores.length > 0 ? deck.stores : null,
        before: before ?? null,
        after: values,
      })
      return { version: next }
    }),

  startDeck: write({ role: 'lead', summary: 'Begin a weekly review of the stores one sees' })
    .input(Nothing)
    .output(z.object({ id: z.string() }))
    .handler(async ({ context }) => {
      const { stores } = context.actor
      if (stores === 'all')
        throw new Failure('conflict', 'You see the whole company: its weekly review is there already.', {
          next: 'Open it under Weekly review.',
        })
      const deck = await deckOfStores(context, stores)
      const { version, ...content } = deck
      if (version !== undefined) return { id: deck.id }
      const values = { ...content, version: 1, updatedAt: context.clock().toISOString() }
      await context.ledger.insert(rows.decks).values(values)
      context.note({ subject: `review ${deck.name}`, stores, before: null, after: values })
      return { id: deck.id }
    }),

  review: read({
    role: 'viewer',
    summary: 'A week’s review: 6-12 charts, exceptions, notes, actions carried forward',
  })
    .input(Which)
    .output(Review)
    .handler(({ input, context }) => reviewOf(context, input)),

  differences: read({ role: 'viewer', summary: 'What data loaded since say otherwise than an issued review' })
    .input(Which.required())
    .output(z.array(Difference))
    .handler(async ({ input, context }) => {
      const deck = await deckOf(context, input.deck)
      const issue = await issueOf(context, deck.id, input.week)
      if (!issue) throw new Failure('not_found', `The review of the week to ${input.week} is not issued.`)
      // The deck as it was then: it may have been changed since.
      const { content } = issue.kept
      return differencesOf(content, await contentOf(context, content.deck, input.week))
    }),

  writeNote: write({ role: 'contributor', summary: 'Say what is behind an exception of a review' })
    .input(
      Which.required().extend({
        exception: z.string().min(1).max(300),
        text: z.string().trim().min(1).max(2000),
      }),
    )
    .output(Note)
    .handler(async ({ input: { deck: id, week, exception, text }, context }) => {
      const deck = await visible(context, id)
      if (await issueOf(context, id, week)) throw issuedAlready(week)
      const { actor } = context
      const values = {
        deck: id,
        week,
        exception,
        text,
        byId: actor.id,
        byName: actor.name,
        at: context.clock().toISOString(),
      }
      const key = and(eq(rows.notes.deck, id), eq(rows.notes.week, week), eq(rows.notes.exception, exception))
      const [before] = await context.ledger.select().from(rows.notes).where(key)
      await context.ledger
        .insert(rows.notes)
        .values(values)
        .onConflictDoUpdate({ target: [rows.notes.deck, rows.notes.week, rows.notes.exception], set: values })
      context.note({
        subject: `note on ${exception}, week to ${week}`,
        stores: deck.stores,
        before: before?.text ?? null,
        after: text,
      })
      return noteOf(values)
    }),

  saveAction: write({ role: 'contributor', summary: 'Agree, change or finish an action of a review' })
    .input(
      Which.required().extend({
        id: z.string().optional().describe('Absent: a new action'),
        about: z.string().max(120).default(''),
        text: z.string().trim().min(1).max(500),
        owner: z.object({ id: z.string(), name: z.string().trim().min(1).max(120) }),
        due: askedDay,
        done: z.boolean().default(false),
        outcome: z.string().max(1000).default(''),
        version: z.int().optional(),
      }),
    )
    .output(Action)
    .handler(async ({ input, context }) => {
      const { deck: id, week, version } = input
      const deck = await visible(context, id)
      const { ledger, actor } = context
      const owner = await ownerOf(context, input.owner)
      const before = input.id
        ? (
            await ledger
              .select()
              .from(rows.actions)
              .where(and(eq(rows.actions.id, input.id), eq(rows.actions.deck, id)))
              .for('update')
          )[0]
        : undefined
      if (input.id && !before) throw new Failure('not_found', 'There is no such action in this review.')
      if (before && before.version !== version)
        throw new Failure('conflict', 'The action was changed by somebody else meanwhile.', {
          next: 'Read it again and repeat your change.',
        })
      const now = context.clock().toISOString()
      const values: ActionRow = {
        id: before?.id ?? randomUUID(),
        deck: id,
        week: before?.week ?? week,
        about: input.about,
        text: input.text,
        ownerId: owner.id,
        ownerName: owner.name,
        due: input.due,
        doneAt: input.done ? (before?.doneAt ?? now) : null,
        doneWeek: input.done ? (before?.doneWeek ?? week) : null,
        outcome: input.outcome,
        byId: before?.byId ?? actor.id,
        byName: before?.byName ?? actor.name,
        version: (before?.version ?? 0) + 1,
        updatedAt: now,
      }
      if (before) await ledger.update(rows.actions).set(values).where(eq(rows.actions.id, values.id))
      else await ledger.insert(rows.actions).values(values)
      context.note({
        subject: `action ${values.text}`,
        stores: deck.stores,
        before: before ?? null,
        after: values,
      })
      return actionOf(values, await tasksOf(context, [subjectOf(values)]))
    }),

  makeTask: write({
    role: 'contributor',
    summary: 'Make a task or card of an action in a connected task system; its link stays on the action',
    prepare: async (context, input) => {
      const { deck, id, ...place } = TaskOfAction.parse(input)
      const action = await openAction(context, deck, id)
      return makeTask(
        context,
        {
          subject: subjectOf(action),
          title: action.text,
          notes: `${action.ownerName}, agreed in the review of the week to ${action.week}: ${context.accounts.url}/review${deck === 'weekly' ? '' : `?deck=${encodeURIComponent(deck)}`}`,
          due: action.due,
        },
        place,
      )
    },
  })
    .input(TaskOfAction)
    .output(MadeTask)
    .handler(async ({ input, context }) => {
      const action = await openAction(context, input.deck, input.id)
      const deck = await visible(context, input.deck)
      const made = await keepTask(context, context.prepared as Awaited<ReturnType<typeof makeTask>>)
      context.note({ subject: `task of the action ${action.text}`, stores: deck.stores, after: made })
      return made
    }),

  issue: writeLast({
    role: 'lead',
    summary: 'Issue a week’s review: its figures, notes and actions stay as they are',
  })
    .input(Which.required())
    .output(z.object({ hash: z.string() }))
    .handler(async ({ input: { deck: id, week }, context }) => {
      const deck = await deckOf(context, id)
      const content = await contentOf(context, deck, week)
      return context.record(async inside => {
        if (await issueOf(inside, id, week)) throw issuedAlready(week)
        const notes = await notesOf(inside, id, week)
        const silent = content.exceptions.filter(one => !noteOn(one, notes))
        if (silent.length > 0)
          throw new Failure(
            'conflict',
            `${silent.length} ${silent.length === 1 ? 'exception has' : 'exceptions have'} no note yet: ${silent
              .map(one => one.words)
              .slice(0, 3)
              .join('; ')}.`,
            {
              next: 'Ask their owners for a word on each; “we don’t know yet” is one.',
            },
          )
        const kept: Kept = { content, notes, actions: await actionsOf(inside, id, week) }
        const hash = hashOf(kept)
        const { actor } = context
        await inside.ledger.insert(rows.issues).values({
          deck: id,
          week,
          content: kept,
          hash,
          byId: actor.id,
          byName: actor.name,
          at: context.clock().toISOString(),
        })
        inside.note({
          subject: `review ${deck.name}, week to ${week}`,
          stores: deck.stores.length > 0 ? deck.stores : null,
          after: { hash },
        })
        return { hash }
      })
    }),

  waiting: read({
    role: 'viewer',
    summary: 'What waits for you today: actions that are due or overdue, plans that ask for your approval',
  })
    .input(Nothing)
    .output(Waiting)
    .handler(({ context }) => waitingFor(context)),

  people: read({ role: 'viewer', summary: 'Who can own a block or an action, or be mentioned' })
    .input(Nothing)
    .output(z.array(z.object({ id: z.string(), name: z.string() })))
    .handler(async ({ context: { ledger, actor } }) => {
      const all = await ledger.select().from(user).orderBy(user.name)
      const mine = all.filter(
        one =>
          actor.stores === 'all' || one.stores === null || one.stores.some(s => actor.stores.includes(s)),
      )
      const people = mine.map(({ id, name }) => ({ id, name }))
      return people.some(one => one.id === actor.id) || actor.kind !== 'person'
        ? people
        : [{ id: actor.id, name: actor.name }, ...people]
    }),
}

/** The stores of a deck one may see; inside a write the metric language is not asked, so the usual deck is not made up here. */
async function visible({ ledger, actor }: Context, id: string): Promise<{ stores: string[] | null }> {
  const [kept] = await ledger
    .select({ stores: rows.decks.stores })
    .from(rows.decks)
    .where(eq(rows.decks.id, id))
  const stores = kept?.stores ?? []
  if ((!kept && id !== 'weekly') || !seesAll(actor, stores.length > 0 ? stores : 'all'))
    throw new Failure('not_found', `There is no review ${id}, or it is of stores you do not see.`)
  return { stores: stores.length > 0 ? stores : null }
}

/** A person of this house under their own name; an empty id names somebody outside it. */
async function ownerOf({ ledger, actor }: Context, owner: { id: string; name: string }) {
  if (owner.id === '' || owner.id === actor.id)
    return owner.id === '' ? owner : { id: actor.id, name: actor.name }
  const [found] = await ledger
    .select({ id: user.id, name: user.name })
    .from(user)
    .where(eq(user.id, owner.id))
  if (!found)
    throw invalid(`There is no ${owner.name} here.`, 'Choose somebody listed, or give a name alone.')
  return found
}
