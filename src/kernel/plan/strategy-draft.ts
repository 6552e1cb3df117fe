import { Failure } from '../error.ts'
import { type Facts, partsOf, type Strategy, type StrategyMeasure } from './strategy.ts'
import { figureOf } from './typed.ts'

/** The strategy while somebody changes it: its parts in the order they are read, each under the last one of the level above. */

/** A measure as it is typed: a share in percent, what is left open ''. */
export interface DraftMeasure {
  metric: string
  target: string
  by: string
}

interface DraftFacts {
  owner: string
  horizon: string
  measures: readonly DraftMeasure[]
}

export interface DraftPart extends DraftFacts {
  /** Its own while it is changed. */
  key: number
  /** 0 a pillar, 1 an objective, 2 an initiative. */
  level: 0 | 1 | 2
  /** '' for a new one. */
  id: string
  name: string
  /** Of a pillar. */
  why: string
}

export interface StrategyDraft extends DraftFacts {
  ambition: string
  parts: readonly DraftPart[]
}

/** What each level is called, the outermost first. */
export const levelWords = ['Pillar', 'Objective', 'Initiative'] as const

type UnitOf = (metric: string) => string | undefined

const typedMeasure =
  (unitOf: UnitOf) =>
  ({ metric, target, by }: StrategyMeasure): DraftMeasure => ({
    metric,
    target:
      target === null
        ? ''
        : unitOf(metric) === 'share'
          ? `${Number((Number(target) * 100).toPrecision(12))} %`
          : target,
    by: by ?? '',
  })

/** A strategy to be changed. `unitOf`: the unit a metric is measured in. */
export function draftOf(strategy: Strategy, unitOf: UnitOf): StrategyDraft {
  const typed = ({ owner, horizon, measures }: Facts): DraftFacts => ({
    owner,
    horizon,
    measures: measures.map(typedMeasure(unitOf)),
  })
  return {
    ambition: strategy.ambition,
    ...typed(strategy),
    parts: partsOf(strategy).map((part, key) => ({
      ...typed(part),
      key,
      level: levelWords.indexOf(part.level) as DraftPart['level'],
      id: part.id,
      name: part.name,
      why: part.why,
    })),
  }
}

/** What is wrong with a measure's target, and what to write; null where nothing is. */
export function wrongTarget({ metric, target }: DraftMeasure, unitOf: UnitOf): string | null {
  try {
    figureOf(target, { negative: true, unit: unitOf(metric) }, 'The target')
    return null
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return [error.message, error.next].filter(Boolean).join(' ')
  }
}

/** The strategy that was written. Measures without a metric are left out. @throws Failure('invalid') for a target that is no figure. */
export function strategyOf(draft: StrategyDraft, unitOf: UnitOf): Strategy {
  const facts = ({ owner, horizon, measures }: DraftFacts) => ({
    owner: owner.trim(),
    horizon: horizon.trim(),
    measures: measures
      .filter(({ metric }) => metric !== '')
      .map(({ metric, target, by }) => ({
        metric,
        target: figureOf(target, { negative: true, unit: unitOf(metric) }, 'The target'),
        by: by || null,
      })),
  })
  const strategy: Strategy = { ambition: draft.ambition.trim(), ...facts(draft), pillars: [] }
  for (const part of draft.parts) {
    const one = { id: part.id, name: part.name.trim(), ...facts(part) }
    const pillar = strategy.pillars.at(-1)
    const objective = pillar?.objectives.at(-1)
    if (part.level === 0) strategy.pillars.push({ ...one, why: part.why.trim(), objectives: [] })
    else if (part.level === 1) pillar?.objectives.push({ ...one, initiatives: [] })
    else objective?.initiatives.push(one)
  }
  return strategy
}

type Parts = readonly DraftPart[]

/** Where a part and all that is under it ends: the place after it. */
function endOf(parts: Parts, at: number): number {
  const level = parts[at]?.level ?? 0
  const next = parts.findIndex((part, n) => n > at && part.level <= level)
  return next < 0 ? parts.length : next
}

/** Whether each part has one of the level above before it. */
const stands = (parts: Parts): boolean =>
  parts.every((part, n) => part.level <= (n === 0 ? 0 : (parts[n - 1]?.level ?? 0) + 1))

/**
 * The parts with one moved a place up or down, with all that is under it: past its neighbour of the same level, or where it has
 * none into the part beside the one it is under. Null where there is no further place.
 */
export function movedPart(parts: Parts, at: number, by: -1 | 1): Parts | null {
  const part = parts[at]
  if (!part) return null
  const end = endOf(parts, at)
  const block = parts.slice(at, end)
  const rest = [...parts.slice(0, at), ...parts.slice(end)]
  // Places before what is no deeper, or at the very end: elsewhere it would take the parts of another under itself.
  for (let to = at + by; to >= 0 && to <= rest.length; to += by) {
    const follows = rest[to]
    if (follows && follows.level > part.level) continue
    const moved = rest.toSpliced(to, 0, ...block)
    if (stands(moved)) return moved
  }
  return null
}

/** The parts without one and all that is under it. */
export const withoutPart = (parts: Parts, at: number): Parts => parts.toSpliced(at, endOf(parts, at) - at)

/** The parts with a new one, the last under the one at `under`; null: a pillar. */
export function withPart(parts: Parts, under: number | null): { parts: Parts; key: number } {
  const key = Math.max(-1, ...parts.map(part => part.key)) + 1
  const level = (under === null ? 0 : (parts[under]?.level ?? 0) + 1) as DraftPart['level']
  const place = under === null ? parts.length : endOf(parts, under)
  const fresh: DraftPart = { key, level, id: '', name: '', why: '', owner: '', horizon: '', measures: [] }
  return { parts: parts.toSpliced(place, 0, fresh), key }
}
