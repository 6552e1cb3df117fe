import { expect, it } from 'vitest'
import { actsSaying, actWords } from './act-words.ts'

it('an act is told in a phrase that is read after a name', () => {
  expect(actWords('plan.approve', 'plan LE1-2026', true)).toBe('Approved plan LE1-2026')
  expect(actWords('plan.close', 'period 2026-10', false)).toBe('Closed Oct 2026')
  expect(actWords('settings.saveCostRate', 'return_handling rate from 2000-01-01', false)).toBe(
    'Set the return handling rate from 1 Jan 2000',
  )
  expect(actWords('settings.saveEvent', 'event Easter 2027 2027-03-25', true)).toBe(
    'Changed the event Easter 2027 25 Mar 2027',
  )
  expect(actWords('members.signIn', 'Ada', false)).toBe('Signed in')
  expect(actWords('plan.bring', 'plan $& 1', false)).toBe('Brought a line of plan $& 1 to a figure')
})
it('an act that nothing is named of, and one of an earlier release, are told all the same', () => {
  expect(actWords('plan.signStep', '', false)).toBe('Signed a step, or took the signature back')
  expect(actWords('rooms.paintWall', 'red', false)).toBe('Paint wall: red')
  expect(actWords('rooms.paintWall', '', false)).toBe('Paint wall')
})
it('acts are found by what they are called', () => {
  expect(actsSaying('approved')).toEqual(['plan.approve', 'plan.approveCase'])
  expect(actsSaying('API key')).toEqual(['members.createKey', 'members.revokeKey'])
})
