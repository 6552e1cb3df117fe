import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { alertActs, alerts } from '#postgres/tables/watch.ts'
import { someone, type WatchRoom, watchRoom } from '../../../../test/watch-room.ts'
import { performance } from '../operations.ts'

/** What is told of alerts that stand in the ledger: past cases like one, and how often a rule was worth telling. */
let room: WatchRoom
type Row = typeof alerts.$inferInsert
const alert = (id: string, more: Partial<Row> = {}): Row => ({
  id,
  rule: 'conversion',
  metric: 'conversion_rate',
  slice: { store: 'north', device: 'mobile' },
  stores: ['north'],
  kind: 'shift',
  direction: 'below',
  since: '2026-05-01',
  until: null,
  seenOn: '2026-05-03',
  score: 0.9,
  finding: { unit: 'share', expected: 0.03, actual: 0.01, perDay: -4, causes: [], check: '' },
  moneyPerDay: -120,
  currency: 'GBP',
  doubt: null,
  state: 'open',
  firstAt: '2026-05-02T05:00:00Z',
  updatedAt: '2026-05-02T05:00:00Z',
  ...more,
})
const keep = (...rows: Row[]) => room.open.ledger.insert(alerts).values(rows)

beforeAll(async () => {
  room = await watchRoom([
    { store: 'north', currency: 'GBP' },
    { store: 'south', currency: 'GBP' },
  ])
  room.at('2026-05-03T12:00:00Z')
})
beforeEach(async () => {
  await room.open.ledger.delete(alertActs)
  await room.open.ledger.delete(alerts)
})
afterAll(() => room.close())

const south = { slice: { store: 'south', device: 'mobile' }, stores: ['south'] }

it('past cases of an alert: of its own slice before others, the newest of them first, none of the other way or later', async () => {
  await keep(
    alert('now'),
    alert('same, old', { since: '2026-01-01' }),
    alert('same, newer', { since: '2026-02-01' }),
    alert('desktop', { since: '2026-04-01', slice: { store: 'north', device: 'desktop' } }),
    alert('other shop and device', {
      ...south,
      since: '2026-04-02',
      slice: { store: 'south', device: 'desktop' },
    }),
    alert('rose', { since: '2026-04-03', direction: 'above' }),
    alert('another figure', { since: '2026-04-04', metric: 'orders' }),
    alert('later', { since: '2026-05-02' }),
  )
  const told = (await room.run(performance.alert, { id: 'now' })).similar
  expect(told.map((one: { id: string }) => one.id)).toEqual(['same, newer', 'same, old', 'desktop'])
  expect(told[0].title).toContain('Conversion rate')
})

it('past cases of the company as a whole are those of the whole first', async () => {
  const whole = { slice: {}, stores: [] }
  await keep(
    alert('now', whole),
    alert('of a device', { since: '2026-04-01' }),
    alert('of the whole', { ...whole, since: '2026-01-01' }),
  )
  const { similar } = await room.run(performance.alert, { id: 'now' })
  expect(similar.map((one: { id: string }) => one.id)).toEqual(['of the whole', 'of a device'])
})

it('past cases are found behind hundreds of later ones, and say what became of them to who sees their store', async () => {
  const later = Array.from({ length: 210 }, (_, n) =>
    alert(`later ${n}`, { since: '2026-05-02', state: 'resolved' }),
  )
  const fixed = { state: 'resolved' as const, reason: 'Fixed: the button was hidden' }
  await keep(
    alert('now'),
    ...later,
    alert('before', { since: '2026-03-01', ...fixed }),
    alert('elsewhere', { ...south, since: '2026-03-02' }),
  )
  const seen = async (actor = someone('ada', 'owner')) =>
    (await room.run(performance.alert, { id: 'now' }, actor)).similar
  expect(await seen()).toMatchObject([{ id: 'before', ...fixed }, { id: 'elsewhere' }])
  expect(await seen(someone('bo', 'viewer', ['north']))).toMatchObject([{ id: 'before' }])
})

it('a rule is as precise as people found it: what was taken up or mended, of all they judged', async () => {
  const [taken, mended, expected, nothing] = ['taken', 'mended', 'expected', 'nothing'].map(id => alert(id))
  await keep(
    ...[taken, mended, expected, nothing].map(one => one as Row),
    alert('nobody looked'),
    alert('put off'),
    alert('long ago', { since: '2026-01-01', useful: false }),
    alert('of another rule', { rule: 'orders', useful: false }),
  )
  const act = (id: string, more: object) => room.run(performance.actOnAlert, { id, ...more })
  await act('taken', { act: 'acknowledge' })
  await act('mended', { act: 'resolve', as: 'fixed' })
  await act('expected', { act: 'resolve', as: 'expected' })
  await act('nothing', { act: 'resolve', as: 'not_real' })
  await act('put off', { act: 'snooze', until: '2026-05-09', reason: 'On Monday' })
  const precision = async () => {
    const rules = (await room.run(performance.alertRules, {})) as {
      id: string
      told: number
      judged: number
      useful: number
    }[]
    const found = rules.find(one => one.id === 'conversion')
    return [found?.told, found?.judged, found?.useful]
  }
  expect(await precision()).toEqual([6, 4, 2])
  // Who opens it again takes the judgement back; who then calls it nothing changes it.
  await act('mended', { act: 'reopen' })
  expect(await precision()).toEqual([6, 3, 1])
  await act('mended', { act: 'resolve', as: 'not_real' })
  expect(await precision()).toEqual([6, 4, 1])
})
