import { describe, expect, it } from 'vitest'
import type { CanonicalRow, HookAnswer } from '#connectors/connector.ts'
import { trello } from '#connectors/trello/index.ts'
import { dayNumber } from '#kernel/day.ts'
import { judgeBy } from '../../../test/contracts/judge.ts'
import { type SmallEngine, smallEngine } from '../../../test/small-engine.ts'
import { createCompany } from '../company/company.ts'
import { moveTruth, workTruth } from '../company/work-truth.ts'
import { createWorld, type World } from '../world.ts'
import { trelloSimulator } from './index.ts'

const judge = judgeBy(new URL('../../../test/contracts/trello.json', import.meta.url))
const home = { store: 'uk', currency: 'GBP', timezone: 'Europe/London', hosts: [] }
const hours = (n: number) => n * 3_600_000
const days = (n: number) => n * hours(24)

/** The team's board with a connector before it; every request and answer is judged. */
async function connected(seed = 1, length = 200) {
  const world = createWorld(createCompany({ seed, days: length, until: '2026-11-22' }))
  let listen: typeof fetch = async () => new Response(null, { status: 500 })
  const simulator = trelloSimulator(world, (...what) => listen(...what))
  const wrong: string[] = []
  const asked: string[] = []
  const fetch = (async (input: string, init?: RequestInit) => {
    const url = new URL(input)
    const method = init?.method ?? 'GET'
    asked.push(`${method} ${url.pathname}${url.search}`)
    wrong.push(...judge.request(method, url.pathname, url.searchParams))
    const response = await simulator.app.request(input, init)
    const text = await response.clone().text()
    if (response.status === 200 && response.headers.get('content-type')?.includes('json'))
      try {
        wrong.push(...judge.response(method, url.pathname, response.status, JSON.parse(text)))
      } catch {
        // Cut short on purpose.
      }
    return response
  }) as typeof globalThis.fetch
  const credentials = { ...simulator.connections[0]?.credentials, base_url: 'http://trello.test' }
  const engine = await smallEngine(trello, credentials, { fetch, stores: [home] })
  const open = () =>
    trello.open(credentials, {
      fetch,
      now: world.now,
      sleep: async () => undefined,
      signal: new AbortController().signal,
      allowed: new Set(['trello.test']),
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
function truthOf({ company, now }: World) {
  const found: Record<string, number> = {}
  for (const row of workTruth(company, now())) {
    if (row.platform !== 'trello') continue
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
    if (platform !== 'trello') continue
    for (const [kind, count] of Object.entries(moves)) found[`${project} ${day} ${kind}`] = count
    if (cycles.tasks === 0) continue
    found[`${project} ${day} cycles`] = cycles.tasks
    found[`${project} ${day} days`] = cycles.days
  }
  return found
}

describe('Trello, everything and then what changed', () => {
  it.each([
    [1, 200],
    // More cards than fit on one page.
    [20261, 1096],
  ])('gives exactly the truth for seed %i', async (seed, length) => {
    const { world, engine, wrong, asked } = await connected(seed, length)
    await engine.round()
    expect(told(engine.rows('tasks'))).toEqual(truthOf(world))
    if (length > 1000)
      expect(asked.some(one => one.includes('/cards/all') && one.includes('before='))).toBe(true)
    // By the board's actions alone.
    for (const step of [hours(7), days(3), days(40)]) {
      world.advance(step)
      await engine.round(['cards', 'moves'])
      expect(told(engine.rows('tasks'))).toEqual(truthOf(world))
      expect(moved(engine)).toEqual(movesOf(world))
    }
    await engine.round()
    expect(told(engine.rows('tasks'))).toEqual(truthOf(world))
    expect(engine.problems).toEqual([])
    expect(wrong).toEqual([])
  })

  it('puts neither key nor token into an address', async () => {
    const { engine, asked, credentials } = await connected()
    await engine.round()
    for (const secret of ['key', 'token'] as const)
      expect(asked.some(one => one.includes(String((credentials as Record<string, string>)[secret])))).toBe(
        false,
      )
  })

  it('reads fields of every kind and labels', async () => {
    const { engine } = await connected()
    await engine.round()
    const all = engine.rows('tasks').map(row => JSON.parse(String(row.fields)) as Record<string, unknown>)
    expect(new Set(all.flatMap(Object.keys))).toEqual(new Set(['Store', 'Uplift', 'Effort']))
    expect(all.every(one => ['number', 'undefined'].includes(typeof one.Uplift))).toBe(true)
    expect(all.find(one => one.Effort)?.Effort).toMatch(/^[SML]$/)
    expect(engine.rows('tasks').some(row => String(row.labels).split(',').includes('Supplier  late'))).toBe(
      true,
    )
  })
})

describe('trouble', () => {
  it.each([
    ['token_limit', 3],
    ['key_limit', 2],
    ['too_many_cards', 1],
    ['retry_449', 2],
    ['gateway_504', 1],
    ['http_500', 2],
    ['http_503_html', 2],
    ['html', 1],
    ['truncated', 1],
    ['empty', 1],
    ['clock_skew', 1],
  ])('%s changes nothing', async (fault, times) => {
    const { world, engine } = await connected(1, 400)
    world.faults.arm(`trello:${fault}`, times)
    await engine.round()
    expect(told(engine.rows('tasks'))).toEqual(truthOf(world))
    expect(world.faults.armed()).toEqual({})
  })
  it.each([
    ['invalid_key', /does not know the key/],
    ['invalid_token', /does not take the token/],
  ])('%s is told', async (fault, message) => {
    const { world, engine } = await connected(1, 30)
    world.faults.arm(`trello:${fault}`, 1)
    await expect(engine.round()).rejects.toThrow(message)
  })
})

describe('acts', () => {
  const wanted = {
    do: 'create',
    key: 'k1',
    project: 'Trading board',
    section: 'This week',
    title: 'Mark down mugs',
    notes: 'Cover is 40 weeks.',
    due: '2026-12-24',
    assignee: 'Jo Lennox',
  } as const

  it.each([
    ['', 0],
    ['lost_answer', 1],
    ['not_made', 1],
  ])('make one card whatever becomes of the answer (%s)', async (fault, times) => {
    const { world, engine, wrong } = await connected(1, 60)
    if (fault) world.faults.arm(`trello:${fault}`, times)
    const { id } = await engine.act(wanted)
    expect(await engine.act(wanted)).toMatchObject({ id })
    await engine.round()
    expect(engine.rows('tasks').filter(row => row.title === 'Mark down mugs')).toMatchObject([
      { task_id: id, section: 'This week', assignee: 'Jo Lennox', due_day: '2026-12-24', state: 'open' },
    ])
    expect(wrong).toEqual([])
  })
  it('change what is there, and leave what moved on', async () => {
    const { world, engine, wrong } = await connected(1, 60)
    const { id } = await engine.act(wanted)
    await engine.round()
    world.advance(hours(1))
    const mine = async () => {
      await engine.round()
      return engine.rows('tasks').filter(row => row.task_id === id)
    }
    await engine.act({
      do: 'change',
      key: 'k2',
      task: id,
      title: 'Mark down',
      notes: 'Other',
      done: true,
      due: null,
      assignee: null,
    })
    expect(await engine.act(wanted)).toMatchObject({ id })
    expect(await mine()).toMatchObject([
      {
        title: 'Mark down',
        section: 'Done',
        state: 'done',
        due_day: null,
        assignee: '',
        done_day: '2026-11-23',
      },
    ])
    await engine.act({ do: 'change', key: 'k3', task: id, done: false })
    expect(await mine()).toMatchObject([{ section: 'Doing', state: 'open', done_day: null }])
    expect(wrong).toEqual([])
  })
  it('comment once; goals there are none', async () => {
    const { world, engine, wrong, simulator } = await connected(1, 60)
    const { id } = await engine.act(wanted)
    world.faults.arm('trello:lost_answer', 1)
    const said = { do: 'comment', key: 'k3', task: id, text: 'Up 3 %.' } as const
    const first = await engine.act(said)
    expect(await engine.act(said)).toEqual(first)
    const { key, token } = simulator.connections[0]?.credentials ?? {}
    const heard = await simulator.app.request(
      `/1/cards/${id}/actions?filter=commentCard&key=${key}&token=${token}`,
    )
    expect(await heard.json()).toHaveLength(1)
    await expect(engine.act({ do: 'measure', key: 'k4', goal: 'x', value: '1' })).rejects.toThrow(/no goals/)
    await expect(engine.act({ ...wanted, section: 'Nowhere' })).rejects.toThrow(/no list/)
    expect(wrong).toEqual([])
  })
})

describe('webhooks', () => {
  it('are made once, after a look whether anybody is there, and hurry what they tell of', async () => {
    const { world, hear, simulator, open, credentials, wrong } = await connected(2)
    const answers: HookAnswer[] = []
    let last: Parameters<NonNullable<typeof trello.hooks>['receive']>[0] | undefined
    let heads = 0
    let isDown = false
    hear(async (url, init) => {
      if (isDown) return new Response(null, { status: 502 })
      const request = {
        method: init?.method ?? 'GET',
        url: String(url),
        headers: Object.fromEntries(new Headers(init?.headers)),
        body: Buffer.from(String(init?.body ?? '')),
      }
      if (request.method === 'HEAD') heads += 1
      else last = request
      const answer = trello.hooks?.receive(request, credentials, world.now()) ?? { status: 404 }
      if (request.method === 'POST') answers.push(answer)
      return new Response(null, { status: answer.status })
    })
    await trello.hooks?.subscribe(open(), 'https://deck.example/hooks/1')
    await trello.hooks?.subscribe(open(), 'https://deck.example/hooks/1')
    expect(heads).toBe(1)
    const from = world.now()
    world.advance(days(2))
    await simulator.tell?.(from, world.now(), fetch)
    expect(answers.length).toBeGreaterThan(2)
    expect(answers.every(one => one.status === 200 && one.hurry?.includes('cards') && one.id)).toBe(true)
    expect(wrong).toEqual([])

    // Nobody answers for five weeks: Trello puts it out, and it is lit again at the next look.
    const heard = answers.length
    isDown = true
    for (let week = 0; week < 5; week++) {
      const before = world.now()
      world.advance(days(7))
      await simulator.tell?.(before, world.now(), fetch)
    }
    isDown = false
    const later = async () => {
      const before = world.now()
      world.advance(days(2))
      await simulator.tell?.(before, world.now(), fetch)
      return answers.length
    }
    expect(await later()).toBe(heard)
    await trello.hooks?.subscribe(open(), 'https://deck.example/hooks/1')
    expect(await later()).toBeGreaterThan(heard)
    expect(wrong).toEqual([])
    // The list of webhooks has the token in its address: no message has.
    world.faults.arm('trello:gateway_504', 9)
    const failure = await trello.hooks
      ?.subscribe(open(), 'https://deck.example/hooks/1')
      .catch(error => error)
    expect(failure.details).toEqual({ address: 'the list of webhooks', tries: 5 })

    const request = last as NonNullable<typeof last>
    const receive = (changes: object, now = world.now()) =>
      trello.hooks?.receive({ ...request, ...changes }, credentials, now).status
    expect(receive({})).toBe(200)
    expect(receive({ url: 'http://deck.example/hooks/1' })).toBe(200)
    expect(receive({ headers: {} })).toBe(401)
    expect(receive({ body: Buffer.from('{}') })).toBe(401)
    expect(receive({ url: 'https://deck.example/hooks/2' })).toBe(401)
    expect(receive({}, world.now() + days(5))).toBe(400)
    expect(trello.hooks?.receive(request, { key: 'k', token: 't' }, world.now()).status).toBe(401)
  })
})
