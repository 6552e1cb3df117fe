import { expect, it } from 'vitest'
import { systemName, valueName } from './value-names.ts'

it('values are said as people say them', () => {
  expect(['mobile', 'smart tv', 'Desktop', ''].map(one => valueName('device', one))).toEqual([
    'Mobile',
    'Smart TV',
    'Desktop',
    '',
  ])
  expect(valueName('store', 'uk', { uk: 'Britain' })).toBe('Britain')
  expect(valueName('store', 'de', { uk: 'Britain' })).toBe('de')
  expect([valueName('origin', 'ga4'), systemName('own-counter')]).toEqual(['Google Analytics', 'own-counter'])
  expect([valueName('customer', '11'), valueName('account', '2'), valueName('account', 'Acme')]).toEqual([
    'Customer 11',
    'Account 2',
    'Acme',
  ])
  expect(['GB', 'IE', 'United Kingdom', 'XX', 'de', ''].map(one => valueName('country', one))).toEqual([
    'United Kingdom',
    'Ireland',
    'United Kingdom',
    'XX',
    'de',
    '',
  ])
  expect(['1', '7', ''].map(one => valueName('weekday', one))).toEqual(['Monday', 'Sunday', ''])
  expect(['0', '20', ''].map(one => valueName('hour', one))).toEqual(['00:00', '20:00', ''])
  expect(valueName('channel', 'mobile')).toBe('mobile')
})
