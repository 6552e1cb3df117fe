import { describe, expect, it } from 'vitest'
import { versionBeside, versionMeant, versionsAgainst } from './beside.ts'

const version = (id: string, kind: string, state: string, basedOn: string | null = null, year = '2026') => ({
  ...{ id, kind, state, basedOn },
  ...{ from: `${year}-01-01`, to: `${year}-12-31` },
})

describe('the version another is held against', () => {
  const next = version('Budget-2027', 'budget', 'draft', null, '2027')
  const low = version('Low', 'scenario', 'draft', 'LE10')
  const le = version('LE10', 'le', 'draft', 'Budget-2026')
  const own = version('Own', 'scenario', 'draft')
  const budget = version('Budget-2026', 'budget', 'approved')
  const all = [next, low, own, le, budget]
  const beside = (one: typeof next, of = all) => versionBeside(one, of)?.id

  it('is the one it was made from, else the agreed budget, else a reforecast', () => {
    expect(beside(low)).toBe('LE10')
    expect(beside(le)).toBe('Budget-2026')
    expect(beside(own)).toBe('Budget-2026')
    expect(beside(budget)).toBe('LE10')
    expect(beside(budget, [low, budget])).toBe('Low')
  })

  it('is of the same days, even where the other was changed last', () => {
    expect(beside(next)).toBeUndefined()
    expect(beside(budget, [next, budget])).toBeUndefined()
    expect(beside({ ...low, basedOn: 'Budget-2027' })).toBe('Budget-2026')
  })

  it('is asked for first unless it is a scenario', () => {
    expect(versionMeant([low, le, budget])?.id).toBe('LE10')
    expect(versionMeant([low, own])?.id).toBe('Low')
    expect(versionMeant([])).toBeUndefined()
  })

  it('of some days is the agreed budget of them, then the latest agreed reforecast', () => {
    const [nine, eight] = ['LE9', 'LE8'].map(id => version(id, 'le', 'locked', 'Budget-2026'))
    const agreed = { ...next, state: 'approved' }
    const held = (days: { from: string; to: string }) =>
      versionsAgainst([agreed, le, ...[nine, eight].flatMap(one => one ?? []), budget], days).map(
        one => one.id,
      )
    expect(held({ from: '2026-11-01', to: '2026-11-27' })).toEqual(['Budget-2026', 'LE9'])
    expect(held({ from: '2027-01-01', to: '2027-01-27' })).toEqual(['Budget-2027'])
  })
})
