import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { failedResponse, failureOf } from './failure.ts'
import { bodyLimit, carriesKey, operationBody, rateLimit } from './guard.ts'

const app = new Hono()
app.onError((error, c) => failedResponse(failureOf(error), c.req.path))
app.use('/asked', operationBody)
app.all('/asked', c => c.text('answered'))
app.use('/read', bodyLimit(10, 200))
app.all('/read', async c => c.text(await c.req.text()))
app.all('/key', c => c.json(carriesKey(c)))

const sent = (headers: Record<string, string>, body?: string) =>
  app.request('/asked', { method: 'POST', headers, ...(body !== undefined && { body }) })

it('an operation is asked in JSON or a form, and what is sent as anything else is refused by its name', async () => {
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'multipart/form-data; boundary=x',
  ])
    expect(await (await sent({ 'content-type': type }, '{}')).text(), type).toBe('answered')
  for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded']) {
    const response = await sent({ 'content-type': type }, '{}')
    expect(response.status, type).toBe(422)
    expect(await response.json()).toMatchObject({
      code: 'invalid',
      message: `The body is sent as ${type}, which no operation takes.`,
    })
  }
  expect(await (await sent({ 'content-length': '2' })).json()).toMatchObject({
    message: 'The body does not say what it is.',
  })
})

it('what takes no input is asked without a body', async () => {
  expect(await (await sent({})).text()).toBe('answered')
  expect(await (await sent({ 'content-length': '0' })).text()).toBe('answered')
})

it('a key is a key whatever the case of its scheme; what a browser sends for a proxy is none', async () => {
  const carries = async (headers: Record<string, string>) => (await app.request('/key', { headers })).json()
  expect(await carries({ 'x-api-key': 'k' })).toBe(true)
  expect(await carries({ authorization: 'Bearer k' })).toBe(true)
  expect(await carries({ authorization: 'bearer k' })).toBe(true)
  for (const authorization of ['Basic b2xnYTp4', 'Negotiate x', ''])
    expect(await carries({ authorization })).toBe(false)
})

it('a body that trickles in, breaks off or is too long is refused, whatever length it announced', async () => {
  const slowly = (parts: (string | Error)[], headers: Record<string, string> = {}, pause = 80) =>
    app.request(
      new Request('http://localhost/read', {
        method: 'POST',
        headers,
        body: new ReadableStream({
          async pull(to) {
            const part = parts.shift()
            if (part === undefined) return to.close()
            if (part instanceof Error) return to.error(part)
            await new Promise(done => setTimeout(done, pause))
            to.enqueue(new TextEncoder().encode(part))
          },
        }),
        duplex: 'half',
      } as RequestInit),
    )
  const said = async (response: Response) => ((await response.json()) as { message: string }).message
  expect(await (await slowly(['a', 'b'])).text()).toBe('ab')
  expect(await (await slowly(['a', 'b'], { 'content-length': '2' })).text()).toBe('ab')
  expect(await said(await slowly(['a', 'b', 'c', 'd', 'e'], { 'content-length': '5' }))).toBe(
    'The body was not whole within 1 seconds.',
  )
  expect(await said(await slowly(['a', new Error('aborted')]))).toBe(
    'The request broke off before its body was whole.',
  )
  expect((await slowly(['0123456', '789abc'], { 'content-length': '3' }, 0)).status).toBe(413)
})

it('too many attempts say how long to wait, in words and in a header', async () => {
  const door = new Hono()
  door.onError((error, c) => failedResponse(failureOf(error), c.req.path))
  door.use(
    '/in',
    rateLimit(20, () => '198.51.100.7'),
  )
  door.post('/in', c => c.text('tried'))
  const answers: Response[] = []
  for (let i = 0; i < 22; i++) answers.push(await door.request('/in', { method: 'POST' }))
  expect(answers[0]?.status).toBe(200)
  const last = answers.at(-1)
  expect(last?.status).toBe(429)
  // Twenty a minute: the next is let in after three seconds.
  expect(last?.headers.get('retry-after')).toBe('3')
  expect(await last?.json()).toMatchObject({ message: 'Too many attempts. Wait 3 seconds, then try again.' })
})
