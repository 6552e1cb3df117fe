import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { asana } from '#connectors/asana/index.ts'
import type { CanonicalRow, HookAnswer } from '#connectors/connector.ts'
import { dayNumber } from '#kernel/day.ts'
import { judgeBy } from '../../../test/contracts/judge.ts'
import { type SmallEngine, smallEngine } from '../../../test/small-engine.ts'
import { createCompany } from '../company/company.ts'
import { moveTruth, workTruth } from '../company/work-truth.ts'
import { createWorld, type World } from '../world.ts'
import { goal } from './desk.ts'
import { asanaSimulator } from './index.ts'

const judge = judgeBy(
  new URL('../../../test/contracts/asana.json', import.meta.url),
  new URL('../../../test/contracts/asana-overlay.json', import.meta.url),
)
const home = { store: 'uk', currency: 'GBP', timezone: 'Europe/London', hosts: [] }
const hours = (n: number) => n * 3_600_000
const days = (n: number) => n * hours(24)

/** The team's Asana with a connector before it; every request and answer is judged. */
async function connected(seed = 1, { privacy = false, length = 200 } = {}) {
  const world = createWorld(createCompany({ seed, days: length, until: '2026-11-22' }))
  let listen: typeof fetch = async () => new Response(null, { status: 500 })
  const simulator = asanaSimulator(world, (...what) => listen(...what))
  const wrong: string[] = []
  const asked: string[] = []
  const fetch = (async (input: string, init?: RequestInit) => {
    const url = new URL(input)
    const method = init?.method ?? 'GET'
    asked.push(`${method} ${url.pathname}`)
    wrong.push(
      ...judge.request(method, url.pathname, url.searchParams, init?.body && JSON.parse(String(init.body))),
    )
    const response = await simulator.app.request(input, init)
    const text = await response.clone().text()
    if (response.status < 429 && response.headers.get('content-type')?.includes('json'))
      try {
        wrong.push(...judge.response(method, url.pathname, response.status, JSON.parse(text)))
      } catch {
        // Cut short on purpose.
      }
    return response
  }) as typeof globalThis.fetch
  const credentials = { ...simulator.connections[0]?.credentials, base_url: 'http://asana.test' }
  const engine = await smallEngine(asana, credentials, { fetch, stores: [home], privacy })
  const open = () =>
    asana.open(credentials, {
      fetch,
      now: world.now,
      sleep: async () => undefined,
      signal: new AbortController().signal,
      allowed: new Set(['asana.test']),
    })
  return {
    world,
    engine,
    wrong,
    asked,
    simulator,
    open,
    credentials,
    hear: (how: typeof listen) => {
      listen = how
    },
  }
}

/** What the rows say, in the truth's words. */
function told(rows: readonly CanonicalRow[]) {
  const found: Record<string, number> = {}
  for (const { project, section, state, done_day } of rows) {
    const key = `${project} | ${section} | ${state}`
    found[key] = (found[key] ?? 0) + 1
    if (done_day) found[`${key} ${done_day}`] = (found[`${key} ${done_day}`] ?? 0) + 1
  }
  return found
}
function truthOf({ company, now }: World, platform = 'asana') {
  const found: Record<string, number> = {}
  for (const row of workTruth(company, now())) {
    if (row.platform !== platform) continue
    const key = `${row.project} | ${row.section} | ${row.state}`
    found[key] = row.tasks
    for (const [day, count] of Object.entries(row.done)) found[`${key} ${day}`] = count
  }
  return found
}

/** Moves by project, day and kind, and days of work on what was done: as the rows say it, and as it is. */
function moved(engine: SmallEngine) {
  const tasks = new Map(engine.rows('tasks').map(row => [row.task_id, row]))
  const began = new Map<string, string>()
  const found: Record<string, number> = {}
  const add = (key: string, count = 1) => {
    found[key] = (found[key] ?? 0) + count
  }
  for (const { task_id, kind, stage, day } of engine.rows('task_moves')) {
    add(`${tasks.get(task_id ?? '')?.project} ${day} ${kind}`)
    const id = String(task_id)
    if (stage === 'doing' && String(day) < (began.get(id) ?? '9')) began.set(id, String(day))
  }
  for (const { task_id, project, done_day } of tasks.values()) {
    const first = began.get(String(task_id))
    if (!first || !done_day) continue
    add(`${project} ${done_day} cycles`)
    add(`${project} ${done_day} days`, dayNumber(String(done_day)) - dayNumber(first))
  }
  return found
}
function movesOf({ company, now }: World) {
  const found: Record<string, number> = {}
  for (const { platform, project, day, moves, cycles } of moveTruth(company, now())) {
    if (platform !== 'asana') continue
    for (const [kind, count] of Object.entries(moves)) found[`${project} ${day} ${kind}`] = count
    if (cycles.tasks === 0) continue
    found[`${project} ${day} cycles`] = cycles.tasks
    found[`${project} ${day} days`] = cycles.days
  }
  return found
}

describe('Asana, everything and then what changed', () => {
  it.each([1, 20261])('gives exactly the truth for seed %i', async seed => {
    const { world, engine, wrong } = await connected(seed)
    await engine.round()
    expect(told(engine.rows('tasks'))).toEqual(truthOf(world))
    expect(engine.rows('tasks').length).toBeGreaterThan(60)
    expect(moved(engine)).toEqual(movesOf(world))
    world.advance(days(40))
    await engine.round()
    expect(told(engine.rows('tasks'))).toEqual(truthOf(world))
    expect(moved(engine)).toEqual(movesOf(world))
    // Read again, they are the same moves.
    const before = engine.rows('task_moves').length
    await engine.round(['moves'])
    expect(engine.rows('task_moves')).toHaveLength(before)
    expect(engine.rows('tasks').some(row => row.state === 'archived')).toBe(true)
    expect(engine.problems).toEqual([])
    expect(wrong).toEqual([])
  })

  it('hears of changes and deletions without reading everything', async () => {
    const { world, engine } = await connected(3, { length: 120 })
    await engine.round()
    const alone = (rows: readonly CanonicalRow[]) =>
      rows.filter(row => row.parent_id === '').map(row => `${row.task_id} ${row.section} ${row.state}`)
    const whole = async () => {
      const other = await smallEngineOf(world)
      return alone(other.rows('tasks')).sort()
    }
    const ids = () => engine.rows('tasks').map(row => row.task_id)
    const known = new Set(ids())
    for (let step = 0; step < 160; step++) {
      world.advance(hours(12))
      await engine.round(['tasks', 'deletions'])
      for (const id of ids()) known.add(id)
    }
    expect(known.size).toBeGreaterThan(ids().length)
    expect(alone(engine.rows('tasks')).sort()).toEqual(await whole())
  })

  it('knows the planted initiatives by their parts, fields and the day they went live', async () => {
    const { world, engine } = await connected(5)
    await engine.round()
    const { initiativeWorked, initiativeFailed } = world.company.facts
    const rows = engine.rows('tasks')
    for (const { name, day, store } of [initiativeWorked, initiativeFailed]) {
      const found = rows.find(row => row.title === name)
      expect(found).toMatchObject({ project: 'Growth 2026', section: 'Live', state: 'done', done_day: day })
      expect(JSON.parse(String(found?.fields))).toMatchObject({ Store: store, 'Go live': day, Effort: 'L' })
      expect(rows.filter(row => row.parent_id === found?.task_id)).toHaveLength(4)
    }
  })

  it('keeps no names where nothing personal is kept', async () => {
    const { engine } = await connected(1, { privacy: true })
    await engine.round(['tasks_whole'])
    expect(new Set(engine.rows('tasks').map(row => row.assignee))).toEqual(new Set(['']))
    await engine.round(['moves'])
    const handed = engine.rows('task_moves').filter(row => row.kind === 'assignee')
    expect(new Set(handed.map(row => `${row.from_value}${row.to_value}`))).toEqual(new Set(['']))
  })
})

/** A second look at the same world, whole. */
async function smallEngineOf(world: World) {
  const simulator = asanaSimulator(world)
  const engine = await smallEngine(
    asana,
    { ...simulator.connections[0]?.credentials, base_url: 'http://asana.test' },
    {
      fetch: (async (a: string, b: RequestInit) => simulator.app.request(a, b)) as typeof fetch,
      stores: [home],
    },
  )
  await engine.round()
  return engine
}

describe('trouble', () => {
  it.each([
    ['rate_limited', 3],
    ['offset_expired', 1],
    ['duplicate_page', 1],
    ['sync_expired', 2],
    ['http_500', 2],
    ['http_503_html', 2],
    ['html', 1],
    ['truncated', 1],
    ['empty', 1],
    ['clock_skew', 1],
  ])('%s changes nothing', async (fault, times) => {
    // Long enough for lists of several pages.
    const { world, engine } = await connected(1, { length: 900 })
    await engine.round(['deletions'])
    world.faults.arm(`asana:${fault}`, times)
    await engine.round(['tasks', 'tasks_whole', 'deletions'])
    expect(told(engine.rows('tasks'))).toEqual(truthOf(world))
    expect(world.faults.armed()).toEqual({})
  })
  it.each([
    ['revoked', /does not take the token/],
    ['forbidden', /refuses this/],
    ['payment_required', /plan does not include/],
  ])('%s is told', async (fault, message) => {
    const { world, engine } = await connected(1, { length: 30 })
    world.faults.arm(`asana:${fault}`, 1)
    await expect(engine.round()).rejects.toThrow(message)
  })
})

describe('acts', () => {
  const wanted = {
    do: 'create',
    key: 'k1',
    project: 'Site',
    section: 'Doing',
    title: 'Shorter form',
    notes: 'Why: fewer fields.',
    due: '2026-12-24',
    assignee: 'Jo Lennox',
  } as const

  it.each([
    ['', 0],
    ['lost_answer', 1],
    ['not_made', 1],
  ])('make one task whatever becomes of the answer (%s)', async (fault, times) => {
    const { world, engine, wrong } = await connected(1, { length: 60 })
    if (fault) world.faults.arm(`asana:${fault}`, times)
    const { id } = await engine.act(wanted)
    expect(await engine.act(wanted)).toMatchObject({ id })
    await engine.round()
    expect(engine.rows('tasks').filter(row => row.title === 'Shorter form')).toMatchObject([
      { task_id: id, section: 'Doing', assignee: 'Jo Lennox', due_day: '2026-12-24', state: 'open' },
    ])
    expect(wrong).toEqual([])
  })
  it('change what is there, and leave what moved on', async () => {
    const { world, engine, wrong } = await connected(1, { length: 60 })
    const { id } = await engine.act(wanted)
    await engine.round()
    world.advance(hours(1))
    await engine.act({
      do: 'change',
      key: 'k2',
      task: id,
      title: 'Short form',
      done: true,
      section: 'Live',
      assignee: null,
    })
    expect(await engine.act(wanted)).toMatchObject({ id })
    await engine.round()
    expect(engine.rows('tasks').filter(row => row.task_id === id)).toMatchObject([
      { title: 'Short form', section: 'Live', state: 'done', assignee: '' },
    ])
    expect(wrong).toEqual([])
  })
  it('comment once, and set a goal', async () => {
    const { world, engine, wrong, simulator } = await connected(1, { length: 60 })
    const { id } = await engine.act(wanted)
    world.faults.arm('asana:lost_answer', 1)
    const said = { do: 'comment', key: 'k3', task: id, text: 'Up 3 %.' } as const
    const first = await engine.act(said)
    expect(await engine.act(said)).toEqual(first)
    const stories = await simulator.app.request(`/api/1.0/tasks/${id}/stories?limit=10`, {
      headers: { authorization: `Bearer ${simulator.connections[0]?.credentials.token}` },
    })
    const told = ((await stories.json()) as { data: { resource_subtype: string }[] }).data
    expect(told.filter(one => one.resource_subtype === 'comment_added')).toHaveLength(1)
    expect(await engine.act({ do: 'measure', key: 'k4', goal: goal.gid, value: '2.7' })).toMatchObject({
      id: goal.gid,
    })
    await expect(engine.act({ do: 'measure', key: 'k5', goal: goal.gid, value: 'n/a' })).rejects.toThrow(
      /no number/,
    )
    await expect(engine.act({ ...wanted, project: 'Nowhere' })).rejects.toThrow(/no project/)
    expect(wrong).toEqual([])
  })
})

describe('webhooks', () => {
  it('are made once, with a handshake, and hurry what they tell of', async () => {
    const { world, hear, simulator, open, credentials, asked, wrong } = await connected(2)
    const kept: Record<string, string> = { ...credentials }
    const answers: HookAnswer[] = []
    let last: Parameters<NonNullable<typeof asana.hooks>['receive']>[0] | undefined
    hear(async (url, init) => {
      const headers = Object.fromEntries(new Headers(init?.headers))
      last = { method: 'POST', url: String(url), headers, body: Buffer.from(String(init?.body ?? '')) }
      const answer = asana.hooks?.receive(last, kept, world.now()) ?? { status: 404 }
      Object.assign(kept, answer.keep)
      answers.push(answer)
      return new Response(null, { status: answer.status, headers: { ...answer.headers } })
    })
    await asana.hooks?.subscribe(open(), 'https://deck.example/hooks/1')
    const made = asked.filter(one => one === 'POST /api/1.0/webhooks').length
    expect(made).toBeGreaterThan(0)
    await asana.hooks?.subscribe(open(), 'https://deck.example/hooks/1')
    expect(asked.filter(one => one === 'POST /api/1.0/webhooks')).toHaveLength(made)
    // One that Asana says is out is made anew, which it would refuse while the old one is there.
    const real = simulator.app.request
    simulator.app.request = async (path, init, ...rest) => {
      const response = await real.call(simulator.app, path, init, ...rest)
      if (init?.method !== 'GET' || !String(path).includes('/webhooks?')) return response
      const body = (await response.json()) as { data: { active: boolean }[] }
      const [first] = body.data
      if (first) first.active = false
      return Response.json(body)
    }
    await asana.hooks?.subscribe(open(), 'https://deck.example/hooks/1')
    simulator.app.request = real
    expect(asked.filter(one => one.startsWith('DELETE /api/1.0/webhooks/'))).toHaveLength(1)
    expect(asked.filter(one => one === 'POST /api/1.0/webhooks')).toHaveLength(made + 1)
    const from = world.now()
    world.advance(days(10))
    await simulator.tell?.(from, world.now(), fetch)
    // What it tells of a stretch long gone is refused as too old, nothing as unsigned.
    expect(answers.filter(one => one.status !== 200 && one.status !== 400)).toEqual([])
    expect(answers.some(one => one.hurry?.includes('tasks') && one.id)).toBe(true)
    expect(wrong).toEqual([])

    // Forged, unsigned, offered by a stranger, replayed late.
    const request = last as NonNullable<typeof last>
    const receive = (changes: object, now = world.now()) =>
      asana.hooks?.receive({ ...request, ...changes }, kept, now).status
    expect(receive({ headers: {} })).toBe(401)
    expect(receive({ body: Buffer.from('{"events":[{}]}') })).toBe(401)
    expect(
      receive({ url: 'https://deck.example/hooks/1?project=1&proof=x', headers: { 'x-hook-secret': 's' } }),
    ).toBe(401)
    const project = new URL(request.url).searchParams.get('project')
    const body = Buffer.from(
      JSON.stringify({ events: [{ action: 'deleted', created_at: '2026-11-20T02:06:58.147Z' }] }),
    )
    const signature = createHmac('sha256', kept[`hook_secret_${project}`] ?? '')
      .update(body)
      .digest('hex')
    const signed = { body, headers: { 'x-hook-signature': signature } }
    const at = Date.parse('2026-11-20T03:00:00Z')
    expect(receive(signed, at)).toBe(200)
    expect(receive(signed, at + days(3))).toBe(400)
  })
})
