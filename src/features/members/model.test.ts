import { expect, it } from 'vitest'
import {
  auditAnswer,
  browserWords,
  changes,
  chosenStores,
  ownAnswer,
  peopleAnswer,
  spacedSecret,
  storesWords,
} from './model.ts'

it.each([
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
    'Edge on Windows',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
    'Safari on iPhone',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
  ['curl/8.5.0', 'curl'],
  ['', 'Unknown'],
])('a browser is named as a person would: %s', (agent, words) => {
  expect(browserWords(agent)).toBe(words)
})

it('a key to type is in groups of four', () => {
  expect(spacedSecret('ABCDEFGHIJ')).toBe('ABCD EFGH IJ')
})

it('no store chosen is every store of the one who chooses, and no more than theirs', () => {
  expect(chosenStores([], 'all')).toBe('all')
  expect(chosenStores([], ['uk', 'de'])).toEqual(['uk', 'de'])
  expect(chosenStores(['de'], ['uk', 'de'])).toEqual(['de'])
})

it('stores are called by their names', () => {
  expect(storesWords(['uk', 'old'], { uk: 'Larkfield UK' })).toBe('Larkfield UK, old')
  expect([storesWords('all'), storesWords([])]).toEqual(['All', 'None'])
})

it('what changed is told in words, what changed first', () => {
  const was = { kind: 'opex', amounts: { '2026-11': '5' }, byHand: true, stores: ['uk', 'de'], gone: 'x' }
  const is = {
    kind: 'opex',
    amounts: { '2026-11': '6' },
    byHand: false,
    stores: [],
    at: '2026-11-27T09:05:34.498Z',
  }
  expect(changes(was, is)).toEqual([
    { field: 'Amounts', before: '2026-11 5', after: '2026-11 6' },
    { field: 'By hand', before: 'yes', after: 'no' },
    { field: 'Stores', before: 'uk, de', after: '' },
    { field: 'Gone', before: 'x', after: '' },
    { field: 'At', before: '', after: '2026-11-27 09:05 UTC' },
    { field: 'Kind', before: 'opex', after: 'opex' },
  ])
  expect(changes(null, 100)).toEqual([{ field: 'Value', before: '', after: '100' }])
})

it('the titles say who may come in, what one may see oneself, and what was changed', () => {
  expect(peopleAnswer(3, 1)).toBe('3 people, one invitation open')
  expect(peopleAnswer(1, 0)).toBe('One person, no invitation open')
  expect(peopleAnswer(0, 2)).toBe('Nobody has an account yet, 2 invitations open')
  expect(ownAnswer({ role: 'viewer', stores: 'all' })).toBe('You see all stores, as viewer')
  expect(ownAnswer({ role: 'lead', stores: ['a', 'b'] }, { a: 'Gifts' })).toBe('You see Gifts, b, as lead')
  expect(ownAnswer({ role: 'viewer', stores: [] })).toBe('You see no store, as viewer')
  expect(auditAnswer(0, {})).toBe('Nothing was changed yet')
  expect(auditAnswer(1, { latest: 'Began a plan, by Ada' })).toBe(
    'One change, the latest: Began a plan, by Ada',
  )
  expect(auditAnswer(1200, { find: 'plan', latest: 'x' })).toBe('1,200 changes with “plan”')
  expect(auditAnswer(0, { find: 'plan' })).toBe('Nothing matches “plan”')
})
