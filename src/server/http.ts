import { timingSafeEqual } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { getConnInfo } from '@hono/node-server/conninfo'
import { OpenAPIHandler } from '@orpc/openapi/fetch'
import { call } from '@orpc/server'
import { RPCHandler } from '@orpc/server/fetch'
import { sql } from 'drizzle-orm'
import { Hono, type Context as HonoContext } from 'hono'
import { compress } from 'hono/compress'
import { HTTPException } from 'hono/http-exception'
import type { Logger } from 'pino'
import { operationsOf } from '#features/base.ts'
import { rejectsOf } from '#features/connections/operations.ts'
import { receive } from '#features/connections/uploads.ts'
import type { Context } from '#features/context.ts'
import { operations } from '#features/operations.ts'
import { attachmentPath } from '#features/plan/attachments.ts'
import { type Actor, mayAct, system } from '#kernel/actor.ts'
import { Failure } from '#kernel/error.ts'
import type { Syncs } from '#sync/syncs.ts'
import { failedResponse, failureOf, orpcErrorOf } from './failure.ts'
import {
  addressHeader,
  bodyLimit,
  carriesKey,
  csrf,
  knownHosts,
  operationBody,
  ownPageOnly,
  rateLimit,
  securityHeaders,
} from './guard.ts'
import { reference } from './openapi.ts'
import { serveWeb } from './web.ts'

export interface Doors {
  context(actor: Actor): Context
  /** Who asks, by session cookie or API key; null when nobody is signed in. */
  who(headers: Headers): Promise<Actor | null>
  /** better-auth's own paths under /api/auth. */
  auth(request: Request): Promise<Response>
  /** Acts as the system: given to local commands through the data folder. */
  token: string
  /** Signs everybody in as this actor: only ever set on a demo bound to loopback. */
  demo: Actor | null
  /** Takes a webhook of a connection. */
  hook: Syncs['hook']
  /** A stream of the connection became due. */
  hurried(connection: string): void
  log: Logger
  /** Folder of the browser bundle. */
  web: string
  version: string
  https: boolean
  /** Origins and host names people reach this server by. */
  origins: ReadonlySet<string>
  hosts: ReadonlySet<string> | null
  /** Whether a proxy in front says who the client is (x-forwarded-for). */
  trustProxy: boolean
  uploadLimit: number
}

type Variables = { requestId: string; actor: Actor }
type App = Hono<{ Variables: Variables }>
const bodyBytes = 8 * 1_048_576

/** The whole of the server as one fetch: everything a browser, a script or an agent can ask. */
export function httpApp(doors: Doors): App {
  const app: App = new Hono()
  const address = (c: HonoContext): string => {
    const forwarded = doors.trustProxy
      ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim()
      : undefined
    if (forwarded) return forwarded
    try {
      return getConnInfo(c).remote.address ?? ''
    } catch {
      return ''
    }
  }

  app.use(securityHeaders(doors.https))
  app.use(async (c, next) => {
    const began = performance.now()
    await next()
    // The path without its query: a query may hold what one searches for, a link's token too.
    doors.log.info(
      {
        id: c.get('requestId'),
        method: c.req.method,
        path: c.req.path,
        status: c.res.status,
        ms: Math.round(performance.now() - began),
        actor: c.get('actor')?.id,
      },
      'request',
    )
  })
  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse()
    const failure = failureOf(error)
    if (failure.code === 'internal') doors.log.error({ id: c.get('requestId'), err: error }, 'request failed')
    return failedResponse(failure, c.req.path, c.get('requestId'))
  })
  app.notFound(c => {
    const failure = new Failure('not_found', `There is nothing at ${c.req.path}.`, {
      ...(c.req.path.startsWith('/api/') && {
        next: 'See /api/docs for what there is; operations are asked by POST.',
      }),
    })
    return failedResponse(failure, c.req.path, c.get('requestId'))
  })

  app.get('/healthz', async c => {
    const { ledger, granary } = doors.context(system('health'))
    await granary.changes(Number.MAX_SAFE_INTEGER)
    await ledger.execute(sql`SELECT 1`)
    return c.json({ status: 'ok', version: doors.version })
  })
  if (doors.hosts) app.use(knownHosts(doors.hosts))

  // Webhooks prove themselves by their own signatures; some vendors ask by HEAD whether anybody is there.
  app.on(['GET', 'HEAD', 'POST'], '/hooks/:connection', bodyLimit(4 * 1_048_576), async c => {
    const { status, headers, body, hurry } = await doors.hook(c.req.param('connection'), {
      method: c.req.method,
      url: c.req.url,
      headers: c.req.header(),
      body: new Uint8Array(await c.req.arrayBuffer()),
    })
    if (hurry.length > 0) doors.hurried(c.req.param('connection'))
    return new Response(body ?? null, { status, ...(headers && { headers: { ...headers } }) })
  })

  const attempts = rateLimit(20, address)
  const ownPage = ownPageOnly(doors.origins)
  for (const guard of [attempts, ownPage])
    app.use('/api/auth/*', (c, next) => (c.req.method === 'POST' ? guard(c, next) : next()))
  app.on(['GET', 'POST'], '/api/auth/*', bodyLimit(64 * 1024), c => {
    // Sign-in counts attempts by address: by the one seen here, never by what a header claims.
    const request = new Request(c.req.raw)
    request.headers.set(addressHeader, address(c))
    request.headers.set('x-request-id', c.get('requestId'))
    return doors.auth(request)
  })

  // Answers are text and often long; what is small stays as it is.
  for (const path of ['/api/rpc/*', '/api/v1/*', '/api/exports', '/api/openapi.json'])
    app.use(path, compress())

  reference(app)

  /** Recognises who asks and refuses strangers: no procedure is ever reached without an actor. */
  const signedIn = async (c: HonoContext<{ Variables: Variables }>): Promise<Actor> => {
    const bearer = /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
    if (bearer && same(bearer, doors.token)) return system('command line')
    const actor = await doors.who(c.req.raw.headers)
    if (actor) return actor
    // Who shows a key is who the key says, also where everybody else is signed in.
    if (carriesKey(c))
      throw new Failure('unauthenticated', 'The key is not known here, or no longer good.', {
        next: 'Make another under Members.',
      })
    if (!doors.demo)
      throw new Failure('unauthenticated', 'Nobody is signed in.', {
        next: 'Sign in, or send an API key as x-api-key.',
      })
    return doors.demo
  }
  const guarded = [
    '/api/rpc/*',
    '/api/v1/*',
    '/api/uploads',
    '/api/imports/*',
    '/api/attachments/*',
    '/api/exports',
    '/mcp',
  ] as const
  for (const path of guarded) {
    app.use(path, async (c, next) => {
      c.set('actor', await signedIn(c))
      await next()
    })
    // An agent without a browser's cookie is not forgeable; with one it must prove where it comes from.
    app.use(path, csrf(doors.origins))
    if (path !== '/api/uploads') app.use(path, bodyLimit(bodyBytes))
  }

  /** The id is in the log, in the audit of what was done, and in the answer of what failed. */
  const contextOf = (c: HonoContext<{ Variables: Variables }>): Context => ({
    ...doors.context(c.get('actor')),
    requestId: c.get('requestId'),
  })
  const told = (error: unknown, operation: string, { requestId: id }: Context): Failure => {
    const failure = failureOf(error)
    if (failure.code === 'internal') doors.log.error({ id, operation, err: error }, 'operation failed')
    return failure
  }
  const failing = {
    clientInterceptors: [
      async <T>(call: { next(): Promise<T>; context: Context; path: readonly string[] }): Promise<T> => {
        try {
          return await call.next()
        } catch (error) {
          throw orpcErrorOf(told(error, call.path.join('.'), call.context), call.context.requestId)
        }
      },
    ],
  }
  const rpc = new RPCHandler(operations, failing)
  app.use('/api/rpc/*', async (c, next) => {
    const { matched, response } = await rpc.handle(c.req.raw, {
      prefix: '/api/rpc',
      context: contextOf(c),
    })
    return matched ? c.newResponse(response.body, response) : next()
  })
  /** What could not be read at all comes back in the library's own words. */
  const readable = <T extends { matched: boolean; response?: Response | undefined }>(answered: T): T => {
    if (answered.response?.status === 400)
      throw new Failure('invalid', 'The body cannot be read: it is not what its content-type says.', {
        next: 'Send one JSON object, as /api/docs shows it.',
      })
    return answered
  }
  const rest = new OpenAPIHandler(operations, failing)
  app.use('/api/v1/*', operationBody)
  app.use('/api/v1/*', async (c, next) => {
    const [word] = Object.keys(c.req.query())
    if (word !== undefined)
      throw new Failure('invalid', `"${word}" in the address is not read.`, {
        next: 'Send what the operation takes as one JSON object in the body.',
      })
    const { matched, response } = readable(
      await rest.handle(c.req.raw, { prefix: '/api/v1', context: contextOf(c) }),
    )
    return matched && response ? c.newResponse(response.body, response) : next()
  })

  app.put('/api/uploads', async c => {
    const actor = c.get('actor')
    if (!mayAct(actor.role, 'contributor'))
      throw new Failure('forbidden', 'Your role may not send files.', {
        next: 'Ask an owner for the role of contributor.',
      })
    if (Number(c.req.header('content-length') ?? 0) > doors.uploadLimit)
      throw new Failure('too_large', 'The file is larger than this server takes.', {
        next: 'Compress it (gz or zip), or import it with ./quarterdeck import on the server.',
      })
    if (!c.req.raw.body) throw new Failure('invalid', 'The file is empty.', { next: 'Choose another file.' })
    const { folder } = doors.context(actor)
    return c.json(await receive(folder, c.req.raw.body, c.req.query('name') ?? '', doors.uploadLimit))
  })
  app.get('/api/imports/:id/rejects', async c => {
    const context = contextOf(c)
    const id = c.req.param('id')
    await call(operations.connections.rejects, { id }, { context })
    const file = await rejectsOf(context, id)
    const { size } = await stat(file.path)
    return download(
      Readable.toWeb(createReadStream(file.path)) as ReadableStream,
      file.name,
      'text/csv',
      size,
    )
  })
  app.get('/api/attachments/:id', async c => {
    const context = contextOf(c)
    const file = await call(operations.plan.attachment, { id: c.req.param('id') }, { context })
    return download(
      Readable.toWeb(createReadStream(attachmentPath(context.folder, file.id))) as ReadableStream,
      file.name,
      file.type,
      file.bytes,
    )
  })
  app.on(['GET', 'POST'], '/api/exports', async c => {
    const asked = c.req.method === 'GET' ? c.req.query() : parsed(await c.req.text(), 'The body')
    const { query, ...rest } = (asked ?? {}) as Record<string, unknown>
    const input = {
      format: 'csv',
      ...rest,
      query: typeof query === 'string' ? parsed(query, 'query') : query,
    }
    const file = await call(operations.performance.export, input as never, { context: contextOf(c) })
    return download(file, file.name, file.type, file.size)
  })

  const all = operationsOf(operations)
  app.all('/mcp', async c => {
    const context = contextOf(c)
    const { actor } = context
    const run = (name: string, input: unknown): Promise<unknown> => {
      const operation = all.find(one => one.name === name)
      if (!operation) throw new Failure('not_found', `There is no operation ${name}.`)
      return call(operation.procedure, input, { context, path: name.split('.') }).catch((error: unknown) => {
        throw told(error, name, context)
      })
    }
    // Not loaded at the start: most servers are asked by no agent, and the first waits for a quarter of a second.
    const { answerHttp, mcpServer } = await import('./mcp.ts')
    return answerHttp(mcpServer(all, actor, run, { request: context.requestId }), c.req.raw)
  })

  app.use(serveWeb(doors.web))
  return app
}

const parsed = (text: string, what: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new Failure('invalid', `${what} is not JSON.`, { next: 'Send one JSON object.' })
  }
}

const same = (given: string, token: string): boolean =>
  given.length === token.length && timingSafeEqual(Buffer.from(given), Buffer.from(token))

const download = (body: BodyInit, name: string, type: string, bytes: number): Response =>
  new Response(body, {
    headers: {
      'content-type': type,
      'content-length': String(bytes),
      'content-disposition': `attachment; filename="${name.replace(/[^\w.-]+/g, '_')}"; filename*=UTF-8''${encodeURIComponent(name)}`,
    },
  })
