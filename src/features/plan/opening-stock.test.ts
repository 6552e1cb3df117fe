import { expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'

const { plan, settings } = operations
const [place] = ledgers
if (!place) throw new Error('there is no ledger')
const room = planRoom(place)
const { run } = room

const begun = (id: string, from: string, over: string[] = []) =>
  run(plan.start, {
    id,
    name: id,
    currency: 'GBP',
    from,
    to: '2026-12-31',
    begin: { with: 'last_year', over },
  })
const ends = async (version: string, members = {}) =>
  (await run(plan.figures, { version, lines: ['cogs', 'stock_end'], members })).lines.map(
    (line: { values: string[] }) => Number(line.values[0]),
  )

it('begins a plan with the stock that was counted last before it, and says where nobody counted', async () => {
  const empty = await begun('empty', '2026-07-01')
  expect(empty.notes).toContainEqual(expect.stringContaining('first period is not known: until it is filled'))
  const counted = (day: string, units: number, store = 'shop') => ({
    store,
    day,
    product_id: 'p',
    location: '',
    on_hand: units,
    available: null,
    incoming: null,
    unit_cost: 12.5,
    currency: 'GBP',
    source: 'test',
  })
  await room.deliver('stock_days', [
    counted('2026-05-20', 900),
    counted('2026-06-10', 1000),
    counted('2026-06-19', 800),
  ])
  // 800 on hand at 12.50 on the last day of which anything is known.
  const known = await begun('known', '2026-07-01')
  expect(known.notes).toContainEqual(expect.stringContaining('is as it was counted last, by 20 Jun 2026'))
  const [cogs, end] = await ends('known')
  expect(cogs).toBeGreaterThan(0)
  expect(end).toBeCloseTo(10_000 - cogs, 6)
  // A plan of before begins with what there was then.
  await begun('june', '2026-06-15')
  const [sold, left] = await ends('june')
  expect(left).toBeCloseTo(12_500 - sold, 6)
  const store = { store: 'paris', name: 'Paris', currency: 'GBP', timezone: 'Europe/Paris', kind: 'b2c' }
  await run(settings.saveStore, store, room.people.cy)
  await room.sell('paris', '2025-07-05', 50, { store: 'paris' })
  const both = await begun('both', '2026-07-01', ['store'])
  expect(both.notes).toContainEqual(expect.stringContaining('first period is not known for Paris: until'))
  const [own, rest] = await ends('both', { store: 'shop' })
  expect(rest).toBeCloseTo(10_000 - own, 6)
  // Stock is counted by no country: then nothing is made up.
  const split = await begun('split', '2026-07-01', ['country'])
  expect(split.notes).toContainEqual(expect.stringContaining('first period is not known: until'))
}, 120_000)
