import { z } from 'zod'

/** The strategy: what the company wants to be, what carries it, who owns what, and how one will know. */

const day = z.iso.date()
const label = z.string().trim().min(1).max(200)
const text = z.string().max(2000)
const decimal = z.string().regex(/^-?\d{1,15}(\.\d+)?$/, 'is no number: write 1234.50')

const Measure = z.object({ metric: z.string(), target: decimal.nullable(), by: day.nullable() })
export const StrategyShape = z.object({
  ambition: z.string().max(1000).default(''),
  horizon: z.string().max(100).default(''),
  pillars: z
    .array(
      z.object({
        name: label,
        why: text.default(''),
        objectives: z
          .array(
            z.object({
              name: label,
              owner: z.string().max(100).default(''),
              horizon: z.string().max(100).default(''),
              measures: z.array(Measure).max(10).default([]),
              initiatives: z
                .array(
                  z.object({
                    name: label,
                    owner: z.string().max(100).default(''),
                    horizon: z.string().max(100).default(''),
                    measures: z.array(Measure).max(10).default([]),
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

/** The strategy as one page of plain text: what is sent, printed, read out. */
export function strategyText(strategy: Strategy, label: (metric: string) => string = name => name): string {
  const measures = (list: Strategy['pillars'][number]['objectives'][number]['measures']) =>
    list
      .map(one =>
        [label(one.metric), one.target && `to ${one.target}`, one.by && `by ${one.by}`]
          .filter(Boolean)
          .join(' '),
      )
      .join('; ')
  const who = (one: { owner: string; horizon: string }) => [one.owner, one.horizon].filter(Boolean).join(', ')
  const lines = [strategy.ambition, strategy.horizon && `Horizon: ${strategy.horizon}`, '']
  strategy.pillars.forEach((pillar, n) => {
    lines.push(`${n + 1}. ${pillar.name}${pillar.why ? `: ${pillar.why}` : ''}`)
    pillar.objectives.forEach((objective, m) => {
      const facts = [who(objective), measures(objective.measures)].filter(Boolean).join(' · ')
      lines.push(`   ${n + 1}.${m + 1} ${objective.name}${facts ? ` (${facts})` : ''}`)
      for (const initiative of objective.initiatives) {
        const own = [who(initiative), measures(initiative.measures)].filter(Boolean).join(' · ')
        lines.push(`       – ${initiative.name}${own ? ` (${own})` : ''}`)
      }
    })
    lines.push('')
  })
  return lines.join('\n').trim()
}

/** The strategy as an outline people type: depth by two spaces, then owner and measure after bars. */
export const outlineOf = (strategy: Strategy): string => {
  const tail = (one: {
    owner: string
    measures: { metric: string; target: string | null; by: string | null }[]
  }) => {
    const measures = one.measures.map(m => [m.metric, m.target, m.by].filter(Boolean).join(' '))
    return one.owner || measures.length > 0 ? ` | ${[one.owner, ...measures].join(' | ')}` : ''
  }
  return strategy.pillars
    .flatMap(pillar => [
      `${pillar.name}${pillar.why ? ` | ${pillar.why}` : ''}`,
      ...pillar.objectives.flatMap(objective => [
        `  ${objective.name}${tail(objective)}`,
        ...objective.initiatives.map(one => `    ${one.name}${tail(one)}`),
      ]),
    ])
    .join('\n')
}

/** An outline as a strategy; what the outline cannot say (horizons, cases) is kept from before by name. */
export function strategyOf(
  form: { ambition: string; horizon: string; text: string },
  before: Strategy,
): Strategy {
  const known = new Map(
    before.pillars.flatMap(pillar =>
      pillar.objectives.flatMap(one => [
        [one.name, one.horizon] as const,
        ...one.initiatives.map(i => [i.name, i.horizon] as const),
      ]),
    ),
  )
  const cases = new Map(
    before.pillars.flatMap(p => p.objectives.flatMap(o => o.initiatives.map(i => [i.name, i.case] as const))),
  )
  const strategy: Strategy = { ambition: form.ambition, horizon: form.horizon, pillars: [] }
  for (const line of form.text.split('\n').filter(one => one.trim() !== '')) {
    const depth = Math.min(2, Math.floor((/^ */.exec(line.replaceAll('\t', '  '))?.[0].length ?? 0) / 2))
    const [name = '', owner = '', ...rest] = line.split('|').map(part => part.trim())
    const measures = rest.filter(Boolean).map(text => {
      const [metric = '', target, by] = text.split(/\s+/)
      return { metric, target: target ?? null, by: by ?? null }
    })
    const one = { name, owner, horizon: known.get(name) ?? '', measures }
    const pillar = strategy.pillars.at(-1)
    const objective = pillar?.objectives.at(-1)
    if (depth === 0 || !pillar) strategy.pillars.push({ name, why: owner, objectives: [] })
    else if (depth === 1 || !objective) pillar.objectives.push({ ...one, initiatives: [] })
    else objective.initiatives.push({ ...one, case: cases.get(name) ?? null })
  }
  return strategy
}
