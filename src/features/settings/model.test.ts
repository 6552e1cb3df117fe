import { expect, it } from 'vitest'
import { missingIn, settingsAnswer } from './model.ts'

it('the title says which stores there are, in which money, and how the year is cut', () => {
  const calendar = {
    calendar: 'gregorian',
    fiscalStartMonth: 1,
    weekStart: 1,
    yearEnd: 'nearest_saturday',
  } as const
  const stores = (...currencies: string[]) => currencies.map(currency => ({ currency }))
  expect(settingsAnswer({ stores: [], calendar })).toBe(
    'No store yet, a year of calendar months from January',
  )
  expect(settingsAnswer({ stores: stores('GBP'), calendar })).toBe(
    'One store in GBP, a year of calendar months from January',
  )
  expect(
    settingsAnswer({
      stores: stores('GBP', 'EUR', 'GBP'),
      calendar: { ...calendar, calendar: '4-5-4', fiscalStartMonth: 2 },
    }),
  ).toBe('3 stores in EUR and GBP, a year of 4-5-4 weeks from February')
  expect(settingsAnswer({ stores: stores('EUR', 'GBP', 'SEK', 'DKK'), calendar })).toContain(
    '4 stores in 4 currencies,',
  )
})

it('an event is kept once it has a name and a first day', () => {
  expect(missingIn({ name: ' ', from: '' })).toEqual(['a name', 'a first day'])
  expect(missingIn({ name: 'Fair', from: '' })).toEqual(['a first day'])
  expect(missingIn({ name: 'Fair', from: '2026-05-01' })).toEqual([])
})
