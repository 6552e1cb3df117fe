import { planIn } from '#kernel/plan-comparison.ts'
import type { AnswerRow } from '../query.ts'
import { figureOf, type Subject } from './subject.ts'

/** By what a plan says anything of the figure, beyond what the question is narrowed to. */
export interface Planned {
  single: ReadonlySet<string>
  /** Two dimensions at once, each pair as text. */
  crossed: ReadonlySet<string>
}

export const pairText = (by: readonly string[]): string => by.toSorted().join(' × ')

/** By what the plan of the comparison can be searched; null where nothing planned is compared with, so that all can be. */
export async function plannedBy(of: Subject): Promise<Planned | null> {
  const plan = planIn(of.comparison)
  if (plan === null) return null
  const narrowed = (of.base.filters ?? []).flatMap(one => ('dimension' in one ? [one.dimension] : []))
  const beyond = (await of.engine.planned(plan, of.metric)).flatMap(by =>
    narrowed.every(one => by.includes(one)) ? [by.filter(one => !narrowed.includes(one))] : [],
  )
  return {
    single: new Set(beyond.flatMap(by => (by.length === 1 ? by : []))),
    crossed: new Set(beyond.flatMap(by => (by.length === 2 ? [pairText(by)] : []))),
  }
}

/**
 * Rows that the plan says something of. What it does not name was planned to bring nothing only where what it names is the
 * whole plan; else nobody knows, and it is no cause.
 */
export function plannedRows(of: Subject, rows: readonly AnswerRow[]): AnswerRow[] {
  const said = (row: AnswerRow) => row.compare?.[of.comparison]?.values[of.metric]?.value != null
  const all = Number(of.whole.read.before.at(-1))
  const sum = rows.reduce((total, row) => total + figureOf(row, of.metric, of.comparison), 0)
  return Math.abs(sum - all) <= 1e-6 * Math.max(1, Math.abs(all)) ? [...rows] : rows.filter(said)
}
