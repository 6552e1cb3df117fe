import { reachable, refusalIn } from '#connectors/addresses.ts'
import type { Context } from '#features/context.ts'
import type { Channel, Letter } from './outbox.ts'
import { hostsOf, signed, slackOf, teamsOf, textOf } from './payloads.ts'

/** It was surely not taken; `again`: a later try may succeed. */
export class NotSent extends Error {
  readonly again: boolean

  constructor(message: string, again: boolean) {
    super(message)
    this.name = 'NotSent'
    this.again = again
  }
}

/** Sends one message over a channel. @throws NotSent when it was surely not taken, any other error when nobody knows. */
export type Sender = (channel: Channel, letter: Letter) => Promise<void>

/** What a channel keeps secret. */
export interface Sealed {
  url: string
  secret: string
}

const timeoutMs = 15_000

/** Sends by the installation's mail server and by HTTPS. `allowed`: hosts that may be called besides the vendors'. */
export function createSender(
  { accounts, vault, clock }: Pick<Context, 'accounts' | 'vault' | 'clock'>,
  {
    fetch: ask = fetch,
    allowed = new Set<string>(),
  }: { fetch?: typeof fetch; allowed?: ReadonlySet<string> } = {},
): Sender {
  return async (channel, { id, message }) => {
    if (channel.kind === 'mail') {
      const { subject } = message
      if (!(await mailed(accounts.mail(channel.to, subject, textOf(message)))))
        throw new NotSent('No mail server is set up (SMTP_URL).', true)
      return
    }
    const { url = '', secret = '' } = vault.unlock(`channel ${channel.id}`, channel.sealed)
    const body = JSON.stringify(
      channel.kind === 'slack'
        ? slackOf(message)
        : channel.kind === 'teams'
          ? teamsOf(message)
          : { type: 'alert', id, ...message },
    )
    const hosts = channel.kind === 'webhook' ? [new URL(url).hostname] : hostsOf[channel.kind]
    const way = outward(url, { vendor: channel.name, hosts }, allowed)
    const proof =
      channel.kind === 'webhook' ? signed(id, Math.floor(clock().getTime() / 1000), body, secret) : {}
    const response = await ask(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...proof },
      body,
      redirect: 'manual',
      ...way,
      signal: AbortSignal.timeout(timeoutMs),
    }).catch(cause => {
      const refusal = refusalIn(cause)
      if (refusal) throw new NotSent(refusal.message, false)
      throw neverLeft(cause) ? new NotSent(`${channel.to} cannot be reached.`, true) : cause
    })
    await response.body?.cancel()
    if (response.status >= 200 && response.status < 300) return
    const again = response.status === 429 || response.status >= 500
    throw new NotSent(`${channel.to} answered ${response.status}.`, again)
  }
}

const outward: typeof reachable = (...asked) => {
  try {
    return reachable(...asked)
  } catch (cause) {
    throw new NotSent((cause as Error).message, false)
  }
}

const noConnection = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EDNS', 'EAUTH', 'ECONNECTION'])

const codeOf = (cause: unknown): string => {
  const { code, cause: inner } = (cause ?? {}) as { code?: unknown; cause?: unknown }
  return typeof code === 'string' ? code : inner === undefined ? '' : codeOf(inner)
}
const neverLeft = (cause: unknown) => noConnection.has(codeOf(cause))

/** A mail server that answers with a refusal has not taken the mail; one that falls silent may have. */
const mailed = (sent: Promise<boolean>): Promise<boolean> =>
  sent.catch(cause => {
    const answered = (cause as { responseCode?: unknown }).responseCode
    if (typeof answered === 'number')
      throw new NotSent(`The mail server answered ${answered}.`, answered < 500)
    throw neverLeft(cause) ? new NotSent('The mail server cannot be reached.', true) : cause
  })
