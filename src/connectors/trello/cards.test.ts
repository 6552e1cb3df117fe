import { createHmac } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isFinal } from '#kernel/work-stage.ts'
import type { Place } from '../connector.ts'
import type { Answer } from '../http.ts'
import { type Card, type CardRecord, doneSince, mapCard } from './cards.ts'
import { hooks } from './hooks.ts'
import { judge } from './session.ts'

const home = { store: 'us', currency: 'USD', timezone: 'America/New_York', hosts: [] }
const place: Place = { home, storeOf: () => home, privacy: false, hash: () => '', facts: {} }
const record = (card: Card, more: Partial<Exclude<CardRecord, { deleted: string }>> = {}): CardRecord => ({
  card,
  assignee: '',
  board: 'B',
  list: 'L',
  archived: false,
  done: false,
  doneAt: null,
  fields: {},
  kinds: [],
  ...more,
})
const move = (date: string, before: string, after: string) => ({
  id: date,
  type: 'updateCard',
  date,
  data: { listBefore: { name: before }, listAfter: { name: after } },
})

describe('a card', () => {
  it('was made when its id says, in the store’s zone', () => {
    // 0x51a79e72 is 30 May 2013, 18:46:42 UTC.
    expect(mapCard(record({ id: '51a79e72dbb7e23c7c003778' }), place).rows.tasks).toMatchObject([
      { created_day: '2013-05-30', state: 'open', done_day: null },
    ])
    expect(mapCard(record({ id: 'odd' }), place).rows.tasks).toMatchObject([{ created_day: null }])
  })
  it('was done when it last came among the finished', () => {
    expect(
      doneSince([
        move('2026-03-05T00:00:00Z', 'Doing', 'Done'),
        move('2026-03-04T00:00:00Z', 'Done', 'Doing'),
        move('2026-03-01T00:00:00Z', 'Doing', 'Done'),
        // From one list of finished work into another it stays done.
        move('2026-03-06T00:00:00Z', 'Done', 'Shipped'),
      ]),
    ).toBe('2026-03-05T00:00:00Z')
    const ticked = (date: string, now: boolean) => ({
      id: date,
      type: 'updateCard',
      date,
      data: { card: { dueComplete: now }, old: { dueComplete: !now } },
    })
    expect(
      doneSince([ticked('2026-03-01T00:00:00Z', true), move('2026-03-02T00:00:00Z', 'Doing', 'Done')]),
    ).toBe('2026-03-01T00:00:00Z')
    expect(
      doneSince([ticked('2026-03-01T00:00:00Z', true), ticked('2026-03-02T00:00:00Z', false)]),
    ).toBeNull()
  })
  it('is done with its last activity where the actions are gone', () => {
    const card = { id: 'x', dateLastActivity: '2026-03-02T03:00:00.000Z' }
    expect(mapCard(record(card, { done: true }), place).rows.tasks).toMatchObject([
      { state: 'done', done_day: '2026-03-01', changed_at: '2026-03-01 22:00:00' },
    ])
  })
  it('that was deleted is gone', () => {
    const gone = [{ store: 'us', platform: 'trello', task_id: 'x' }]
    expect(mapCard({ deleted: 'x' }, place)).toEqual({ rows: {}, gone: { tasks: gone, task_moves: gone } })
  })
  it('knows lists of finished work by their names', () => {
    expect(['Done', 'done ✔', '✅ Done', 'Completed 2026', 'Erledigt'].map(isFinal)).toEqual(
      Array(5).fill(true),
    )
    expect(['Doing', 'Delivery', 'To be done', 'Abandoned'].map(isFinal)).toEqual(Array(4).fill(false))
  })
})

describe('an answer', () => {
  const answer = (status: number, text: string): Answer => ({
    status,
    text,
    json: text.startsWith('{') ? JSON.parse(text) : undefined,
    headers: new Headers(),
  })
  it('is waited for a window long, whether it is text or JSON', () => {
    const verdict = judge(
      answer(429, '{"error":"API_TOKEN_LIMIT_EXCEEDED","message":"Rate limit exceeded"}'),
      0,
    )
    expect(verdict.as === 'wait' && verdict.ms >= 10_000 && verdict.ms < 13_000).toBe(true)
    expect(judge(answer(429, 'Rate limit exceeded'), 0).as).toBe('wait')
    expect(judge(answer(401, 'invalid key'), 0)).toMatchObject({ failure: { message: /key/ } })
    expect([449, 502, 504].map(status => judge(answer(status, ''), 0).as)).toEqual(Array(3).fill('again'))
  })
})

const folder = new URL('../../../../shared/specs/trello/examples/', import.meta.url)
describe.skipIf(!existsSync(folder))('examples (skipped where their folder is absent)', () => {
  it('of a card are understood', () => {
    const card = JSON.parse(readFileSync(new URL('card.json', folder), 'utf8')) as Card
    expect(mapCard(record(card), place).rows.tasks).toMatchObject([
      { title: 'Webhooks', due_day: '2026-11-30', changed_at: '2026-11-20 11:58:51' },
    ])
  })
  it('of a webhook are taken when signed', () => {
    const body = readFileSync(new URL('webhook.updateCard.json', folder))
    const url = 'https://deck.example/hooks/1'
    const signature = createHmac('sha1', 's').update(body).update(url).digest('base64')
    const request = { method: 'POST', url, body, headers: { 'x-trello-webhook': signature } }
    const answer = hooks.receive(request, { secret: 's' }, Date.parse('2026-11-20T17:00:00Z'))
    expect(answer).toMatchObject({ status: 200, id: '51f9424bcd6e040f3c002412', hurry: ['cards', 'moves'] })
  })
})
