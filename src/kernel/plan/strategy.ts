import { z } from 'zod'

/** The strategy: what the company wants to be, what carries it, who owns what, and how one will know. */

const day = z.iso.date()
const label = z.string().trim().min(1).max(200)
const text = z.string().max(2000)
const decimal = z.string().regex(/^-?\d{1,15}(\.\d+)?$/, 'is no number: write 1234.50')

const Measure = z.object({ metric: z.string(), target: decimal.nullable(), by: day.nullable() })
export type StrategyMeasure = z.infer<typeof Measure>

/** Who owns a pillar, an objective or an initiative, until when it runs, and how one will know. */
const facts = {
  owner: z.string().max(100).default(''),
  horizon: z.string().max(100).default(''),
  measures: z.array(Measure).max(10).default([]),
}
export const StrategyShape = z.object({
  ambition: z.string().max(1000).default(''),
  horizon: z.string().max(100).default(''),
  pillars: z
    .array(
      z.object({
        name: label,
        why: text.default(''),
        ...facts,
        objectives: z
          .array(
            z.object({
              name: label,
              ...facts,
              initiatives: z
                .array(
                  z.object({
                    name: label,
                    ...facts,
                    case: z.string().nullable().default(null),
                  }),
                )
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

type Facts = { owner: string; horizon: string; measures: readonly StrategyMeasure[] }

/** A measure as it is said: by default under its own name. */
const plainMeasure = ({ metric, target, by }: StrategyMeasure) =>
  [metric, target && `to ${target}`, by && `by ${by}`].filter(Boolean).join(' ')

/** The strategy as one page of plain text: what is sent, printed, read out. */
export function strategyText(
  strategy: Strategy,
  say: (measure: StrategyMeasure) => string = plainMeasure,
): string {
  const told = ({ owner, horizon, measures }: Facts) => {
    const words = [[owner, horizon].filter(Boolean).join(', '), measures.map(say).join('; ')].filter(Boolean)
    return words.length > 0 ? ` (${words.join(' · ')})` : ''
  }
  const lines = [strategy.ambition, strategy.horizon && `Horizon: ${strategy.horizon}`, '']
  strategy.pillars.forEach((pillar, n) => {
    lines.push(`${n + 1}. ${pillar.name}${pillar.why ? `: ${pillar.why}` : ''}${told(pillar)}`)
    pillar.objectives.forEach((objective, m) => {
      lines.push(`   ${n + 1}.${m + 1} ${objective.name}${told(objective)}`)
      for (const initiative of objective.initiatives)
        lines.push(`       – ${initiative.name}${told(initiative)}`)
    })
    lines.push('')
  })
  return lines.join('\n').trim()
}

const until = /^until\s+/i

/** The strategy as an outline people type: depth by two spaces, then after bars owner, horizon and measures. */
export const outlineOf = (strategy: Strategy): string => {
  const tail = (first: readonly string[], { owner, horizon, measures }: Facts) => {
    const parts = [
      ...first,
      owner,
      horizon && `until ${horizon}`,
      ...measures.map(m => [m.metric, m.target, m.by].filter(Boolean).join(' ')),
    ]
    // An owner nobody is stands empty only where something follows.
    const said = parts.filter((part, n) => part !== '' || n <= first.length)
    while (said.at(-1) === '') said.pop()
    return said.map(part => ` | ${part}`).join('')
  }
  return strategy.pillars
    .flatMap(pillar => [
      `${pillar.name}${tail([pillar.why], pillar)}`,
      ...pillar.objectives.flatMap(objective => [
        `  ${objective.name}${tail([], objective)}`,
        ...objective.initiatives.map(one => `    ${one.name}${tail([], one)}`),
      ]),
    ])
    .join('\n')
}

/** An outline as a strategy; what the outline cannot say (cases) is kept from before by name. */
export function strategyOf(
  form: { ambition: string; horizon: string; text: string },
  before: Strategy,
): Strategy {
  const cases = new Map(
    before.pillars.flatMap(p => p.objectives.flatMap(o => o.initiatives.map(i => [i.name, i.case] as const))),
  )
  const strategy: Strategy = { ambition: form.ambition, horizon: form.horizon, pillars: [] }
  for (const line of form.text.split('\n').filter(one => one.trim() !== '')) {
    const depth = Math.min(2, Math.floor((/^ */.exec(line.replaceAll('\t', '  '))?.[0].length ?? 0) / 2))
    const [name = '', ...parts] = line.split('|').map(part => part.trim())
    const pillar = strategy.pillars.at(-1)
    const objective = pillar?.objectives.at(-1)
    const isPillar = depth === 0 || !pillar
    const why = isPillar ? (parts.shift() ?? '') : ''
    const owner = until.test(parts[0] ?? '') ? '' : (parts.shift() ?? '')
    const horizon = parts.find(part => until.test(part))?.replace(until, '') ?? ''
    const measures = parts
      .filter(part => part !== '' && !until.test(part))
      .map(part => {
        const [metric = '', target, by] = part.split(/\s+/)
        return { metric, target: target ?? null, by: by ?? null }
      })
    const one = { name, owner, horizon, measures }
    if (isPillar) strategy.pillars.push({ ...one, why, objectives: [] })
    else if (depth === 1 || !objective) pillar.objectives.push({ ...one, initiatives: [] })
    else objective.initiatives.push({ ...one, case: cases.get(name) ?? null })
  }
  return strategy
}

/** Every pillar, objective and initiative with what it is, by its name. */
const partsOf = (strategy: Strategy) =>
  new Map<string, Facts & { why: string; under: string }>(
    strategy.pillars.flatMap(pillar => [
      [`Pillar “${pillar.name}”`, { ...pillar, under: '' }] as const,
      ...pillar.objectives.flatMap(objective => [
        [`Objective “${objective.name}”`, { ...objective, why: '', under: pillar.name }] as const,
        ...objective.initiatives.map(
          one => [`Initiative “${one.name}”`, { ...one, why: '', under: objective.name }] as const,
        ),
      ]),
    ]),
  )

/** What one revision changed of the one before it, a sentence each. */
export function strategyChanges(before: Strategy, after: Strategy): string[] {
  const change = (what: string, a: string, b: string) =>
    a === b ? [] : [`${what}: ${a || 'nothing'} → ${b || 'nothing'}`]
  const [was, is] = [partsOf(before), partsOf(after)]
  return [
    ...change('Ambition', before.ambition, after.ambition),
    ...change('Horizon', before.horizon, after.horizon),
    ...[...is].flatMap(([name, part]) => {
      const old = was.get(name)
      if (!old) return [`${name} added`]
      return [
        ...change(`${name}, why`, old.why, part.why),
        ...change(`${name}, under`, old.under, part.under),
        ...change(`${name}, owner`, old.owner, part.owner),
        ...change(`${name}, horizon`, old.horizon, part.horizon),
        ...change(
          `${name}, measures`,
          old.measures.map(plainMeasure).join('; '),
          part.measures.map(plainMeasure).join('; '),
        ),
      ]
    }),
    ...[...was.keys()].filter(name => !is.has(name)).map(name => `${name} removed`),
  ]
}

/** Metrics its measures name, each once. */
export const metricsIn = ({ pillars }: Strategy): string[] => [
  ...new Set(
    pillars
      .flatMap(pillar => [
        pillar,
        ...pillar.objectives.flatMap(objective => [objective, ...objective.initiatives]),
      ])
      .flatMap(part => part.measures.map(measure => measure.metric)),
  ),
]
