import type { Checked, Connector, Stream } from '../connector.ts'
import { readAhead } from '../read-ahead.ts'
import { itemStream, items, itemsOfAllHosts } from './items.ts'
import { purchaseStream, purchases } from './purchases.ts'
import { readReport } from './report.ts'
import { searches, searchStream } from './searches.ts'
import { openSession, type Session } from './session.ts'
import { spend, spendStream } from './spend.ts'
import { funnel, landing, traffic, trafficStream } from './traffic.ts'
import { userStream } from './users.ts'

/** Reports, and what is missing where a property does not allow them. */
const needed = [
  [traffic, 'Traffic by channel, campaign and device cannot be read.'],
  [landing, 'Landing pages cannot be read.'],
  [funnel, 'Sessions cannot be split by event here: rates of carts and checkouts stay unknown.'],
  [items, 'Items cannot be split by host here: they count for the connection’s own store.'],
  [itemsOfAllHosts, 'Interest in products cannot be read.'],
  [searches, 'What people search the site for cannot be read.'],
  [purchases, 'Purchases cannot be read one by one: they are not matched with orders.'],
  [spend, 'Advertising cost cannot be read: link Google Ads, or import the cost from a file.'],
] as const

interface Metadata {
  metrics?: { apiName?: string; blockedReasons?: string[] }[]
}

async function check(session: Session): Promise<Checked> {
  const { timezone, currency, firstDay } = await session.property()
  const limits: string[] = []
  for (const [{ dimensions, metrics }, without] of needed)
    if (!(await session.fits(dimensions, metrics))) limits.push(without)
  const metadata = (await session.ask('/metadata', null, false)) as Metadata
  const blocked = new Set((metadata.metrics ?? []).flatMap(one => one.blockedReasons ?? []))
  const rights = `give ${session.email} a role without that restriction in Admin → Property access management.`
  if (blocked.has('NO_COST_METRICS'))
    limits.push(`Cost metrics are withheld, so spend is not read: ${rights}`)
  if (blocked.has('NO_REVENUE_METRICS')) limits.push(`Revenue metrics are withheld: ${rights}`)
  const hosts = firstDay === null ? [] : await hostsOf(session)
  if (firstDay === null) limits.push('The property has no sessions yet.')
  return {
    account: `Property ${session.propertyId}`,
    // Its sites are the shops other systems bring: rows go to them by host.
    shops: [],
    limits,
    facts: { timezone, currency, hosts },
  }
}

/** The hosts of the last year, the busiest first. */
async function hostsOf(session: Session): Promise<string[]> {
  const { rows } = await readReport(
    session,
    { label: 'hosts', dimensions: ['hostName'], metrics: ['sessions'] },
    [{ startDate: '365daysAgo', endDate: 'today' }],
    false,
  )
  return rows
    .sort((a, b) => Number(b[1]) - Number(a[1]))
    .map(([host = '']) => host)
    .filter(host => !host.startsWith('('))
    .slice(0, 200)
}

/** A report takes Google as long to count as us to store: neither waits for the other. */
const early = <R>(stream: Stream<Session, R>): Stream<Session, R> => ({
  ...stream,
  read: (session, turn) => readAhead(stream.read(session, turn)),
})

/** Google Analytics 4 by its Data API (v1beta), as a service account that may only read. */
export const ga4: Connector<Session> = {
  vendor: 'ga4',
  name: 'Google Analytics 4',
  about:
    'Sessions, the funnel, landing pages, site search, purchases and advertising cost by day, channel, device and country.',
  fields: [
    {
      name: 'property',
      label: 'Property id',
      about:
        'Google Analytics → Admin → Property details: the number at the top right. Not the G-… measurement id.',
    },
    {
      name: 'key_file',
      label: 'Key file of the service account',
      about: 'The whole JSON file that Google Cloud gave when the key was created.',
      secret: true,
      optional: true,
    },
    {
      name: 'client_email',
      label: 'E-mail address of the service account',
      about: 'Instead of the key file: its client_email.',
      optional: true,
    },
    {
      name: 'private_key',
      label: 'Private key of the service account',
      about: 'Instead of the key file: its private_key, from BEGIN to END.',
      secret: true,
      optional: true,
    },
  ],
  guide: [
    'Google Cloud → create or choose a project → APIs & Services → enable “Google Analytics Data API”.',
    'IAM & Admin → Service accounts → Create: no role in the project is needed.',
    'The account → Keys → Add key → Create new key → JSON: a file is downloaded.',
    'Google Analytics → Admin → Property access management → add the account’s e-mail address as Viewer, without restrictions on cost and revenue metrics.',
    'Google Analytics → Admin → Property details: copy the property id.',
    'For advertising cost: Admin → Product links → Google Ads.',
  ],
  byHost: true,
  open: openSession,
  quotas: session => session.quotas(),
  async clock(session) {
    await session.property()
    return session.http.clock()
  },
  check,
  streams: [
    early(trafficStream),
    early(spendStream),
    early(purchaseStream),
    early(userStream),
    early(itemStream),
    early(searchStream),
  ],
}
