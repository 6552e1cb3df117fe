import { expect, it } from 'vitest'
import { actsSaying, actWords } from './act-words.ts'

const kept = (before: unknown = null, after: unknown = null) => ({ before, after })

it('an act is told in a phrase that is read after a name', () => {
  expect(actWords('plan.approve', 'plan LE1-2026', kept({ state: 'submitted' }))).toBe(
    'Approved plan LE1-2026',
  )
  expect(actWords('plan.close', 'period 2026-10', kept())).toBe('Closed Oct 2026')
  expect(actWords('settings.saveCostRate', 'return_handling rate from 2000-01-01', kept())).toBe(
    'Set the return handling rate from 1 Jan 2000',
  )
  expect(actWords('settings.saveEvent', 'event Easter 2027 2027-03-25', kept({ name: 'Easter' }))).toBe(
    'Changed the event Easter 2027 25 Mar 2027',
  )
  expect(actWords('members.signIn', 'Ada', kept())).toBe('Signed in')
  expect(actWords('plan.bring', 'plan $& 1', kept())).toBe('Brought a line of plan $& 1 to a figure')
})
it('an act that nothing is named of, and one of an earlier release, are told all the same', () => {
  expect(actWords('plan.signStep', '', kept())).toBe('Signed a step, or took the signature back')
  expect(actWords('rooms.paintWall', 'red', kept())).toBe('Paint wall: red')
  expect(actWords('rooms.paintWall', '', kept())).toBe('Paint wall')
})
it('acts are found by what they are called', () => {
  expect(actsSaying('approved')).toEqual(['plan.approve', 'plan.approveCase'])
  expect(actsSaying('API key')).toEqual(['members.createKey', 'members.revokeKey'])
})
it('an act that was one of two is told as the one it was', () => {
  const step = (after: unknown) => actWords('plan.signStep', 'reforecast LE10, risks', kept(null, after))
  expect(step({ signed: true, note: '' })).toBe('Signed a step: reforecast LE10, risks')
  expect(step({ signed: false })).toBe('Took the signature of a step back: reforecast LE10, risks')
  const moved = (after: unknown) => actWords('plan.transfer', 'budget line Media', kept(null, after))
  expect(moved({ asked: true, amount: '10' })).toBe('Asked to move money: budget line Media')
  expect(moved({ amounts: {}, why: 'Peak' })).toBe('Moved money: budget line Media')
  const check = (after: unknown) => actWords('plan.acceptCheck', 'check stock', kept(null, after))
  expect(check({ says: 'no', why: 'known' })).toBe('Accepted a check: check stock')
  expect(check(null)).toBe('Took the acceptance of a check back: check stock')
  const link = (after: unknown) => actWords('connections.link', 'a b', kept(null, after))
  expect(link({ together: true })).toBe('Said that two records are one: a b')
  expect(link({ together: false })).toBe('Said that two records are not one: a b')
  const alert = (state: string) => actWords('performance.actOnAlert', 'alert', kept({}, { state }))
  expect(alert('snoozed')).toBe('Put off alert')
  expect(alert('open')).toBe('Opened alert again')
  expect(actWords('connections.import', 'Gifts UK', kept(null, { file: 'orders.csv' }))).toBe(
    'Imported orders.csv into Gifts UK',
  )
  expect(actsSaying('took the signature')).toEqual(['plan.signStep'])
})
