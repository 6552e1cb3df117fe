import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
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

const own = mkdtempSync(path(tmpdir(), 'join-test-'))
afterAll(() => rmSync(own, { recursive: true }))

describe('joining the lines of an export', () => {
  it('joins the published example, whose children come before their parents', async () => {
    const join = joining(shape, 0)
    const file = new URL('./fixtures/bulk-orders.ungrouped.jsonl', import.meta.url)
    expect(await join.add(readFileSync(file))).toBe(5)
    const all: Thing[] = []
    for await (const one of join.all()) all.push(one)
    expect(all.map(one => [one.id, (one.lineItems as Thing[]).map(child => child.id)])).toEqual([
      ['gid://shopify/Order/1', ['gid://shopify/LineItem/21', 'gid://shopify/LineItem/23']],
      ['gid://shopify/Order/2', ['gid://shopify/LineItem/22']],
    ])
  })

  it.each([
    ['in memory', () => joining(shape, 1000)],
    ['through files', () => spilling(shape, 60 * 1024 * 1024, own)],
  ])('gives every order with all that is its own, %s', async (_, make) => {
    const join = make()
    const seen = new Set<number>()
    for (const line of scrambled(3000)) expect(await join.add(Buffer.from(`${line}\n`))).toBe(1)
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

  it.each([
    ['in memory', () => joining(shape, 1000)],
    ['through files', () => spilling(shape, 1000, own)],
  ])('takes lines of any length, in any order of their members and of any letters, %s', async (_, make) => {
    const order = 'gid://shopify/Order/1'
    const join = make()
    const lines = [
      { __parentId: order, __typename: 'LineItem', id: 'gid://shopify/LineItem/1', name: 'Tasse – ☕' },
      { id: order, note: `"__parentId":"no"}`.repeat(9000) },
      { __typename: 'LineItem', id: 'gid://shopify/LineItem/2', name: '', __parentId: order },
    ]
    expect(await join.add(Buffer.from(lines.map(line => JSON.stringify(line)).join('\n')))).toBe(3)
    const all: Thing[] = []
    for await (const one of join.all()) all.push(one)
    await join.close()
    expect(all).toEqual([{ ...lines[1], lineItems: [lines[0], lines[2]] }])
  })

  it('gives orders as an export does, also through files: what it has together is stored in one go', async () => {
    const lines = Array.from({ length: 3000 }, (_, n) => [
      { id: `gid://shopify/Order/${9000 - n}`, note: 'x'.repeat(1000) },
      {
        __typename: 'LineItem',
        id: `gid://shopify/LineItem/${n}`,
        __parentId: `gid://shopify/Order/${9000 - n}`,
      },
    ]).flat()
    const text = Buffer.from(lines.map(line => `${JSON.stringify(line)}\n`).join(''))
    const join = spilling(shape, text.length, own)
    await join.add(text)
    const seen: string[] = []
    for await (const one of join.all()) seen.push(String(one.id))
    await join.close()
    expect(seen).toEqual(Array.from({ length: 3000 }, (_, n) => `gid://shopify/Order/${9000 - n}`))
  })

  it('refuses a child whose parent never comes', async () => {
    for (const join of [joining(shape, 0), spilling(shape, 0, own)]) {
      const line = { __typename: 'LineItem', id: 'a', __parentId: 'gid://shopify/Order/9' }
      await join.add(Buffer.from(JSON.stringify(line)))
      await expect(async () => {
        for await (const _ of join.all()) expect.unreachable()
      }).rejects.toThrow('which is not there')
      await join.close()
    }
  })

  it('hears a disk that ends in the middle of a write', async ({ skip }) => {
    const disk = mkdtempSync(path(own, 'disk-'))
    try {
      // Twenty pages: two buffers of eight, and half of the third.
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=80k', 'tmpfs', disk], { stdio: 'ignore' })
    } catch {
      skip('a small disk cannot be mounted here (it takes root)')
    }
    const join = spilling(shape, 1000, disk)
    try {
      const order = 'gid://shopify/Order/1'
      // With its end a line is a kilobyte, so that none is cut.
      const line = (one: object) => {
        const text = JSON.stringify({ ...one, note: '' })
        return `${text.slice(0, -2)}${'x'.repeat(1023 - text.length)}"}\n`
      }
      const items = Array.from({ length: 87 }, (_, n) =>
        line({ __typename: 'LineItem', id: `gid://shopify/LineItem/${n}`, __parentId: order }),
      )
      await join.add(Buffer.from([line({ id: order }), ...items].join('')))
      await expect(async () => {
        for await (const _ of join.all()) expect.unreachable()
      }).rejects.toThrow('ENOSPC')
    } finally {
      await join.close()
      execFileSync('umount', ['-l', disk])
      rmSync(disk, { recursive: true })
    }
  })

  it('leaves its files where they are swept if the process is killed', async () => {
    const work = path(own, 'work')
    const join = spilling(shape, 1000, work)
    await join.add(Buffer.from('{"id":"gid://shopify/Order/1"}\n'))
    expect(readdirSync(work).every(name => name.startsWith(`${process.pid}-`))).toBe(true)
    expect(readdirSync(work)).toHaveLength(1)
    await join.close()
    expect(readdirSync(work)).toEqual([])
    rmSync(work, { recursive: true })
  })
})
