import { describe, expect, it } from 'vitest'
import { watching } from './news.ts'

const now = new Date('2026-03-01T12:00:00Z')
const stream = { vocabulary: { state: ['open'], 'lines[].kind': ['sale', '1'] } }
/** What is known after so many records like this one. */
const known = (record: unknown, count = 600) => {
  const watch = watching({}, null, { fresh: true, now })
  for (let n = 0; n < count; n++) watch.look(record)
  return watch.learnt()
}
const told = (records: readonly unknown[], before = known({ id: 1, state: 'open' }), fresh = true) => {
  const watch = watching(stream, before, { fresh, now })
  for (const record of records) watch.look(record)
  return (watch.learnt()?.news ?? []).map(one => one.says)
}

describe('what a vendor never sent before', () => {
  it('is told once: a member, a kind of value, null above all, a value of none', () => {
    const odd = { id: null, state: 'held', extra: { deep: [1] }, lines: [{ kind: 'gift' }, { kind: 1 }] }
    expect(told([odd, odd])).toEqual([
      'state is “held”, which this version does not know',
      'lines[].kind is “gift”, which this version does not know',
      'id is empty for the first time',
      'extra was never there before',
      'lines was never there before',
    ])
    expect(told([{ id: 'a' }])).toEqual(['id is text, before a number'])
  })

  it('is no member where members are asked for by name', () => {
    const watch = watching({ ...stream, asked: true }, known({ id: 1 }), { fresh: true, now })
    watch.look({ id: 'a', extra: 1 })
    expect(watch.learnt()?.news.map(one => one.says)).toEqual(['id is text, before a number'])
  })

  it('is not that something has a value at last', () => {
    const before = known({ id: 1, closed: null, lines: [] })
    expect(told([{ id: 1, closed: { at: 'x' }, lines: [{ a: 1 }] }], before)).toEqual([])
  })

  it('is nothing while a stream is hardly known or its past is read; a value that is none is told then too', () => {
    expect(told([{ id: 1, state: 'held', extra: 1 }], null)).toEqual([
      'state is “held”, which this version does not know',
    ])
    expect(told([{ id: 1, extra: 1 }], known({ id: 1 }), false)).toEqual([])
  })

  it('is found in a column of a table, wherever the column stands', () => {
    const watch = watching({ vocabulary: { 'day.rows(device)': ['desktop', '(other)'] } }, null, {
      fresh: true,
      now,
    })
    const day = (fields: string[], ...rows: string[][]) => ({ day: { fields, rows } })
    watch.look(day(['date', 'device'], ['20260301', 'desktop'], ['20260301', 'visor']))
    watch.look(day(['device', 'date'], ['(other)', '20260302'], ['ring', '20260302']))
    watch.look(day(['date'], ['20260303']))
    watch.look({ day: null })
    expect(watch.learnt()?.news.map(one => one.says)).toEqual([
      'day.rows(device) is “visor”, which this version does not know',
      'day.rows(device) is “ring”, which this version does not know',
    ])
  })

  it('is not told again in the next turn, nor written down anew where nothing changed', () => {
    const first = watching(stream, known({ id: 1 }), { fresh: true, now })
    first.look({ id: 1, extra: 'x' })
    const next = watching(stream, first.learnt(), { fresh: true, now })
    next.look({ id: 2, extra: 'y' })
    expect(next.learnt()).toBeNull()
  })

  it('is found in a long turn without looking at everything closely', () => {
    const watch = watching(stream, known({ id: 1 }), { fresh: true, now })
    let looks = 0
    const counting = new Proxy(
      { id: 1 },
      {
        ownKeys(target) {
          looks += 1
          return Reflect.ownKeys(target)
        },
      },
    )
    for (let n = 0; n < 12_800; n++) watch.look(counting)
    expect(looks).toBeLessThan(250)
    for (let n = 0; n < 128; n++) watch.look({ id: 1, state: n === 5 ? 'held' : 'open', extra: 1 })
    expect(watch.learnt()?.news.map(one => one.says)).toEqual([
      'state is “held”, which this version does not know',
      'state was never there before',
      'extra was never there before',
    ])
  })

  it('under keys of records is one member, not thousands', () => {
    const watch = watching({}, null, { fresh: true, now })
    for (let n = 0; n < 90; n++) watch.look({ by: { [n]: 1, [`5f0c9a2b8e4d6a1c${n + 10}abcdef`]: 1 } })
    expect(Object.keys(watch.learnt()?.fields ?? {})).toEqual(['', 'by', 'by.*'])
  })
})
