import { describe, expect, it } from 'vitest'
import { hubspot } from '#connectors/hubspot/index.ts'
import { changedIds } from '#connectors/hubspot/objects.ts'
import { breaks, type Found, refusal, type SearchRequest, search } from './search.ts'

const day = Date.parse('2026-11-20T00:00:00Z')
const record = (id: number, at: number): Found => ({
  id: String(id),
  properties: { hs_object_id: String(id), hs_lastmodifieddate: new Date(at).toISOString() },
})

/** A CRM that knows nothing but searching; records may be touched between two questions. */
const searching = (all: Found[], between: (asked: number) => void = () => undefined) => {
  let asked = 0
  const fetch = (async (_: string, init: RequestInit) => {
    between(asked++)
    const request = JSON.parse(String(init.body)) as SearchRequest
    const wrong = refusal(request)
    if (wrong) return Response.json({ status: 'error', message: wrong }, { status: 400 })
    const { total, page, next } = search(all, request)
    return Response.json({
      total,
      results: page.map(one => ({ ...one, createdAt: '', updatedAt: '', archived: false })),
      ...(next && { paging: { next: { after: next } } }),
    })
  }) as unknown as typeof globalThis.fetch
  let time = day
  return hubspot.open(
    { token: 'x', base_url: 'http://crm.test' },
    {
      fetch,
      now: () => time,
      sleep: async ms => {
        time += ms
      },
      signal: new AbortController().signal,
      allowed: new Set(['crm.test']),
    },
  )
}

const idsOf = async (session: ReturnType<typeof searching>, from = day, to = day + 86_400_000) => {
  const ids: string[] = []
  for await (const some of changedIds(session, 'deals', from, to)) ids.push(...some)
  return ids
}

describe('searching for what changed', () => {
  it('goes beyond ten thousand, over a mass edit that gave twelve thousand the same millisecond', async () => {
    const all = [
      ...Array.from({ length: 500 }, (_, n) => record(n + 1, day + n * 1000)),
      ...Array.from({ length: 12_000 }, (_, n) => record(n + 1000, day + 600_000)),
      ...Array.from({ length: 700 }, (_, n) => record(n + 20_000, day + 700_000 + Math.floor(n / 3))),
    ]
    const ids = await idsOf(searching(all))
    expect(new Set(ids).size).toBe(all.length)
  }, 60_000)
  it('loses none where records change while it searches', async () => {
    const all = Array.from({ length: 1000 }, (_, n) => record(n + 1, day + n * 1000))
    const session = searching(all, asked => {
      // One that was seen already moves to the end of everything: later ones move up a place.
      const moved = all[asked * 3]
      if (moved) all[asked * 3] = record(Number(moved.id), day + 100_000_000)
    })
    const ids = new Set(await idsOf(session))
    expect(
      all.filter(
        one => Date.parse(one.properties.hs_lastmodifieddate ?? '') < day + 86_400_000 && !ids.has(one.id),
      ),
    ).toEqual([])
  })
  it('never asks from the beginning of time, which breaks the vendor', async () => {
    const bodies: SearchRequest[] = []
    const session = searching([], () => undefined)
    const { ask } = session.http
    session.http.ask = request => {
      bodies.push(JSON.parse(request.body ?? '{}') as SearchRequest)
      return ask(request)
    }
    await idsOf(session, 0, day)
    expect(bodies.some(breaks)).toBe(false)
  })
})

describe('a search of the vendor’s', () => {
  it('refuses to page beyond ten thousand, and more groups or filters than it takes', () => {
    const filter = { propertyName: 'a', operator: 'EQ', value: '1' }
    expect(refusal({ limit: 200, after: '9800' })).toBeNull()
    expect(refusal({ limit: 200, after: '10000' })).not.toBeNull()
    expect(refusal({ filterGroups: Array(6).fill({ filters: [filter] }) })).not.toBeNull()
    expect(refusal({ filterGroups: [{ filters: Array(7).fill(filter) }] })).not.toBeNull()
    expect(
      breaks({
        filterGroups: [{ filters: [{ propertyName: 'lastmodifieddate', operator: 'GTE', value: '0' }] }],
      }),
    ).toBe(true)
  })
})
