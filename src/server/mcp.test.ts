import { ORPCError, ValidationError } from '@orpc/server'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { operationsOf } from '#features/base.ts'
import { operations } from '#features/operations.ts'
import { invalid } from '#kernel/error.ts'
import { failureOf, orpcErrorOf } from './failure.ts'
import { cutTo, resultOf } from './mcp-answer.ts'
import { instructions, soughtIn, toolsOf } from './mcp-tools.ts'

const tools = toolsOf(operationsOf(operations), { role: 'owner' })
const texts = (result: Awaited<ReturnType<typeof resultOf>>) =>
  result.content.map(part => (part.type === 'text' ? part.text : part.type))

describe('what agents are told before they ask', () => {
  it('names no tool that is not there, in instructions or descriptions', () => {
    const names = tools.map(tool => tool.name)
    expect(new Set(names).size).toBe(names.length)
    const told = [instructions, ...tools.map(tool => tool.description)].join('\n')
    const rooms = new Set(names.map(name => name.split('_')[0]))
    const mentioned = [...told.matchAll(/\b([a-z]+)_[A-Za-z_]+\b/g)].filter(([, room = '']) =>
      rooms.has(room),
    )
    expect(mentioned.length).toBeGreaterThan(20)
    expect(mentioned.map(([name]) => name).filter(name => !names.includes(name))).toEqual([])
  })

  it('describes each tool in whole sentences, and its input by a schema that holds', () => {
    const judge = new Ajv2020({ strict: false, validateFormats: false })
    for (const tool of tools) {
      expect(tool.description, tool.name).toMatch(/^[^.]+\./)
      expect(tool.description, tool.name).toMatch(/[.”]$/)
      expect(judge.validateSchema(tool.inputSchema), tool.name).toBe(true)
    }
  })

  it('keeps what every conversation carries short: no patterns of leap years, no largest numbers', () => {
    const schemas = JSON.stringify(tools.map(tool => tool.inputSchema))
    expect(schemas).toContain('"format":"date"')
    expect(/02468|9007199254740991/.exec(schemas)).toBeNull()
    // A pattern that stands for no known format says something.
    expect(schemas).toContain('"pattern"')
  })
})

describe('the vocabulary for agents', () => {
  const metric = (name: string, label: string, unit: 'money' | 'count', description = '') => ({
    name,
    label,
    description,
    formula: '',
    unit,
    additivity: 'additive' as const,
    good: 'up' as const,
    owner: '',
    sources: [],
  })
  const vocabulary = {
    metrics: [
      metric('net_sales', 'Net sales', 'money', 'Less discounts'),
      metric('stock_units', 'Stock', 'count', 'Units on hand'),
    ],
    dimensions: [
      {
        name: 'store',
        label: 'Store',
        description: 'A shop',
        metrics: ['net_sales', 'stock_units'],
        held: true,
      },
      { name: 'channel', label: 'Channel', description: 'Where', metrics: ['net_sales'], held: true },
    ],
  }

  it('is names by unit at first, and definitions of what is sought', () => {
    expect(soughtIn(vocabulary, {})).toEqual({
      metrics: { money: { net_sales: 'Net sales' }, count: { stock_units: 'Stock' } },
      dimensions: { store: 'Store', channel: 'Channel' },
    })
    expect(soughtIn(vocabulary, { search: 'units hand' })).toMatchObject({
      metrics: [{ name: 'stock_units', description: 'Units on hand', dimensions: ['store'] }],
      dimensions: [],
    })
    expect(soughtIn(vocabulary, { names: ['channel', 'net_sales'] })).toMatchObject({
      metrics: [{ name: 'net_sales', dimensions: ['store', 'channel'] }],
      dimensions: [{ name: 'channel' }],
    })
  })

  it('says of a name it lacks which is nearest, and of a word it does not take which it takes', () => {
    expect(() => soughtIn(vocabulary, { names: ['net_sale'] })).toThrow(
      'There is no metric or dimension net_sale.',
    )
    expect(() => soughtIn(vocabulary, { serach: 'x' })).toThrow(/serach/)
  })
})

describe('answers that are too long for a model', () => {
  const rows = Array.from({ length: 2_000 }, (_, i) => ({ product: `p${i}`, net_sales: '12.50' }))

  it('are cut by their rows and say how many there are and how to go on', async () => {
    const result = await resultOf({ rows, totals: { net_sales: '25000.00' } }, ['search', 'limit', 'offset'])
    const [json = '', words = ''] = texts(result)
    expect(json.length).toBeLessThan(42_000)
    const told = JSON.parse(json)
    expect(told.totals).toEqual({ net_sales: '25000.00' })
    expect(told.rows.length).toBeGreaterThan(200)
    expect(told.rows).toEqual(rows.slice(0, told.rows.length))
    expect(words).toBe(
      `Cut to fit: rows shows ${told.rows.length} of 2000. Ask again with offset ${told.rows.length} for what follows, or ask for less by search, limit.`,
    )
    expect(told.cut).toBe(words)
    expect(result.structuredContent).toEqual(told)
  })

  it('stay as they are where they fit', async () => {
    const short = { rows: rows.slice(0, 3) }
    const result = await resultOf(short, ['offset'])
    expect(result.structuredContent).toEqual(short)
    expect(texts(result)).toEqual([JSON.stringify(short)])
  })

  it('lose of many long lists the ends, not whole entries of the list they stand in', () => {
    const blocks = Array.from({ length: 12 }, (_, i) => ({ title: `block ${i}`, points: rows.slice(0, 80) }))
    const { answer, cuts } = cutTo({ blocks }, 10_000)
    const kept = (answer as { blocks: typeof blocks }).blocks
    expect(JSON.stringify(answer).length).toBeLessThanOrEqual(10_000)
    expect(kept.map(block => block.title)).toEqual(blocks.map(block => block.title))
    expect(cuts).toMatchObject([{ at: 'blocks[].points', of: 80 }])
    // What was handed in is left as it was: it may be kept for the next who asks.
    expect(blocks[0]?.points).toHaveLength(80)
  })

  it('that are one long list, or no list at all, end too', () => {
    expect(JSON.stringify(cutTo(rows, 5_000).answer).length).toBeLessThanOrEqual(5_000)
    expect(cutTo({ text: 'x'.repeat(100) }, 50).cuts).toEqual([])
  })
})

describe('answers that are files', () => {
  it('come as text, or whole beside their name', async () => {
    const csv = new File(['\ufeffa,b\r\n1,2\r\n'], 'x.csv', { type: 'text/csv;charset=utf-8' })
    expect(texts(await resultOf(csv, []))).toEqual(['a,b\r\n1,2\r\n'])
    const sheet = new File([new Uint8Array([80, 75, 3, 4])], 'x y.xlsx', { type: 'application/zip' })
    expect(await resultOf(sheet, [])).toMatchObject({
      content: [
        { text: 'x y.xlsx, 4 bytes of application/zip.' },
        { type: 'resource', resource: { uri: 'quarterdeck:///x%20y.xlsx', blob: 'UEsDBA==' } },
      ],
    })
  })

  it('of many lines are cut at the end of one', async () => {
    const long = new File(['a,b\n'.repeat(20_000)], 'x.csv', { type: 'text/csv' })
    const [text = ''] = texts(await resultOf(long, []))
    expect(text).toMatch(/a,b\nCut to fit: 10000 of 20000 lines are shown\.$/)
  })
})

describe('what is wrong with an input', () => {
  const shape = z.object({
    compare: z.union([z.enum(['last_year', 'previous_period']), z.string().regex(/^plan\./, 'is plan.NAME')]),
    day: z.string({ error: () => 'is a day that exists' }),
    by: z.array(z.string()).max(2).default([]),
  })
  const said = (input: unknown): string => {
    const { error } = shape.safeParse(input)
    const cause = new ValidationError({ message: '', issues: error?.issues ?? [], data: input })
    return failureOf(new ORPCError('BAD_REQUEST', { status: 400, cause })).message
  }

  it('is missing where it is not there, whatever its schema says of wrong ones', () => {
    expect(said({ day: '2026-01-01' })).toBe('compare: is missing')
    expect(said({ compare: 'last_year' })).toBe('day: is missing')
    expect(said({ compare: 'last_year', day: 1 })).toBe('day: is a day that exists')
  })

  it('stays with it where a server was asked, so that an agent is told of the schema and not of pages', () => {
    const details = { issues: [{ path: 'by', message: 'is missing' }] }
    const { code, status, message, data } = orpcErrorOf(invalid('by: is missing', 'Look there.', details))
    const asked = failureOf(new ORPCError(code, { status, message, data }))
    expect(asked).toMatchObject({ code: 'invalid', message: 'by: is missing', next: 'Look there.', details })
  })

  it('that is too long, says how long it may be', () => {
    expect(said({ compare: 'last_year', day: 'x', by: ['a', 'b', 'c'] })).toBe('by: is at most 2 entries')
  })
})
