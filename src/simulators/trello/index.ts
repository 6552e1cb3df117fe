import { createHash } from 'node:crypto'
import { type Context, Hono } from 'hono'
import type { WorkState } from '../company/work.ts'
import { plainTrouble, type Simulator, type World } from '../world.ts'
import { type Action, createDesk, members } from './desk.ts'
import { createLine } from './hooks.ts'
import { actionNode, cardNode, customFields } from './shapes.ts'

type Json = Record<string, unknown>

const faults = [
  'token_limit',
  'key_limit',
  'invalid_key',
  'invalid_token',
  'too_many_cards',
  'retry_449',
  'lost_answer',
  'not_made',
  'gateway_504',
] as const

/** Trello: the trading board. `send` reaches those it tells; at /1 as at the vendor. */
export function trelloSimulator(world: World, send: typeof fetch = (...what) => fetch(...what)): Simulator {
  const secretOf = (what: string) =>
    createHash('sha256').update(`trello ${what} ${world.company.seed}`).digest('hex')
  const [key, token, secret] = [secretOf('key').slice(0, 32), secretOf('token'), secretOf('secret')]
  const desk = createDesk(world)
  const line = createLine(world, desk, secret, send)
  const strikes = (fault: (typeof faults)[number]) => world.faults.strikes('trello', fault)
  const app = new Hono()
  const api = new Hono()

  app.use('*', plainTrouble(world, 'trello'))
  api.use('*', async (context, next) => {
    const given = /^OAuth oauth_consumer_key="([^"]*)", oauth_token="([^"]*)"$/.exec(
      context.req.header('authorization') ?? '',
    )
    const [, withKey, withToken] = given ?? [null, context.req.query('key'), context.req.query('token')]
    if (withKey !== key || strikes('invalid_key')) return context.text('invalid key', 401)
    if (withToken !== token || strikes('invalid_token')) return context.text('invalid token', 401)
    const over = (error: string) => context.json({ error, message: 'Rate limit exceeded' }, 429)
    if (strikes('token_limit')) return over('API_TOKEN_LIMIT_EXCEEDED')
    if (strikes('key_limit')) return over('API_KEY_LIMIT_EXCEEDED')
    if (strikes('retry_449')) return new Response('Sub-request failed', { status: 449 })
    if (strikes('gateway_504')) return context.text('upstream request timeout', 504)
    const writes = context.req.method === 'POST' || context.req.method === 'PUT'
    if (writes && strikes('not_made')) return context.text('Internal Server Error', 500)
    await next()
    if (writes && context.res.ok && strikes('lost_answer')) {
      context.res = undefined
      context.res = context.text('Internal Server Error', 500)
    }
    return undefined
  })

  const missing = (context: Context) => context.text('The requested resource was not found.', 404)
  const board = (id: string | undefined) => desk.boards.find(one => one.id === id)
  const some = (node: Json, fields: string | undefined): Json =>
    fields && fields !== 'all'
      ? {
          id: node.id,
          ...Object.fromEntries(
            fields.split(',').flatMap(name => (name in node ? [[name, node[name]]] : [])),
          ),
        }
      : node
  /** 1 to 1000; null for what is no limit. */
  const limitOf = (context: Context, usual: number): number | null => {
    const limit = Number(context.req.query('limit') ?? usual)
    return Number.isInteger(limit) && limit >= 1 && limit <= 1000 ? limit : null
  }

  api.get('/members/me', context =>
    context.json(
      some({ ...members[0], email: null, url: 'https://trello.com/ada' }, context.req.query('fields')),
    ),
  )
  api.get('/members/me/boards', context => {
    const { filter = 'all', fields } = context.req.query()
    const all = desk.boards.filter(one => filter === 'all' || (filter === 'open') !== one.closed)
    return context.json(
      all.map(({ lists: _, ...one }) =>
        some({ ...one, desc: '', url: `https://trello.com/b/${one.id}` }, fields),
      ),
    )
  })
  api.get('/boards/:id/lists', context => {
    const found = board(context.req.param('id'))
    return found
      ? context.json(found.lists.map(one => some(one, context.req.query('fields'))))
      : missing(context)
  })
  api.get('/boards/:id/members', context =>
    board(context.req.param('id'))
      ? context.json(members.map(one => some(one, context.req.query('fields'))))
      : missing(context),
  )
  api.get('/boards/:id/customFields', context => {
    const found = board(context.req.param('id'))
    return found ? context.json(customFields(found.id)) : missing(context)
  })
  api.get('/boards/:id/cards/all', context => {
    if (!board(context.req.param('id'))) return missing(context)
    const limit = limitOf(context, 1000)
    if (limit === null) return context.text('invalid value for limit', 400)
    if (limit > 250 && strikes('too_many_cards'))
      return context.json({ error: 'API_TOO_MANY_CARDS_REQUESTED', message: 'Too many cards requested' }, 403)
    const { before } = context.req.query()
    const cards = desk
      .cards()
      .map(one => ({ id: desk.cardId(one.task), one }))
      .filter(({ id }) => before === undefined || id < before)
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, limit)
    return context.json(cards.map(({ one }) => cardNode(desk, one, context.req.query())))
  })

  /** A page of actions, newest first. */
  const actions = (context: Context, all: Iterable<Action>) => {
    const limit = limitOf(context, 50)
    if (limit === null) return context.text('invalid value for limit', 400)
    const { since, before, filter } = context.req.query()
    const kinds = filter === undefined || filter === 'all' ? null : new Set(filter.split(','))
    const from = since === undefined ? 0 : Date.parse(since)
    if (Number.isNaN(from)) return context.text('invalid value for since', 400)
    const found = [...all]
      .filter(
        one =>
          one.at >= from &&
          (before === undefined || one.id < before) &&
          (kinds === null || kinds.has(one.type) || kinds.has(one.kind)),
      )
      .sort((a, b) => (a.id < b.id ? 1 : -1))
    return context.json(found.slice(0, limit).map(one => actionNode(desk, one)))
  }
  api.get('/boards/:id/actions', context =>
    board(context.req.param('id')) ? actions(context, desk.actions(world.now())) : missing(context),
  )
  api.get('/cards/:id', context => {
    const found = desk.find(context.req.param('id'))
    return found ? context.json(cardNode(desk, found, context.req.query())) : missing(context)
  })
  api.get('/cards/:id/actions', context => {
    const found = desk.find(context.req.param('id'))
    return found ? actions(context, desk.actionsOf(found.task, world.now())) : missing(context)
  })

  /** What a request asks for, or what is wrong with it. */
  const setOf = (query: Json): Partial<WorkState> | string => {
    const { name, desc, due, idList, dueComplete, idMembers, closed } = query
    const lists = desk.boards.flatMap(one => one.lists)
    const list = lists.find(one => one.id === idList)
    if (idList !== undefined && !list) return 'invalid value for idList'
    const member = members.find(one => one.id === idMembers)
    if (typeof idMembers === 'string' && idMembers !== '' && !member) return 'invalid value for idMembers'
    const day = due === 'null' || due === '' || due === null ? null : String(due ?? '').slice(0, 10)
    if (due !== undefined && day !== null && Number.isNaN(Date.parse(String(due)))) return 'invalid date'
    return {
      ...(typeof name === 'string' && { name }),
      ...(typeof desc === 'string' && { notes: desc }),
      ...(due !== undefined && { due: day }),
      ...(list && { section: list.name, done: list.name === 'Done' }),
      ...(dueComplete !== undefined && !list && { done: String(dueComplete) === 'true' }),
      ...(idMembers !== undefined && { assignee: member?.fullName ?? '' }),
      ...(closed !== undefined && { archived: String(closed) === 'true' }),
    }
  }
  const given = async (context: Context): Promise<Json> => ({
    ...context.req.query(),
    ...((await context.req.json().catch(() => ({}))) as Json),
  })
  api.post('/cards', async context => {
    const query = await given(context)
    if (query.idList === undefined) return context.text('invalid value for idList', 400)
    const set = setOf(query)
    if (typeof set === 'string') return context.text(set, 400)
    return context.json(cardNode(desk, desk.create(set), {}))
  })
  api.put('/cards/:id', async context => {
    const found = desk.find(context.req.param('id'))
    if (!found) return missing(context)
    const set = setOf(await given(context))
    if (typeof set === 'string') return context.text(set, 400)
    desk.edit(found.task.number, set)
    return context.json(cardNode(desk, desk.find(context.req.param('id')) ?? found, {}))
  })
  api.post('/cards/:id/actions/comments', async context => {
    const id = context.req.param('id')
    const found = desk.find(id)
    const { text } = await given(context)
    if (!found) return missing(context)
    if (typeof text !== 'string' || text === '') return context.text('invalid value for text', 400)
    desk.say(found.task.number, text)
    const last = [...desk.actionsOf(desk.find(id)?.task ?? found.task, world.now())].at(-1)
    return last ? context.json(actionNode(desk, last)) : missing(context)
  })
  api.post('/webhooks', async context => {
    const { callbackURL, idModel } = await given(context)
    if (!board(String(idModel))) return context.text('invalid value for idModel', 400)
    const made = await line.open(String(callbackURL), String(idModel))
    return typeof made === 'string' ? context.text(made, 400) : context.json(made)
  })

  api.get('/tokens/:token/webhooks', context =>
    context.req.param('token') === token ? context.json([...line.all()]) : missing(context),
  )
  api.put('/webhooks/:id', async context => {
    const changed = await line.change(context.req.param('id'), await given(context))
    if (changed === null) return missing(context)
    return typeof changed === 'string' ? context.text(changed, 400) : context.json(changed)
  })

  app.route('/1', api)
  return {
    vendor: 'trello',
    app,
    connections: [{ label: 'Trello', credentials: { key, token, secret } }],
    faults,
    tell: line.tell,
  }
}
