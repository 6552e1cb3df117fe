import { randomUUID } from 'node:crypto'
import { call } from '@orpc/server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Actor, system } from '#kernel/actor.ts'
import type { OpenLedger } from '#postgres/open.ts'
import { mappings, watchedFolders } from '#postgres/tables/connections.ts'
import { audit } from '#postgres/tables/members.ts'
import { ledgers } from '../../test/ledgers.ts'
import { operationsOf, read, strictInputs, write } from './base.ts'
import type { Context } from './context.ts'
import { operations } from './operations.ts'

describe.each(ledgers)('a write, on $name', place => {
  let open: OpenLedger
  let sent: string[]
  let settled: number
  const lead: Actor = { kind: 'key', id: 'k', name: 'script of Lea', role: 'lead', stores: 'all' }
  const context = (actor = lead): Context =>
    ({
      actor,
      ledger: open.ledger,
      clock: () => new Date('2026-11-23T09:00:00Z'),
      note: () => undefined,
      onceCommitted: () => undefined,
      settled: () => {
        settled += 1
      },
      enqueue: (_job: string, { id }: { id: string }) => sent.push(id),
    }) as unknown as Context

  /** Saves a mapping, asks for work, and then goes the way it is told. */
  const saving = write({ role: 'lead', summary: 'Try' })
    .input(z.object({ name: z.string(), end: z.string(), apiKey: z.string().optional() }))
    .output(z.object({ ok: z.literal('yes') }))
    .handler(async ({ input, context: { ledger, enqueue, note } }) => {
      await ledger.insert(mappings).values({ name: input.name, mapping: {}, by: 'test' })
      enqueue('import', { id: input.name })
      if (input.end === 'noted')
        for (const subject of ['a', 'b'])
          note({ subject, before: { password: 'p', was: 1 }, after: [{ token: 't' }] })
      if (input.end === 'fails') throw new Error('on the way')
      return { ok: input.end === 'lies' ? ('no' as 'yes') : 'yes' }
    })
  const tried = (end: string, more: object = {}, actor = lead) =>
    call(saving, { name: end, end, ...more }, { context: context(actor), path: ['try', 'save'] })
  const kept = async () => [await open.ledger.select().from(mappings), await open.ledger.select().from(audit)]

  beforeAll(async () => {
    open = await place.open()
  })
  afterAll(() => open.close())
  beforeEach(async () => {
    sent = []
    settled = 0
    for (const table of [mappings, watchedFolders, audit]) await open.ledger.delete(table)
  })

  it('that says nothing of itself leaves its input in the audit, without what opens doors', async () => {
    await tried('fine', { apiKey: 'qd_1' })
    const [, rows] = await kept()
    expect(rows).toMatchObject([
      {
        actorKind: 'key',
        actorId: 'k',
        actorName: 'script of Lea',
        operation: 'try.save',
        subject: 'fine',
        before: null,
        after: { name: 'fine', end: 'fine', apiKey: '•••' },
      },
    ])
    expect([sent, settled]).toEqual([['fine'], 1])
  })
  it('leaves a row for each thing it touched, before and after', async () => {
    await tried('noted')
    const [, rows] = await kept()
    expect(rows).toMatchObject(
      ['a', 'b'].map(subject => ({
        subject,
        before: { password: '•••', was: 1 },
        after: [{ token: '•••' }],
      })),
    )
  })
  it('that fails, or answers what it must not, leaves nothing and sends nothing', async () => {
    await expect(tried('fails')).rejects.toThrow('on the way')
    await expect(tried('lies')).rejects.toMatchObject({ status: 500 })
    await tried('fine')
    await expect(tried('fine')).rejects.toBeDefined()
    const [saved, rows] = await kept()
    expect([saved?.length, rows?.length, sent, settled]).toEqual([1, 1, ['fine'], 1])
  })
  it('is refused below its role before its input is looked at', async () => {
    const viewer: Actor = { ...lead, role: 'viewer' }
    await expect(call(saving, {} as never, { context: context(viewer) })).rejects.toMatchObject({
      code: 'forbidden',
    })
    await expect(tried('fine', { end: 1 })).rejects.toMatchObject({ status: 400 })
    expect(await kept()).toEqual([[], []])
  })
  it('makes nothing ready for input that it refuses', async () => {
    let made = 0
    const preparing = write({ role: 'lead', summary: 'Try', prepare: async () => ++made })
      .input(z.strictObject({ name: z.string() }))
      .handler(({ context }) => context.prepared)
    const as = { context: context() }
    await expect(call(preparing, { name: 'a', nmae: 'b' } as never, as)).rejects.toMatchObject({
      status: 400,
    })
    expect(made).toBe(0)
    expect(await call(preparing, { name: 'a' }, as)).toBe(1)
  })
  it('saves and forgets a mapping with what was there before', async () => {
    const mapping = (column: string) => ({ target: 'sales', columns: { at: column } })
    const as = {
      context: {
        ...context(system('test')),
        imports: { targets: () => [{ name: 'sales' }] },
      } as unknown as Context,
    }
    const saved = (column: string, version?: number) =>
      call(operations.connections.saveMapping, { name: 'm', mapping: mapping(column), version } as never, as)
    const { version } = await saved('Date')
    const next = await saved('Day', version)
    expect(next.version).toBeGreaterThan(version)
    // Who has not seen it, or not as it is, does not change it.
    for (const old of [undefined, version])
      await expect(saved('Month', old)).rejects.toMatchObject({ code: 'conflict' })
    await call(operations.connections.removeMapping, { name: 'm' }, as)
    const [, rows] = await kept()
    const changes = (rows as (typeof audit.$inferSelect)[]).map(row =>
      [row.before, row.after].map(v => v !== null),
    )
    expect(changes).toHaveLength(3)
    expect(changes).toEqual(
      expect.arrayContaining([
        [false, true],
        [true, true],
        [true, false],
      ]),
    )
  })

  it('on a mapping by which a watched folder of other stores is read is for who sees them', async () => {
    const as = (stores: string[]) => ({
      context: {
        ...context({ kind: 'person', id: 'c', name: 'Cora', role: 'contributor', stores }),
        imports: { targets: () => [{ name: 'sales' }] },
      } as unknown as Context,
    })
    const { saveMapping, removeMapping } = operations.connections
    const given = { name: 'till', mapping: { target: 'sales', columns: {} } }
    const { version } = await call(saveMapping, given as never, as(['here', 'there']))
    await open.ledger.insert(watchedFolders).values({
      ...{ id: randomUUID(), folder: '/exports', mapping: 'till', store: 'there', by: 'Olive' },
    })
    const refused = { code: 'forbidden', next: expect.stringContaining('another name') }
    const changed = { ...given, version } as never
    await expect(call(saveMapping, changed, as(['here']))).rejects.toMatchObject(refused)
    await expect(call(removeMapping, { name: 'till' }, as(['here']))).rejects.toMatchObject(refused)
    await call(saveMapping, changed, as(['there']))
    await call(removeMapping, { name: 'till' }, as(['there']))
  })
})

type Json = { [key: string]: unknown }
const schemaOf = (input: z.ZodType | undefined): Json =>
  input ? (z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Json) : {}

/** Places of a JSON schema at which a word nobody knows would go through. */
const lax = (schema: Json, place: string): string[] => {
  const { $schema: _, description: __, ...rest } = schema
  const named = (rest.properties ?? {}) as Record<string, Json>
  const open = Object.keys(rest).length === 0 || (rest.properties && rest.additionalProperties !== false)
  const inner: [string, unknown][] = [
    ...Object.entries(named),
    ['items', rest.items],
    ['values', rest.additionalProperties],
    ...['anyOf', 'oneOf', 'allOf', 'prefixItems'].flatMap(key =>
      ((rest[key] ?? []) as Json[]).map((one, n): [string, unknown] => [String(n), one]),
    ),
    ...Object.entries((rest.$defs ?? {}) as Record<string, Json>),
  ]
  return [
    ...(open ? [place] : []),
    ...inner.flatMap(([name, one]) =>
      typeof one === 'object' && one !== null ? lax(one as Json, `${place}.${name}`) : [],
    ),
  ]
}

describe('the list of operations', () => {
  it('is read off the procedures: name, effect, role and a summary', () => {
    const list = operationsOf({ room: { look: read({ role: 'viewer', summary: 'Look' }).handler(() => 1) } })
    expect(list).toMatchObject([{ name: 'room.look', effect: 'read', role: 'viewer', summary: 'Look' }])
    for (const { name, summary } of operationsOf(operations)) expect(summary, name).toMatch(/^[A-Z].{5,}/)
  })
  it('passes over no word: every object that an operation takes, at any depth, refuses what it does not know', () => {
    const taken = operationsOf(operations).map(
      ({ name, input }) => [name, lax(schemaOf(input), name)] as const,
    )
    expect(taken.length).toBeGreaterThan(150)
    expect(taken.flatMap(([, places]) => places)).toEqual([])
    const offender = z.object({ in: z.array(z.union([z.object({ a: z.string() }), z.unknown()])) })
    expect(lax(schemaOf(offender), 'one')).toEqual(['one', 'one.in.items.0', 'one.in.items.1'])
    const [only] = operationsOf(
      strictInputs({ look: read({ role: 'viewer', summary: 'Look' }).handler(() => 1) }),
    )
    expect(only?.input?.safeParse({ any: 1 }).success).toBe(false)
    expect(only?.input?.safeParse(undefined).success).toBe(true)
  })
})
