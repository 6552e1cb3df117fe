import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as it went over the wire, and its answer. */
export interface Exchange {
  /** First part of the path: the vendor the request is for. */
  vendor: string
  method: string
  /** What comes after the vendor's name. */
  path: string
  query: URLSearchParams
  asked: Headers
  /** The request's body as it was sent; '' for none. */
  body: string
  status: number
  told: Headers
  answer: string
}

export interface Between {
  url: string
  exchanges: Exchange[]
  /** Where requests go. */
  target: string
  close(): Promise<void>
}

/** Of one connection alone, and so not handed on. */
const ofTheLine = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'transfer-encoding',
])

const whole = async (request: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

const headersOf = (request: IncomingMessage): Headers => {
  const headers = new Headers()
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const [name = '', value = ''] = request.rawHeaders.slice(at, at + 2)
    if (!ofTheLine.has(name.toLowerCase())) headers.append(name, value)
  }
  return headers
}

/**
 * Stands between connectors and simulators on a port of its own, hands everything on as it is and keeps it, to be judged.
 * Below `/hooks` it answers itself, as whoever is told of changes would.
 */
export async function startProxy(): Promise<Between> {
  const exchanges: Exchange[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://proxy.invalid')
      const asked = headersOf(request)
      if (url.pathname.startsWith('/hooks')) {
        const secret = asked.get('x-hook-secret')
        response.writeHead(200, secret ? { 'x-hook-secret': secret } : {}).end()
        return
      }
      const method = request.method ?? 'GET'
      const body = await whole(request)
      const answer = await fetch(proxy.target + url.pathname + url.search, {
        method,
        headers: asked,
        redirect: 'manual',
        ...(body.length > 0 && { body: new Uint8Array(body) }),
      })
      const bytes = Buffer.from(await answer.arrayBuffer())
      const [, vendor = '', path = ''] = /^\/([a-z0-9]+)(.*)$/.exec(url.pathname) ?? []
      exchanges.push({
        vendor,
        method,
        path,
        query: url.searchParams,
        asked,
        body: body.toString(),
        status: answer.status,
        told: answer.headers,
        answer: bytes.toString(),
      })
      const told = [...answer.headers].filter(([name]) => !ofTheLine.has(name))
      response.writeHead(answer.status, Object.fromEntries(told)).end(bytes)
    })().catch(error => response.writeHead(502).end(String(error)))
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const proxy: Between = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    target: '',
    close: () =>
      new Promise(done => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
  return proxy
}
