import { execFile } from 'node:child_process'
import dns from 'node:dns'
import { createServer, type RequestListener } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'
import type { Reach } from './connector.ts'
import { createHttp, type Manners, Postponed, plainTrouble, retryAfter } from './http.ts'
import { textsOf } from './whole-lines.ts'

const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

const serve = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await new Promise(done => server.once('listening', done))
  open.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A world whose sleep only notes how long it was asked for. */
const world = (allowed: string[] = []) => {
  const slept: number[] = []
  const stop = new AbortController()
  const reach: Reach = {
    fetch,
    now: () => 1_000_000,
    sleep: async ms => void slept.push(ms),
    signal: stop.signal,
    allowed: new Set(allowed),
  }
  return { reach, slept, stop }
}

const manners: Manners = {
  vendor: 'Acme',
  hosts: ['api.acme.example', '*.acme.example'],
  judge: (answer, now) => plainTrouble('Acme', answer, now) ?? { as: 'good' },
}

test('an answer that is whole is given with its JSON', async () => {
  const host = await serve((_, response) => response.end('{"a":1}'))
  const answer = await createHttp(world([host]).reach, manners).ask({ url: `http://${host}/x` })
  expect(answer).toMatchObject({ status: 200, json: { a: 1 } })
})

test('a server that fails and then answers is asked again, with growing pauses', async () => {
  let asked = 0
  const host = await serve((_, response) => {
    asked += 1
    response.statusCode = asked < 4 ? 502 : 200
    response.end(asked < 4 ? '<html>Bad gateway</html>' : '{}')
  })
  const { reach, slept } = world([host])
  await createHttp(reach, manners).ask({ url: `http://${host}/` })
  expect(asked).toBe(4)
  expect(slept).toHaveLength(3)
  expect((slept[2] ?? 0) > (slept[0] ?? 0)).toBe(true)
})

test('one that never answers as it should ends in a failure that tells no secret', async () => {
  const host = await serve((_, response) => response.end('<html>hello</html>'))
  const failure = createHttp(world([host]).reach, manners).ask({ url: `http://${host}/path?token=s3cret` })
  await expect(failure).rejects.toMatchObject({ code: 'unavailable' })
  const text = await failure.catch(error => error.message + JSON.stringify(error.details) + error.next)
  expect(text).not.toContain('s3cret')
})

test('one that cannot be reached is told of in words, with what to do next; the code stands in the details', async () => {
  const refused = await serve(() => undefined)
  open.pop()?.()
  const silent = await serve(() => undefined)
  const resets = await serve(request => request.socket.destroy())
  const failed =
    (code: string): typeof fetch =>
    async () => {
      throw new TypeError('fetch failed', { cause: Object.assign(new Error(`broke ${code}`), { code }) })
    }
  const cases: [string, string, RegExp, RegExp, typeof fetch?][] = [
    [refused, 'ECONNREFUSED', /cannot be reached: nothing answers/, /address of the connection/],
    [silent, 'no answer in time', /took too long/, /status page/],
    [resets, 'UND_ERR_SOCKET', /breaks off/, /status page/],
    ['acme.test', 'ENOTFOUND', /its address is not known/, /address of the connection/, failed('ENOTFOUND')],
    ['acme.test', 'CERT_HAS_EXPIRED', /certificate .* not valid/, /renew/, failed('CERT_HAS_EXPIRED')],
    ['acme.test', 'DEPTH_ZERO_SELF_SIGNED_CERT', /not valid/, /renew/, failed('DEPTH_ZERO_SELF_SIGNED_CERT')],
  ]
  for (const [host, code, says, next, otherwise] of cases) {
    const { reach } = world([host])
    const http = createHttp({ ...reach, ...(otherwise && { fetch: otherwise }) }, manners)
    const request = { url: `http://${host}/`, timeout: host === silent ? 20 : 5000 }
    const files = () => http.bytes(request).next()
    for (const failure of [http.ask(request), files()]) {
      const error = await failure.then(
        () => undefined,
        one => one,
      )
      expect(error, code).toMatchObject({
        code: 'unavailable',
        next: expect.stringMatching(next),
        details: { code },
      })
      expect(error.message).toMatch(says)
      expect(error.message + error.next).not.toContain(code)
    }
  }
})

test('a body that is cut off and a connection that breaks are tried again', async () => {
  let asked = 0
  const host = await serve((request, response) => {
    asked += 1
    if (asked === 1) return void request.socket.destroy()
    if (asked === 2) {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"a":')
      return void setTimeout(() => response.destroy(), 10)
    }
    response.end('{"a":2}')
  })
  const answer = await createHttp(world([host]).reach, manners).ask({ url: `http://${host}/` })
  expect(answer.json).toEqual({ a: 2 })
  expect(asked).toBe(3)
})

test('a throttle is waited for as long as the vendor says and counts as no failed try', async () => {
  let asked = 0
  const host = await serve((_, response) => {
    asked += 1
    if (asked <= 7) response.writeHead(429, { 'retry-after': '2' })
    response.end('{}')
  })
  const { reach, slept } = world([host])
  await createHttp(reach, manners).ask({ url: `http://${host}/` })
  expect(slept).toEqual(Array(7).fill(2000))
})

test('a long wait ends the turn and says when to come back', async () => {
  const host = await serve((_, response) => response.writeHead(429, { 'retry-after': '1800' }).end())
  const failure = await createHttp(world([host]).reach, manners)
    .ask({ url: `http://${host}/` })
    .catch(error => error)
  expect(failure).toBeInstanceOf(Postponed)
  expect(failure.until).toBe(1_000_000 + 1_800_000)
})

test('a used-up token is renewed once; refused again it ends', async () => {
  const host = await serve((request, response) => response.end(JSON.stringify(request.headers.authorization)))
  let token = 'old'
  let renewed = 0
  const own: Manners = {
    ...manners,
    sign: async () => ({ authorization: token }),
    renew: async () => {
      renewed += 1
      token = renewed === 1 ? 'new' : token
    },
    judge: answer => (answer.json === 'new' ? { as: 'good' } : { as: 'renew', why: 'expired' }),
  }
  const http = createHttp(world([host]).reach, own)
  expect((await http.ask({ url: `http://${host}/` })).json).toBe('new')
  token = 'bad'
  await expect(http.ask({ url: `http://${host}/` })).rejects.toMatchObject({ code: 'forbidden' })
  expect(renewed).toBe(2)
})

test('only known hosts and those the owner allowed are called, and no redirect is followed', async () => {
  let asked = 0
  const host = await serve((_, response) => {
    asked += 1
    response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
  })
  const http = createHttp(world().reach, manners)
  for (const url of [
    `http://${host}/`,
    'https://evil.example/',
    'https://acme.example.evil.test/',
    'http://api.acme.example/',
    'file:///etc/passwd',
    'https://api.acme.example:8443@127.0.0.1/',
    'https://me:my-password@api.acme.example/',
  ])
    await expect(http.ask({ url })).rejects.toMatchObject({
      code: expect.stringMatching(/forbidden|invalid/),
      message: expect.not.stringContaining('my-password'),
    })
  expect(asked).toBe(0)
  await expect(
    createHttp(world([host]).reach, manners).ask({ url: `http://${host}/` }),
  ).rejects.toMatchObject({
    code: 'invalid',
  })
  expect(asked).toBe(1)
})

test('a known name that leads into a private network is not followed there', async () => {
  const own: Manners = { ...manners, hosts: ['localhost', '127.0.0.1', '[::1]', '10.1.2.3'] }
  for (const host of ['localhost', '127.0.0.1', '[::1]', '10.1.2.3'])
    await expect(createHttp(world().reach, own).ask({ url: `https://${host}/` }), host).rejects.toMatchObject(
      { code: 'forbidden' },
    )
})

test('a name whose address changes between two looks is connected to at the address that was looked at', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(done => server.once('listening', done))
  open.push(() => void server.close())
  let connected = 0
  server.on('connection', socket => {
    connected += 1
    socket.destroy()
  })
  const { port } = server.address() as AddressInfo
  const seen = ['192.0.2.1', '127.0.0.1', '127.0.0.1']
  const told: string[] = []
  const real = dns.lookup
  open.push(() => {
    dns.lookup = real
    syncBuiltinESMExports()
  })
  // In the module itself: files before this one may have taken it already.
  dns.lookup = ((_: string, __: object, done: (...args: unknown[]) => void) => {
    const address = seen[told.length] ?? '127.0.0.1'
    told.push(address)
    done(null, [{ address, family: 4 }])
  }) as typeof dns.lookup
  syncBuiltinESMExports()
  // Nobody answers at the first address, so that the name is looked up once more for the second try.
  const http = createHttp({ ...world().reach, patience: 50 }, manners)
  await expect(http.ask({ url: `https://api.acme.example:${port}/` })).rejects.toMatchObject({
    code: 'forbidden',
    message: 'api.acme.example leads into a private network.',
  })
  expect(told).toEqual(['192.0.2.1', '127.0.0.1'])
  await expect(http.lines(`https://files.acme.example:${port}/`).next()).rejects.toThrow('private network')
  const bytes = http.bytes({ url: `https://pages.acme.example:${port}/` })
  await expect(bytes.next()).rejects.toThrow('private network')
  expect(connected).toBe(0)
})

test('the way outside is there before anything was fetched', async () => {
  const words = `import { reachable } from './src/connectors/addresses.ts'
    reachable('https://api.acme.example/', { vendor: 'Acme', hosts: ['*.acme.example'] }, new Set())`
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', words])
})

test('a stopped turn ends at once', async () => {
  const host = await serve(() => undefined)
  const { reach, stop } = world([host])
  const asking = createHttp(reach, manners).ask({ url: `http://${host}/` })
  setTimeout(() => stop.abort(new Error('stopped')), 20)
  await expect(asking).rejects.toThrow('stopped')
})

test('a vendor that never answers is given up', async () => {
  let asked = 0
  const host = await serve(() => {
    asked += 1
  })
  const { reach, slept } = world([host])
  const http = createHttp({ ...reach, patience: 40 }, { ...manners, tries: 3 })
  await expect(http.ask({ url: `http://${host}/` })).rejects.toMatchObject({
    code: 'unavailable',
    message: 'Acme took too long to answer.',
  })
  expect([asked > 0, slept.length]).toEqual([true, 2])
  await expect(http.lines(`http://${host}/`).next()).rejects.toThrow('took too long')
  await expect(http.bytes({ url: `http://${host}/` }).next()).rejects.toMatchObject({ code: 'unavailable' })
})

test('a file that stops coming is given up; who reads it may take any time', async () => {
  vi.useFakeTimers()
  try {
    let give: (text: string) => void = () => undefined
    const fetch = (async (_: string, { signal }: RequestInit) => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          give = text => controller.enqueue(Buffer.from(text))
          signal?.addEventListener('abort', () => controller.error(signal.reason))
        },
      })
      return new Response(body)
    }) as typeof globalThis.fetch
    const lines = createHttp({ ...world(['file.test']).reach, fetch }, manners).lines('http://file.test/')
    const first = lines.next()
    await vi.advanceTimersByTimeAsync(50_000)
    give('{"a":1}\n')
    expect(String((await first).value)).toBe('{"a":1}\n')
    await vi.advanceTimersByTimeAsync(600_000)
    const second = lines.next()
    give('{"b":2}\n')
    expect(String((await second).value)).toBe('{"b":2}\n')
    const third = expect(lines.next()).rejects.toThrow('the file breaks off: no answer in time')
    await vi.advanceTimersByTimeAsync(60_000)
    await third
  } finally {
    vi.useRealTimers()
  }
})

test('a file is read line by line wherever its pieces are cut', async () => {
  const host = await serve(async (_, response) => {
    const bytes = Buffer.from('{"a":"é"}\n\n{"b":1}\n{"c":2}')
    for (const byte of bytes) {
      response.write(Buffer.from([byte]))
      await new Promise(setImmediate)
    }
    response.end()
  })
  const lines: string[] = []
  for await (const some of createHttp(world([host]).reach, manners).lines(`http://${host}/`))
    lines.push(...textsOf(some))
  expect(lines).toEqual(['{"a":"é"}', '{"b":1}', '{"c":2}'])
})

test('a file that breaks off within a letter is no file', async () => {
  const host = await serve(async (_, response) => void response.end(Buffer.from('{"a":"é').subarray(0, -1)))
  const lines = createHttp(world([host]).reach, manners).lines(`http://${host}/`)
  await expect(lines.next()).rejects.toThrow('no UTF-8')
})

test('Retry-After is seconds or a date', () => {
  const told = (value: string) => retryAfter(new Headers({ 'retry-after': value }), Date.UTC(2026, 0, 1))
  expect(told('1.5')).toBe(1500)
  expect(told('Thu, 01 Jan 2026 00:00:30 GMT')).toBe(30_000)
  expect(told('soon')).toBeNull()
  expect(retryAfter(new Headers(), 0)).toBeNull()
})

test('the vendor’s clock is told by its answers, as ours may be wrong', async () => {
  const host = await serve((_, response) => {
    response.setHeader('date', new Date(9_000_000).toUTCString())
    response.end('{}')
  })
  const http = createHttp(world([host]).reach, manners)
  expect(http.clock()).toBe(1_000_000)
  await http.ask({ url: `http://${host}/` })
  expect(http.clock()).toBe(9_000_000)
})
