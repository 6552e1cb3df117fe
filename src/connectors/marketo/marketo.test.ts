import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Place } from '../connector.ts'
import type { Answer } from '../http.ts'
import { mapActivity } from './activities.ts'
import { mapProgram, type Program } from './assets.ts'
import { csvRecords } from './csv.ts'
import { deleted, mapDeleted, mapLead, mergedIn } from './leads.ts'
import { instantOf, judge, openMarketo } from './session.ts'

const home = { store: 'post', currency: 'GBP', timezone: 'America/Los_Angeles', hosts: [] }
const place: Place = {
  home,
  storeOf: () => home,
  privacy: false,
  hash: email => (email ? `#${email}` : ''),
  facts: {},
}
const fixture = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8')) as T

async function* chunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}
const read = async (text: string, size = 3) => {
  const rows = []
  for await (const row of csvRecords(chunks(text, size))) rows.push(row)
  return rows
}

describe('an exported file', () => {
  it.each([1, 2, 7, 1000])('is read whatever its pieces are (%i bytes)', async size => {
    const text = 'a,b,c\n1,null,"x, ""y""\nz"\n2,"null",é\r\n3,,\0tail\n'
    expect(await read(text, size)).toEqual([
      { a: '1', b: null, c: 'x, "y"\nz' },
      { a: '2', b: 'null', c: 'é' },
      { a: '3', b: '', c: 'tail' },
    ])
  })
  it('that is cut short is no file', async () => {
    await expect(read('a,b\n1,2\n3')).rejects.toThrow('columns')
    await expect(read('a,b\n1,"2')).rejects.toThrow('middle')
  })
})

describe('an activity', () => {
  const record = {
    guid: 'g',
    lead: '7',
    at: '2026-05-01T03:00:00Z',
    event: 'opened' as const,
    letter: 'May (3)',
    flow: false,
  }
  it('is one event of one person, in the store’s day', () => {
    expect(mapActivity({ ...record, bot: false }, place).rows.message_events).toMatchObject([
      { person: '7', event_id: 'g', event: 'opened', day: '2026-04-30', kind: 'campaign' },
    ])
  })
  it('of a machine is none', () => {
    expect(mapActivity({ ...record, bot: true }, place).rows).toEqual({})
  })
})

describe('a lead', () => {
  const lead = {
    id: '7',
    email: 'a@b.example',
    createdAt: '2026-01-01T12:00:00Z',
    country: 'GB',
    source: 'Shop',
    status: 'MQL',
  }
  const change = (at: string, was: string | null, is: string) => ({ at, was, is })
  it('is in a status from the first time', () => {
    const changes = [
      change('2026-03-01T12:00:00Z', 'Lead', 'MQL'),
      change('2026-02-01T12:00:00Z', 'MQL', 'Lead'),
      change('2026-01-05T12:00:00Z', null, 'Marketing Qualified'),
      change('2026-04-01T12:00:00Z', 'MQL', 'Asked us to call'),
    ]
    expect(mapLead({ ...lead, changes }, place).rows.leads).toMatchObject([
      { stage: 'lead', day: '2026-01-01' },
      { stage: 'mql', day: '2026-01-05', created_day: '2026-01-01' },
      { stage: 'Asked us to call', day: '2026-04-01' },
    ])
  })
  it('that was merged into another leaves no stages; what was done stays, as the other’s now', () => {
    const merge = {
      leadId: 9,
      activityDate: '2026-05-01T12:00:00Z',
      activityTypeId: 32,
      attributes: [
        { name: 'Master Updated', value: true },
        { name: 'Merge IDs', value: '[7, 8]' },
      ],
    }
    expect(mergedIn(merge)).toEqual([
      { id: '7', into: '9' },
      { id: '8', into: '9' },
    ])
    expect(mergedIn({ ...merge, attributes: { 'Merge IDs': '7,9' } })).toEqual([{ id: '7', into: '9' }])
    expect(mergedIn({ ...merge, attributes: [] })).toEqual([])
    expect(mapDeleted({ id: '7', into: '9' }, place).gone).toEqual({
      leads: [{ store: 'post', platform: 'marketo', lead_id: '7' }],
    })
  })
  it('is heard of when merged and when deleted, each from its own place', async () => {
    const asked: string[] = []
    const open = () =>
      openMarketo(
        { client_id: 'c', client_secret: 's', base_url: 'http://m.test' },
        {
          fetch: (async (url: string) => {
            const { pathname, searchParams } = new URL(url)
            const page = searchParams.get('nextPageToken')
            asked.push(`${pathname.split('/').at(-1)} ${page ?? searchParams.get('sinceDatetime') ?? ''}`)
            if (pathname.includes('oauth')) return Response.json({ access_token: 't', expires_in: 3600 })
            const result = pathname.endsWith('types.json')
              ? [{ id: 32, name: 'Merge Leads' }]
              : pathname.endsWith('deletedleads.json')
                ? [{ leadId: 3 }]
                : pathname.endsWith('activities.json')
                  ? [{ leadId: 9, attributes: [{ name: 'Merge IDs', value: '7' }] }]
                  : []
            return Response.json({
              success: true,
              result,
              nextPageToken: `${page ?? ''}+`,
              moreResult: false,
            })
          }) as unknown as typeof fetch,
          now: () => Date.parse('2026-11-20T12:00:00Z'),
          sleep: async () => undefined,
          signal: new AbortController().signal,
          allowed: new Set(['m.test']),
        },
      )
    const read = async (cursor: string | null) => {
      asked.length = 0
      const records = []
      let last = ''
      const turn = { from: Date.parse('2026-01-01T00:00:00Z'), to: Date.parse('2026-11-20T12:00:00Z') }
      for await (const batch of deleted.read(open(), { ...turn, cursor, history: false })) {
        records.push(...batch.records)
        last = batch.cursor ?? last
      }
      return { records, last, places: asked.filter(one => /deletedleads|activities|paging/.test(one)) }
    }
    const both = [{ id: '3' }, { id: '7', into: '9' }]
    const first = await read(null)
    expect(first.records).toEqual(both)
    expect((await read(first.last)).places).toEqual(['deletedleads.json ++', 'activities.json ++'])
    // As it was kept before merges were read: those of the past are caught up with.
    const older = await read('token')
    expect(older.records).toEqual(both)
    expect(older.places).toContain('pagingtoken.json 2000-01-01T00:00:00Z')
    expect(older.places).toContain('deletedleads.json token')
  })
  it('that is deleted leaves neither stages nor deeds', () => {
    expect(mapDeleted({ id: '7' }, place).gone).toEqual({
      leads: [{ store: 'post', platform: 'marketo', lead_id: '7' }],
      message_events: [{ store: 'post', platform: 'marketo', person: '7' }],
    })
  })
})

describe('a programme', () => {
  it('of the vendor’s example costs two hundred in January, every day its part', () => {
    const [program] = fixture<{ result: Program[] }>('programs-06').result
    const rows = mapProgram(program as Program, place).rows.spend_days ?? []
    expect(rows).toHaveLength(31)
    expect(rows.reduce((sum, row) => sum + Math.round(Number(row.cost) * 100), 0)).toBe(20_000)
    expect(rows[0]).toMatchObject({ day: '2016-01-01', campaign: 'Updated Program Name', channel: 'Nurture' })
  })
})

describe('the vendor’s examples', () => {
  it('of changes and deletions are understood', () => {
    interface Change {
      leadId: number
      activityDate: string
      fields: { newValue: string; oldValue: string }[]
    }
    const [one] = fixture<{ result: Change[] }>('activities-01').result
    const { rows } = mapLead(
      {
        id: String(one?.leadId),
        email: null,
        createdAt: '2014-09-01T00:00:00+0000',
        country: null,
        source: null,
        status: null,
        changes: [{ at: one?.activityDate ?? '', was: '', is: one?.fields[0]?.newValue ?? null }],
      },
      place,
    )
    expect(rows.leads).toMatchObject([{ stage: 'lead' }, { stage: 'FirstName_6176', day: '2014-09-17' }])
    const gone = fixture<{ result: { leadId: number }[] }>('activities-02').result
    expect(
      gone.map(({ leadId }) => mapDeleted({ id: String(leadId) }, place).gone?.leads?.[0]?.lead_id),
    ).toEqual(['6', '9'])
  })
  it('have dates of three kinds', () => {
    expect(instantOf('2015-05-21T22:45:13Z+0000')).toBe(Date.parse('2015-05-21T22:45:13Z'))
    expect(instantOf('2014-09-17T22:31:49+0000')).toBe(Date.parse('2014-09-17T22:31:49Z'))
    expect(instantOf('2017-01-21T11:47:30-08:00')).toBe(Date.parse('2017-01-21T19:47:30Z'))
    expect([instantOf(null), instantOf('soon')]).toEqual([null, null])
  })
})

describe('what an answer means', () => {
  const answer = (json: unknown, status = 200): Answer => ({
    status,
    json,
    text: JSON.stringify(json) ?? '',
    headers: new Headers(),
  })
  const code = (number: string, message = '') =>
    judge(answer({ success: false, errors: [{ code: number, message }] }), 0, () => 3_600_000)
  it('is said by the body’s code, whatever HTTP says', () => {
    expect(code('601').as).toBe('renew')
    expect(code('602').as).toBe('renew')
    expect(code('606')).toMatchObject({ as: 'wait', ms: 20_000 })
    expect(code('607')).toMatchObject({ as: 'wait', ms: 3_600_000 })
    expect(code('615').as).toBe('wait')
    for (const again of ['604', '608', '611', '713']) expect(code(again).as).toBe('again')
    expect(code('1029', 'Export daily quota 500MB exceeded.')).toMatchObject({ ms: 3_600_000 })
    expect(code('1029', 'Too many jobs (10) in queue')).toMatchObject({ as: 'wait', ms: 60_000 })
    for (const end of ['603', '610', '1003', '1035']) expect(code(end).as).toBe('fail')
  })
})

const examples = new URL('../../../../shared/specs/marketo/examples/', import.meta.url)
describe.skipIf(!existsSync(examples))(
  'every programme among the vendor’s examples (skipped where the folder is absent)',
  () => {
    const files = existsSync(examples)
      ? readdirSync(examples).filter(name => /^programs-\d+\.json$/.test(name))
      : []
    it.each(files)('%s', name => {
      const { result = [] } = JSON.parse(readFileSync(new URL(name, examples), 'utf8')) as {
        result?: Program[]
      }
      for (const one of result) expect(mapProgram(one, place).rows.spend_days).toBeDefined()
    })
  },
)
