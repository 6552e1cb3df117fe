import { describe, expect, it } from 'vitest'
import type { Place } from '../connector.ts'
import { sinceForPutAway } from '../nightly.ts'
import { mapWay, type Story, wayOf } from './moves.ts'

const home = { store: 'us', currency: 'USD', timezone: 'America/New_York', hosts: [] }
const place: Place = { home, storeOf: () => home, privacy: false, hash: () => '', facts: {} }
const section = (gid: string, name: string) => ({ gid, name })
const sections = {
  own: new Map([
    ['1', 0],
    ['2', 1],
    ['3', 2],
  ]),
  others: new Set(['9']),
}
const rows = (stories: Story[], now = 'Ships', at = place) =>
  mapWay(
    wayOf(
      {
        gid: 't',
        created_at: '2026-03-01T02:00:00.000Z',
        memberships: [{ section: section('1', now) }],
      },
      stories,
      sections,
    ),
    at,
  ).rows.task_moves?.map(row => [row.kind, row.from_value, row.to_value, row.stage, row.day].join(' | '))

describe('a task’s way', () => {
  const moved = (at: string, before: string, after: string, gid = '2'): Story => ({
    gid: at,
    created_at: at,
    resource_subtype: 'section_changed',
    old_section: section('1', before),
    new_section: section(gid, after),
  })
  it('begins where it was before its first move, and counts the sections of its own project alone', () => {
    expect(
      rows([
        moved('2026-03-05T12:00:00.000Z', 'Cutting', 'Live', '3'),
        moved('2026-03-03T12:00:00.000Z', 'Pile', 'Cutting'),
        moved('2026-03-03T12:00:00.000Z', 'Elsewhere', 'Over there', '9'),
        // A section that is no more is told by its name.
        moved('2026-03-04T12:00:00.000Z', 'Cutting', 'Backlog 2025', '77'),
      ]),
    ).toEqual([
      'made |  | Pile | waiting | 2026-02-28',
      'section | Pile | Cutting | doing | 2026-03-03',
      'section | Cutting | Backlog 2025 | waiting | 2026-03-04',
      'section | Cutting | Live | done | 2026-03-05',
    ])
    expect(rows([])).toEqual(['made |  | Ships | waiting | 2026-02-28'])
  })
  it('tells days of the store’s zone, who had it before, and comments nothing', () => {
    const at = { created_at: '2026-03-03T12:00:00.000Z' }
    const stories: Story[] = [
      { ...at, gid: '1', resource_subtype: 'assigned', assignee: { gid: '5', name: 'Jo' } },
      { ...at, gid: '2', resource_subtype: 'assigned', assignee: { gid: '6', name: 'Ada' } },
      { ...at, gid: '3', resource_subtype: 'unassigned' },
      {
        ...at,
        gid: '4',
        resource_subtype: 'due_date_changed',
        old_dates: { due_at: '2026-03-05T02:00:00.000Z', due_on: null },
        new_dates: { due_on: '2026-03-09' },
      },
      { ...at, gid: '5', resource_subtype: 'marked_complete' },
      { ...at, gid: '6', resource_subtype: 'comment_added' },
      { ...at, gid: '7', resource_subtype: 'something_new' },
    ]
    expect(rows(stories)?.slice(1)).toEqual([
      'assignee |  | Jo |  | 2026-03-03',
      'assignee | Jo | Ada |  | 2026-03-03',
      'assignee | Ada |  |  | 2026-03-03',
      'due | 2026-03-04 | 2026-03-09 |  | 2026-03-03',
      'state | open | done |  | 2026-03-03',
    ])
    expect(rows(stories, 'Ships', { ...place, privacy: true })?.[2]).toBe('assignee |  |  |  | 2026-03-03')
  })
})

it('of a project that was put away is asked about once a day', () => {
  const at = (text: string) => Date.parse(`2026-03-${text}:00Z`)
  const turn = (from: string, to: string, history = false) =>
    sinceForPutAway({ from: at(from), to: at(to), cursor: null, history })
  expect(turn('02T22:55', '03T00:01')).toBe(at('02T00:00'))
  expect(turn('03T00:00', '03T01:00')).toBeNull()
  expect(turn('02T10:00', '06T01:00')).toBe(at('02T00:00'))
  expect(turn('02T10:00', '02T11:00', true)).toBe(at('02T10:00'))
})
