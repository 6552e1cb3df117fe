import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backupTo } from '#features/connections/backup.ts'
import type { Actor } from '#kernel/actor.ts'
import { httpApp } from './http.ts'
import { restoreFrom } from './restore.ts'
import { type House, openHouse } from './start.ts'

const olga: Actor = { kind: 'person', id: 'p1', name: 'Olga', role: 'owner', stores: 'all' }
const place = mkdtempSync(join(tmpdir(), 'attachments-'))
const month = { key: '2026-01', label: 'Jan 2026', from: '2026-01-01', to: '2026-01-31', year: '2026' }

/** A house with its door, as Olga comes through it. */
async function opened(name: string) {
  const house = await openHouse({}, join(place, name))
  const app = httpApp({
    context: actor => house.context(actor),
    who: async () => olga,
    auth: async () => new Response('auth'),
    token: 't'.repeat(43),
    demo: null,
    hook: async () => ({ status: 404, hurry: [] }),
    hurried: () => undefined,
    log: pino({ level: 'silent' }),
    web: join(place, 'dist'),
    version: '0.1.0',
    https: false,
    origins: new Set(['http://localhost']),
    hosts: null,
    trustProxy: false,
    uploadLimit: 1_000_000,
  })
  const key = { 'x-api-key': 'any' }
  return {
    house,
    get: (path: string) => app.request(path, { headers: key }),
    post: async (operation: string, body: object) => {
      const sent = await app.request(`/api/v1/plan/${operation}`, {
        method: 'POST',
        body: body instanceof FormData ? body : JSON.stringify(body),
        headers: { ...key, ...(!(body instanceof FormData) && { 'content-type': 'application/json' }) },
      })
      return { status: sent.status, answer: await sent.json() }
    },
  }
}
type Opened = Awaited<ReturnType<typeof opened>>

describe('files beside the plan, through the door', () => {
  let first: Opened
  let second: House | undefined
  let line: string
  const attach = (subject: string, bytes: string, name: string) => {
    const form = new FormData()
    form.set('subject', subject)
    form.set('file', new File([bytes], name))
    return first.post('attach', form)
  }
  beforeAll(async () => {
    first = await opened('first')
    const sheet = { currency: 'GBP', periods: [month], dimensions: [], lines: [] }
    const begun = { id: 'b', name: 'B', currency: 'GBP', from: month.from, to: month.to }
    await first.post('start', { ...begun, begin: { with: 'sheet', sheet } })
    const item = { version: 'b', label: 'Agency', kind: 'opex', currency: 'GBP' }
    line = `item:${(await first.post('saveItem', item)).answer.id}`
  }, 60_000)
  afterAll(async () => {
    await second?.close()
    await first.house.close()
    rmSync(place, { recursive: true, force: true })
  })

  it.each([
    [
      'an Excel file with macros',
      'offer.xlsm',
      'offer.xlsm holds macros.',
      'Save it without macros, as .xlsx',
    ],
    [
      'one that was only renamed',
      'offer.xlsx',
      'offer.xlsx holds macros.',
      'Save it without macros, as .xlsx',
    ],
  ])('%s is refused, and what to do is said', async (_, name, message, next) => {
    const macros = 'PK\u0003\u0004[Content_Types].xml xl/workbook.xml xl/vbaProject.bin'
    const { status, answer } = await attach(line, macros, name)
    expect(status).toBe(422)
    expect(answer.message).toBe(message)
    expect(answer.data.next).toContain(next)
  })

  it.each([
    ['a program', 'MZ\u0000\u0001', 'setup.pdf', 'setup.pdf is none of the kinds that are kept.', 'Send PDF'],
    ['a page', '<html><body>', 'page.txt', 'page.txt is none of the kinds that are kept.', 'Send PDF'],
    ['a PDF by another name', '%PDF-1.7', 'a.csv', 'a.csv says it is .csv, but its content is PDF.', '.pdf'],
    [
      'one without an ending',
      '%PDF-1.7',
      'terms',
      'terms says it is nothing, but its content is PDF.',
      '.pdf',
    ],
    ['an empty one', '', 'a.pdf', 'The file is empty.', 'Choose another file'],
  ])('%s is refused, and what to do is said', async (_, bytes, name, message, next) => {
    const { status, answer } = await attach(line, bytes, name)
    expect(status).toBe(422)
    expect(answer.message).toBe(message)
    expect(answer.data.next).toContain(next)
    expect((await first.post('attachments', { subject: line })).answer).toEqual([])
  })

  it('comes back from a backup, beside its line and its case', async () => {
    const content = { title: 'Robot', currency: 'GBP', periodsPerYear: 12, likelihood: 1 }
    const periods = [{ label: 'm', cost: '1', benefit: '2' }]
    const made = await first.post('saveCase', { content: { ...content, periods } })
    const files = [
      { subject: line, name: 'terms.pdf', bytes: '%PDF-1.7 terms' },
      { subject: `case:${made.answer.id}`, name: 'quote – März.txt', bytes: 'ten pounds' },
    ]
    for (const one of files) expect((await attach(one.subject, one.bytes, one.name)).status).toBe(200)
    await backupTo(first.house.context(olga), join(place, 'copy'))
    await restoreFrom({}, join(place, 'copy'), join(place, 'second'))
    const again = await opened('second')
    second = again.house
    for (const { subject, name, bytes } of files) {
      const { answer } = await again.post('attachments', { subject })
      expect(answer).toMatchObject([{ name, byName: 'Olga', bytes: bytes.length }])
      const sent = await again.get(`/api/attachments/${answer[0].id}`)
      expect(await sent.text()).toBe(bytes)
    }
  }, 60_000)
})
