import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { failedResponse, failureOf } from './failure.ts'
import { carriesKey, operationBody } from './guard.ts'

const app = new Hono()
app.onError((error, c) => failedResponse(failureOf(error), c.req.path))
app.use('/asked', operationBody)
app.all('/asked', c => c.text('answered'))
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
