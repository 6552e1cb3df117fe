import { and, eq, gt, isNull, lte } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { addDays, type Day } from '#kernel/day.ts'
import { Failure } from '#kernel/error.ts'
import { showDay } from '#kernel/format.ts'
import { user } from '#postgres/tables/members.ts'
import * as rows from '#postgres/tables/reviews.ts'
import { contentOf, latestWeek } from './content.ts'
import { deckOf } from './decks.ts'
import type { Letter } from './letter.ts'
import { noteOn } from './model.ts'

type Reminder = typeof rows.reminders.$inferSelect

/** In place of a person: the whole company. */
export const everybody = ''

/** Who is not to be reminded; `everybody` among them where the company has switched reminders off. */
export const remindersDeclined = async (ledger: Context['ledger']): Promise<ReadonlySet<string>> =>
  new Set(
    (await ledger.select({ person: rows.remindersOff.person }).from(rows.remindersOff)).map(
      one => one.person,
    ),
  )

/** Reminds a person, or `everybody`, from now on, or no longer. */
export async function setReminders(
  { ledger, clock }: Pick<Context, 'ledger' | 'clock'>,
  person: string,
  on: boolean,
): Promise<void> {
  if (on) await ledger.delete(rows.remindersOff).where(eq(rows.remindersOff.person, person))
  else
    await ledger.insert(rows.remindersOff).values({ person, at: clock().toISOString() }).onConflictDoNothing()
}

/** What nobody sent for so many days is no reminder any more. */
const kept = 7

const pathOf = (deck: string) => `/review${deck === 'weekly' ? '' : `?deck=${encodeURIComponent(deck)}`}`

/**
 * Writes down who is to be reminded of what: of an action on the day it is due, of a review's exceptions that have no word
 * yet as soon as its week is whole. What was written before is not written again; who has had the day's letter gets it
 * with the next. Nothing is written for who declined: asked for again, reminders tell what is due then.
 */
export async function noteReminders(context: Context, day: Day): Promise<void> {
  const { ledger, clock } = context
  const declined = await remindersDeclined(ledger)
  if (declined.has(everybody)) return
  const people = new Set(
    (await ledger.select({ id: user.id }).from(user)).map(one => one.id).filter(id => !declined.has(id)),
  )
  const had = await ledger
    .select({ person: rows.letters.person })
    .from(rows.letters)
    .where(and(eq(rows.letters.kind, 'reminder'), eq(rows.letters.day, day)))
  const at = clock().toISOString()
  const of = (person: string, one: Pick<Reminder, 'subject' | 'words' | 'path'>): Reminder => ({
    ...one,
    person,
    day: had.some(letter => letter.person === person) ? addDays(day, 1) : day,
    at,
  })
  const due = await ledger
    .select()
    .from(rows.actions)
    .where(and(isNull(rows.actions.doneAt), lte(rows.actions.due, day)))
  const actions = due.map(one =>
    of(one.ownerId, {
      // Put off, it is due anew.
      subject: `action ${one.id} ${one.due}`,
      words: `${one.text}, due ${showDay(one.due, 'card')}`,
      path: pathOf(one.deck),
    }),
  )
  const asked = await silentExceptions(context, of)
  const all = [...actions, ...asked].filter(one => one.person === '' || people.has(one.person))
  if (all.length > 0) await ledger.insert(rows.reminders).values(all).onConflictDoNothing()
}

/** Exceptions that wait for a word, of weeks whose owners were not asked yet; and that they were. */
async function silentExceptions(
  context: Context,
  of: (person: string, one: Pick<Reminder, 'subject' | 'words' | 'path'>) => Reminder,
): Promise<Reminder[]> {
  const { ledger } = context
  const found: Reminder[] = []
  // The usual deck, which nobody saved, has no owners.
  for (const { id } of await ledger.select({ id: rows.decks.id }).from(rows.decks)) {
    const deck = await deckOf(context, id)
    if (!deck.sections.some(section => section.blocks.some(block => block.owner?.id))) continue
    const week = await weekOf(context, deck)
    if (week === null) continue
    // Nobody's: that the week's owners were asked.
    const mark = of('', { subject: `exceptions ${deck.id} ${week}`, words: '', path: '' })
    const same = and(eq(rows.reminders.person, ''), eq(rows.reminders.subject, mark.subject))
    const [asked] = await ledger.select().from(rows.reminders).where(same)
    const [issued] = await ledger
      .select({ week: rows.issues.week })
      .from(rows.issues)
      .where(and(eq(rows.issues.deck, deck.id), eq(rows.issues.week, week)))
    if (asked || issued) continue
    const notes = await ledger
      .select()
      .from(rows.notes)
      .where(and(eq(rows.notes.deck, deck.id), eq(rows.notes.week, week)))
    const { exceptions } = await contentOf(context, deck, week)
    const silent = exceptions.filter(
      one =>
        !noteOn(
          one,
          notes.map(({ exception, text, byName, at }) => ({ exception, text, by: byName, at })),
        ),
    )
    found.push(
      mark,
      ...silent.flatMap(one =>
        one.owner?.id
          ? of(one.owner.id, {
              subject: `exception ${deck.id} ${week} ${one.key}`,
              words: `${one.words}. Say why before the review; “we don’t know yet” is a word, too.`,
              path: pathOf(deck.id),
            })
          : [],
      ),
    )
  }
  return found
}

/** Last day of the latest week that can be reviewed; null where there are no data yet. */
const weekOf = async (context: Context, deck: Parameters<typeof latestWeek>[1]): Promise<Day | null> => {
  try {
    return (await latestWeek(context, deck)).to
  } catch (error) {
    if (error instanceof Failure && error.code === 'not_found') return null
    throw error
  }
}

/** Who is to be reminded on which day, of the last days. */
export async function remindersDue({ ledger }: Context, day: Day): Promise<{ person: string; day: Day }[]> {
  const { person, day: on } = rows.reminders
  const found = await ledger
    .selectDistinct({ person, day: on })
    .from(rows.reminders)
    .where(and(lte(on, day), gt(on, addDays(day, -kept))))
  const declined = await remindersDeclined(ledger)
  return declined.has(everybody) ? [] : found.filter(one => one.person !== '' && !declined.has(one.person))
}

/** A person's reminders of a day as a letter. */
export async function reminderLetter({ ledger, accounts, actor }: Context, day: Day): Promise<Letter> {
  const all = await ledger
    .select()
    .from(rows.reminders)
    .where(and(eq(rows.reminders.person, actor.id), eq(rows.reminders.day, day)))
    .orderBy(rows.reminders.subject)
  const [first] = all
  const actions = all.filter(one => one.subject.startsWith('action '))
  const exceptions = all.filter(one => !actions.includes(one))
  const list = (title: string, some: readonly Reminder[]): Letter['parts'] =>
    some.length === 0 ? [] : [{ kind: 'list', title, items: some.map(one => one.words), none: '' }]
  return {
    subject: `${all.length} ${all.length === 1 ? 'matter waits' : 'matters wait'} for you`,
    title: 'What waits for you',
    warning: null,
    parts: [...list('Actions that are due', actions), ...list('Exceptions that need your word', exceptions)],
    link: `${accounts.url}${first?.path ?? '/review'}`,
    why: 'You own these in a review. Of each you are reminded once; under Members you can switch that off.',
  }
}
