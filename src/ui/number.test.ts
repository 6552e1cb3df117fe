import { describe, expect, it } from 'vitest'
import { csv } from './download.ts'
import { change, type Measure, show } from './number.ts'

const money: Measure = { unit: 'money', good: 'up', currency: 'GBP' }
const share: Measure = { unit: 'share', good: 'down', currency: null }

describe('a number at its place', () => {
  it.each([
    ['18909744.118', money, 'card', '£18.9m'],
    ['433668.01', money, 'card', '£433,668'],
    ['433668.01', money, 'full', '£433,668.01'],
    ['18909744.118', money, 'full', '£18,909,744.118'],
    ['20000', money, 'axis', '£20k'],
    ['0.0331', share, 'table', '3.3 %'],
    [null, money, 'card', 'N/A'],
  ] as const)('%s is right', (value, measure, place, text) => expect(show(value, measure, place)).toBe(text))
})

describe('a change', () => {
  it('is bad only against the good direction', () => {
    expect(change({ delta: '-10', ratio: '-0.1' }, money)).toMatchObject({
      arrow: '▼',
      text: '10.0 %',
      tone: 'bad',
    })
    expect(change({ delta: '-0.01', ratio: '-0.1' }, share)).toMatchObject({ text: '1.0 pp', tone: 'good' })
  })
  it('says no change in words, and nothing to compare with as N/A', () => {
    expect(change({ delta: '0', ratio: '0' }, money).text).toBe('no change')
    expect(change({ delta: null, ratio: null }, money).text).toBe('N/A')
  })
  it('of a thing that was not there is told in its unit', () => {
    expect(change({ delta: '3562', ratio: null }, money).text).toBe('£3,562')
  })
  it('by many times is told as times', () => {
    expect(change({ delta: '1259', ratio: '12.59' }, money).text).toBe('×13.6')
  })
})

describe('a CSV', () => {
  it('quotes, keeps numbers, and disarms formulas', () => {
    const text = csv({
      name: 'x',
      columns: [
        { key: 'a', label: 'Name' },
        { key: 'b', label: 'Value' },
      ],
      rows: [
        { a: '=1+1', b: '-5.5' },
        { a: 'Say "hi", now', b: null },
      ],
    })
    expect(text).toBe('\uFEFFName,Value\r\n\'=1+1,-5.5\r\n"Say ""hi"", now",\r\n')
  })
})
