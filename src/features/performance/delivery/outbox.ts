import { randomUUID } from 'node:crypto'
import { and, eq, inArray, lt, sql } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import type { Ledger } from '#postgres/open.ts'
import { alertChannels, type Message, outbox } from '#postgres/tables/watch.ts'
import { NotSent, type Sender } from './send.ts'

/**
 * Messages on their way. A row is written once for each message and channel, claimed in a transaction of its own, sent, and
 * settled. A process that dies between claim and settling leaves it claimed: a signed webhook is then sent again under the
 * same id, which its receiver can tell; mail, Slack and Teams have no such id, so it is marked unsure and not sent again.
 */

export type Channel = typeof alertChannels.$inferSelect
export type Letter = typeof outbox.$inferSelect

/** A claim older than this belongs to a process that died. */
const leaseMs = 120_000
/** Minutes until the next try, after each that was refused. */
const pauses = [1, 5, 30, 120, 720]

/** Writes a message, once for its key. */
export async function post(
  { ledger, clock }: Pick<Context, 'ledger' | 'clock'>,
  letter: { key: string; channel: string; message: Message; notBefore: Date },
): Promise<void> {
  const { key, channel, message, notBefore } = letter
  await ledger
    .insert(outbox)
    .values({
      id: randomUUID(),
      key,
      channel,
      message,
      state: 'waiting',
      notBefore: notBefore.toISOString(),
      at: clock().toISOString(),
    })
    .onConflictDoNothing({ target: outbox.key })
}

/** The next message that is due, as this process's own; none is claimed by two. */
export async function claim({ ledger, clock }: Pick<Context, 'ledger' | 'clock'>): Promise<Letter | null> {
  const now = clock().toISOString()
  const found = await ledger
    .update(outbox)
    .set({ state: 'claimed', claimedAt: now, attempts: sql`${outbox.attempts} + 1` })
    .where(
      eq(
        outbox.id,
        sql`(SELECT id FROM outbox WHERE state = 'waiting' AND not_before <= ${now} ORDER BY at, id LIMIT 1 FOR UPDATE SKIP LOCKED)`,
      ),
    )
    .returning()
  return found[0] ?? null
}

/** What processes that died left claimed. */
async function recover({ ledger, clock }: Pick<Context, 'ledger' | 'clock'>): Promise<void> {
  const old = new Date(clock().getTime() - leaseMs).toISOString()
  const left = await ledger
    .select({ id: outbox.id, kind: alertChannels.kind })
    .from(outbox)
    .leftJoin(alertChannels, eq(alertChannels.id, outbox.channel))
    .where(and(eq(outbox.state, 'claimed'), lt(outbox.claimedAt, old)))
  for (const { id, kind } of left)
    await settle(
      ledger,
      id,
      kind === 'webhook'
        ? { state: 'waiting' }
        : {
            state: 'unsure',
            error: 'The server stopped while it was being sent: it may have arrived or not.',
          },
    )
}

/**
 * Sends again, with all its tries, what failed or may not have arrived, because a person says so. False where it is on its
 * way already, or arrived.
 */
export async function repeat(
  { ledger, clock }: Pick<Context, 'ledger' | 'clock'>,
  id: string,
): Promise<boolean> {
  const found = await ledger
    .update(outbox)
    .set({ state: 'waiting', attempts: 0, notBefore: clock().toISOString(), error: null })
    .where(and(eq(outbox.id, id), inArray(outbox.state, ['failed', 'unsure'])))
    .returning({ id: outbox.id })
  return found.length > 0
}

const settle = (ledger: Ledger, id: string, set: Partial<Letter>) =>
  ledger
    .update(outbox)
    .set(set)
    .where(and(eq(outbox.id, id), eq(outbox.state, 'claimed')))

/** Sends everything that is due. Gives how many were sent. */
export async function sendDue(context: Context, send: Sender): Promise<number> {
  await recover(context)
  let sent = 0
  for (let letter = await claim(context); letter !== null; letter = await claim(context))
    if (await sendOne(context, letter, send)) sent++
  return sent
}

async function sendOne(context: Context, letter: Letter, send: Sender): Promise<boolean> {
  const { ledger, clock } = context
  const [channel] = await ledger.select().from(alertChannels).where(eq(alertChannels.id, letter.channel))
  if (!channel?.active) {
    await settle(ledger, letter.id, { state: 'failed', error: 'Its channel is gone or switched off.' })
    return false
  }
  try {
    await send(channel, letter)
    await settle(ledger, letter.id, { state: 'sent', sentAt: clock().toISOString(), error: null })
    return true
  } catch (cause) {
    const refused = cause instanceof NotSent
    const error = cause instanceof Error ? cause.message : String(cause)
    const pause = pauses[letter.attempts - 1]
    // What was surely not taken may be tried again; what may have been, only where the receiver can tell.
    const again = refused ? cause.again : channel.kind === 'webhook'
    const next =
      again && pause !== undefined
        ? { state: 'waiting' as const, notBefore: new Date(clock().getTime() + pause * 60_000).toISOString() }
        : { state: refused || channel.kind === 'webhook' ? ('failed' as const) : ('unsure' as const) }
    await settle(ledger, letter.id, { ...next, error })
    return false
  }
}
