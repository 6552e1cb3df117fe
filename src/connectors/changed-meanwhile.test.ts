import { describe, expect, it } from 'vitest'
import { moves as asanaMoves } from './asana/moves.ts'
import { openAsana } from './asana/session.ts'
import { everyTask } from './asana/tasks.ts'
import type { Place, Reach, Stream } from './connector.ts'
import { campaigns } from './hubspot/campaigns.ts'
import { linkedTo, readRecords } from './hubspot/objects.ts'
import { openHubspot } from './hubspot/session.ts'
import { byIds } from './shopify/by-id.ts'
import { openSession as openShopify } from './shopify/session.ts'
import { changedCards, everyCard } from './trello/cards.ts'
import { openTrello } from './trello/session.ts'

/** What people change at a vendor between two of our questions. */

const now = Date.parse('2026-11-20T12:00:00Z')
const home = { store: 'own', currency: 'GBP', timezone: 'Europe/London', hosts: [] }
const place: Place = { home, storeOf: () => home, privacy: false, hash: () => '', facts: {} }
/** A vendor by what it answers; what it answers nothing to is gone. */
const reachTo = (answer: (url: URL, body: string) => unknown): Reach => ({
  fetch: (async (url: string, init?: RequestInit) => {
    const given = answer(new URL(url), String(init?.body ?? ''))
    return given === undefined
      ? Response.json({ errors: [{ message: 'gone' }] }, { status: 404 })
      : Response.json(given)
  }) as unknown as typeof fetch,
  now: () => now,
  sleep: async () => undefined,
  signal: new AbortController().signal,
  allowed: new Set(['vendor.test']),
})
const base_url = 'http://vendor.test'
const turn = { from: now - 3_600_000, to: now, cursor: null, history: false }
async function read<S, R>(stream: Stream<S, R>, session: S): Promise<R[]> {
  const records: R[] = []
  for await (const batch of stream.read(session, turn)) records.push(...batch.records)
  return records
}

describe('deleted between a list and the question about it', () => {
  it('an order of Shopify is left out, and those beside it are not', async () => {
    const nodes = [{ id: '1' }, null, {}, { id: '4' }]
    const session = openShopify(
      { shop: 'x', access_token: 't', base_url },
      reachTo(() => ({ data: { nodes } })),
    )
    expect(await byIds(session, 'orders', 'query A { nodes }', ['1', '2', '3', '4'], 10)).toEqual([
      { id: '1' },
      { id: '4' },
    ])
  })

  it('a deal of HubSpot is left out, and a campaign', async () => {
    const session = openHubspot(
      { token: 't', base_url },
      reachTo(({ pathname }) =>
        pathname.endsWith('/batch/read')
          ? {
              results: [{ id: '1', properties: {} }],
              errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['2'] } }],
            }
          : pathname.endsWith('/c1/budget/totals')
            ? { spendItems: [], currencyCode: 'GBP' }
            : /\/campaigns\/[^/]+$/.test(pathname)
              ? { results: ['c1', 'c2'].map(id => ({ id, properties: { hs_name: id } })) }
              : undefined,
      ),
    )
    const found = await readRecords(session, 'deals', ['1', '2'], { properties: [], history: [] })
    expect(found.map(one => one.id)).toEqual(['1'])
    expect((await read(campaigns, session)).map(one => one.id)).toEqual(['c1'])
  })

  const asana = (field: string) =>
    openAsana(
      { token: 't', base_url },
      reachTo(({ pathname, searchParams }) => {
        const of = (data: unknown) => ({ data, next_page: null })
        if (pathname.endsWith('/workspaces')) return of([{ gid: 'w', name: 'W' }])
        if (pathname.endsWith('/projects')) return of([{ gid: 'p', name: 'P', archived: false }])
        if (pathname.endsWith('/sections')) return of([{ gid: 's', name: 'To do' }])
        if (searchParams.has('project'))
          return of(
            ['1', '2'].map(gid => ({
              gid,
              num_subtasks: 1,
              created_at: '2026-11-01T10:00:00Z',
              modified_at: '2026-11-20T11:30:00Z',
              memberships: [{ project: { gid: 'p', name: 'P' }, section: { gid: 's', name: 'To do' } }],
              custom_fields: [{ name: field, resource_subtype: 'number', number_value: 3 }],
            })),
          )
        // The second is deleted by now.
        if (/\/tasks\/1\/(subtasks|stories)$/.test(pathname)) return of([])
        return undefined
      }),
    )

  it('a task of Asana is no failure of its stream', async () => {
    expect((await read(everyTask, asana('Effort'))).map(one => one.task.gid)).toEqual(['1', '2'])
    expect((await read(asanaMoves, asana('Effort'))).map(one => one.task)).toEqual(['1'])
  })

  it('a field of Asana that was renamed goes by its new name alone', async () => {
    const fields = async (name: string) =>
      (await read(everyTask, asana(name))).map(one => everyTask.map(one, place).rows.tasks?.[0]?.fields)
    expect(await fields('Effort')).toEqual(['{"Effort":3}', '{"Effort":3}'])
    expect(await fields('Size')).toEqual(['{"Size":3}', '{"Size":3}'])
  })

  const trello = (closed: boolean, cards: readonly string[]) =>
    openTrello(
      { key: 'k', token: 't', base_url },
      reachTo(({ pathname }) => {
        if (pathname.endsWith('/boards')) return [{ id: 'b', name: 'B', closed }]
        if (pathname.endsWith('/lists')) return [{ id: 'l', name: 'Doing', closed: false }]
        if (pathname.endsWith('/customFields')) return []
        if (pathname.endsWith('/boards/b/actions'))
          return cards.map(id => ({
            id,
            type: 'updateCard',
            date: '2026-11-20T11:30:00Z',
            data: { card: { id } },
          }))
        if (pathname.endsWith('/cards/all')) return cards.map(id => ({ id, idBoard: 'b', idList: 'l' }))
        const card = /\/cards\/(\w+)$/.exec(pathname)?.[1]
        // The first is there, the second goes while it is asked about, the third was gone before.
        if (card === 'c1' || card === 'c2') return { id: card, idBoard: 'b', idList: 'l' }
        return pathname.endsWith('/cards/c1/actions') ? [] : undefined
      }),
    )

  it('a card of Trello is gone, whichever of the two questions finds it so', async () => {
    const records = await read(changedCards, trello(false, ['c1', 'c2', 'c3']))
    expect(records.map(one => ('deleted' in one ? `-${one.deleted}` : one.card.id))).toEqual([
      'c1',
      '-c2',
      '-c3',
    ])
  })

  it('a board of Trello that was put away takes its cards with it', async () => {
    const states = async (closed: boolean) =>
      (await read(everyCard, trello(closed, ['c1']))).map(
        one => everyCard.map(one, place).rows.tasks?.[0]?.state,
      )
    expect(await states(false)).toEqual(['open'])
    expect(await states(true)).toEqual(['archived'])
    // What happened on it last is not asked for any more: all its cards are read once a day.
    expect(await read(changedCards, trello(true, ['c1']))).toEqual([])
  })
})

it('links of HubSpot that come in pages are all there, the primary one first', async () => {
  const session = openHubspot(
    { token: 't', base_url },
    reachTo((_, body) => {
      const [input] = (JSON.parse(body) as { inputs: { id: string; after?: string }[] }).inputs
      const to = (id: number, typeId: number) => ({ toObjectId: id, associationTypes: [{ typeId }] })
      return {
        results: [
          input?.after
            ? { from: { id: '1' }, to: [to(9, 5)] }
            : { from: { id: '1' }, to: [to(7, 341), to(8, 341)], paging: { next: { after: 'more' } } },
        ],
      }
    }),
  )
  expect((await linkedTo(session, 'deals', 'companies', ['1'])).get('1')).toEqual(['9', '7', '8'])
})
