import { randomBytes, randomUUID } from 'node:crypto'
import { desc, eq } from 'drizzle-orm'
import { z } from 'zod'
import { read, write } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { Failure, invalid } from '#kernel/error.ts'
import * as settings from '#postgres/tables/settings.ts'
import { alertChannels, outbox } from '#postgres/tables/watch.ts'
import { type Channel, post, repeat } from './outbox.ts'
import { hostsOf } from './payloads.ts'
import type { Sealed } from './send.ts'

const hour = z.int().min(0).max(23).nullable()

const ChannelSaved = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,60}$/),
  name: z.string().min(1).max(120),
  kind: z.enum(['mail', 'slack', 'teams', 'webhook']),
  to: z
    .string()
    .max(2000)
    .optional()
    .describe('Mail addresses with commas, or the webhook’s address; kept when absent'),
  stores: z.array(z.string()).nullable().default(null).describe('Whose alerts alone; null: all'),
  alerts: z.boolean().default(true).describe('Each alert as it comes'),
  leastMoney: z
    .string()
    .regex(/^\d+(\.\d{1,4})?$/)
    .nullable()
    .default(null)
    .describe('Only alerts of so much a day'),
  digestAt: hour.default(7).describe("Hour of the digest in the company's time zone"),
  quietFrom: hour.default(null).describe('Nothing is sent from this hour on'),
  quietTo: hour.default(null).describe('until this one; what came meanwhile is sent then'),
  stale: z
    .enum(['hold', 'flag'])
    .default('hold')
    .describe('What becomes of a digest while the data are stale'),
  active: z.boolean().default(true),
  version: z.int().optional(),
})

const ChannelTold = ChannelSaved.extend({
  to: z.string().describe('Mail addresses, or the host'),
  version: z.int(),
})

const MessageTold = z.object({
  id: z.string(),
  channel: z.string(),
  subject: z.string(),
  state: z.enum(['waiting', 'claimed', 'sent', 'unsure', 'failed']),
  at: z.string(),
  sentAt: z.string().nullable(),
  error: z.string().nullable(),
})

export type ChannelTold = z.infer<typeof ChannelTold>
export type MessageTold = z.infer<typeof MessageTold>

const wholeCompany = ({ actor }: Context): void => {
  if (actor.stores !== 'all')
    throw new Failure('forbidden', 'Where alerts go is decided by who sees all stores.')
}

const mailAddress = z.email()

/** Refuses what a channel could never send by. */
async function sensible({ ledger }: Context, input: z.output<typeof ChannelSaved>): Promise<void> {
  const { stores, quietFrom, quietTo } = input
  if ((quietFrom === null) !== (quietTo === null) || (quietFrom !== null && quietFrom === quietTo))
    throw invalid(
      'Quiet hours begin at one hour and end at another.',
      'Give both quietFrom and quietTo, or neither.',
    )
  if (stores?.length === 0)
    throw invalid('A channel of no store sends nothing.', 'Name stores, or none: all.')
  const known = (await ledger.select({ store: settings.stores.store }).from(settings.stores)).map(
    one => one.store,
  )
  const strange = stores?.find(one => !known.includes(one))
  if (strange !== undefined) throw invalid(`There is no store ${strange}.`, `There are ${known.join(', ')}.`)
}

/** Where a channel goes: what is shown of it, and what is kept secret. */
function targetOf({ kind, to }: z.output<typeof ChannelSaved>): { to: string; url: string } {
  if (kind === 'mail') {
    const addresses = (to ?? '').split(/[,;\s]+/).filter(Boolean)
    const wrong = addresses.find(one => !mailAddress.safeParse(one).success)
    if (wrong || addresses.length === 0)
      throw invalid(
        `${wrong ?? 'Nothing'} is not a mail address.`,
        'Give addresses with commas between them.',
      )
    return { to: addresses.join(', '), url: '' }
  }
  const at = URL.canParse(to ?? '') ? new URL(to ?? '') : null
  if (at?.protocol !== 'https:')
    throw invalid('That is no address a webhook can have.', 'Give one that begins with https://.')
  const named = (host: string) =>
    host.startsWith('*.') ? at.hostname.endsWith(host.slice(1)) : at.hostname === host
  if (kind !== 'webhook' && !hostsOf[kind].some(named))
    throw invalid(
      `${at.hostname} is no webhook of ${kind === 'slack' ? 'Slack' : 'Teams'}.`,
      `Those are on ${hostsOf[kind].join(', ')}. For another receiver choose the signed webhook.`,
    )
  return { to: at.host, url: at.href }
}

async function channelNamed({ ledger }: Context, id: string): Promise<Channel> {
  const [found] = await ledger.select().from(alertChannels).where(eq(alertChannels.id, id)).for('update')
  if (!found) throw new Failure('not_found', `There is no channel ${id}.`)
  return found
}

const lockOf = (id: string) => `channel ${id}`

export const channelOperations = {
  alertChannels: read({
    role: 'director',
    summary: 'Where alerts and digests go, and what became of the last messages',
  })
    .input(z.object({}).optional())
    .output(z.object({ channels: z.array(ChannelTold), messages: z.array(MessageTold) }))
    .handler(async ({ context }) => {
      wholeCompany(context)
      const channels = await context.ledger.select().from(alertChannels).orderBy(alertChannels.name)
      const messages = await context.ledger.select().from(outbox).orderBy(desc(outbox.at)).limit(50)
      return {
        channels: channels.map(({ sealed: _, createdAt: _c, updatedAt: _u, ...one }) => one),
        messages: messages.map(({ id, channel, message, state, at, sentAt, error }) => ({
          id,
          channel,
          subject: message.subject,
          state,
          at: new Date(at).toISOString(),
          sentAt: sentAt && new Date(sentAt).toISOString(),
          error,
        })),
      }
    }),

  saveAlertChannel: write({
    role: 'director',
    agents: false,
    summary: 'Add or change where alerts and digests go',
  })
    .input(ChannelSaved)
    .output(
      z.object({
        version: z.int(),
        secret: z.string().nullable().describe('Of a new signed webhook: shown once'),
      }),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context)
      await sensible(context, input)
      const { ledger, vault } = context
      const [before] = await ledger
        .select()
        .from(alertChannels)
        .where(eq(alertChannels.id, input.id))
        .for('update')
      if (before?.version !== input.version)
        throw new Failure(
          'conflict',
          before
            ? 'This channel was changed by somebody else meanwhile.'
            : `There is no channel ${input.id}.`,
          { next: 'Read it again and repeat your change.' },
        )
      if (before && before.kind !== input.kind)
        throw invalid('The kind of a channel stays as it is.', 'Add another.')
      const kept = before ? (vault.unlock(lockOf(input.id), before.sealed) as unknown as Sealed) : null
      const target =
        input.to === undefined && before && kept ? { to: before.to, url: kept.url } : targetOf(input)
      const fresh =
        input.kind === 'webhook' && !kept?.secret ? `whsec_${randomBytes(32).toString('base64')}` : null
      const sealed = vault.lock(lockOf(input.id), { url: target.url, secret: fresh ?? kept?.secret ?? '' })
      const version = (before?.version ?? 0) + 1
      const now = context.clock().toISOString()
      const row = {
        ...input,
        to: target.to,
        sealed,
        version,
        createdAt: before?.createdAt ?? now,
        updatedAt: now,
      }
      await ledger
        .insert(alertChannels)
        .values(row)
        .onConflictDoUpdate({ target: alertChannels.id, set: row })
      const shown = ({ sealed: _, ...one }: typeof row | Channel) => one
      context.note({
        subject: `alert channel ${input.name}`,
        before: before ? shown(before) : null,
        after: shown(row),
        stores: 'all',
      })
      return { version, secret: fresh }
    }),

  removeAlertChannel: write({
    role: 'director',
    agents: false,
    summary: 'Take away where alerts went; what waits is not sent',
  })
    .input(z.object({ id: z.string() }))
    .output(z.object({ removed: z.literal(true) }))
    .handler(async ({ input, context }) => {
      wholeCompany(context)
      const { name } = await channelNamed(context, input.id)
      await context.ledger.delete(alertChannels).where(eq(alertChannels.id, input.id))
      context.note({ subject: `alert channel ${name}`, stores: 'all' })
      return { removed: true as const }
    }),

  sendAgain: write({
    role: 'director',
    agents: false,
    summary: 'Send a message again that failed, or of which it is not known whether it arrived',
  })
    .input(z.object({ id: z.string() }))
    .output(z.object({ queued: z.literal(true) }))
    .handler(async ({ input, context }) => {
      wholeCompany(context)
      const [found] = await context.ledger.select().from(outbox).where(eq(outbox.id, input.id))
      if (!found) throw new Failure('not_found', `There is no message ${input.id}.`)
      const { name } = await channelNamed(context, found.channel)
      if (!(await repeat(context, input.id)))
        throw new Failure('conflict', 'This message has arrived, or is on its way.', {
          next: 'Look again in a minute.',
        })
      context.note({
        subject: `alert channel ${name}`,
        after: { again: found.message.subject },
        stores: 'all',
      })
      return { queued: true as const }
    }),

  tryAlertChannel: write({
    role: 'director',
    agents: false,
    summary: 'Send a message to a channel to see whether it arrives',
  })
    .input(z.object({ id: z.string() }))
    .output(z.object({ queued: z.literal(true) }))
    .handler(async ({ input, context }) => {
      wholeCompany(context)
      const { id, name } = await channelNamed(context, input.id)
      const link = `${context.accounts.url}/alerts`
      const message = {
        subject: 'A trial from Quarterdeck',
        lead: `This is how alerts come to ${name}.`,
        items: [],
        caution: '',
        link,
      }
      await post(context, { key: `trial ${randomUUID()}`, channel: id, message, notBefore: context.clock() })
      context.note({ subject: `alert channel ${name}`, after: { trial: true }, stores: 'all' })
      return { queued: true as const }
    }),
}
