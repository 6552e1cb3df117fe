import { type Context, Hono } from 'hono'
import { dayNumber } from '#kernel/day.ts'
import { type Happening, movements, ownEvents } from '../company/mailing-events.ts'
import { emailAt, isThere, leadById, type MailingLead } from '../company/mailing-leads.ts'
import type { World } from '../world.ts'
import { activity, page, positionOf, tokenOf, typeOf, types, when } from './activities.ts'
import { given, refused } from './answer.ts'

/** Values of a parameter, however it was repeated: `a=1&a=2` or `a=1,2`; from the address or, of a POST that means GET, the form. */
export const listOf = (parameters: URLSearchParams, name: string): string[] =>
  parameters
    .getAll(name)
    .flatMap(text => text.split(','))
    .filter(Boolean)

/** Parameters of a request, which may be too long for an address. */
export async function parametersOf(context: Context): Promise<URLSearchParams> {
  const own = new URL(context.req.url).searchParams
  if (context.req.method === 'GET') return own
  return new URLSearchParams(await context.req.text())
}

/** Leads and what they do. */
export function restRoutes(world: World): Hono {
  const app = new Hono()
  const { company } = world

  app.get('/rest/v1/activities/types.json', context =>
    given(context, {
      result: types.map(({ id, name }) => ({
        id,
        name,
        description: name,
        primaryAttribute: { name: 'Mailing ID', dataType: 'integer' },
        attributes: [],
      })),
    }),
  )
  app.get('/rest/v1/activities/pagingtoken.json', context => {
    const at = Date.parse(context.req.query('sinceDatetime') ?? '')
    if (Number.isNaN(at)) return refused(context, '1003', 'sinceDatetime is no date')
    return given(context, { nextPageToken: tokenOf({ at: at - 1, guid: '~' }) })
  })
  app.get('/rest/v1/activities.json', context => {
    const { searchParams } = new URL(context.req.url)
    const from = positionOf(searchParams.get('nextPageToken') ?? '')
    if (!from) return refused(context, '1003', 'Invalid nextPageToken')
    const ids = new Set(listOf(searchParams, 'activityTypeIds').map(Number))
    if (ids.size === 0 || ids.size > 10) return refused(context, '1003', 'Give one to ten activityTypeIds')
    const most = Math.min(300, Number(searchParams.get('batchSize') ?? 300))
    const { rows, next, more } = page(world, from, one => ids.has(typeOf(one)), most)
    return given(context, {
      ...(rows.length > 0 && { result: rows.map(activity) }),
      nextPageToken: tokenOf(next),
      moreResult: more,
    })
  })
  const leadsOf = (ids: readonly string[]): MailingLead[] =>
    ids.flatMap(id => {
      const lead = leadById(company, Number(id))
      return lead && isThere(lead, world.now()) ? [lead] : []
    })
  app.get('/rest/v1/activities/leadchanges.json', context => {
    const { searchParams } = new URL(context.req.url)
    const from = positionOf(searchParams.get('nextPageToken') ?? '')
    if (!from) return refused(context, '1003', 'Invalid nextPageToken')
    const fields = listOf(searchParams, 'fields')
    if (fields.length === 0) return refused(context, '1003', 'fields is missing')
    const ids = listOf(searchParams, 'leadIds')
    if (ids.length > 30) return refused(context, '1003', 'At most 30 leadIds')
    const wanted = ({ what }: Happening) =>
      what.is === 'came' ||
      (what.is === 'moved' && fields.includes('leadStatus')) ||
      (what.is === 'renamed' && fields.includes('email'))
    // Of some people alone it is known at once, whatever the time between.
    if (ids.length > 0) {
      const rows = leadsOf(ids)
        .flatMap(lead =>
          ownEvents(company, lead.shop, dayNumber(lead.day)).near.filter(one => one.lead.id === lead.id),
        )
        .filter(wanted)
        .filter(one => one.at > from.at && one.at <= world.now())
        .sort((a, b) => a.at - b.at || (a.guid < b.guid ? -1 : 1))
      return given(context, {
        ...(rows.length > 0 && { result: rows.map(activity) }),
        nextPageToken: tokenOf({ at: world.now(), guid: '~' }),
        moreResult: false,
      })
    }
    const { rows, next, more } = page(
      world,
      from,
      wanted,
      Math.min(300, Number(searchParams.get('batchSize') ?? 300)),
      movements,
    )
    return given(context, {
      ...(rows.length > 0 && { result: rows.map(activity) }),
      nextPageToken: tokenOf(next),
      moreResult: more,
    })
  })
  app.get('/rest/v1/activities/deletedleads.json', context => {
    const { searchParams } = new URL(context.req.url)
    const from = positionOf(searchParams.get('nextPageToken') ?? '')
    if (!from) return refused(context, '1003', 'Invalid nextPageToken')
    const { rows, next, more } = page(world, from, one => one.what.is === 'deleted', 300, movements)
    return given(context, {
      ...(rows.length > 0 && { result: rows.map(activity) }),
      nextPageToken: tokenOf(next),
      moreResult: more,
    })
  })

  const known = [
    'id',
    'email',
    'firstName',
    'lastName',
    'country',
    'createdAt',
    'updatedAt',
    'leadStatus',
    'leadSource',
    'company',
  ]
  const leads = async (context: Context) => {
    const parameters = await parametersOf(context)
    if (parameters.get('filterType') !== 'id')
      return refused(context, '1003', 'This filterType is not played here')
    const ids = listOf(parameters, 'filterValues')
    if (ids.length === 0 || ids.length > 300) return refused(context, '1003', 'Give one to 300 filterValues')
    const fields = listOf(parameters, 'fields')
    const wrong = fields.find(name => !known.includes(name))
    if (wrong) return refused(context, '1006', `Field '${wrong}' not found`)
    const now = world.now()
    return given(context, {
      result: leadsOf(ids).map(lead => {
        const status = lead.moves.filter(one => one.at <= now).at(-1)
        const all: Record<string, unknown> = {
          id: lead.id,
          email: emailAt(lead, now),
          firstName: lead.first,
          lastName: lead.last,
          country: lead.country,
          createdAt: when(lead.at),
          updatedAt: when(status?.at ?? lead.at),
          leadStatus: status?.to ?? 'Lead',
          leadSource: lead.source,
          company: null,
        }
        return Object.fromEntries(['id', ...fields].map(name => [name, all[name] ?? null]))
      }),
    })
  }
  app.get('/rest/v1/leads.json', leads)
  app.post('/rest/v1/leads.json', context =>
    context.req.query('_method') === 'GET' ? leads(context) : refused(context, '603', 'Access denied'),
  )
  return app
}
