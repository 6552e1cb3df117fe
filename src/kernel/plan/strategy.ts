import { z } from 'zod'

/** The strategy: what the company wants to be, what carries it, who owns what, and how one will know. */

const day = z.iso.date()
const label = z.string().trim().min(1).max(200)
const text = z.string().max(2000)
const decimal = z.string().regex(/^-?\d{1,15}(\.\d+)?$/, 'is no number: write 1234.50')

const Measure = z.object({
  metric: z.string(),
  target: decimal.nullable().default(null),
  by: day.nullable().default(null),
})
export type StrategyMeasure = z.infer<typeof Measure>

/** Who owns the ambition, a pillar, an objective or an initiative, until when it runs, and how one will know. */
const facts = {
  owner: z.string().max(100).default(''),
  horizon: z.string().max(100).default(''),
  measures: z.array(Measure).max(10).default([]),
}
/** The same in every revision, whatever it is called: what hangs on a part hangs on this. '' until it is saved. */
const id = z
  .string()
  .max(220)
  .default('')
  .describe('Lasting id; left out, the part of that name keeps its own')

export const StrategyShape = z.object({
  ambition: z.string().max(1000).default(''),
  ...facts,
  pillars: z
    .array(
      z.object({
        id,
        name: label,
        why: text.default(''),
        ...facts,
        objectives: z
          .array(
            z.object({
              id,
              name: label,
              ...facts,
              initiatives: z
                .array(z.object({ id, name: label, ...facts }))
                .max(40)
                .default([]),
            }),
          )
          .max(20)
          .default([]),
      }),
    )
    .max(10)
    .default([]),
})
export type Strategy = z.infer<typeof StrategyShape>

export type Facts = { owner: string; horizon: string; measures: readonly StrategyMeasure[] }

/** A measure as it is said: by default under its own name. */
export const plainMeasure = ({ metric, target, by }: StrategyMeasure) =>
  [metric, target && `to ${target}`, by && `by ${by}`].filter(Boolean).join(' ')

/** Kinds of parts, the outermost first. */
const levels = ['Pillar', 'Objective', 'Initiative'] as const
type Level = (typeof levels)[number]

/** A part of a strategy, and the part it is under. */
export interface StrategyPart extends Facts {
  level: Level
  id: string
  name: string
  why: string
  under: StrategyPart | null
}

/** Every pillar, objective and initiative, each after what it is under. */
export const partsOf = (strategy: Strategy): StrategyPart[] =>
  strategy.pillars.flatMap(({ objectives, ...pillar }) => {
    const first: StrategyPart = { ...pillar, level: 'Pillar', under: null }
    return [
      first,
      ...objectives.flatMap(({ initiatives, ...objective }) => {
        const second: StrategyPart = { ...objective, level: 'Objective', why: '', under: first }
        return [
          second,
          ...initiatives.map(
            (one): StrategyPart => ({ ...one, level: 'Initiative', why: '', under: second }),
          ),
        ]
      }),
    ]
  })

/** Initiatives by their lasting ids. */
export const initiativesIn = (strategy: Strategy): { id: string; name: string }[] =>
  partsOf(strategy).flatMap(({ level, id: own, name }) => (level === 'Initiative' ? [{ id: own, name }] : []))

/**
 * A strategy whose every part has an id no other of its kind has: its own; else that of the part of its name before;
 * else what `fresh` gives for its name.
 */
export function identified(
  strategy: Strategy,
  before: Strategy | null,
  fresh: (name: string) => string,
): Strategy {
  const known = before ? partsOf(before) : []
  const given = partsOf(strategy)
  const taken = new Set(given.flatMap(one => (one.id ? [`${one.level} ${one.id}`] : [])))
  const used = new Set<string>()
  const idOf = <T extends { id: string; name: string }>(level: Level, part: T): T => {
    const free = (one: string) => one !== '' && !used.has(`${level} ${one}`)
    const named = known.find(
      one =>
        one.level === level && one.name === part.name && !taken.has(`${level} ${one.id}`) && free(one.id),
    )
    let own = free(part.id) ? part.id : (named?.id ?? fresh(part.name))
    for (let n = 2; !free(own); n += 1) own = `${fresh(part.name)} ${n}`
    used.add(`${level} ${own}`)
    return { ...part, id: own }
  }
  return {
    ...strategy,
    pillars: strategy.pillars.map(pillar => ({
      ...idOf('Pillar', pillar),
      objectives: pillar.objectives.map(objective => ({
        ...idOf('Objective', objective),
        initiatives: objective.initiatives.map(one => idOf('Initiative', one)),
      })),
    })),
  }
}

/** A strategy as it is kept. Parts that were saved before they had ids are called by their names, as cases called them. */
export const keptStrategy = (content: unknown): Strategy =>
  identified(StrategyShape.parse(content ?? {}), null, name => name)

/** What one revision changed of the one before it, a sentence each; `say` puts a measure into words. */
export function strategyChanges(
  before: Strategy,
  after: Strategy,
  say: (measure: StrategyMeasure) => string = plainMeasure,
): string[] {
  const change = (what: string, a: string, b: string) =>
    a === b ? [] : [`${what}: ${a || 'nothing'} → ${b || 'nothing'}`]
  const changed = (what: string, a: Facts, b: Facts) => [
    ...change(`${what}, owner`, a.owner, b.owner),
    ...change(what === 'Ambition' ? 'Horizon' : `${what}, horizon`, a.horizon, b.horizon),
    ...change(`${what}, measures`, a.measures.map(say).join('; '), b.measures.map(say).join('; ')),
  ]
  const byId = (strategy: Strategy) =>
    new Map(partsOf(strategy).map(part => [`${part.level} ${part.id}`, part] as const))
  const called = ({ level, name }: StrategyPart) => `${level} “${name}”`
  const [was, is] = [byId(before), byId(after)]
  return [
    ...change('Ambition', before.ambition, after.ambition),
    ...changed('Ambition', before, after),
    ...[...is].flatMap(([key, part]) => {
      const old = was.get(key)
      if (!old) return [`${called(part)} added`]
      const under = (one: StrategyPart) => one.under?.name ?? ''
      return [
        ...(old.name === part.name ? [] : [`${called(old)} is now called “${part.name}”`]),
        ...change(`${called(part)}, why`, old.why, part.why),
        ...(old.under?.id === part.under?.id
          ? []
          : change(`${called(part)}, under`, under(old), under(part))),
        ...changed(called(part), old, part),
      ]
    }),
    ...[...was].flatMap(([key, part]) => (is.has(key) ? [] : [`${called(part)} removed`])),
  ]
}

/** Metrics its measures name, each once. */
export const metricsIn = (strategy: Strategy): string[] => [
  ...new Set([strategy, ...partsOf(strategy)].flatMap(part => part.measures.map(measure => measure.metric))),
]
