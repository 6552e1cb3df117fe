import type { BetterAuthPlugin } from 'better-auth'
import { APIError, createAuthMiddleware } from 'better-auth/api'
import { twoFactor } from 'better-auth/plugins/two-factor'

type Hook = NonNullable<NonNullable<BetterAuthPlugin['hooks']>['after']>[number]
type Asked = { response?: { twoFactorRedirect?: boolean }; headers?: Headers }

/**
 * The second factor, asked for at every sign-in of who has one: by password, and by the company's own provider too.
 * A browser cannot be trusted past it: that trust would be held by whoever copies a cookie, for a month, unseen.
 */
export const secondFactor = (issuer: string): BetterAuthPlugin[] => {
  const library = twoFactor({ issuer })
  const [challenge] = library.hooks.after as Hook[]
  const noTrust = createAuthMiddleware(async context => {
    if ((context.body as { trustDevice?: unknown } | undefined)?.trustDevice)
      throw new APIError('BAD_REQUEST', {
        code: 'NO_TRUSTED_DEVICES',
        message: 'The second factor is asked for at every sign-in; leave trustDevice out.',
      })
  })
  /** The library's own challenge, which ends the session just begun; as a page, for it is a browser on its way. */
  const afterProvider = async (context: { context: { responseHeaders?: Headers } }) => {
    const asked = (await challenge?.handler(context as never)) as Asked | undefined
    if (!asked?.response?.twoFactorRedirect) return asked ?? {}
    const back = context.context.responseHeaders?.get('location') ?? '/'
    const headers = asked.headers ?? new Headers()
    headers.set('location', `/sign-in?step=code&back=${encodeURIComponent(back)}`)
    return { response: new APIError('FOUND'), headers }
  }
  return [
    library as unknown as BetterAuthPlugin,
    {
      id: 'second-factor-at-every-door',
      hooks: {
        before: [{ matcher: context => context.path?.startsWith('/two-factor/') ?? false, handler: noTrust }],
        after: [
          {
            matcher: context => context.path?.startsWith('/callback/') ?? false,
            handler: afterProvider as unknown as Hook['handler'],
          },
        ],
      },
    },
  ]
}
