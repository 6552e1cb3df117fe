import { randomBytes, randomUUID } from 'node:crypto'
import { apiKey, defaultKeyHasher } from '@better-auth/api-key'
import { betterAuth } from 'better-auth'
import { drizzleAdapter } from 'better-auth/adapters/drizzle'
import { APIError } from 'better-auth/api'
import { genericOAuth } from 'better-auth/plugins/generic-oauth'
import { and, eq, isNull } from 'drizzle-orm'
import type { Accounts } from '#features/context.ts'
import { acceptInvitation, invitationHash } from '#features/members/invitation.ts'
import { type Actor, type Role, roles } from '#kernel/actor.ts'
import { Failure, failureCodes } from '#kernel/error.ts'
import type { Ledger } from '#postgres/open.ts'
import {
  account,
  apikey,
  audit,
  invitations,
  session,
  twoFactor as twoFactorTable,
  user,
  verification,
} from '#postgres/tables/members.ts'
import type { Config } from './config.ts'
import { addressHeader } from './guard.ts'
import { createLog } from './log.ts'
import { createMail } from './mail.ts'
import { secondFactor } from './second-factor.ts'
import { secretOf } from './secret.ts'

/** Sign-in: who asks, better-auth's own paths, and the one-time links. */
export interface Auth {
  /**
   * Who asks, by session cookie or API key; null when nobody is signed in.
   * @param resident who may have keys without an account: the one everybody is in a demo
   */
  who(headers: Headers, resident?: Actor): Promise<Actor | null>
  /** Answers /api/auth/*. */
  handler(request: Request): Promise<Response>
  accounts: Accounts
  /** The link by which the first owner sets up; null once there is one. A new link replaces the one before. */
  setUpLink(): Promise<string | null>
}

const hours = 3_600_000

/** Sign-in over the ledger. `url` is the address people use. */
export const createAuth = (config: Config, ledger: Ledger, url: string): Auth => {
  const log = createLog(config.logLevel)
  const mail = createMail(config.mail)
  const auth = betterAuth({
    appName: 'Quarterdeck',
    baseURL: url,
    basePath: '/api/auth',
    secret: secretOf(config),
    telemetry: { enabled: false },
    logger: {
      log: (level, message, ...more) =>
        log[level]({ err: more.find(one => one instanceof Error) }, message.split('\nparams:')[0]),
    },
    database: drizzleAdapter(ledger as unknown as Record<string, unknown>, {
      provider: 'pg',
      schema: { user, session, account, verification, twoFactor: twoFactorTable, apikey },
    }),
    user: {
      additionalFields: { role: { type: 'string', input: false }, stores: { type: 'json', input: false } },
    },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: 12,
      ...(config.mail && {
        // Not waited for: how long it takes would tell whether the address has an account here.
        sendResetPassword: async ({ user: person, token }) => {
          mail(person.email, 'A new password for Quarterdeck', resetLetter(url, token)).catch(error =>
            log.error({ err: error }, 'mail not sent'),
          )
        },
      }),
      resetPasswordTokenExpiresIn: 3600,
      revokeSessionsOnPasswordReset: true,
      onPasswordReset: async ({ user: { id, name } }, request) => {
        // Other mailed links and half-done sign-ins end with the password they were for.
        await ledger.delete(verification).where(eq(verification.value, id))
        const [person] = await ledger.select().from(user).where(eq(user.id, id))
        await ledger.insert(audit).values({
          id: randomUUID(),
          actorKind: 'person',
          actorId: id,
          actorName: name,
          operation: 'members.resetOwnPassword',
          subject: person?.email ?? '',
          request: request?.headers.get('x-request-id') ?? null,
          stores: person?.stores ?? null,
        })
      },
    },
    // A mailed link opens by a token of which, as of an invitation's, only a hash is kept.
    verification: { storeIdentifier: { default: 'plain', overrides: { 'reset-password': 'hashed' } } },
    // An account at the company's own provider is the person of the same address here, once they were invited.
    account: { accountLinking: { enabled: true, trustedProviders: ['oidc'] } },
    session: { expiresIn: 7 * 24 * 3600, updateAge: 24 * 3600 },
    // Where a way in by the provider breaks off, back to our own door, which says so.
    onAPIError: { errorURL: `${url}/sign-in` },
    // As well as by the door in front: five tries a minute from one address, which that door names.
    rateLimit: {
      enabled: true,
      window: 60,
      max: 100,
      customRules: {
        '/sign-in/email': { window: 60, max: 5 },
        '/two-factor/*': { window: 60, max: 5 },
        '/request-password-reset': { window: 600, max: 5 },
        '/reset-password': { window: 60, max: 5 },
      },
    },
    advanced: {
      ipAddress: { ipAddressHeaders: [addressHeader] },
      useSecureCookies: url.startsWith('https:'),
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax' },
    },
    plugins: [
      ...secondFactor('Quarterdeck'),
      apiKey({ rateLimit: { enabled: false }, enableMetadata: true }),
      ...(config.oidc
        ? [
            genericOAuth({
              config: [
                {
                  providerId: 'oidc',
                  discoveryUrl: `${config.oidc.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
                  clientId: config.oidc.clientId,
                  clientSecret: config.oidc.clientSecret,
                  scopes: ['openid', 'email', 'profile'],
                  pkce: true,
                  // People are invited; a stranger with an account at the provider is still a stranger.
                  disableSignUp: true,
                },
              ],
            }),
          ]
        : []),
    ],
  })

  const byKey = async (key: string, resident?: Actor): Promise<Actor | null> => {
    const found = await auth.api.verifyApiKey({ body: { key } }).catch(nobody)
    if (!found?.valid || !found.key) return null
    const [person] = await ledger.select().from(user).where(eq(user.id, found.key.referenceId))
    const owner = person ? actorOf(person) : resident
    if (owner?.id !== found.key.referenceId) return null
    const granted = (found.key.metadata ?? {}) as { role?: string; stores?: string[] | null }
    return {
      kind: 'key',
      id: found.key.id,
      name: `${found.key.name ?? 'key'} of ${owner.name}`,
      role: lesser(owner.role, roleOf(granted.role)),
      stores: narrower(owner.stores, granted.stores ?? 'all'),
    }
  }

  const who = async (headers: Headers, resident?: Actor): Promise<Actor | null> => {
    const key = headers.get('x-api-key') ?? /^Bearer (.+)$/i.exec(headers.get('authorization') ?? '')?.[1]
    if (key) return byKey(key, resident)
    const found = await auth.api.getSession({ headers }).catch(nobody)
    if (!found) return null
    const [person] = await ledger.select().from(user).where(eq(user.id, found.user.id))
    return person ? { ...actorOf(person), session: found.session.id } : null
  }

  /** Runs one of better-auth's own paths; what people change there about themselves is in the audit as well. */
  const recorded = async (request: Request): Promise<Response> => {
    const act = actOf(new URL(request.url).pathname.slice('/api/auth'.length))
    if (!act) return auth.handler(request)
    const before = await who(new Headers({ cookie: request.headers.get('cookie') ?? '' }))
    const response = await auth.handler(request)
    if (response.status >= 400) return response
    const arrived = response.headers
      .getSetCookie()
      .map(cookie => cookie.split(';')[0])
      .join('; ')
    const signedIn = act === 'signIn' && arrived ? await who(new Headers({ cookie: arrived })) : null
    const actor = before ?? signedIn
    if (actor)
      await ledger.insert(audit).values({
        id: randomUUID(),
        actorKind: actor.kind,
        actorId: actor.id,
        actorName: actor.name,
        // A code that is entered while signed in confirms the second factor that was just set up.
        operation: `members.${act === 'signIn' && before ? 'confirm' : act}`,
        subject: actor.name,
        request: request.headers.get('x-request-id'),
        stores: actor.stores === 'all' ? null : [...actor.stores],
      })
    return response
  }

  const oneTime = async (request: Request, setUp: boolean): Promise<Response> => {
    try {
      const body = (await request.json().catch(() => ({}))) as Record<string, unknown>
      const accepted = await acceptInvitation(
        ledger,
        accounts,
        new Date(),
        body,
        setUp,
        request.headers.get('x-request-id') ?? undefined,
      )
      // Signed in at once: the link proved who it is.
      return auth.handler(
        new Request(`${url}/api/auth/sign-in/email`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            origin: url,
            'user-agent': request.headers.get('user-agent') ?? '',
            [addressHeader]: request.headers.get(addressHeader) ?? '',
            'x-request-id': request.headers.get('x-request-id') ?? '',
          },
          body: JSON.stringify({ email: accepted.email, password: String(body.password) }),
        }),
      )
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      const { code, message, next } = error
      return Response.json({ code, message, next }, { status: failureCodes[code].status })
    }
  }

  const accounts: Accounts = {
    hashPassword: async password => (await auth.$context).password.hash(password),
    hashKey: key => defaultKeyHasher(key),
    mail,
    mails: config.mail !== undefined,
    url,
  }

  return {
    accounts,
    who,
    handler(request) {
      const { pathname } = new URL(request.url)
      if (request.method === 'POST' && pathname === '/api/auth/set-up') return oneTime(request, true)
      if (request.method === 'POST' && pathname === '/api/auth/accept-invitation')
        return oneTime(request, false)
      if (pathname === '/api/auth/ways')
        return Promise.resolve(
          Response.json({ oidc: config.oidc !== undefined, reset: config.mail !== undefined }),
        )
      // Keys carry roles: they are made by members.createKey, which checks them.
      if (pathname.startsWith('/api/auth/api-key/'))
        return Promise.resolve(new Response(null, { status: 404 }))
      return recorded(request)
    },
    async setUpLink() {
      const [somebody] = await ledger.select({ id: user.id }).from(user).limit(1)
      if (somebody) return null
      const token = randomBytes(32).toString('base64url')
      await ledger.delete(invitations).where(and(isNull(invitations.email), isNull(invitations.acceptedAt)))
      await ledger.insert(invitations).values({
        id: randomUUID(),
        tokenHash: invitationHash(token),
        role: 'owner',
        invitedBy: 'system',
        expiresAt: new Date(Date.now() + 24 * hours),
      })
      return `${url}/set-up?token=${token}`
    },
  }
}

const resetLetter = (url: string, token: string) =>
  `Somebody, probably you, asked for a new password for Quarterdeck.\n\n${url}/new-password?token=${token}\n\n` +
  'The link opens once, within an hour. Where a second factor is set up it is asked for as before. If it was not you, nothing needs doing.'

/** What sign-in refuses is nobody; a ledger that does not answer is not. */
const nobody = (error: unknown): null => {
  if (error instanceof APIError && error.statusCode < 500) return null
  throw error
}

const acts: Record<string, string> = {
  '/sign-in/email': 'signIn',
  '/two-factor/verify-totp': 'signIn',
  '/two-factor/verify-backup-code': 'signIn',
  '/sign-out': 'signOut',
  '/change-password': 'changePassword',
  '/update-user': 'changeProfile',
  '/two-factor/enable': 'setUpTwoFactor',
  '/two-factor/disable': 'disableTwoFactor',
  '/two-factor/generate-backup-codes': 'renewBackupCodes',
  '/revoke-session': 'revokeSession',
  '/revoke-sessions': 'revokeSession',
  '/revoke-other-sessions': 'revokeSession',
}
/** What the audit calls a path by which people sign in or change something about themselves. */
const actOf = (path: string): string | undefined =>
  /^\/(oauth2\/)?callback\//.test(path) ? 'signIn' : acts[path]

const roleOf = (text: string | undefined): Role => roles.find(r => r === text) ?? 'viewer'

export const actorOf = (person: typeof user.$inferSelect): Actor => ({
  kind: 'person',
  id: person.id,
  name: person.name,
  role: roleOf(person.role),
  stores: person.stores ?? 'all',
})

/** A key never opens more than its owner may, whatever it was given when it was made. */
const lesser = (a: Role, b: Role): Role => (roles.indexOf(a) > roles.indexOf(b) ? a : b)

const narrower = (a: Actor['stores'], b: Actor['stores']): Actor['stores'] =>
  a === 'all' ? b : b === 'all' ? a : a.filter(store => b.includes(store))
