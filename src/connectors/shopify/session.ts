import { Failure, invalid } from '#kernel/error.ts'
import type { Credentials, Reach } from '../connector.ts'
import { type Answer, type Ask, createHttp, type Http, type Manners } from '../http.ts'
import { judge, type Pace, pacing, troubleOf } from './manners.ts'

/** The version that is asked for; it answers until 1 October 2027 at least. */
export const version = '2026-10'

/** What is known of the shop and of our rights in it; asked once in a session. */
export interface About {
  /** `….myshopify.com`. */
  domain: string
  name: string
  currency: string
  timezone: string
  taxesIncluded: boolean
  /** Where it stands: the market of sales without an address. */
  country: string
  hosts: string[]
  /** What is granted. */
  scopes: ReadonlySet<string>
  /** Companies buy in the shop and may be seen: it is asked for what they bought only then. Null where the question is refused. */
  companies: boolean | null
}

/** Either lets companies be seen. */
export const ofCompanies = ['read_customers', 'read_companies']

export interface Session {
  http: Http
  reach: Reach
  shop: string
  base: string
  credentials: Credentials
  pace: Pace
  /** The version that answered last, where it was not the one asked for. */
  other: string | null
  /** What the vendor says is to be taken away of what was asked, in its words. */
  leaving: string | null
  about: Promise<About> | null
  /** Bulk operations of this session that run now, and who waits for one to end. */
  bulk: { running: number; waiting: (() => void)[] }
  /** Sizes of pages by the name of the question, made smaller where one was too dear. */
  sizes: Map<string, number>
}

/** The name of the shop at the vendor: `larkfield` of `https://larkfield.myshopify.com/`. @throws Failure('invalid') */
export function shopName(text: string): string {
  const name = /^(?:https?:\/\/)?([a-z0-9][a-z0-9-]*)(?:\.myshopify\.com)?\/?$/i.exec(text.trim())?.[1]
  if (!name)
    throw invalid(
      `"${text}" is no shop of Shopify.`,
      'Give the address the shop has at Shopify, such as larkfield.myshopify.com: Settings → Domains.',
    )
  return name.toLowerCase()
}

export function openSession(credentials: Credentials, reach: Reach): Session {
  const { shop, client_id, client_secret, access_token, base_url } = credentials
  if (!shop) throw invalid('The shop is missing.', 'Give its address at Shopify as `shop`.')
  if (!access_token && !(client_id && client_secret))
    throw invalid(
      'There is nothing to sign in with.',
      'Give the client id and the client secret of the app, or the Admin API access token of an older custom app.',
    )
  const name = shopName(shop)
  const base = (base_url ?? `https://${name}.myshopify.com`).replace(/\/$/, '')
  const pace = pacing(reach)
  // By the vendor's clock: null before one was given.
  let token: { text: string; until: number } | null = null
  const fresh = async (): Promise<string> => {
    if (access_token) return access_token
    if (!token || token.until <= http.clock()) token = await tokenOf(door, base, credentials)
    return token.text
  }
  const manners: Manners = {
    vendor: 'Shopify',
    hosts: [`${name}.myshopify.com`, 'storage.googleapis.com', '*.storage.googleapis.com'],
    judge: (answer, now) => judge(answer, now, pace),
  }
  /** Where tokens come from. Nothing renews what is refused there: it would ask there again, and for ever. */
  const door = createHttp(reach, manners)
  const http = createHttp(reach, {
    ...manners,
    pace: () => pace.turn(),
    sign: async () => ({ 'x-shopify-access-token': await fresh() }),
    ...(!access_token && {
      renew: async () => {
        token = null
        await fresh()
      },
    }),
  })
  const session: Session = {
    http,
    reach,
    shop: name,
    base,
    credentials,
    pace,
    other: null,
    leaving: null,
    about: null,
    bulk: { running: 0, waiting: [] },
    sizes: new Map(),
  }
  return session
}

/** A minute less than told, so that no request is under way when it ends. */
const margin = 60_000

async function tokenOf(
  door: Http,
  base: string,
  { client_id, client_secret }: Credentials,
): Promise<{ text: string; until: number }> {
  const answer = await door.ask({
    method: 'POST',
    url: `${base}/admin/oauth/access_token`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_id, client_secret, grant_type: 'client_credentials' }),
  })
  const { access_token, expires_in } = (answer.json ?? {}) as { access_token?: string; expires_in?: number }
  if (!access_token) throw refusal(answer)
  return {
    text: access_token,
    until: door.clock() + Number(expires_in ?? 86_399) * 1000 - margin,
  }
}

/** Why no token was given, in words. */
function refusal({ json, status }: Answer): Failure {
  const { error } = (json ?? {}) as { error?: string }
  if (error === 'shop_not_permitted')
    return new Failure('forbidden', 'Shopify does not let this app into the shop.', {
      next: 'The app and the shop must belong to the same organisation in the Dev Dashboard. If they cannot, give the access token of a custom app of the shop.',
    })
  return new Failure(
    'forbidden',
    `Shopify refuses the client id or the client secret (${error ?? `HTTP ${status}`}).`,
    {
      next: 'Copy both again from the app’s settings in the Dev Dashboard, and see that the app is installed in the shop.',
    },
  )
}

interface GraphError {
  message: string
  path?: (string | number)[]
  extensions?: { code?: string; cost?: number; maxCost?: number; requiredAccess?: string }
}

/** A question was dearer than one may be: ask for less. */
export class TooDear extends Error {
  /** How many times less. */
  readonly factor: number

  constructor(factor: number) {
    super('The question costs more than one may.')
    this.factor = factor
  }
}

/**
 * Asks in GraphQL. What of a thing the app may not see comes as null. A whole list it may not see is a failure: taken for an
 * empty one, a turn would pass over what is in it, and a reading of everything would take all of it for gone.
 * @throws TooDear, Failure, Postponed
 */
export async function graph<T>(
  session: Session,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<T> {
  const request: Ask = {
    method: 'POST',
    url: `${session.base}/admin/api/${version}/graphql.json`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  }
  const answer = await session.http.ask(request)
  const told = answer.headers.get('x-shopify-api-version')
  session.other = told && told !== version ? told : null
  session.leaving = answer.headers.get('x-shopify-api-deprecated-reason') ?? session.leaving
  const { data, errors } = answer.json as { data?: T | null; errors?: GraphError[] }
  const [first] = errors ?? []
  const grave = data === null || data === undefined ? first : errors?.find(one => !isOfPart(one))
  if (first?.extensions?.code === 'MAX_COST_EXCEEDED') {
    const { cost = 2, maxCost = 1 } = first.extensions
    throw new TooDear(Math.max(2, cost / maxCost))
  }
  if (grave) throw troubleOf(grave)
  return data as T
}

/** Whether a member of something was denied, and not what was asked for itself. */
const isOfPart = ({ extensions, path }: GraphError): boolean =>
  extensions?.code === 'ACCESS_DENIED' && path?.length !== 1

/** What readers should know of the vendor's answers as such. */
export const remarksOf = ({ other, leaving }: Session): string[] => [
  ...(other === null
    ? []
    : [
        `Shopify answered with version ${other} of its API, not ${version}: that one is no longer supported. Figures may change their meaning; update Quarterdeck.`,
      ]),
  ...(leaving === null
    ? []
    : [
        `Shopify will take away something that is read here (${leaving}): update Quarterdeck before it does.`,
      ]),
]

const question = `query About {
  shop { id name myshopifyDomain currencyCode ianaTimezone taxesIncluded primaryDomain { host } shopAddress { countryCodeV2 } }
  currentAppInstallation { accessScopes { handle } }
}`

interface AboutAnswer {
  shop: {
    name: string
    myshopifyDomain: string
    currencyCode: string
    ianaTimezone: string
    taxesIncluded: boolean
    primaryDomain: { host: string } | null
    shopAddress: { countryCodeV2: string | null } | null
  }
  currentAppInstallation: { accessScopes: { handle: string }[] }
}

/** Whether the shop has companies that may be seen; null where it refuses the question. A shop without B2B refuses the question, whatever is granted. */
async function hasCompanies(session: Session, scopes: ReadonlySet<string>): Promise<boolean | null> {
  if (!ofCompanies.some(scope => scopes.has(scope))) return false
  type Found = { companies: { nodes: unknown[] } }
  try {
    const { companies } = await graph<Found>(session, 'query Trade { companies(first: 1) { nodes { id } } }')
    return companies.nodes.length > 0
  } catch (error) {
    if (error instanceof Failure && error.code === 'forbidden') return null
    throw error
  }
}

export function about(session: Session): Promise<About> {
  session.about ??= asked(session).catch((error: unknown) => {
    session.about = null
    throw error
  })
  return session.about
}

async function asked(session: Session): Promise<About> {
  const { shop, currentAppInstallation } = await graph<AboutAnswer>(session, question)
  const scopes = new Set(currentAppInstallation.accessScopes.map(one => one.handle))
  return {
    domain: shop.myshopifyDomain,
    name: shop.name,
    currency: shop.currencyCode,
    timezone: shop.ianaTimezone,
    taxesIncluded: shop.taxesIncluded,
    country: shop.shopAddress?.countryCodeV2 ?? '',
    hosts: [...new Set([shop.primaryDomain?.host ?? '', shop.myshopifyDomain])].filter(host => host !== ''),
    scopes,
    companies: await hasCompanies(session, scopes),
  }
}
