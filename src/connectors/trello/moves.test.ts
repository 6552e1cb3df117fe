import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { workStage } from '#kernel/work-stage.ts'
import type { Place } from '../connector.ts'
import { type MoveAction, mapMove, moveOf } from './moves.ts'

const home = { store: 'us', currency: 'USD', timezone: 'America/New_York', hosts: [] }
const place: Place = { home, storeOf: () => home, privacy: false, hash: () => '', facts: {} }
const row = (action: Partial<MoveAction> & Pick<MoveAction, 'type' | 'data'>) => {
  const move = moveOf({ id: 'a', date: '2026-03-02T03:00:00.000Z', ...action }, new Map([['l0', 0]]))
  const [one] = move === null ? [] : (mapMove(move, place).rows.task_moves ?? [])
  return one && [one.kind, one.from_value, one.to_value, one.stage, one.day].join(' | ')
}
const card = { id: 'c' }

describe('an action', () => {
  it('of making, moving, putting off, ticking, putting away and handing over is a move', () => {
    const data = { card }
    expect(row({ type: 'createCard', data: { card, list: { id: 'l0', name: 'Heap' } } })).toBe(
      'made |  | Heap | waiting | 2026-03-01',
    )
    expect(row({ type: 'moveCardToBoard', data: { card, list: { id: 'l1', name: 'Heap' } } })).toBe(
      'section |  | Heap | doing | 2026-03-01',
    )
    const old = { due: '2026-03-09T03:00:00.000Z' }
    expect(row({ type: 'updateCard', data: { card: { id: 'c', due: null }, old } })).toBe(
      'due | 2026-03-08 |  |  | 2026-03-01',
    )
    const ticked = { card: { id: 'c', dueComplete: true }, old: { dueComplete: false } }
    expect(row({ type: 'updateCard', data: ticked })).toBe('state | open | done |  | 2026-03-01')
    const back = { card: { id: 'c', closed: false }, old: { closed: true } }
    expect(row({ type: 'updateCard', data: back })).toBe('state | archived | open |  | 2026-03-01')
    expect(row({ type: 'addMemberToCard', data, member: { fullName: 'Jo Lennox' } })).toBe(
      'assignee |  | Jo Lennox |  | 2026-03-01',
    )
    expect(row({ type: 'removeMemberFromCard', data: { card, member: { name: 'Jo Lennox' } } })).toBe(
      'assignee | Jo Lennox |  |  | 2026-03-01',
    )
    expect(row({ type: 'updateCard', data: { card, old: {} } })).toBeUndefined()
    expect(row({ type: 'createCard', data: {} })).toBeUndefined()
  })
})

describe('what a list means', () => {
  it('is told by its name, and by its place where the name says nothing', () => {
    expect(['Backlog', 'This week', 'To do', 'À faire', '📥 Inbox'].map(name => workStage(name, 3))).toEqual(
      Array(5).fill('waiting'),
    )
    expect(['In progress', 'Doing', 'Packing'].map(name => workStage(name, 1))).toEqual(
      Array(3).fill('doing'),
    )
    expect([workStage('Packing', 0), workStage('Doing', 0), workStage('Packing', null)]).toEqual([
      'waiting',
      'doing',
      'doing',
    ])
    expect(workStage('Done', 0)).toBe('done')
  })
})

const example = new URL('../../../../shared/specs/trello/examples/webhook.updateCard.json', import.meta.url)
describe.skipIf(!existsSync(example))('an example (skipped where the folder of examples is absent)', () => {
  it('is understood', () => {
    const { action } = JSON.parse(readFileSync(example, 'utf8')) as { action: MoveAction }
    expect(row(action)).toBe('section | Doing | Done | done | 2026-11-20')
  })
})
