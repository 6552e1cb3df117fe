import { describe, expect, it } from 'vitest'
import type { Measure } from './format.ts'
import { against } from './money.ts'
import { change } from './trend.ts'

const money: Measure = { unit: 'money', good: 'up', currency: 'GBP' }
const refunds: Measure = { ...money, good: 'down' }
const share: Measure = { unit: 'share', good: 'down', currency: null }

describe('a change', () => {
  it('is bad only against the good direction', () => {
    expect(change(against('90', '100'), money)).toEqual({
      arrow: '▼',
      text: '10.0 %',
      absolute: '−£10.00',
      tone: 'bad',
    })
    expect(change(against('90', '100'), refunds).tone).toBe('good')
    expect(change(against('90', '100'), { ...money, good: 'none' }).tone).toBe('neutral')
  })
  it('of a share is in points', () => {
    expect(change(against('0.03', '0.04'), share)).toMatchObject({
      arrow: '▼',
      text: '1.0 pp',
      absolute: '−1.00 pp',
      tone: 'good',
    })
    expect(change(against('0.0412', '0.04'), share, { points: 'bps' })).toMatchObject({
      text: '12 bps',
      absolute: '+12 bps',
      tone: 'bad',
    })
  })
  it('within the neutral range is no change, in words', () => {
    expect(change(against('100', '100'), money)).toMatchObject({
      arrow: '',
      text: 'no change',
      tone: 'neutral',
    })
    expect(change(against('101.9', '100'), money, { neutral: 0.02 }).text).toBe('no change')
    expect(change(against('102.1', '100'), money, { neutral: 0.02 }).tone).toBe('good')
  })
  it('without anything to compare with is N/A, never 0', () => {
    expect(change(against('5', null), money)).toMatchObject({ text: 'N/A', absolute: 'N/A', tone: 'neutral' })
    expect(change(against(null, '5'), money).text).toBe('N/A')
    expect(change(undefined, money).text).toBe('N/A')
  })
  it('of a thing that was not there is told in its unit', () => {
    expect(change(against('3562', '0'), money).text).toBe('£3,562')
    expect(change(against('-3562', '0'), money)).toMatchObject({ arrow: '▼', text: '£3,562', tone: 'bad' })
  })
  it('by many times is told as times', () => {
    expect(change(against('1359', '100'), money).text).toBe('×13.6')
    expect(change(against('250000', '100'), money).text).toBe('×2,500')
  })
  it('from a loss to a profit is up', () => {
    expect(change(against('50', '-100'), money)).toMatchObject({ arrow: '▲', text: '150 %', tone: 'good' })
    // No profit is so many times a loss, and 10,100 % of one says nothing.
    expect(change(against('10000', '-100'), money)).toMatchObject({ arrow: '▲', text: '£10,100' })
    expect(change(against('-10000', '-100'), money)).toMatchObject({ arrow: '▼', text: '£9,900' })
  })
})
