import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { strict } from './strict.ts'

const Goal = z.object({ name: z.string(), weeks: z.int().optional() })
const Input = z
  .object({
    goal: Goal.optional(),
    goals: z.array(Goal).optional(),
    byName: z.record(z.string(), Goal).optional(),
    either: z.union([Goal, z.strictObject({ link: z.string() })]).optional(),
    act: z
      .discriminatedUnion('kind', [
        z.object({ kind: z.literal('put'), at: z.int() }),
        z.object({ kind: z.literal('drop') }),
      ])
      .optional(),
    open: z.object({}).catchall(z.string()).optional(),
    kept: Goal.default({ name: 'none' }),
  })
  .refine(({ goals, byName }) => !goals || !byName, { message: 'takes goals or byName' })
const strictOne = strict(Input)
const said = (input: unknown) =>
  strictOne.safeParse(input).error?.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`)

describe('a strict schema', () => {
  it('refuses a word it does not know, names it, the nearest and what there is', () => {
    expect(said({ gaol: { name: 'a' } })).toEqual([
      ': "gaol" is not known here. Nearest: goal. Known: goal, goals, byName, either, act, open, kept.',
    ])
    expect(Input.safeParse({ gaol: 1 }).success).toBe(true)
  })
  it.each([
    ['goal', { name: 'a', week: 1 }],
    ['goals.0', [{ name: 'a', week: 1 }]],
    ['byName.x', { x: { name: 'a', week: 1 } }],
    ['either', { name: 'a', week: 1 }],
    ['kept', { name: 'a', week: 1 }],
  ])('does so inside %s', (place, value) => {
    const [field = ''] = place.split('.')
    expect(said({ [field]: value })).toEqual([
      `${place}: "week" is not known here. Nearest: weeks. Known: name, weeks.`,
    ])
  })
  it('does so inside the one of several shapes that is meant', () => {
    expect(said({ act: { kind: 'drop', at: 1 } })).toEqual([
      'act: "at" is not known here. Nearest: kind. Known: kind.',
    ])
    expect(said({ either: { link: 'a', lnik: 'b' } })).toEqual([
      'either: "lnik" is not known here. Nearest: link. Known: link.',
    ])
  })
  it('takes what the schema takes, with its defaults and checks', () => {
    const good = { goals: [{ name: 'a', weeks: 2 }], open: { any: 'word' }, act: { kind: 'put', at: 1 } }
    expect(strictOne.parse(good)).toEqual({ ...good, kept: { name: 'none' } })
    expect(said({ goals: [], byName: {} })).toEqual([': takes goals or byName'])
  })
  it('says that nothing is taken where nothing is', () => {
    expect(strict(z.object({})).safeParse({ x: 1, y: 2 }).error?.issues[0]?.message).toBe(
      '"x", "y" are not known here: nothing is taken.',
    )
  })
  it('keeps what is said about a schema', () => {
    const told = strict(z.object({ a: z.string().describe('A thing') }).describe('Things'))
    expect(z.toJSONSchema(told)).toMatchObject({
      description: 'Things',
      properties: { a: { description: 'A thing' } },
      additionalProperties: false,
    })
  })
})
