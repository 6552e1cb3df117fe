import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Place } from '../connector.ts'
import type { Answer } from '../http.ts'
import { judge } from './session.ts'
import { mapTask, type TaskRecord } from './tasks.ts'

const home = { store: 'us', currency: 'USD', timezone: 'America/New_York', hosts: [] }
const place: Place = { home, storeOf: () => home, privacy: false, hash: () => '', facts: {} }
const record = (task: Partial<TaskRecord['task']>, more: Partial<TaskRecord> = {}): TaskRecord => ({
  task: { gid: '1', ...task },
  assignee: '',
  project: 'P',
  section: '',
  parent: '',
  archived: false,
  ...more,
})
const row = (one: TaskRecord, at = place) => mapTask(one, at).rows.tasks?.[0]

describe('a task', () => {
  it('has its days in the store’s zone', () => {
    expect(
      row(
        record({
          completed: true,
          created_at: '2026-03-01T02:00:00.000Z',
          completed_at: '2026-03-02T04:59:00.000Z',
          due_at: '2026-03-03T01:00:00.000Z',
          modified_at: '2026-03-02T05:00:00.000Z',
        }),
      ),
    ).toMatchObject({
      state: 'done',
      created_day: '2026-02-28',
      done_day: '2026-03-01',
      due_day: '2026-03-02',
      changed_at: '2026-03-02 00:00:00',
    })
  })
  it('takes fields of every kind by name, of unknown kinds as they are shown, and leaves empty ones out', () => {
    const { fields } = row(
      record({
        custom_fields: [
          { name: 'n', resource_subtype: 'number', number_value: 0 },
          { name: 'none', resource_subtype: 'number', number_value: null },
          { name: 't', resource_subtype: 'text', text_value: 'x' },
          { name: 'e', resource_subtype: 'enum', enum_value: { name: 'L' } },
          { name: 'm', resource_subtype: 'multi_enum', multi_enum_values: [{ name: 'a' }, { name: 'b' }] },
          { name: 'd', resource_subtype: 'date', date_value: { date: '2026-01-02' } },
          { name: 'p', resource_subtype: 'people', people_value: null },
          { name: 'new', resource_subtype: 'formula2', display_value: '7 %' },
        ],
      }),
    ) as { fields: string }
    expect(JSON.parse(fields)).toEqual({ n: 0, t: 'x', e: 'L', m: 'a, b', d: '2026-01-02', new: '7 %' })
  })
  it('is archived with its project, and still tells when it was done', () => {
    const done = { completed: true, completed_at: '2026-03-02T15:00:00Z' }
    expect(row(record(done, { archived: true }))).toMatchObject({ state: 'archived', done_day: '2026-03-02' })
    expect(row(record({ completed: false, completed_at: null }))).toMatchObject({
      state: 'open',
      done_day: null,
    })
  })
  it('names nobody where nothing personal is kept', () => {
    expect(row(record({}, { assignee: 'Jo' }), { ...place, privacy: true })?.assignee).toBe('')
  })
})

describe('an answer', () => {
  const answer = (status: number, headers = {}, json: unknown = { errors: [{ message: 'x' }] }): Answer => ({
    status,
    json,
    text: JSON.stringify(json),
    headers: new Headers(headers),
  })
  it('is waited for as long as it says', () => {
    expect(judge(answer(429, { 'retry-after': '30' }), 0)).toMatchObject({ as: 'wait', ms: 30_000 })
    expect(judge(answer(429), 0)).toMatchObject({ as: 'wait', ms: 60_000 })
    expect(judge(answer(412), 0).as).toBe('good')
    expect(judge(answer(503), 0).as).toBe('again')
    expect([400, 401, 402, 403, 404].map(status => judge(answer(status), 0).as)).toEqual(
      Array(5).fill('fail'),
    )
  })
})

const capture = new URL('../../../../shared/specs/asana/examples/estuary-capture-real.json', import.meta.url)
describe.skipIf(!existsSync(capture))('a real task (skipped where the folder of examples is absent)', () => {
  it('is understood', () => {
    const all = JSON.parse(readFileSync(capture, 'utf8')) as [string, Record<string, unknown>][]
    const task = all.find(([name]) => name.endsWith('/tasks'))?.[1] as unknown as TaskRecord['task']
    expect(row(record(task))).toMatchObject({
      task_id: '1205846055668625',
      state: 'open',
      due_day: '2023-11-02',
      created_day: null,
    })
  })
})
