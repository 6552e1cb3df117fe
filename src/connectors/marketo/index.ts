import { Failure } from '#kernel/error.ts'
import type { Checked, Connector, Stream } from '../connector.ts'
import { activities } from './activities.ts'
import { programs } from './assets.ts'
import { deleted, leads } from './leads.ts'
import { get, openMarketo, type Session } from './session.ts'

async function check(session: Session): Promise<Checked> {
  const { result = [] } = await get<{ result?: { total?: number }[] }>(
    session,
    '/rest/v1/stats/usage.json',
    [],
  )
  const limits: string[] = []
  const tries = [
    {
      path: '/rest/v1/activities/types.json',
      needs: 'Read-Only Activity',
      costs: 'no e-mail results and no changes of leads',
    },
    { path: '/rest/asset/v1/programs.json', needs: 'Read-Only Assets', costs: 'no programme costs' },
  ]
  for (const { path, needs, costs } of tries)
    try {
      await get(session, path, [])
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'forbidden') throw error
      limits.push(`The API role lacks ${needs}: ${costs}.`)
    }
  const used = result[0]?.total ?? 0
  if (used > 40_000)
    limits.push(`${used} calls were made to this Marketo today by all its users; it takes 50,000.`)
  return { account: `Marketo of ${session.user || 'an API user'}`, shops: [], limits, facts: {} }
}

/** Marketo Engage: people, letters and programmes of marketing to customers. */
export const marketo: Connector<Session> = {
  vendor: 'marketo',
  name: 'Marketo Engage',
  about: 'E-mail results counted person by person, leads by status, and what programmes cost.',
  fields: [
    {
      name: 'munchkin',
      label: 'Munchkin id',
      about: 'Admin → Munchkin: like 123-ABC-456. Needed unless another address is given.',
      optional: true,
    },
    { name: 'client_id', label: 'Client id', about: 'Admin → LaunchPoint → the service → View details.' },
    { name: 'client_secret', label: 'Client secret', about: 'Beside the client id.', secret: true },
    {
      name: 'daily_calls',
      label: 'Calls a day',
      about:
        'How many of the account’s calls a day (50,000 for all its programmes together) may be used; 10,000 where empty.',
      optional: true,
    },
    {
      name: 'stage_field',
      label: 'Field of the stage',
      about: 'API name of the lead’s field that says lead, MQL or SQL; leadStatus where empty.',
      optional: true,
    },
  ],
  guide: [
    'In Marketo open Admin → Users & Roles and make a role with Read-Only Lead, Read-Only Activity and Read-Only Assets.',
    'Invite an API-only user with that role.',
    'Under Admin → LaunchPoint make a new Custom service with that user, and copy its client id and secret.',
    'Copy the Munchkin id from Admin → Munchkin.',
  ],
  open: openMarketo,
  quotas: session => session.quotas(),
  async clock(session) {
    await get(session, '/rest/v1/stats/usage.json', [])
    return session.http.clock()
  },
  check,
  streams: [activities, leads, deleted, programs] as readonly Stream<Session, unknown>[],
}
