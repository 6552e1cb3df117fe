import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { CanonicalRow, Mapped } from '#connectors/connector.ts'
import type { TableName } from '#kernel/canonical.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Receipt, Warehouse } from '#warehouse/warehouse.ts'
import { lineRow } from '../../test/small-ledger.ts'
import { createIntake, fitted, type Intake } from './intake.ts'
import { createPacker } from './packer.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'intake-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const add = (intake: Intake, mapped: Mapped) => intake.add(fitted(mapped, 'toy'))

/** What reaches the granary, in order; `before` comes before each delivery. */
function watched(before: () => Promise<void> = async () => {}, restates = false) {
  const done: string[] = []
  const granary = {
    deliver: async ({ table, more }: { table: string; more?: boolean }): Promise<Receipt> => {
      await before()
      done.push(`${table} in${more ? ', more to come' : ''}`)
      return { rows: 1, inserted: 1, changed: 0, repeats: 0 }
    },
    settle: async () => void done.push('settled'),
    remove: async ({ table, rows }: { table: string; rows: object[] }) => {
      done.push(`${rows.length} of ${table} out`)
      return rows.length
    },
  } as unknown as Warehouse
  const intake = createIntake({
    granary,
    packer: { pack: async (_, path) => path, close: () => undefined },
    folder: join(folder, 'work'),
    source: 'toy',
    turn: 'one',
    restates,
    whole: null,
    stores: ['shop'],
  })
  return { intake, done }
}

const entered = (deal: string, stage: string): CanonicalRow => ({
  store: 'shop',
  platform: 'toy',
  deal_id: deal,
  stage,
  happened_at: '2026-11-01 10:00:00',
  day: '2026-11-01',
})
const gone = (deal: string) => ({ store: 'shop', platform: 'toy', deal_id: deal })

test('orders are numbered with the last part of a turn, or when none follows', async () => {
  const order = (id: string) => ({
    rows: { sales_lines: [lineRow({ order_id: id, day: '2026-11-01' }) as CanonicalRow] },
  })
  for (const last of ['another', 'none']) {
    const { intake, done } = watched(undefined, true)
    await add(intake, order('a'))
    // Another state of the same order: the earlier goes in before.
    await add(intake, order('a'))
    if (last === 'none')
      await add(intake, { rows: {}, gone: { sales_lines: [{ store: 'shop', order_id: 'a' }] } })
    await intake.end()
    await intake.close()
    const first = 'sales_lines in, more to come'
    expect(done).toEqual(
      last === 'another' ? [first, 'sales_lines in'] : [first, first, '1 of sales_lines out', 'settled'],
    )
  }
})

test('many records that each replace rows of their own are one delivery', async () => {
  const { intake, done } = watched()
  for (const deal of ['1', '2', '3'])
    await add(intake, { rows: { deal_stages: [entered(deal, 'open')] }, gone: { deal_stages: [gone(deal)] } })
  await add(intake, { rows: { deal_stages: [entered('4', 'open')] }, gone: { deal_stages: [] } })
  await intake.end()
  expect(done).toEqual(['3 of deal_stages out', 'deal_stages in'])
})

test('a row that came and then left is delivered before it is taken out', async () => {
  const { intake, done } = watched()
  await add(intake, { rows: { deal_stages: [entered('1', 'open'), entered('2', 'open')] } })
  await add(intake, { rows: {}, gone: { deal_stages: [gone('2')] } })
  await add(intake, { rows: { deal_stages: [entered('1', 'won')] }, gone: { deal_stages: [gone('3')] } })
  await add(intake, { rows: {}, gone: { deal_stages: [gone('1')] } })
  await intake.end()
  expect(done).toEqual([
    'deal_stages in, more to come',
    '2 of deal_stages out',
    'deal_stages in, more to come',
    '1 of deal_stages out',
  ])
})

test('what leaves in thousands is named some hundreds at a time', async () => {
  const { intake, done } = watched()
  const all = Array.from({ length: 1200 }, (_, n) => gone(String(n)))
  await add(intake, { rows: {}, gone: { deal_stages: all } })
  await intake.end()
  expect(done).toEqual(['500 of deal_stages out', '500 of deal_stages out', '200 of deal_stages out'])
})

test('what tells more of rows goes with them when a reading of everything no longer has them', async () => {
  const granary = await openDuckdb({ folder: ':memory:' })
  const packer = createPacker()
  const take = async (turn: string, whole: readonly TableName[] | null, rows: Mapped['rows']) => {
    const place = { folder: join(folder, turn), source: 'toy', stores: ['shop'], restates: false }
    const intake = createIntake({ granary, packer, turn, whole, ...place })
    await add(intake, { rows })
    await intake.end()
    await intake.close()
    return intake.stored.gone
  }
  const task = (id: string) => ({ store: 'shop', platform: 'toy', task_id: id, state: 'open' })
  const move = (id: string, move: string) => ({
    ...{ store: 'shop', platform: 'toy', task_id: id, move_id: move, kind: 'section' },
    ...{ happened_at: '2026-11-01 10:00:00', day: '2026-11-01' },
  })
  await take('1', ['tasks'], { tasks: [task('a'), task('b')] })
  expect(await take('2', null, { task_moves: [move('a', '1'), move('b', '1'), move('b', '2')] })).toBe(0)
  expect(await take('3', ['tasks'], { tasks: [task('a')] })).toBe(2)
  expect(await granary.query('SELECT task_id FROM task_moves')).toEqual([{ task_id: 'a' }])
  await granary.close()
  packer.close()
})

test('a text of any length and script arrives whole', async () => {
  const granary = await openDuckdb({ folder: ':memory:' })
  const packer = createPacker()
  const intake = createIntake({
    granary,
    packer,
    folder: join(folder, 'long'),
    source: 'toy',
    turn: 'long',
    restates: false,
    whole: null,
    stores: ['shop'],
  })
  // Three bytes a letter, and four a pair of them: more than the packer's usual line.
  const stages = ['short', '', '0', 'a "b" \\ c\n\td\u2028é', '長'.repeat(700_000), '🧵'.repeat(400_000)]
  for (const [n, stage] of stages.entries())
    await add(intake, { rows: { deal_stages: [entered(`${n}`, stage)] } })
  await intake.end()
  const rows = await granary.query('SELECT stage FROM deal_stages ORDER BY deal_id')
  expect(rows.map((row, n) => row.stage === stages[n])).toEqual(stages.map(() => true))
  packer.close()
  await granary.close()
})

test('a part is stored while the next is taken, and one after another', async () => {
  const doors: (() => void)[] = []
  const { intake, done } = watched(() => new Promise(open => doors.push(open)))
  await add(intake, { rows: { deal_stages: [entered('1', 'open')] } })
  // What leaves was added just now: it has to be stored first.
  const leaving = { rows: { deal_stages: [entered('1', 'won')] }, gone: { deal_stages: [gone('1')] } }
  await add(intake, leaving)
  expect(done).toEqual([])
  const ended = add(intake, leaving).then(() => intake.end())
  for (let n = 0; n < 3; n++) {
    await vi.waitFor(() => expect(doors.length).toBe(n + 1))
    expect(done.filter(one => one.startsWith('deal_stages in')).length).toBe(n)
    doors[n]?.()
  }
  await ended
  const both = ['1 of deal_stages out', 'deal_stages in']
  const [out] = both
  expect(done).toEqual(['deal_stages in, more to come', ...[out, 'deal_stages in, more to come'], ...both])
})

test('once a part could not be stored no later one is, and whoever waits hears why', async () => {
  let part = 0
  const { intake, done } = watched(async () => {
    if (++part === 2) throw new Error('no room')
  })
  await add(intake, { rows: { deal_stages: [entered('1', 'open')] } })
  await intake.flush()
  await add(intake, { rows: { deal_stages: [entered('2', 'open')] } })
  await expect(intake.flush()).rejects.toThrow('no room')
  await add(intake, { rows: { deal_stages: [entered('3', 'open')] } })
  await expect(intake.flush()).rejects.toThrow('no room')
  await expect(intake.end()).rejects.toThrow('no room')
  await intake.close()
  expect(done).toEqual(['deal_stages in'])
})
