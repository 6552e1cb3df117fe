import { and, eq, inArray, lt } from 'drizzle-orm'
import { zoneOf } from '#features/company-days.ts'
import type { Context } from '#features/context.ts'
import type { Actor, Role } from '#kernel/actor.ts'
import { weekday } from '#kernel/day.ts'
import { wallClock } from '#kernel/zone.ts'
import { user } from '#postgres/tables/members.ts'
import { letters, subscriptions } from '#postgres/tables/reviews.ts'
import type { Told } from './document/document.ts'
import { flashOf } from './flash.ts'
import { flashLetter, type Letter, letterHtml, letterText, mondayLetter } from './letter.ts'
import { mondayOf } from './monday.ts'
import type { LetterKind } from './pack-shape.ts'
import { noteReminders, reminderLetter, remindersDue } from './reminders.ts'

/** Company time from which the letters of a day are sent, and from which they are sent although the data are not whole. */
const sendHour = 7
const flagHour = 11
const mostAttempts = 3

interface Due {
  person: string
  kind: LetterKind | 'reminder'
  day: string
  email: string
  actor: Actor
}

/** The letters of now that are neither sent nor being sent: at seven each day, the pack on Mondays, reminders to owners. */
async function dueLetters(context: Context): Promise<{ due: Due[]; late: boolean }> {
  const { day, hour } = wallClock(await zoneOf(context), context.clock().getTime())
  const late = hour >= flagHour
  if (hour < sendHour) return { due: [], late }
  await noteReminders(context, day)
  const taken = await context.ledger
    .select({ kind: subscriptions.kind, since: subscriptions.since, person: user })
    .from(subscriptions)
    .innerJoin(user, eq(user.id, subscriptions.person))
  const people = new Map((await context.ledger.select().from(user)).map(one => [one.id, one]))
  const wanted = [
    ...taken
      .filter(({ kind, since }) => since <= day && (kind === 'flash' || weekday(day) === 1))
      .map(({ kind, person }) => ({ kind, person, day })),
    ...(await remindersDue(context, day)).flatMap(one => {
      const person = people.get(one.person)
      return person ? [{ kind: 'reminder' as const, person, day: one.day }] : []
    }),
  ]
  const days = [day, ...wanted.map(one => one.day)]
  const done = await context.ledger.select().from(letters).where(inArray(letters.day, days))
  const due = wanted
    .filter(({ kind, person, day }) => {
      const row = done.find(one => one.person === person.id && one.kind === kind && one.day === day)
      return !row || row.state === 'held' || (row.state === 'failed' && row.attempts < mostAttempts)
    })
    .map(({ kind, person, day }) => ({
      kind,
      day,
      person: person.id,
      email: person.email,
      actor: {
        kind: 'person' as const,
        id: person.id,
        name: person.name,
        role: person.role as Role,
        stores: person.stores ?? ('all' as const),
      },
    }))
  return { due, late }
}

/** Whether the mail server refused before it took the letter: only then may it be sent again. */
const refused = (error: unknown): boolean => {
  const { responseCode, code } = (error ?? {}) as { responseCode?: unknown; code?: unknown }
  return (
    typeof responseCode === 'number' || ['ECONNECTION', 'EDNS', 'EAUTH', 'EENVELOPE'].includes(String(code))
  )
}

/**
 * Sends what is due, each letter as its reader may see the figures. The row of a letter is claimed before it is sent: a
 * process that dies in between has sent it once or not at all, never twice. With data that are not whole it is held until
 * eleven, then sent and says so.
 */
export async function sendLetters(
  context: Context,
  document = pdfOf,
): Promise<{ sent: number; held: number; failed: number }> {
  const { due, late } = await dueLetters(context)
  const count = { sent: 0, held: 0, failed: 0 }
  let trouble: unknown
  for (const one of due)
    try {
      count[await sent(context, one, { late, document })] += 1
    } catch (error) {
      // One reader's letter that cannot be written keeps nobody else's.
      trouble ??= error
      count.failed += 1
    }
  if (trouble) throw trouble
  return count
}

/** Sends one letter, unless it has to wait; what became of it. */
async function sent(
  context: Context,
  one: Due,
  { late, document }: { late: boolean; document: typeof pdfOf },
): Promise<'sent' | 'held' | 'failed'> {
  const reader = { ...context, actor: one.actor }
  const { letter, told } = await letterOf(reader, one)
  if (letter.warning && !late) {
    await held(context, one, letter.warning)
    return 'held'
  }
  // Made before the claim: what is claimed has only to be handed over. One that cannot be made keeps no letter.
  const files: File[] = []
  let without = ''
  if (told && context.accounts.mails)
    try {
      files.push(await document(reader, told))
    } catch (error) {
      without = `Without its PDF: ${String(error)}`
    }
  if (!(await claimed(context, one))) return 'held'
  const tell = (values: Partial<typeof letters.$inferInsert>) =>
    context.ledger
      .update(letters)
      .set({ ...values, at: context.clock().toISOString() })
      .where(keyOf(one))
  try {
    if (
      await context.accounts.mail(one.email, letter.subject, letterText(letter), letterHtml(letter), files)
    ) {
      await tell({ state: 'sent', said: [letter.warning, without].filter(Boolean).join(' ') })
      return 'sent'
    }
    await tell({ state: 'failed', attempts: mostAttempts, said: 'This server sends no mail: set SMTP_URL.' })
    return 'failed'
  } catch (error) {
    // Where it is not known whether the server took it, it stays claimed and is not tried again.
    if (refused(error)) {
      const [row] = await context.ledger.select().from(letters).where(keyOf(one))
      await tell({ state: 'failed', attempts: (row?.attempts ?? 0) + 1, said: String(error) })
    }
    return 'failed'
  }
}

/** A letter, and what it tells as its document does; a reminder has none. */
async function letterOf(
  context: Context,
  { kind, day }: Due,
): Promise<{ letter: Letter; told: Told | null }> {
  const { url } = context.accounts
  if (kind === 'reminder') return { letter: await reminderLetter(context, day), told: null }
  if (kind === 'flash') {
    const told = await flashOf(context)
    return { letter: flashLetter(told, url), told: { which: 'flash', told } }
  }
  const told = await mondayOf(context)
  return { letter: mondayLetter(told, url), told: { which: 'monday', told } }
}

/** What a letter tells as a PDF; what sets it is loaded with the first. */
const pdfOf = async (context: Context, told: Told): Promise<File> =>
  (await import('./document/document.ts')).documentOf(context, told)

const keyOf = ({ person, kind, day }: Due) =>
  and(eq(letters.person, person), eq(letters.kind, kind), eq(letters.day, day))

const target = [letters.person, letters.kind, letters.day]

/** Notes that a letter waits for data. */
const held = ({ ledger, clock }: Context, { person, kind, day }: Due, said: string) =>
  ledger
    .insert(letters)
    .values({ person, kind, day, state: 'held', said, at: clock().toISOString() })
    .onConflictDoNothing()

/** Claims a letter in one statement; false where somebody else did. */
async function claimed({ ledger, clock }: Context, { person, kind, day }: Due): Promise<boolean> {
  const values = { person, kind, day, state: 'claimed' as const, at: clock().toISOString() }
  const won = await ledger
    .insert(letters)
    .values(values)
    .onConflictDoUpdate({
      target,
      set: { state: 'claimed', at: values.at },
      setWhere: and(inArray(letters.state, ['held', 'failed']), lt(letters.attempts, mostAttempts)),
    })
    .returning()
  return won.length > 0
}
