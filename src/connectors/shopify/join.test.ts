import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { joining } from './join.ts'
import type { Shape, Thing } from './shape.ts'
import { spilling } from './spill.ts'

const shape: Shape = {
  root: 'Order',
  listOf: type => (type === 'LineItem' ? 'lineItems' : type.endsWith('Agreement') ? 'agreements' : 'sales'),
  isMiddle: type => type.endsWith('Agreement'),
}

/** Orders with two lines and an agreement of two sales each, in an order that no vendor promises to keep. */
function* scrambled(count: number): Generator<string> {
  const held: string[] = []
  for (let n = 1; n <= count; n++) {
    const order = `gid://shopify/Order/${n}`
    const agreement = `gid://shopify/SalesAgreement/${n}`
    const of = (type: string, id: string, parent?: string) =>
      JSON.stringify({ __typename: type, id, n, ...(parent && { __parentId: parent }) })
    yield of('ProductSale', `gid://shopify/Sale/${n}1`, agreement)
    yield of('LineItem', `gid://shopify/LineItem/${n}1`, order)
    held.push(of('Order', order), of('ProductSale', `gid://shopify/Sale/${n}2`, agreement))
    yield of('LineItem', `gid://shopify/LineItem/${n}2`, order)
    held.push(of('OrderAgreement', agreement, order))
    if (held.length > 100) yield* held.splice(0, 50)
  }
  yield* held
}

// Files of a join go where this says, so that none is left unnoticed.
const usual = process.env.TMPDIR
const own = mkdtempSync(path(tmpdir(), 'join-test-'))
beforeAll(() => {
  process.env.TMPDIR = own
})
afterAll(() => {
  if (usual === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = usual
  rmSync(own, { recursive: true })
})

describe('joining the lines of an export', () => {
  it('joins the published example, whose children come before their parents', async () => {
    const join = joining(shape, 0)
    const file = new URL('./fixtures/bulk-orders.ungrouped.jsonl', import.meta.url)
    for (const line of readFileSync(file, 'utf8').split('\n')) if (line) await join.add(line)
    const all: Thing[] = []
    for await (const one of join.all()) all.push(one)
    expect(all.map(one => [one.id, (one.lineItems as Thing[]).map(child => child.id)])).toEqual([
      ['gid://shopify/Order/1', ['gid://shopify/LineItem/21', 'gid://shopify/LineItem/23']],
      ['gid://shopify/Order/2', ['gid://shopify/LineItem/22']],
    ])
  })

  it.each([
    ['in memory', () => joining(shape, 1000)],
    ['through files', () => spilling(shape, 60 * 1024 * 1024)],
  ])('gives every order with all that is its own, %s', async (_, make) => {
    const join = make()
    const seen = new Set<number>()
    for (const line of scrambled(3000)) await join.add(line)
    for await (const one of join.all()) {
      seen.add(one.n as number)
      const [agreement] = one.agreements as Thing[]
      const own = [one, ...(one.lineItems as Thing[]), agreement, ...((agreement?.sales as Thing[]) ?? [])]
      expect(own.map(child => child?.n)).toEqual(Array(6).fill(one.n))
    }
    expect(seen.size).toBe(3000)
    await join.close()
    expect(readdirSync(own)).toEqual([])
  })

  it('refuses a child whose parent never comes', async () => {
    for (const join of [joining(shape, 0), spilling(shape, 0)]) {
      await join.add(JSON.stringify({ __typename: 'LineItem', id: 'a', __parentId: 'gid://shopify/Order/9' }))
      await expect(async () => {
        for await (const _ of join.all()) expect.unreachable()
      }).rejects.toThrow('which is not there')
      await join.close()
    }
  })
})
