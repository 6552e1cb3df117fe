import { createHash } from 'node:crypto'
import { type Context, Hono } from 'hono'
import type { WorkSeen, WorkState } from '../company/work.ts'
import { plainTrouble, type Simulator, type World } from '../world.ts'
import { createDesk, type DeskProject, goal, people, taskGid, workspaceGid } from './desk.ts'
import { createLine } from './hooks.ts'
import { projectNode, shown, taskNode } from './shapes.ts'
import { storiesOf } from './stories.ts'

type Json = Record<string, unknown>
type Status = 400 | 401 | 402 | 403 | 404 | 412 | 429 | 500
const refuse = (context: Context, status: Status, message: string) =>
  context.json(
    {
      errors: [
        { message, help: 'For more information on API status codes and how to handle them, read the docs.' },
      ],
    },
    status,
  )

const faults = [
  'rate_limited',
  'revoked',
  'forbidden',
  'payment_required',
  'offset_expired',
  'sync_expired',
  'lost_answer',
  'not_made',
  'duplicate_page',
] as const

const day = 86_400_000

/** Asana: the team's initiatives. `send` reaches those it tells; at /api/1.0 as at the vendor. */
export function asanaSimulator(world: World, send: typeof fetch = (...what) => fetch(...what)): Simulator {
  const token = `2/1207000000000100/${createHash('sha256').update(`asana ${world.company.seed}`).digest('hex').slice(0, 32)}`
  const desk = createDesk(world)
  const line = createLine(world, desk, send)
  const strikes = (fault: (typeof faults)[number]) => world.faults.strikes('asana', fault)
  const app = new Hono()
  const api = new Hono()

  app.use('*', plainTrouble(world, 'asana'))
  api.use('*', async (context, next) => {
    if (context.req.header('authorization') !== `Bearer ${token}` || strikes('revoked'))
      return refuse(context, 401, 'Not Authorized')
    if (strikes('rate_limited')) {
      context.header('retry-after', '30')
      return refuse(context, 429, 'You have made too many requests recently. Please, be chill.')
    }
    if (strikes('forbidden')) return refuse(context, 403, 'Forbidden')
    if (strikes('payment_required')) return refuse(context, 402, 'Payment Required')
    const writes = context.req.method === 'POST' || context.req.method === 'PUT'
    if (writes && strikes('not_made')) return refuse(context, 500, 'Server Error')
    await next()
    if (writes && context.res.status < 300 && strikes('lost_answer')) {
      context.res = undefined
      context.res = refuse(context, 500, 'Server Error')
    }
    return undefined
  })

  /** One page of a list; the place in it names the last record given, so that later pages miss nothing. */
  const listed = <T>(
    context: Context,
    all: readonly T[],
    make: (one: T) => Json = one => one as Json,
    gidOf: (one: T) => string = one => String((one as Json).gid),
  ) => {
    const { limit, offset, opt_fields } = context.req.query()
    if (
      limit !== undefined &&
      !(Number.isInteger(Number(limit)) && Number(limit) >= 1 && Number(limit) <= 100)
    )
      return refuse(context, 400, 'limit: Must be between 1 and 100')
    if (limit === undefined && all.length > 1000)
      return refuse(
        context,
        400,
        'The result is too large. You should use pagination (may require specifying a workspace)!',
      )
    let start = 0
    if (offset !== undefined) {
      const [last, until] = Buffer.from(offset, 'base64url').toString().split(' ')
      if (!last || !(Number(until) > world.now()) || strikes('offset_expired'))
        return refuse(context, 400, 'offset: Your pagination token has expired.')
      start = all.findIndex(one => gidOf(one) > last)
      if (start < 0) start = all.length
      if (start > 0 && strikes('duplicate_page')) start = Math.max(0, start - 3)
    }
    const end = start + Number(limit ?? 1000)
    const page = all.slice(start, end).map(make)
    const next = Buffer.from(`${page.at(-1)?.gid} ${world.now() + 3_600_000}`).toString('base64url')
    const query = new URLSearchParams({ ...context.req.query(), offset: next })
    const path = `${new URL(context.req.url).pathname.replace(/^.*\/api\/1\.0/, '')}?${query}`
    return context.json({
      data: page.map(one => shown(one, opt_fields)),
      next_page:
        limit !== undefined && end < all.length
          ? { offset: next, path, uri: `https://app.asana.com/api/1.0${path}` }
          : null,
    })
  }
  const node = (one: WorkSeen) => taskNode(desk, one)
  const gidOfTask = (one: WorkSeen) => taskGid(one.task.number)
  const single = (context: Context, node: Json, status: 200 | 201 = 200) =>
    context.json(
      { data: shown(node, context.req.query('opt_fields') ?? Object.keys(node).join(',')) },
      status,
    )
  const unknown = (context: Context, what: string) => refuse(context, 404, `${what}: Unknown object`)
  const project = (gid: string | undefined) => desk.projects().find(one => one.gid === gid)
  const dataOf = async (context: Context) =>
    ((await context.req.json().catch(() => ({}))) as { data?: Json }).data ?? {}

  api.get('/users/me', context =>
    single(context, {
      ...people[0],
      resource_type: 'user',
      photo: null,
      workspaces: [{ gid: workspaceGid, resource_type: 'workspace', name: 'Larkfield' }],
    }),
  )
  api.get('/workspaces', context =>
    listed(context, [{ gid: workspaceGid, resource_type: 'workspace', name: 'Larkfield' }]),
  )
  api.get('/users', context =>
    listed(
      context,
      people.map(one => ({ ...one, resource_type: 'user' })),
    ),
  )
  api.get('/projects', context => {
    const { workspace, archived } = context.req.query()
    if (workspace !== workspaceGid) return unknown(context, 'workspace')
    return listed(
      context,
      desk
        .projects()
        .filter(one => archived === undefined || String(one.archived) === archived)
        .map(projectNode),
    )
  })
  api.get('/projects/:gid/sections', context => {
    const found = project(context.req.param('gid'))
    if (!found) return unknown(context, 'project')
    return listed(
      context,
      found.sections.map(one => ({ ...one, resource_type: 'section' })),
    )
  })
  api.get('/tasks', context => {
    const { project: gid, modified_since } = context.req.query()
    if (gid === undefined)
      return refuse(
        context,
        400,
        'You should specify one of workspace, tag, project, section, or user task list',
      )
    const found = project(gid)
    if (!found) return unknown(context, 'project')
    const since = modified_since === undefined ? 0 : Date.parse(modified_since)
    if (Number.isNaN(since)) return refuse(context, 400, 'modified_since: Not a valid date-time')
    return listed(
      context,
      desk.inProject(found.name).filter(one => one.changedAt >= since),
      node,
      gidOfTask,
    )
  })
  api.get('/tasks/:gid', context => {
    const found = desk.find(context.req.param('gid'))
    return found ? single(context, taskNode(desk, found)) : unknown(context, 'task')
  })
  api.get('/tasks/:gid/subtasks', context => {
    const found = desk.find(context.req.param('gid'))
    if (!found) return unknown(context, 'task')
    return listed(context, desk.partsOf(found.task.number), node, gidOfTask)
  })
  api.get('/tasks/:gid/stories', context => {
    const found = desk.find(context.req.param('gid'))
    if (!found) return unknown(context, 'task')
    return listed(context, storiesOf(desk, found.task, world.now()))
  })

  /** What a body asks for, or what is wrong with it. */
  const setOf = (data: Json): Partial<WorkState> | string => {
    const { name, notes, due_on, completed, assignee } = data
    const who = people.find(one => one.gid === assignee || one.email === assignee)
    if (typeof assignee === 'string' && assignee !== 'me' && !who)
      return `assignee: Unknown object: ${assignee}`
    if (typeof due_on === 'string' && !/^\d{4}-\d\d-\d\d$/.test(due_on)) return 'due_on: Not a valid date'
    return {
      ...(typeof name === 'string' && { name }),
      ...(typeof notes === 'string' && { notes }),
      ...(due_on !== undefined && { due: due_on as string | null }),
      ...(typeof completed === 'boolean' && { done: completed }),
      ...(assignee !== undefined && {
        assignee: assignee === null ? '' : (who?.name ?? people[0]?.name ?? ''),
      }),
    }
  }
  api.post('/tasks', async context => {
    const data = await dataOf(context)
    const [first] = (data.projects as string[] | undefined) ?? []
    const into = project(first)
    if (!into) return refuse(context, 400, 'You should specify one of workspace, parent, projects')
    const set = setOf(data)
    if (typeof set === 'string') return refuse(context, 400, set)
    const made = desk.create(into.name, { section: into.sections[0]?.name ?? '', ...set })
    return single(context, taskNode(desk, made), 201)
  })
  api.put('/tasks/:gid', async context => {
    const found = desk.find(context.req.param('gid'))
    if (!found) return unknown(context, 'task')
    const set = setOf(await dataOf(context))
    if (typeof set === 'string') return refuse(context, 400, set)
    desk.edit(found.task.number, set)
    return single(context, taskNode(desk, desk.find(context.req.param('gid')) ?? found))
  })
  api.post('/tasks/:gid/stories', async context => {
    const found = desk.find(context.req.param('gid'))
    const { text } = await dataOf(context)
    if (!found) return unknown(context, 'task')
    if (typeof text !== 'string' || text === '') return refuse(context, 400, 'text: Missing input')
    desk.say(found.task.number, text)
    const task = desk.find(taskGid(found.task.number))?.task ?? found.task
    const said = storiesOf(desk, task, world.now()).findLast(one => one.text === text)
    return context.json(
      { data: { gid: said?.gid, resource_type: 'story', resource_subtype: 'comment_added', text } },
      201,
    )
  })
  api.post('/sections/:gid/addTask', async context => {
    const gid = context.req.param('gid')
    const { task } = await dataOf(context)
    const of = (one: DeskProject) => one.sections.find(section => section.gid === gid)
    const into = desk.projects().find(of)
    const found = desk.find(String(task))
    if (!into || !found) return unknown(context, 'section or task')
    desk.edit(found.task.number, { section: of(into)?.name ?? '' })
    return context.json({ data: {} })
  })
  api.post('/goals/:gid/setMetricCurrentValue', async context => {
    const { current_number_value: value } = await dataOf(context)
    if (context.req.param('gid') !== goal.gid) return unknown(context, 'goal')
    if (typeof value !== 'number') return refuse(context, 400, 'current_number_value: Must be a number')
    desk.measured.set(goal.gid, value)
    return context.json({
      data: {
        gid: goal.gid,
        resource_type: 'goal',
        name: goal.name,
        metric: { gid: `${goal.gid}1`, resource_type: 'goal_metric', current_number_value: value },
      },
    })
  })

  api.get('/events', context => {
    const { resource, sync } = context.req.query()
    const found = project(resource)
    if (!found) return unknown(context, 'resource')
    const now = world.now()
    const [from = 0, to = 0, skip = 0] = (sync ?? '').split('x').map(part => Number.parseInt(part, 36))
    if (sync === undefined || !(now - from <= day) || strikes('sync_expired'))
      return context.json(
        {
          errors: [
            { message: 'Sync token invalid or too old. Fetch the full dataset and use the new sync token.' },
          ],
          sync: `${now.toString(36)}x0x0`,
        },
        412,
      )
    const until = to || now
    const events = desk.happened(found.name, from, until)
    const more = events.length > skip + 100
    return context.json({
      data: events.slice(skip, skip + 100).map(line.event),
      sync: more
        ? `${from.toString(36)}x${until.toString(36)}x${(skip + 100).toString(36)}`
        : `${until.toString(36)}x0x0`,
      has_more: more,
    })
  })

  api.get('/webhooks', context => listed(context, line.webhooks()))
  api.post('/webhooks', async context => {
    const { resource, target } = (await dataOf(context)) as { resource?: string; target?: string }
    if (!project(resource)) return unknown(context, 'resource')
    const made = await line.open(String(resource), String(target))
    return typeof made === 'string'
      ? refuse(context, made.startsWith('Forb') ? 403 : 400, made)
      : context.json(made, 201)
  })
  api.delete('/webhooks/:gid', context =>
    line.remove(context.req.param('gid')) ? context.json({ data: {} }) : unknown(context, 'webhook'),
  )

  app.route('/api/1.0', api)
  return {
    vendor: 'asana',
    app,
    connections: [{ label: 'Asana', credentials: { token, calls: '1500' } }],
    faults,
    tell: line.tell,
  }
}
