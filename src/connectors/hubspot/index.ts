import { Failure } from '#kernel/error.ts'
import type { Checked, Connector, Stream } from '../connector.ts'
import { archived } from './archived.ts'
import { campaigns } from './campaigns.ts'
import { companies } from './companies.ts'
import { contacts, everybody } from './contacts.ts'
import { deals, openDeals } from './deals.ts'
import { emails } from './emails.ts'
import { account, get, openHubspot, type Session, version } from './session.ts'

/** What is asked once to see whether it may be, and what is missing where it may not. */
const rights: readonly { path: string; scope: string; costs: string }[] = [
  { path: `/crm/objects/${version}/contacts`, scope: 'crm.objects.contacts.read', costs: 'no leads' },
  {
    path: `/crm/objects/${version}/companies`,
    scope: 'crm.objects.companies.read',
    costs: 'no accounts, nor whose leads and deals are',
  },
  { path: `/crm/objects/${version}/deals`, scope: 'crm.objects.deals.read', costs: 'no deals' },
  {
    path: `/crm/owners/${version}`,
    scope: 'crm.objects.owners.read',
    costs: 'owners of accounts and deals by number only',
  },
  {
    path: `/crm/objects/${version}/orders`,
    scope: 'crm.objects.orders.read',
    costs: 'deals without the orders they became',
  },
  {
    path: `/crm/objects/${version}/line_items`,
    scope: 'crm.objects.line_items.read',
    costs: 'deals without their products',
  },
  { path: `/marketing/emails/${version}`, scope: 'content', costs: 'no e-mail results' },
  { path: `/marketing/campaigns/${version}`, scope: 'marketing.campaigns.read', costs: 'no campaign costs' },
]

async function check(session: Session): Promise<Checked> {
  const { portalId, timeZone, companyCurrency } = await account(session)
  const limits: string[] = []
  for (const { path, scope, costs } of rights)
    try {
      await get(session, path, { limit: '1' })
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'forbidden') throw error
      limits.push(`The scope ${scope} was not granted: ${costs}.`)
    }
  if (limits.length === rights.length)
    throw new Failure('forbidden', 'The token may read nothing that is of use here.', {
      next: `Grant it ${rights.map(one => one.scope).join(', ')}.`,
    })
  return { account: `HubSpot ${portalId}`, shops: [], limits, facts: { portalId, timeZone, companyCurrency } }
}

/** HubSpot's date-versioned API: the people, deals, messages and campaigns of marketing and sales. */
export const hubspot: Connector<Session> = {
  vendor: 'hubspot',
  name: 'HubSpot',
  about: 'Leads by stage, deals and their way through the pipeline, e-mail results and campaign costs.',
  fields: [
    {
      name: 'token',
      label: 'Access token',
      about: 'Settings → Integrations → Service keys (or Private apps): begins with pat-.',
      secret: true,
    },
  ],
  guide: [
    'In HubSpot open Settings → Integrations → Service keys and make one called Quarterdeck.',
    `Grant it to read: ${rights.map(one => one.scope).join(', ')}.`,
    'Copy its token and give it here. Nothing is ever written to HubSpot.',
  ],
  open: openHubspot,
  quotas: session => session.quotas(),
  async clock(session) {
    await account(session)
    return session.http.clock()
  },
  check,
  streams: [contacts, companies, deals, openDeals, archived, emails, campaigns, everybody] as readonly Stream<
    Session,
    unknown
  >[],
}
