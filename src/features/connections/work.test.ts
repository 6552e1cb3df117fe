import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { system } from '#kernel/actor.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { findFlow } from './flow.ts'
import { flowOf, type MoveRow } from './flow-model.ts'
import { findWork } from './work.ts'

const folder = mkdtempSync(join(tmpdir(), 'quarterdeck-work-'))
let granary: Warehouse
beforeAll(async () => {
  granary = await openDuckdb({ folder: ':memory:' })
  const duck = await (await DuckDBInstance.create(':memory:')).connect()
  const file = join(folder, 'tasks.parquet')
  await duck.run(`COPY (SELECT store, platform, task_id, project, '' AS section, '' AS parent_id, title, assignee, state,
      NULL::DATE AS created_day, due_day::DATE AS due_day, NULL::DATE AS done_day, '' AS labels, '{}' AS fields, '' AS url,
      NULL::TIMESTAMP AS changed_at, 'test' AS source
    FROM (VALUES
      ('uk', 'asana', '1', 'Site', 'Shorter form', 'Jo', 'open', '2026-11-01'),
      ('uk', 'asana', '2', 'Site', 'Gift wrapping', 'Ada', 'done', NULL),
      ('uk', 'trello', '3', 'Board', 'It''s a {sale}', 'Jo', 'open', '2026-12-01'),
      ('us', 'asana', '4', 'Peak', 'Staffing', '', 'open', '2027-01-01')
    ) AS rows(store, platform, task_id, project, title, assignee, state, due_day)) TO '${file}' (FORMAT parquet)`)
  await granary.deliver({ id: 'x', table: 'tasks', files: [file], mode: 'merge' })
})
afterAll(async () => {
  await granary.close()
  rmSync(folder, { recursive: true, force: true })
})

const everywhere = system('test')
const found = async (input: Parameters<typeof findWork>[1], stores: 'all' | string[] = 'all') => {
  const { rows, count, projects } = await findWork({ granary, actor: { ...everywhere, stores } }, input)
  return { tasks: rows.map(row => row.task), count, projects: projects.map(one => one.project) }
}

it('lists what is open by the day it is due, and what is over at the end', async () => {
  expect(await found({})).toEqual({
    tasks: ['1', '3', '4', '2'],
    count: 4,
    projects: ['Peak', 'Site', 'Board'],
  })
  expect(await found({ limit: 1 })).toMatchObject({ tasks: ['1'], count: 4 })
})
it('counts all that are late, also those that are not listed', async () => {
  const late = async (input: Parameters<typeof findWork>[1], stores: 'all' | string[] = 'all') =>
    (await findWork({ granary, actor: { ...everywhere, stores } }, input)).late
  expect(await late({ asOf: '2026-12-02', limit: 1 })).toBe(2)
  expect(await late({ asOf: '2026-12-01' })).toBe(1)
  expect(await late({ asOf: '2027-01-02', state: 'done' })).toBe(0)
  expect(await late({ asOf: '2027-01-02' }, ['us'])).toBe(1)
  expect(await late({})).toBe(0)
})
it('shows nobody tasks of stores that he does not see, nor names of their projects', async () => {
  expect(await found({}, ['uk'])).toEqual({ tasks: ['1', '3', '2'], count: 3, projects: ['Site', 'Board'] })
  expect(await found({}, [])).toEqual({ tasks: [], count: 0, projects: [] })
})
it('filters by platform, project, state and words', async () => {
  expect((await found({ platform: 'trello' })).tasks).toEqual(['3'])
  expect((await found({ project: 'Site', state: 'open' })).tasks).toEqual(['1'])
  expect((await found({ search: 'jo' })).tasks).toEqual(['1', '3'])
  expect((await found({ search: "it's a {sale}" })).tasks).toEqual(['3'])
  expect((await found({ search: '%' })).tasks).toEqual([])
})

describe('how work moves', () => {
  const task = {
    store: 'uk',
    platform: 'asana',
    project: 'Site',
    title: 'T',
    url: '',
    state: 'open',
    doneDay: null,
  }
  const moves = (
    id: string,
    of: Partial<MoveRow>,
    ...all: [at: string, kind: string, to: string, stage?: string][]
  ) =>
    all.map(([at, kind, to, stage = ''], index): MoveRow => {
      const from = all[index - 1]?.[2] ?? ''
      return { ...task, ...of, task: id, at: `2026-${at}:00`, kind, from, to, stage }
    })
  const done = (day: string) => ({ state: 'done', doneDay: `2026-${day}` })

  it('is told by how long it stood where, and from its first start to its end', () => {
    const rows = [
      ...moves(
        '1',
        done('03-20'),
        ['03-10 12:00', 'made', 'Next', 'waiting'],
        ['03-12 12:00', 'section', 'Doing', 'doing'],
        ['03-18 12:00', 'section', 'Next', 'waiting'],
        ['03-19 12:00', 'section', 'Doing', 'doing'],
        ['03-20 12:00', 'section', 'Live', 'done'],
      ),
      // Done where it stood, without coming among the finished.
      ...moves(
        '2',
        done('03-24'),
        ['03-20 12:00', 'section', 'Doing', 'doing'],
        ['03-24 12:00', 'state', 'done'],
      ),
      ...moves(
        '3',
        {},
        ['03-21 12:00', 'made', 'Next', 'waiting'],
        ['03-23 00:00', 'due', '2026-04-01'],
        ['03-23 01:00', 'due', '2026-04-09'],
      ),
      // Long over, and one done without anybody having begun it.
      ...moves(
        '4',
        done('01-03'),
        ['01-01 12:00', 'made', 'Doing', 'doing'],
        ['01-03 12:00', 'section', 'Live', 'done'],
      ),
      ...moves('5', { ...done('03-22'), project: 'Peak' }, ['03-22 11:00', 'section', 'Live', 'done']),
    ]
    const flow = flowOf(rows, () => '2026-03-25 12:00:00', 30)
    expect(flow.sections.map(one => [one.section, one.left, one.median, one.now, one.longest])).toEqual([
      ['Next', 2, 1.5, 1, 4],
      ['Doing', 3, 4, 0, null],
    ])
    expect(flow.projects).toMatchObject([
      { project: 'Site', started: 2, done: 2, timed: 2, median: 6 },
      { project: 'Peak', started: 0, done: 1, timed: 0, median: null },
    ])
    expect(flow.all).toEqual({ started: 2, done: 3, timed: 2, median: 6, most: 7.4 })
    expect(flow.week).toEqual({ made: 1, moved: 5, done: 3, putOff: 1, tasks: 4 })
    expect(flow.moves[0]).toMatchObject({ task: '2', kind: 'state', to: 'done' })
  })

  it('is read of the stores one sees, and of tasks that are there', async () => {
    const file = join(folder, 'moves.parquet')
    const duck = await (await DuckDBInstance.create(':memory:')).connect()
    await duck.run(`COPY (SELECT store, platform, task_id, move_id, 'section' AS kind, '' AS from_value, 'Doing' AS to_value,
        'doing' AS stage, moment::TIMESTAMP AS happened_at, moment::DATE AS day, 'test' AS source
      FROM (VALUES
        ('uk', 'asana', '1', 'a', '2026-11-20 10:00:00'),
        ('us', 'asana', '4', 'b', '2026-11-21 10:00:00'),
        ('uk', 'asana', '9', 'c', '2026-11-21 10:00:00')
      ) AS rows(store, platform, task_id, move_id, moment)) TO '${file}' (FORMAT parquet)`)
    await granary.deliver({ id: 'm', table: 'task_moves', files: [file], mode: 'merge' })
    const clock = () => new Date('2026-11-22T10:00:00Z')
    const zones = new Map([['us', 'UTC']])
    const flow = async (input: Parameters<typeof findFlow>[1], stores: 'all' | string[] = 'all') => {
      const { sections, any } = await findFlow(
        { granary, actor: { ...everywhere, stores }, clock },
        input,
        zones,
      )
      return { any, there: sections.map(one => `${one.project} ${one.section} ${one.now} ${one.longest}`) }
    }
    expect(await flow({})).toEqual({ any: true, there: ['Peak Doing 1 1', 'Site Doing 1 2'] })
    expect((await flow({ project: 'Site', platform: 'asana' })).there).toEqual(['Site Doing 1 2'])
    expect((await flow({}, ['us'])).there).toEqual(['Peak Doing 1 1'])
    expect(await flow({}, [])).toEqual({ any: false, there: [] })
    // Ten in the morning in London is eleven at night in Auckland and two at night in Los Angeles.
    zones.set('uk', 'Pacific/Auckland').set('us', 'America/Los_Angeles')
    expect((await flow({})).there).toEqual(['Peak Doing 1 0.7', 'Site Doing 1 2.5'])
  })
  it('counts as this week what the clocks of its own store have not yet passed', () => {
    const at = (store: string) => (store === 'nz' ? '2026-03-25 23:00:00' : '2026-03-25 02:00:00')
    const rows = [
      ...moves('1', { store: 'nz' }, ['03-25 22:00', 'section', 'Doing', 'doing']),
      ...moves('2', { store: 'us' }, ['03-18 01:00', 'section', 'Doing', 'doing']),
      ...moves('3', { store: 'us', ...done('03-19') }, ['03-18 03:00', 'section', 'Live', 'done']),
    ]
    expect(flowOf(rows, at, 30).week).toEqual({ made: 0, moved: 2, done: 1, putOff: 0, tasks: 2 })
    expect(flowOf(rows, at, 30).sections).toMatchObject([{ section: 'Doing', now: 2, longest: 7 }])
  })
})
