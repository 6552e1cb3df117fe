import { describe, expect, it } from 'vitest'
import { Failure } from '#kernel/error.ts'
import { type Search, walk } from './search.ts'
import type { Session } from './session.ts'

interface Row {
  entity_id: number
  updated_at: string
}

/** A Magento that keeps these rows: sorts and filters them, repeats the last page past the end, and may misbehave. */
function shop(
  rows: Row[],
  more: { broken?: number[]; total?: (n: number) => number; between?: (asked: number) => void } = {},
) {
  let asked = 0
  const session = {
    get: async (_: string, query: readonly (readonly [string, string])[]) => {
      asked += 1
      const given = new Map(query.map(([name, value]) => [name, value]))
      const filters = [...Array(9).keys()].flatMap(n => {
        const at = `searchCriteria[filterGroups][${n}][filters][0]`
        const field = given.get(`${at}[field]`)
        return field
          ? [
              {
                field,
                value: given.get(`${at}[value]`) ?? '',
                condition: given.get(`${at}[conditionType]`) ?? '',
              },
            ]
          : []
      })
      const holds = (row: Row) =>
        filters.every(({ field, value, condition }) => {
          const own = row[field as keyof Row]
          const list = value.split(',')
          if (condition === 'nin') return !list.includes(String(own))
          const [a, b] = typeof own === 'number' ? [own, Number(value)] : [own, value]
          return { gt: a > b, gteq: a >= b, lt: a < b, lteq: a <= b }[condition] ?? false
        })
      const found = rows
        .filter(holds)
        .sort((a, b) =>
          a.updated_at < b.updated_at ? -1 : a.updated_at > b.updated_at ? 1 : a.entity_id - b.entity_id,
        )
      if (given.get('searchCriteria[sortOrders][0][field]') === 'entity_id')
        found.sort((a, b) => a.entity_id - b.entity_id)
      const size = Number(given.get('searchCriteria[pageSize]'))
      const last = Math.max(1, Math.ceil(found.length / size))
      const number = Math.min(Number(given.get('searchCriteria[currentPage]')), last)
      const items = found.slice((number - 1) * size, number * size)
      if (items.some(row => more.broken?.includes(row.entity_id)))
        throw new Failure('unavailable', 'Magento broke', { details: { status: 500 } })
      const answer = structuredClone({ items, total_count: more.total?.(found.length) ?? found.length })
      more.between?.(asked)
      return answer
    },
  } as unknown as Session
  return { session, asked: () => asked }
}

const time = (n: number) =>
  `2026-01-01 00:${String(Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}`
const rows = (count: number, at: (n: number) => number = n => n): Row[] =>
  Array.from({ length: count }, (_, n) => ({ entity_id: n + 1, updated_at: time(at(n)) }))
const search: Search = { path: 'orders', along: 'updated_at', unique: 'entity_id', size: 10 }

async function all(session: Session, what = search) {
  const ids: number[] = []
  const remarks: string[] = []
  for await (const found of walk(session, what)) {
    ids.push(...(found?.rows ?? []).map(row => Number(row.entity_id)))
    remarks.push(...(found?.remarks ?? []))
  }
  return { ids, remarks }
}
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1)

describe('reading a list whole', () => {
  it.each([0, 1, 9, 10, 11, 20, 47])('gives each of %i rows once', async count => {
    const { session, asked } = shop(rows(count))
    expect(await all(session)).toEqual({ ids: upTo(count), remarks: [] })
    expect(asked()).toBeLessThanOrEqual(Math.floor(count / 9) + 2)
    const byId = shop(rows(count))
    expect((await all(byId.session, { ...search, along: 'entity_id' })).ids).toEqual(upTo(count))
  })

  it('gives rows of one second that fill several pages', async () => {
    const { session } = shop(rows(35, n => (n < 4 ? 0 : n < 31 ? 5 : 9)))
    expect((await all(session)).ids).toEqual(upTo(35))
  })

  it('misses none when rows that were read move to the end or out of the window meanwhile', async () => {
    const list = rows(45)
    const { session } = shop(list, {
      between: asked => {
        if (asked > 4) return
        // What stood at the front changes again: numbered pages would shift by as many.
        for (const row of list.slice(asked * 3, asked * 3 + 3)) row.updated_at = '2026-01-02 00:00:00'
      },
    })
    const { ids } = await all(session, {
      ...search,
      filters: [{ field: 'updated_at', condition: 'lt', value: '2026-01-01 12:00:00' }],
    })
    // Those that moved before they were read come with the next window.
    expect(
      new Set([...ids, ...list.filter(row => row.updated_at > '2026-01-02').map(row => row.entity_id)]).size,
    ).toBe(45)
    expect(ids.length).toBe(new Set(ids).size)
    expect(ids).toEqual(expect.arrayContaining(upTo(45).slice(15)))
  })

  it('ends, and gives all, when Magento counts too many or too few', async () => {
    const many = await all(shop(rows(25), { total: n => n + 7 }).session)
    expect(many.ids).toEqual(upTo(25))
    const few = await all(shop(rows(25), { total: () => 0 }).session)
    expect(few.ids).toEqual(upTo(25))
    const byId = await all(shop(rows(25), { total: n => n + 7 }).session, { ...search, along: 'entity_id' })
    expect(byId).toEqual({ ids: upTo(25), remarks: ['Magento counts 7 more orders than it gives.'] })
  })

  it('closes in on the record that breaks its page, leaves it out and says so', async () => {
    const { session, asked } = shop(rows(40), { broken: [13, 14, 40] })
    const { ids, remarks } = await all(session)
    expect(ids).toEqual(upTo(40).filter(id => ![13, 14, 40].includes(id)))
    expect(remarks).toHaveLength(3)
    expect(remarks[0]).toBe('Magento breaks on orders entity_id 13: it is left out.')
    expect(asked()).toBeLessThan(140)
  })

  it('closes in on one whose number is above 2³¹', async () => {
    const high = 3_000_000_000
    const far = rows(12).map(row => ({ ...row, entity_id: high + row.entity_id }))
    const { ids, remarks } = await all(shop(far, { broken: [high + 5] }).session)
    expect(ids).toEqual(far.map(row => row.entity_id).filter(id => id !== high + 5))
    expect(remarks).toEqual([`Magento breaks on orders entity_id ${high + 5}: it is left out.`])
  })

  it('gives up where everything breaks', async () => {
    const { session } = shop(rows(60), { broken: upTo(60) })
    await expect(all(session)).rejects.toThrow('Magento broke')
  })

  it('says nothing where the edition has no such list', async () => {
    const session = { get: async () => null } as unknown as Session
    const found = []
    for await (const one of walk(session, search)) found.push(one)
    expect(found).toEqual([null])
  })
})
