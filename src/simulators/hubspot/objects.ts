import { type Context, Hono } from 'hono'
import { type CrmSeen, type CrmType, crmHistory, crmOf, crmSeen, crmTypes } from '../company/crm.ts'
import { stageOf } from '../company/crm-deals.ts'
import type { World } from '../world.ts'
import { refuse } from './refuse.ts'
import { breaks, type Found, refusal, type SearchRequest, search } from './search.ts'

const modified = (type: CrmType): string => (type === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate')
/** The time a record was last touched is kept in its properties, in milliseconds' text. */
const iso = (at: number): string => new Date(at).toISOString()

const standard: Record<CrmType, readonly string[]> = {
  contacts: ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname'],
  companies: ['createdate', 'domain', 'hs_lastmodifieddate', 'hs_object_id', 'name'],
  deals: [
    'amount',
    'closedate',
    'createdate',
    'dealname',
    'dealstage',
    'hs_lastmodifieddate',
    'hs_object_id',
    'pipeline',
  ],
  orders: ['createdate', 'hs_lastmodifieddate', 'hs_object_id'],
  line_items: ['createdate', 'hs_lastmodifieddate', 'hs_object_id', 'name', 'price', 'quantity'],
}

const primary = { 'contacts companies': 1, 'deals companies': 5, 'companies contacts': 2 } as Record<
  string,
  number
>

/** Objects of the CRM: lists, search, batches and what belongs to what. */
export function objectRoutes(world: World): Hono {
  const app = new Hono()
  /** All that is visible, by type, as of one instant: made again when the clock has moved. */
  const kept = new Map<CrmType, { at: number; live: CrmSeen[]; bin: CrmSeen[]; byId: Map<number, CrmSeen> }>()
  const visible = (type: CrmType) => {
    const at = world.now()
    const have = kept.get(type)
    if (have?.at === at) return have
    const all = crmOf(world.company)[type].flatMap(object => crmSeen(object, at) ?? [])
    const live = all.filter(one => one.archivedAt === null)
    const made = {
      at,
      live,
      bin: all.filter(one => one.archivedAt !== null),
      byId: new Map(live.map(one => [one.object.id, one])),
    }
    kept.set(type, made)
    return made
  }

  const propertiesOf = (type: CrmType, seen: CrmSeen): Record<string, string> => {
    const own: Record<string, string> = {
      ...seen.properties,
      hs_object_id: String(seen.object.id),
      createdate: iso(seen.createdAt),
      [modified(type)]: iso(seen.updatedAt),
    }
    if (type === 'contacts' || type === 'companies')
      for (const { at, value } of crmHistory(seen.object, 'lifecyclestage', world.now()))
        own[`hs_v2_date_entered_${value}`] = iso(at)
    if (type === 'contacts') {
      const company = seen.object.links.find(link => link.to === 'companies')
      if (company) own.associatedcompanyid = String(company.id)
    }
    if (type === 'deals') {
      const stage = stageOf(own.pipeline ?? '', own.dealstage ?? '')
      own.hs_is_closed = String(stage?.state !== 'open')
      own.hs_is_closed_won = String(stage?.state === 'won')
      own.hs_deal_stage_probability = stage?.probability ?? ''
    }
    return own
  }

  /** A record with the properties asked for; those it does not have are null. */
  const shown = (type: CrmType, seen: CrmSeen, names: readonly string[], history: readonly string[] = []) => {
    const own = propertiesOf(type, seen)
    const wanted = new Set([...standard[type], ...names, ...history])
    return {
      id: String(seen.object.id),
      properties: Object.fromEntries([...wanted].map(name => [name, own[name] ?? null])),
      ...(history.length > 0 && {
        propertiesWithHistory: Object.fromEntries(
          history.map(name => [
            name,
            crmHistory(seen.object, name, seen.archivedAt ?? world.now())
              .reverse()
              .slice(0, type === 'contacts' ? 45 : 20)
              .map(({ at, value }) => ({
                value,
                timestamp: iso(at),
                sourceType: 'CRM_UI',
                updatedByUserId: 1,
              })),
          ]),
        ),
      }),
      createdAt: iso(seen.createdAt),
      updatedAt: iso(seen.updatedAt),
      archived: seen.archivedAt !== null,
      ...(seen.archivedAt !== null && { archivedAt: iso(seen.archivedAt) }),
      url: `https://app.hubspot.com/contacts/4242/record/${type}/${seen.object.id}`,
    }
  }

  const typeOf = (context: Context): CrmType | null => {
    const name = context.req.param('type') ?? ''
    const byNumber: Record<string, CrmType> = {
      '0-1': 'contacts',
      '0-2': 'companies',
      '0-3': 'deals',
      '0-123': 'orders',
      '0-8': 'line_items',
    }
    return crmTypes.find(one => one === name) ?? byNumber[name] ?? null
  }
  const csv = (text: string | undefined) => (text ? text.split(',') : [])

  app.get('/crm/objects/:version/:type', context => {
    const type = typeOf(context)
    if (!type) return refuse(context, 400, 'VALIDATION_ERROR', 'Unable to infer object type.')
    const query = context.req.query()
    for (const name of Object.keys(query))
      if (
        !['limit', 'after', 'properties', 'propertiesWithHistory', 'associations', 'archived'].includes(name)
      )
        return refuse(context, 400, 'VALIDATION_ERROR', `Unknown parameter ${name}.`)
    const history = csv(query.propertiesWithHistory)
    const limit = Number(query.limit ?? 10)
    const most = history.length > 0 ? 50 : 100
    if (!(limit >= 1 && limit <= most))
      return refuse(context, 400, 'VALIDATION_ERROR', `limit must be at most ${most}`)
    const { live, bin } = visible(type)
    const all = query.archived === 'true' ? bin : live
    // The place to go on is the last id: records come in their order, whatever happens meanwhile.
    const after = Number(query.after ?? 0)
    let start = all.findIndex(one => one.object.id > after)
    if (start < 0) start = all.length
    if (after > 0 && start > 0 && world.faults.strikes('hubspot', 'duplicate_page'))
      start -= Math.min(start, 5)
    const page = all.slice(start, start + limit)
    const last = page.at(-1)?.object.id
    const results = page.map(one => shown(type, one, csv(query.properties), history))
    if (world.faults.strikes('hubspot', 'reordered_page')) results.reverse()
    const more = start + limit < all.length
    return context.json({
      results,
      ...(more && { paging: { next: { after: String(last), link: `?after=${last}` } } }),
    })
  })

  app.post('/crm/objects/:version/:type/search', async context => {
    const type = typeOf(context)
    if (!type) return refuse(context, 400, 'VALIDATION_ERROR', 'Unable to infer object type.')
    const request = (await context.req.json()) as SearchRequest
    const wrong = refusal(request)
    if (wrong) return refuse(context, 400, 'VALIDATION_ERROR', wrong)
    if (breaks(request)) return refuse(context, 500, 'SERVER_ERROR', 'Internal error')
    let { live } = visible(type)
    // The index is behind by up to an hour at times.
    if (world.faults.strikes('hubspot', 'search_lag'))
      live = live.filter(one => one.updatedAt < world.now() - 3_600_000)
    const all: Found[] = live.map(one => ({ id: String(one.object.id), properties: propertiesOf(type, one) }))
    const { total, page, next } = search(all, request)
    const { byId } = visible(type)
    return context.json({
      total,
      results: page.flatMap(one => {
        const seen = byId.get(Number(one.id))
        return seen ? [shown(type, seen, request.properties ?? [])] : []
      }),
      ...(next && { paging: { next: { after: next, link: `?after=${next}` } } }),
    })
  })

  app.post('/crm/objects/:version/:type/batch/read', async context => {
    const type = typeOf(context)
    if (!type) return refuse(context, 400, 'VALIDATION_ERROR', 'Unable to infer object type.')
    const body = (await context.req.json()) as {
      inputs: { id: string }[]
      properties?: string[]
      propertiesWithHistory?: string[]
    }
    const history = body.propertiesWithHistory ?? []
    if (body.inputs.length > (history.length > 0 ? 50 : 100))
      return refuse(context, 400, 'VALIDATION_ERROR', 'Too many inputs in the batch.')
    const { byId } = visible(type)
    const now = iso(world.now())
    const short = world.faults.strikes('hubspot', 'partial_207')
    const given = body.inputs.filter((_, n) => !short || n % 2 === 0)
    const found = given.flatMap(({ id }) => byId.get(Number(id)) ?? [])
    const missing = body.inputs.filter(({ id }) => !byId.has(Number(id))).map(one => one.id)
    const held = short ? body.inputs.filter((_, n) => n % 2 === 1).map(one => one.id) : []
    const errors = [
      ...(missing.length > 0
        ? [
            {
              status: 'error',
              category: 'OBJECT_NOT_FOUND',
              message: 'Could not get some objects.',
              context: { ids: missing },
            },
          ]
        : []),
      ...(held.length > 0
        ? [
            {
              status: 'error',
              category: 'RATE_LIMITS',
              message: 'Some were not read.',
              context: { ids: held },
            },
          ]
        : []),
    ]
    return context.json(
      {
        status: 'COMPLETE',
        results: found.map(one => shown(type, one, body.properties ?? [], history)),
        ...(errors.length > 0 && { numErrors: errors.length, errors }),
        startedAt: now,
        completedAt: now,
      },
      errors.length > 0 ? 207 : 200,
    )
  })

  app.post('/crm/associations/:version/:from/:to/batch/read', async context => {
    const from = crmTypes.find(one => one === context.req.param('from'))
    const to = crmTypes.find(one => one === context.req.param('to'))
    if (!from || !to) return refuse(context, 400, 'VALIDATION_ERROR', 'Unable to infer object type.')
    const { inputs } = (await context.req.json()) as { inputs: { id: string; after?: string }[] }
    if (inputs.length > 1000) return refuse(context, 400, 'VALIDATION_ERROR', 'Too many inputs in the batch.')
    const at = world.now()
    const now = iso(at)
    const { byId } = visible(from)
    const there = visible(to).byId
    const paged = world.faults.strikes('hubspot', 'paged_associations')
    const results: unknown[] = []
    const none: string[] = []
    for (const { id, after } of inputs) {
      const links = (byId.get(Number(id))?.object.links ?? []).filter(
        link => link.to === to && link.at <= at && there.has(link.id),
      )
      if (links.length === 0) none.push(id)
      // On demand the first page is empty and says where to go on.
      const empty = paged && after === undefined && links.length > 0
      if (links.length > 0)
        results.push({
          from: { id },
          to: empty
            ? []
            : links.map(link => ({
                toObjectId: String(link.id),
                associationTypes: [
                  {
                    category: 'HUBSPOT_DEFINED',
                    typeId: primary[`${from} ${to}`] ?? 3,
                    label: primary[`${from} ${to}`] ? 'Primary' : null,
                  },
                ],
              })),
          ...(empty && { paging: { next: { after: '0', link: '?after=0' } } }),
        })
    }
    const errors =
      none.length > 0
        ? [
            {
              status: 'error',
              category: 'OBJECT_NOT_FOUND',
              subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
              message: `No ${to} is associated with these ${from}.`,
              context: { fromObjectId: none },
            },
          ]
        : []
    return context.json(
      {
        status: 'COMPLETE',
        results,
        ...(errors.length > 0 && { numErrors: errors.length, errors }),
        startedAt: now,
        completedAt: now,
      },
      errors.length > 0 ? 207 : 200,
    )
  })
  return app
}
