import { expect, test } from 'vitest'
import { safeBack } from './session.ts'

test.each([
  ['/explorer?metrics=net_sales#table', '/explorer?metrics=net_sales#table'],
  ['/', '/'],
  [undefined, '/'],
  ['', '/'],
  ['explorer', '/'],
  ['https://evil.example/', '/'],
  ['//evil.example/', '/'],
  ['/\\evil.example/', '/'],
  ['/\t/evil.example/', '/'],
  ['/\n/evil.example/', '/'],
  ['/\r\\evil.example/', '/'],
  ['/./\t/evil.example/', '/'],
  ['/a/..//evil.example/', '/'],
  ['javascript:alert(1)', '/'],
])('goes after sign-in from %j to %j', (back, place) => {
  expect(safeBack(back)).toBe(place)
})
