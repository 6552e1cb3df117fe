import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { system } from '#kernel/actor.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
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
