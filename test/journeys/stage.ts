import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { ORPCError, os } from '@orpc/server'
import { RPCHandler } from '@orpc/server/node'
import { usualWaterfall } from '../../src/kernel/plan/templates.ts'
import type { RowsRequest } from '../../src/metrics/engine.ts'
import type { Query } from '../../src/metrics/query.ts'
import { alertCalls } from './alarms.ts'
import { ask, definitions, rows, values } from './shop.ts'
import { systemCalls } from './systems.ts'

/** Stands in for the server in a journey: the built bundle, the made-up shop, one person with a password and a code. */
export interface Stage {
  url: string
  /** As it began: somebody is signed in, and every question is answered. */
  start(): void
  /** From now on nobody is signed in, as when a session ends. */
  forget(): void
  /** Answers every question so, until told otherwise. */
  answer(how: 'well' | 'failing' | 'empty'): void
  /**
   * From now on these operations (“performance/query”) answer so instead, and all others as they did. A page whose requests
   * are held by `page.route` keeps no scripts and compiles them anew at each opening: what is not about the network is said
   * here.
   */
  says(answers: Record<string, (input: never) => unknown>): void
  close(): Promise<void>
}

/** A bridge of one driver: the stage knows no causes. */
const bridge = ({ metric, compare, ...view }: Query & { metric: string; compare: string }) => {
  const { totals, meta } = ask({ ...view, metrics: [metric], compare: [compare] } as Query)
  const moved = totals.compare?.[compare]?.values[metric]
  const change = moved?.delta ?? '0'
  const before = moved?.value ?? null
  const after = typeof totals[metric] === 'string' ? totals[metric] : null
  const { from, to, currency, comparisons } = meta
  const driver = { name: 'orders', label: 'Orders', amount: change, figure: 'orders', before, after }
  return {
    metric,
    label: meta.definitions[metric]?.label ?? metric,
    unit: 'money',
    currency,
    from,
    to,
    comparison: { name: compare, ...(comparisons[compare] ?? { label: '', from: '', to: '' }) },
    totals: { before, after, change },
    ...{ chain: 'orders', chains: [{ name: 'orders', label: 'Orders' }], narrowed: [] },
    figures: ['net_sales', 'orders'].map(name => ({
      name,
      label: name === 'orders' ? 'Orders' : 'Net sales',
    })),
    drivers: [{ ...driver, steps: [], segments: [], by: null, behind: null }],
    causes: [],
    illusions: [],
    sentence: `${change} by orders.`,
    warnings: [],
  }
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

export async function openStage(options: {
  dist: string
  port?: number
  /** With an alert, its rule and nobody told yet. */
  alerts?: boolean
}): Promise<Stage> {
  let session = true
  let mode: 'well' | 'failing' | 'empty' = 'well'
  let halfway = false
  let said: Record<string, (input: never) => unknown> = {}
  const door = os.use(({ next }) => {
    if (!session) throw new ORPCError('UNAUTHORIZED', { status: 401, message: 'Sign in to go on.' })
    if (mode === 'failing')
      throw new ORPCError('SERVICE_UNAVAILABLE', {
        status: 503,
        message: 'The warehouse does not answer.',
        data: { next: 'Try again in a minute.' },
      })
    return next()
  })
  const calls = {
    performance: {
      query: door.handler(({ input }) => {
        if (mode === 'empty') {
          const none = ask({ ...(input as Query), from: '2000-01-01', to: '2000-01-31' })
          return { ...none, rows: [], meta: { ...none.meta, lastDay: null, asOf: null, rowsBehind: 0 } }
        }
        return ask(input as Query)
      }),
      ...(options.alerts
        ? alertCalls(door)
        : {
            alerts: door.handler(() => ({
              rows: [],
              count: 0,
              lookedAt: null,
              lookingTo: null,
              waiting: [],
            })),
          }),
      bridge: door.handler(({ input }) => bridge(input as Query & { metric: string; compare: string })),
      rows: door.handler(({ input }) => rows(input as RowsRequest)),
      export: door.handler(({ input }) => {
        const { format } = input as { format: string }
        return new File(['made up'], `export.${format}`)
      }),
      definitions: door.handler(() => definitions()),
      values: door.handler(({ input }) => {
        const asked = input as { dimension: string; search: string }
        return values(asked.dimension, asked.search)
      }),
      explain: door.handler(({ input }) => ({
        metrics: Object.fromEntries(
          Object.entries(ask(input as Query).meta.definitions).map(([name, definition]) => [
            name,
            { definition, expanded: definition.formula, uses: [] },
          ]),
        ),
        passes: [
          { name: 'resolve', about: 'Names become definitions', result: input },
          {
            name: 'window',
            about: 'The period becomes days',
            result: { from: '2011-12-01', to: '2011-12-09' },
          },
        ],
        statements: [
          {
            about: 'Sales by day',
            sql: 'SELECT day, SUM(gross) FROM sales_lines GROUP BY day',
            parameters: {},
          },
        ],
      })),
    },
    connections: systemCalls(door),
    settings: {
      read: door.handler(() => ({
        stores: [{ store: 'gifts', name: 'Gifts', currency: 'GBP', timezone: 'Europe/London', kind: 'both' }],
        currency: 'GBP',
        targets: [],
        plans: {},
        waterfall: { tiers: usualWaterfall, version: 0 },
        costRates: [],
        costAccounts: [],
        owners: [],
        calendar: { calendar: 'gregorian', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'nearest_saturday' },
        events: [
          {
            id: '1',
            name: 'Wedding fair',
            series: 'fair',
            kind: 'promotion',
            from: '2011-12-06',
            to: '2011-12-06',
            stores: [],
          },
        ],
        demo: {
          attribution:
            'Online Retail and Online Retail II, D. Chen (2015, 2019), UCI Machine Learning Repository, CC BY 4.0.',
        },
      })),
    },
    reviews: {
      mentions: door.handler(() => []),
      waiting: door.handler(() => ({ rows: [], count: 0 })),
      people: door.handler(() => [{ id: '1', name: 'Ada Byron' }]),
    },
    members: {
      me: door.handler(() => ({
        id: '1',
        name: 'Ada Byron',
        email: 'ada@example.com',
        role: 'director',
        stores: 'all',
      })),
    },
  }
  const handler = new RPCHandler(calls)

  const body = async (request: IncomingMessage) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    return JSON.parse(Buffer.concat(chunks).toString() || '{}')
  }
  const server: Server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://stage')
    const json = (status: number, value: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    }
    if (url.pathname.startsWith('/api/rpc')) {
      const tell = said[url.pathname.slice('/api/rpc/'.length)]
      if (tell) return json(200, { json: tell((await body(request)).json as never) })
      const { matched } = await handler.handle(request, response, { prefix: '/api/rpc', context: {} })
      if (!matched) json(404, { message: 'no such operation' })
      return
    }
    if (url.pathname.startsWith('/api/auth/')) {
      const given = request.method === 'POST' ? await body(request) : {}
      if (url.pathname.endsWith('/sign-in/email')) {
        if (given.password !== 'correct horse battery staple')
          return json(401, { code: 'INVALID_EMAIL_OR_PASSWORD', message: 'Invalid email or password' })
        if (given.email === 'ada@example.com') {
          halfway = true
          return json(200, { twoFactorRedirect: true })
        }
        session = true
        return json(200, { user: { name: 'Grace' } })
      }
      if (url.pathname.endsWith('/verify-totp')) {
        if (!halfway || given.code !== '123456')
          return json(401, { code: 'INVALID_CODE', message: 'Invalid code' })
        session = true
        return json(200, { user: { name: 'Ada' } })
      }
      if (url.pathname.endsWith('/sign-out')) {
        session = false
        return json(200, { success: true })
      }
      return json(200, {})
    }
    const path = normalize(url.pathname).replace(/^(\.\.[/\\])+/, '')
    const file = extname(path) ? join(options.dist, path) : join(options.dist, 'index.html')
    try {
      const content = await readFile(file)
      response
        .writeHead(200, {
          'content-type': types[extname(file)] ?? 'application/octet-stream',
          'cache-control': extname(file) === '.html' ? 'no-cache' : 'public, max-age=3600',
        })
        .end(content)
    } catch {
      json(404, { message: 'no such file' })
    }
  })
  await new Promise<void>(done => server.listen(options.port ?? 0, '127.0.0.1', done))
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('The stage has no address')
  return {
    url: `http://127.0.0.1:${address.port}`,
    start: () => {
      session = true
      mode = 'well'
      halfway = false
    },
    forget: () => {
      session = false
    },
    answer: how => {
      mode = how
    },
    says: answers => {
      said = answers
    },
    close: () =>
      new Promise(done => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}
