import {
  type Facts,
  partsOf,
  plainMeasure,
  type Strategy,
  type StrategyMeasure,
  type StrategyPart,
} from './strategy.ts'

/** The strategy as words: one page to send and read out, and an outline people type. */

/** The strategy as one page of plain text: what is sent, printed, read out. */
export function strategyText(
  strategy: Strategy,
  say: (measure: StrategyMeasure) => string = plainMeasure,
): string {
  const told = ({ owner, horizon, measures }: Facts) => {
    const words = [[owner, horizon].filter(Boolean).join(', '), measures.map(say).join('; ')].filter(Boolean)
    return words.length > 0 ? ` (${words.join(' · ')})` : ''
  }
  const lines = [
    strategy.ambition,
    strategy.owner && `Owner: ${strategy.owner}`,
    strategy.horizon && `Horizon: ${strategy.horizon}`,
    strategy.measures.length > 0 && `Measured by: ${strategy.measures.map(say).join('; ')}`,
  ].filter(Boolean)
  lines.push('')
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

const typedMeasure = (m: StrategyMeasure) => [m.metric, m.target, m.by].filter(Boolean).join(' ')

const measureIn = (part: string): StrategyMeasure => {
  const [metric = '', target, by] = part.split(/\s+/)
  return { metric, target: target ?? null, by: by ?? null }
}

/** What a form of the strategy holds: the ambition and what belongs to it, and the outline of all else. */
export interface StrategyForm {
  ambition: string
  owner: string
  horizon: string
  /** Metric, target, date; bars between them. */
  measures: string
  text: string
}

/** The strategy as people type it. */
export const formOf = (strategy: Strategy): StrategyForm => ({
  ambition: strategy.ambition,
  owner: strategy.owner,
  horizon: strategy.horizon,
  measures: strategy.measures.map(typedMeasure).join(' | '),
  text: outlineOf(strategy),
})

/** The strategy as an outline people type: depth by two spaces, then after bars owner, horizon and measures. */
function outlineOf(strategy: Strategy): string {
  const tail = (first: readonly string[], { owner, horizon, measures }: Facts) => {
    const parts = [...first, owner, horizon && `until ${horizon}`, ...measures.map(typedMeasure)]
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

/** A part that seems to be called otherwise now: it keeps its id, and what hangs on it. */
export interface Renamed {
  id: string
  from: string
  to: string
}

/**
 * What people typed as a strategy. An outline says no ids: parts of the same name keep theirs; of the rest, those that
 * came where others went, under the same part, are taken for renamed. `apart`: ids of those that are not.
 */
export function strategyOf(
  form: StrategyForm,
  before: Strategy,
  apart: ReadonlySet<string> = new Set(),
): { strategy: Strategy; renamed: Renamed[] } {
  const strategy = typedStrategy(form)
  const renamed: Renamed[] = []
  const ids = new Map<StrategyPart, string>()
  const [olds, news] = [partsOf(before), partsOf(strategy)]
  const left = new Set(olds)
  const claim = (part: StrategyPart, old: StrategyPart | undefined) => {
    if (!old || ids.has(part)) return
    ids.set(part, old.id)
    left.delete(old)
  }
  const parentOf = (part: StrategyPart) => (part.under ? (ids.get(part.under) ?? null) : '')
  for (const level of ['Pillar', 'Objective', 'Initiative'] as const) {
    const own = news.filter(part => part.level === level)
    const named = (part: StrategyPart) =>
      [...left].filter(old => old.level === level && old.name === part.name)
    for (const part of own)
      claim(
        part,
        named(part).find(old => (old.under?.id ?? '') === parentOf(part)),
      )
    for (const part of own) claim(part, named(part)[0])
    const groups = Map.groupBy(
      own.filter(part => !ids.has(part)),
      parentOf,
    )
    for (const [parent, parts] of groups) {
      const gone = [...left].filter(old => old.level === level && (old.under?.id ?? '') === parent)
      for (const [part, old] of renames(parts, gone)) {
        renamed.push({ id: old.id, from: old.name, to: part.name })
        if (apart.has(old.id)) left.delete(old)
        else claim(part, old)
      }
    }
  }
  const places = news.map(part => ids.get(part) ?? '')
  let at = 0
  const next = () => places[at++] ?? ''
  const pillars = strategy.pillars.map(pillar => ({
    ...pillar,
    id: next(),
    objectives: pillar.objectives.map(objective => ({
      ...objective,
      id: next(),
      initiatives: objective.initiatives.map(one => ({ ...one, id: next() })),
    })),
  }))
  return { strategy: { ...strategy, pillars }, renamed }
}

const wordsOf = (name: string) =>
  new Set(
    name
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter(word => word.length > 3),
  )

/** Parts that came with parts that went: those that share a word first; the rest in order, where as many came as went. */
function renames(
  came: readonly StrategyPart[],
  went: readonly StrategyPart[],
): [StrategyPart, StrategyPart][] {
  const pairs: [StrategyPart, StrategyPart][] = []
  const [parts, olds] = [[...came], [...went]]
  for (const part of came) {
    const own = wordsOf(part.name)
    const old = olds.find(one => [...wordsOf(one.name)].some(word => own.has(word)))
    if (!old) continue
    pairs.push([part, old])
    parts.splice(parts.indexOf(part), 1)
    olds.splice(olds.indexOf(old), 1)
  }
  if (parts.length === olds.length)
    parts.forEach((part, n) => {
      const old = olds[n]
      if (old) pairs.push([part, old])
    })
  return pairs
}

function typedStrategy(form: StrategyForm): Strategy {
  const strategy: Strategy = {
    ambition: form.ambition,
    owner: form.owner.trim(),
    horizon: form.horizon,
    measures: form.measures
      .split(/[|\n]/)
      .map(part => part.trim())
      .filter(part => part !== '')
      .map(measureIn),
    pillars: [],
  }
  for (const line of form.text.split('\n').filter(one => one.trim() !== '')) {
    const depth = Math.min(2, Math.floor((/^ */.exec(line.replaceAll('\t', '  '))?.[0].length ?? 0) / 2))
    const [name = '', ...parts] = line.split('|').map(part => part.trim())
    const pillar = strategy.pillars.at(-1)
    const objective = pillar?.objectives.at(-1)
    const isPillar = depth === 0 || !pillar
    const why = isPillar ? (parts.shift() ?? '') : ''
    const owner = until.test(parts[0] ?? '') ? '' : (parts.shift() ?? '')
    const horizon = parts.find(part => until.test(part))?.replace(until, '') ?? ''
    const measures = parts.filter(part => part !== '' && !until.test(part)).map(measureIn)
    const one = { id: '', name, owner, horizon, measures }
    if (isPillar) strategy.pillars.push({ ...one, why, objectives: [] })
    else if (depth === 1 || !objective) pillar.objectives.push({ ...one, initiatives: [] })
    else objective.initiatives.push(one)
  }
  return strategy
}
