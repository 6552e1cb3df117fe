import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { system } from '#kernel/actor.ts'
import { deliverLines } from '../../test/small-ledger.ts'
import { openHouse } from './start.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lost-ledger-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const ledger = () => join(folder, 'ledger')

it('a ledger that is gone beside figures is not made anew: it is said what brings it back', async () => {
  const house = await openHouse({}, folder)
  await deliverLines(house.context(system('test')).granary, [{ order_id: '1', day: '2026-01-01', gross: 5 }])
  await house.close()
  rmSync(ledger(), { recursive: true })
  for (const _ of ['at once', 'and again'])
    await expect(openHouse({}, folder)).rejects.toMatchObject({
      code: 'unavailable',
      message: `The ledger of ${folder} is gone, while its granary still holds figures.`,
      next: expect.stringContaining('./quarterdeck restore DIR --data NEW'),
    })
  expect(existsSync(ledger())).toBe(false)
}, 120_000)

it('beside a granary that holds nothing it is made, as at a first start', async () => {
  await (await openHouse({}, folder)).close()
  rmSync(ledger(), { recursive: true })
  await (await openHouse({}, folder)).close()
  expect(existsSync(ledger())).toBe(true)
}, 120_000)
