import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Failure } from '#kernel/error.ts'
import type { Reach } from '../connector.ts'
import { BulkBroken, finished, gathered } from './bulk.ts'
import { graph, openSession, TooDear } from './session.ts'

/** The vendor's answers as its documentation has them, told to a session one after the other. */
const answers = (...names: string[]) => {
  const waits: number[] = []
  const left = names.map(name =>
    name.startsWith('{') ? name : readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'),
  )
  const reach: Reach = {
    fetch: (async () => new Response(left.shift() ?? '{"data":{}}')) as unknown as typeof fetch,
    now: () => 0,
    sleep: async ms => void waits.push(ms),
    signal: new AbortController().signal,
    allowed: new Set(['shop.test']),
  }
  const session = openSession({ shop: 'x', access_token: 't', base_url: 'http://shop.test' }, reach)
  return { session, waits, left }
}
const started = JSON.stringify({
  data: { bulkOperationRunQuery: { bulkOperation: { id: 'gid://shopify/BulkOperation/1' }, userErrors: [] } },
})
const shape = { root: 'Order', listOf: () => 'lineItems', isMiddle: () => false }

describe('an answer of Shopify', () => {
  it('that is throttled is waited for until the bucket holds enough, and asked again', async () => {
    const { session, waits, left } = answers('gql-throttled.response', '{"data":{"shop":{"name":"X"}}}')
    expect(await graph(session, 'query A { shop { name } }')).toEqual({ shop: { name: 'X' } })
    expect(left).toEqual([])
    expect(waits[0]).toBeGreaterThan(0)
    expect(waits[0]).toBeLessThan(60_000)
  })

  it('that finds a question too dear says how much less to ask for', async () => {
    const { session } = answers('gql-max-cost.response')
    await expect(graph(session, 'query A { shop { name } }')).rejects.toBeInstanceOf(TooDear)
  })

  it('that denies all of it names the scope that is missing', async () => {
    const { session } = answers('gql-access-denied.response')
    await expect(graph(session, 'query A { shop { name } }')).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('read_publications'),
    })
  })

  it('that denies a part gives the rest, and says what was denied', async () => {
    const refusal = { message: 'Access denied for email.', extensions: { code: 'ACCESS_DENIED' } }
    const part = { data: { shop: { name: 'X', email: null } }, errors: [refusal] }
    const { session } = answers(JSON.stringify(part))
    const denied: string[] = []
    const data = await graph(session, 'query A { shop { name email } }', {}, message => denied.push(message))
    expect(data).toEqual(part.data)
    expect(denied).toEqual(['Access denied for email.'])
  })

  it('of an export that found nothing has no file, and one that failed has a part', async () => {
    const nothing = answers(started, 'bulk-poll.empty.response')
    const done = await finished(nothing.session, '{ orders }')
    const given: unknown[] = []
    for await (const one of gathered(nothing.session, done, shape)) given.push(one)
    expect(given).toEqual([])
    const broken = await finished(answers(started, 'bulk-poll.failed.response').session, '{ orders }').catch(
      (error: unknown) => error,
    )
    expect(broken).toBeInstanceOf(BulkBroken)
    expect(broken).not.toBeInstanceOf(Failure)
    expect((broken as BulkBroken).partial).toMatch(/^https:/)
  })
})
