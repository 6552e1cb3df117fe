import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operationsOf } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { type Client, operations } from '#features/operations.ts'
import type { Actor } from '#kernel/actor.ts'
import { invalid } from '#kernel/error.ts'
import type { Scope } from '#metrics/engine.ts'
import type { Answer, Query } from '#metrics/query.ts'
import { type Doors, httpApp } from './http.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'http-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const answer = (query: Query, scope: Scope): Answer => ({
  rows: [{ country: '=HYPERLINK("x")', net_sales: '-12.50' }],
  totals: { net_sales: '-12.50' },
  meta: {
    from: '2011-01-01',
    to: '2011-01-31',
    calendar: 'gregorian',
    currency: 'GBP',
    stores: scope.stores === 'all' ? ['gifts'] : [...scope.stores],
    asOf: null,
    lastDay: null,
    today: '2011-12-09',
    rowsBehind: 1,
    count: 1,
    definitions: {},
    comparisons: {},
    missing: {},
    warnings: [],
    cached: false,
    ms: 1,
    ...(query.grain && { grain: query.grain }),
  },
})

const viewer: Actor = { kind: 'key', id: 'k1', name: 'Agent', role: 'viewer', stores: ['gifts'] }
const owner: Actor = { kind: 'person', id: 'p1', name: 'Olga', role: 'owner', stores: 'all' }

const lines: string[] = []
const app = (more: Partial<Doors> = {}) =>
  httpApp({
    context: actor =>
      ({
        actor,
        folder,
        clock: () => new Date('2012-01-01T00:00:00Z'),
        granary: { changes: async () => [] },
        metrics: {
          ask: async (query: Query, scope: Scope) => {
            if (query.metrics.includes('nonsense'))
              throw invalid('There is no metric nonsense.', 'Try net_sales.')
            if (query.metrics.includes('broken')) throw new Error('password=hunter2')
            // Of a text, and of one within JSON.
            for (const code of ['22021', '22P05'])
              if (query.metrics.includes(`nul_${code}`))
                throw new Error('Failed query', { cause: Object.assign(new Error('bytes'), { code }) })
            return answer(query, scope)
          },
        },
      }) as unknown as Context,
    who: async headers => {
      if (headers.get('x-api-key') === 'viewer-key') return viewer
      if (headers.get('x-api-key') === 'owner-key' || headers.get('cookie') === 'session=olga') return owner
      return null
    },
    auth: async () => new Response('auth'),
    token: 't'.repeat(43),
    demo: null,
    hook: async () => ({ status: 404, hurry: [] }),
    hurried: () => undefined,
    log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
    web: join(folder, 'dist'),
    version: '0.1.0',
    https: false,
    origins: new Set(['http://localhost']),
    hosts: null,
    trustProxy: false,
    uploadLimit: 1_000,
    ...more,
  })

const ask = (body: unknown, headers: Record<string, string> = {}, path = '/api/v1/performance/query') =>
  app().request(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  })
const key = { 'x-api-key': 'viewer-key' }

describe('who may come in', () => {
  it('a stranger is refused at every operation, over both protocols', async () => {
    const all = operationsOf(operations)
    expect(all.length).toBeGreaterThan(4)
    for (const { name } of all)
      for (const prefix of ['/api/rpc/', '/api/v1/']) {
        const response = await ask({}, {}, prefix + name.replaceAll('.', '/'))
        expect(response.status, prefix + name).toBe(401)
      }
    for (const path of ['/mcp', '/api/exports']) expect((await ask({}, {}, path)).status, path).toBe(401)
    const upload = await app().request('/api/uploads', { method: 'PUT', body: 'x' })
    expect(upload.status).toBe(401)
  })

  it('a wrong token of the command line is a stranger, the right one is the system', async () => {
    const with_ = (token: string) => ask({ metrics: ['net_sales'] }, { authorization: `Bearer ${token}` })
    expect((await with_('x'.repeat(43))).status).toBe(401)
    expect((await with_('short')).status).toBe(401)
    expect((await with_('t'.repeat(43))).status).toBe(200)
  })

  it('a key counts for what it is where everybody is signed in, and an unknown one for nothing', async () => {
    const demo = app({ demo: owner })
    const as = async (headers: Record<string, string>) =>
      demo.request('/api/v1/performance/query', {
        method: 'POST',
        body: JSON.stringify({ metrics: ['net_sales'], stores: [] }),
        headers: { 'content-type': 'application/json', 'x-quarterdeck': '1', ...headers },
      })
    expect((await as({})).status).toBe(200)
    expect((await as({ 'x-api-key': 'unknown' })).status).toBe(401)
    expect((await as({ authorization: 'Bearer unknown' })).status).toBe(401)
    const scoped = (await (await as(key)).json()) as Answer
    expect(scoped.meta.stores).toEqual(['gifts'])
  })

  it('an API key sees only its stores', async () => {
    const response = await ask({ metrics: ['net_sales'] }, key)
    expect(response.status).toBe(200)
    expect(((await response.json()) as Answer).meta.stores).toEqual(['gifts'])
  })

  it('a session is believed only from our own page with our own header', async () => {
    const cookie = { cookie: 'session=olga' }
    const body = { metrics: ['net_sales'] }
    const own = { ...cookie, 'x-quarterdeck': '1' }
    expect((await ask(body, cookie)).status).toBe(403)
    expect((await ask(body, { ...own, origin: 'https://evil.example' })).status).toBe(403)
    expect((await ask(body, { ...own, 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await ask(body, { ...own, origin: 'http://localhost' })).status).toBe(200)
    // What a browser sends by itself, for a proxy in front, is no key.
    for (const authorization of ['Basic b2xnYTp4', 'Negotiate x', ''])
      expect((await ask(body, { ...cookie, authorization })).status, authorization).toBe(403)
  })

  it('sign-in answers only our own page, and only JSON: a link in another site’s hands signs nobody in', async () => {
    const sent = (type: string, headers: Record<string, string> = {}) =>
      app().request('/api/auth/accept-invitation', {
        method: 'POST',
        body: JSON.stringify({ token: 'a link of the other site' }),
        headers: { 'content-type': type, ...headers },
      })
    const json = 'application/json'
    expect((await sent(json, { origin: 'https://evil.example' })).status).toBe(403)
    expect((await sent(json, { origin: 'null' })).status).toBe(403)
    expect((await sent(json, { 'sec-fetch-site': 'same-site' })).status).toBe(403)
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'text/plain; application/json'])
      expect((await sent(type)).status, type).toBe(422)
    expect(await (await sent(json, { origin: 'http://localhost' })).text()).toBe('auth')
  })

  it('a name this server is not known by is refused', async () => {
    const known = app({ hosts: new Set(['localhost']) })
    expect(
      (await known.request('/api/openapi.json', { headers: { host: 'evil.example:4680' } })).status,
    ).toBe(403)
    expect((await known.request('/api/openapi.json', { headers: { host: 'localhost:4680' } })).status).toBe(
      200,
    )
  })

  it('sign-in attempts are limited', async () => {
    const one = app()
    const statuses: number[] = []
    for (let i = 0; i < 25; i++)
      statuses.push(
        (
          await one.request('/api/auth/sign-in/email', {
            method: 'POST',
            body: '{}',
            headers: { 'content-type': 'application/json' },
          })
        ).status,
      )
    expect(statuses[0]).toBe(200)
    expect(statuses.at(-1)).toBe(429)
  })
})

describe('what an operation is asked in', () => {
  const sent = (body: string, type: string) =>
    app().request('/api/v1/performance/query', {
      method: 'POST',
      body,
      headers: { ...key, ...(type && { 'content-type': type }) },
    })
  it('what is no JSON is said in our own words and code', async () => {
    for (const [body, type] of [
      ['{bad', 'application/json'],
      ['x', 'multipart/form-data; boundary=x'],
    ] as const) {
      const response = await sent(body, type)
      expect(response.status, body).toBe(422)
      expect(await response.json()).toMatchObject({ code: 'invalid', data: { next: expect.any(String) } })
    }
  })
  it('who asks an operation by GET is told how', async () => {
    const response = await app().request('/api/v1/performance/query', { headers: key })
    expect(await response.json()).toMatchObject({
      code: 'not_found',
      data: { next: expect.stringContaining('POST') },
    })
  })
})

describe('what an answer carries', () => {
  it('security headers everywhere, also on refusals and pages', async () => {
    for (const path of ['/api/v1/performance/query', '/api/docs', '/', '/nothing']) {
      const { headers } = await app().request(path)
      expect(headers.get('content-security-policy'), path).toContain("script-src 'self';")
      expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'")
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-request-id')).toMatch(/^[\w-]{8,}$/)
      expect(headers.get('strict-transport-security')).toBeNull()
    }
    const https = await app({ https: true }).request('/healthz')
    expect(https.headers.get('strict-transport-security')).toContain('max-age=')
  })

  it('a failure teaches the next step, in both protocols', async () => {
    const rest = await ask({ metrics: ['nonsense'] }, key)
    expect(rest.status).toBe(422)
    expect(await rest.json()).toMatchObject({
      code: 'invalid',
      message: 'There is no metric nonsense.',
      data: { next: 'Try net_sales.' },
    })
    const rpc = await ask({ json: { metrics: ['nonsense'] } }, key, '/api/rpc/performance/query')
    expect(rpc.status).toBe(422)
    expect(await rpc.json()).toMatchObject({ json: { code: 'invalid', data: { next: 'Try net_sales.' } } })
  })

  it('bad input is named by its place', async () => {
    const response = await ask({ metrics: [] }, key)
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ message: expect.stringMatching(/^metrics: /) })
  })

  it('a word that no question has is refused, wherever it stands: the answer would be to another question', async () => {
    const net = { metrics: ['net_sales'] }
    for (const [body, place] of [
      [{ ...net, filter: [] }, '"filter" is not known here. Nearest: filters. Known: metrics, by, grain'],
      [
        { ...net, filters: [{ dimension: 'country', are: ['France'] }] },
        'filters.0: "are" is not known here. Nearest: ',
      ],
      [
        { ...net, sort: { by: 'net_sales', descending: true } },
        'sort: "descending" is not known here. Nearest: desc. Known: by, of, desc, absolute',
      ],
      [{ ...net, compare: ['last_yaer'] }, 'compare.0: is one of previous_period, previous_days, '],
      [{ ...net, from: '2011-02-30' }, 'from: is a day that exists, e.g. 2026-03-31'],
    ] as const) {
      const response = await ask(body, key)
      expect(response.status, place).toBe(422)
      expect(((await response.json()) as { message: string }).message).toContain(place)
    }
  })

  it('so is one that an operation does not take, through every door; the same words everywhere', async () => {
    const input = { dimension: 'country', serach: 'F' }
    const words = '"serach" is not known here. Nearest: search. Known: '
    const path = 'performance/values'
    for (const [body, to] of [
      [input, `/api/v1/${path}`],
      [{ json: input }, `/api/rpc/${path}`],
      [{ query: { metrics: ['net_sales'] }, fromat: 'xlsx' }, '/api/exports'],
      [{ query: { metrics: ['net_sales'] }, format: 'xslx' }, '/api/exports'],
    ] as const) {
      const response = await ask(body, key, to)
      expect(response.status, to).toBe(422)
      expect(await response.text(), to).toMatch(/is not known here. Nearest: |expected one of/)
    }
    const call = { name: 'dimension_values', arguments: input }
    const agent = { ...key, accept: 'application/json, text/event-stream' }
    const told = await ask({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: call }, agent, '/mcp')
    expect(JSON.stringify(await told.json())).toContain(JSON.stringify(words).slice(1, -1))
    const inAddress = await ask({ metrics: ['net_sales'] }, key, '/api/v1/performance/query?store=uk')
    expect(await inAddress.json()).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('store'),
    })
  })

  it('what the ledger cannot hold is the asker’s doing', async () => {
    for (const metric of ['nul_22021', 'nul_22P05']) {
      const response = await ask({ metrics: [metric] }, key)
      expect(response.status).toBe(422)
      expect(await response.json()).toMatchObject({ message: expect.stringContaining('NUL') })
    }
  })

  it('our own fault says nothing of its cause', async () => {
    const response = await ask({ metrics: ['broken'] }, key)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('hunter2')
  })

  it('a failed operation is found in the log by the request id its answer quotes, through every door', async () => {
    lines.length = 0
    const id = 'quoted-by-a-person'
    const headers = { ...key, 'x-request-id': id }
    const rest = await ask({ metrics: ['broken'] }, headers)
    expect(await rest.json()).toMatchObject({ data: { request: id } })
    const rpc = await ask({ json: { metrics: ['broken'] } }, headers, '/api/rpc/performance/query')
    expect(await rpc.json()).toMatchObject({ json: { data: { request: id } } })
    const tool = { name: 'query_metrics', arguments: { metrics: ['broken'] } }
    const mcp = await ask(
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: tool },
      { ...headers, accept: 'application/json, text/event-stream' },
      '/mcp',
    )
    expect(await mcp.text()).toContain(id)
    const failed = lines.map(line => JSON.parse(line)).filter(line => line.msg === 'operation failed')
    expect(failed.map(line => [line.id, line.operation])).toEqual(Array(3).fill([id, 'performance.query']))
  })

  it('the log holds neither keys nor queries', async () => {
    lines.length = 0
    await ask({ metrics: ['net_sales'] }, key, '/api/v1/performance/query?token=secret-in-link')
    expect(lines.join('')).toContain('/api/v1/performance/query')
    expect(lines.join('')).not.toMatch(/viewer-key|secret-in-link/)
  })
})

describe('what comes in', () => {
  it('a body over the limit is refused, announced or not', async () => {
    const big = 'x'.repeat(9 * 1_048_576)
    const announced = await ask({ metrics: [big] }, { ...key, 'content-length': String(big.length) })
    expect(announced.status).toBe(413)
    expect((await ask({ metrics: [big] }, key)).status).toBe(413)
  })

  it('uploads stream to disk up to the limit, for those who may', async () => {
    const put = (body: string, apiKey: string) =>
      app().request('/api/uploads?name=..%2F..%2Forders.csv', {
        method: 'PUT',
        body,
        headers: { 'x-api-key': apiKey },
      })
    const fine = await put('a,b\n1,2\n', 'owner-key')
    expect(fine.status).toBe(200)
    expect(await fine.json()).toMatchObject({ name: 'orders.csv', bytes: 8 })
    expect((await put('a,b\n', 'viewer-key')).status).toBe(403)
    expect((await put('x'.repeat(2_000), 'owner-key')).status).toBe(413)
    expect(readdirSync(join(folder, 'uploads')).filter(name => name.endsWith('.part'))).toEqual([])
  })
})

describe('what goes out', () => {
  it('an export disarms formulas and keeps numbers', async () => {
    const query = encodeURIComponent(JSON.stringify({ metrics: ['net_sales'], by: ['country'] }))
    const response = await app().request(`/api/exports?format=csv&query=${query}`, { headers: key })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-disposition')).toContain('net_sales-2011-01-01-2011-01-31.csv')
    const text = await response.text()
    expect(text).toContain(`"'=HYPERLINK(""x"")",-12.50`)
  })

  it('the typed client gets the file too, and long answers are squeezed', async () => {
    const door = app()
    const client: Client = createORPCClient(
      new RPCLink({
        url: 'http://localhost/api/rpc',
        headers: key,
        fetch: async request => door.request(request),
      }),
    )
    const file = await client.performance.export({ query: { metrics: ['net_sales'] }, format: 'csv' })
    expect(file.name).toBe('net_sales-2011-01-01-2011-01-31.csv')
    expect(await file.text()).toContain('-12.50')
    const document = await app().request('/api/openapi.json', { headers: { 'accept-encoding': 'gzip' } })
    expect(document.headers.get('content-encoding')).toBe('gzip')
  })

  it('a workbook opens', async () => {
    const response = await ask({ query: { metrics: ['net_sales'] }, format: 'xlsx' }, key, '/api/exports')
    expect(new TextDecoder().decode((await response.arrayBuffer()).slice(0, 2))).toBe('PK')
  })

  it('every operation is in the OpenAPI document, which is one by the schema of such documents', async () => {
    const document = (await (await app().request('/api/openapi.json')).json()) as {
      openapi: string
      paths: Record<string, Record<string, { requestBody?: object; responses: object; operationId: string }>>
    }
    expect(document.openapi).toMatch(/^3\.1/)
    for (const { name } of operationsOf(operations)) {
      const path = document.paths[`/${name.replaceAll('.', '/')}`]
      expect(path, name).toBeDefined()
      expect(Object.values(path ?? {})[0]?.responses).toBeDefined()
    }
    const judge = new Ajv2020({ strict: false, validateFormats: false }).compile(
      JSON.parse(readFileSync(join(import.meta.dirname, '../../test/contracts/openapi-3.1.json'), 'utf8')),
    )
    expect([judge(document), judge.errors]).toEqual([true, null])
    // What fails answers as the document says, with a status it names.
    const { components, paths } = document as unknown as {
      components: { schemas: { Failure: object } }
      paths: Record<string, { post: { responses: Record<string, object> } }>
    }
    const failed = new Ajv2020({ strict: false }).compile({
      ...components.schemas.Failure,
      additionalProperties: false,
    })
    for (const [path, body, headers, status] of [
      ['/performance/query', { metrics: ['net_sales'] }, {}, 401],
      ['/performance/query', { metric: 'net_sales' }, key, 422],
      ['/settings/saveTarget', {}, key, 403],
    ] as const) {
      const answer = await ask(body, headers, `/api/v1${path}`)
      expect([path, answer.status]).toEqual([path, status])
      expect(paths[path]?.post.responses).toHaveProperty(`${status}`)
      expect([failed(await answer.json()), failed.errors]).toEqual([true, null])
    }
    const offender = { requestBody: { content: { 'application/json': { schema: { type: 'text' } } } } }
    expect(judge({ ...document, paths: { '/x': { post: offender } } })).toBe(false)
    // References must lead somewhere.
    const text = JSON.stringify(document)
    for (const [, reference = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g))
      expect(
        reference.split('/').reduce<unknown>((at, part) => (at as Record<string, unknown>)?.[part], document),
        reference,
      ).toBeDefined()
  })
})

describe('agents', () => {
  const rpc = (method: string, params: object, headers: Record<string, string> = key) =>
    app().request('/mcp', {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
    })

  it('shake hands, find the tools and get the same answer as everyone', async () => {
    const hello = await rpc('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
    })
    expect(await hello.json()).toMatchObject({ result: { serverInfo: { name: 'quarterdeck' } } })
    const tools = (await (await rpc('tools/list', {})).json()) as { result: { tools: { name: string }[] } }
    const names = tools.result.tools.map(tool => tool.name)
    expect(names).toEqual(
      expect.arrayContaining(['list_metrics', 'query_metrics', 'explain_metric', 'drill_rows']),
    )
    const called = await rpc('tools/call', { name: 'query_metrics', arguments: { metrics: ['net_sales'] } })
    const { result } = (await called.json()) as { result: { structuredContent: Answer } }
    const direct = (await (await ask({ metrics: ['net_sales'] }, key)).json()) as Answer
    expect(result.structuredContent).toEqual(direct)
    expect(result.structuredContent.meta.stores).toEqual(['gifts'])
  })

  it('are told what is wrong in words', async () => {
    const called = await rpc('tools/call', { name: 'query_metrics', arguments: { metrics: ['nonsense'] } })
    expect(await called.json()).toMatchObject({
      result: { isError: true, content: [{ text: 'There is no metric nonsense. Try net_sales.' }] },
    })
    const wrong = { name: 'query_metrics', arguments: { metrics: ['net_sales'], to: '2026-02-30' } }
    expect(JSON.stringify(await (await rpc('tools/call', wrong)).json())).toContain(
      'to: is a day that exists, e.g. 2026-03-31. The input schema of query_metrics',
    )
    const unknown = await rpc('tools/call', { name: 'drop_tables', arguments: {} })
    expect(await unknown.json()).toMatchObject({ result: { isError: true } })
  })

  it('never find a tool that writes, or one above their role', async () => {
    const tools = (await (await rpc('tools/list', {})).json()) as { result: { tools: { name: string }[] } }
    const writes = operationsOf(operations).filter(one => one.effect === 'write')
    for (const write of writes)
      expect(tools.result.tools.map(tool => tool.name)).not.toContain(write.name.replaceAll('.', '_'))
  })
})
