import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  chanceWords,
  type Measure,
  type Place,
  placeOf,
  show,
  showDay,
  showSigned,
  tickPlace,
} from './format.ts'

const money: Measure = { unit: 'money', good: 'up', currency: 'GBP' }
const yen: Measure = { ...money, currency: 'JPY' }
const share: Measure = { unit: 'share', good: 'down', currency: null }
const count: Measure = { unit: 'count', good: 'up', currency: null }

describe('a number at its place', () => {
  it.each([
    ['18909744.118', money, 'card', '£18.9m'],
    ['1240000', money, 'card', '£1.24m'],
    ['2100000', money, 'card', '£2.10m'],
    ['433668.01', money, 'card', '£433,668'],
    ['433668.01', money, 'tooltip', '£433,668.01'],
    ['433668.01', money, 'full', '£433,668.01'],
    ['18909744.118', money, 'full', '£18,909,744.118'],
    ['18909744.118', money, 'exact', '18909744.118'],
    ['20000', money, 'axis', '£20k'],
    ['1200000', money, 'axis', '£1.2m'],
    ['1500', money, 'axis', '£1.5k'],
    ['654.1', money, 'axis', '£654'],
    ['12.5', money, 'table', '£12.50'],
    ['250', yen, 'table', '¥250'],
    ['0.0331', share, 'table', '3.3 %'],
    ['0.03314', share, 'tooltip', '3.31 %'],
    ['7', count, 'table', '7'],
    [null, money, 'card', 'N/A'],
    [null, money, 'exact', 'N/A'],
  ] as const)('%s is right', (value, measure, place, text) => expect(show(value, measure, place)).toBe(text))

  it('has no pennies beside figures that reach thousands', () => {
    const all = ['4229', '926.26', null]
    expect(all.map(value => show(value, money, placeOf(all, money)))).toEqual(['£4,229', '£926', 'N/A'])
    const small = ['7.71', '926.26']
    expect(small.map(value => show(value, money, placeOf(small, money)))).toEqual(['£7.71', '£926.26'])
    expect(placeOf(['4229'], share)).toBe('table')
  })

  it('has one minus sign, and none on what rounds to nothing', () => {
    expect(show('-12.5', money)).toBe('−£12.50')
    expect(show('-0.001', money)).toBe('£0.00')
    expect(show('-0.25', share)).toBe('−25.0 %')
    expect(showSigned('3', count)).toBe('+3')
    expect(showSigned('-3', count)).toBe('−3')
    expect(showSigned(null, count)).toBe('N/A')
  })

  it("follows the reader's language", () => {
    expect(show('1234567.8', { ...money, currency: 'EUR' }, 'full', 'de-DE')).toBe('1.234.567,80\u00a0€')
    expect(show('0.0331', share, 'table', 'de-DE')).toBe('3,3 %')
  })

  it('loses no digit in full, however many there are', () => {
    const amount = fc
      .tuple(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), fc.integer({ min: 0, max: 9999 }))
      .map(([n, d]) => `${n}.${String(d).padStart(4, '0')}`)
    fc.assert(
      fc.property(amount, text => {
        const shown = show(text, count, 'full').replaceAll(',', '').replace('−', '-')
        const trim = (s: string) =>
          s
            .replace(/(\.\d*?)0+$/, '$1')
            .replace(/\.$/, '')
            .replace(/^-0$/, '0')
        expect(trim(shown)).toBe(trim(text))
      }),
    )
  })

  it('says of days that they are days where no heading does', () => {
    const days = { unit: 'days', currency: null } as const
    expect([show('15.99', days, 'card'), show('1', days, 'card'), show('15.99', days, 'table')]).toEqual([
      '16 days',
      '1 day',
      '15.99',
    ])
  })

  it('always says something, and never NaN', () => {
    fc.assert(
      fc.property(
        fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)),
        fc.constantFrom<Measure['unit']>('money', 'count', 'quantity', 'share', 'ratio', 'days', 'score'),
        fc.constantFrom<Place>('card', 'table', 'axis', 'tooltip', 'full', 'exact'),
        (value, unit, place) => {
          const text = show(value, { unit, currency: unit === 'money' ? 'EUR' : null }, place)
          expect(text).not.toBe('')
          expect(text).not.toContain('NaN')
        },
      ),
    )
  })
})

describe('a day at its place', () => {
  it('is spelt as far as there is room', () => {
    const at = (place: Place) => showDay('2010-12-05', place)
    expect([at('axis'), at('table'), at('full'), at('exact')]).toEqual([
      '5 Dec',
      '5 Dec 2010',
      expect.stringMatching(/^Sunday,? 5 December 2010$/),
      '2010-12-05',
    ])
    expect(showDay(null)).toBe('N/A')
  })
})

it('ticks of an axis are as short as can be, and no two read the same', () => {
  const share = { unit: 'share', currency: null } as const
  const money = { unit: 'money', currency: 'GBP' } as const
  expect(tickPlace([0.1, 0.9], share)).toBe('axis')
  expect(tickPlace([0.61, 0.63], share)).toBe('table')
  // Closer than a tenth of a point: with one decimal 3.84 and 3.87 read the same.
  expect(tickPlace([0.0384, 0.0398], share)).toBe('tooltip')
  expect(tickPlace([146.2, 148], money)).toBe('table')
  expect(tickPlace([60_000, 96_000], money)).toBe('axis')
  expect([tickPlace([], money), tickPlace([5, 5], money)]).toEqual(['axis', 'axis'])
})

it('says of nothing that is still open that it is certain', () => {
  expect([1, 0.994, 0.99, 0.22, 0.004].map(one => chanceWords(one))).toEqual([
    'over 99 %',
    'over 99 %',
    '99 %',
    '22 %',
    'under 1 %',
  ])
})
