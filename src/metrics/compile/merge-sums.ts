import { factByName } from '../facts.ts'
import { type Aggregate, aggregateKey, aggregatesIn, type Formula } from '../formula.ts'
import type { Known } from '../vocabulary.ts'

/**
 * Sums that are only ever added to one another become one sum of the added columns: net sales is then a single pass of
 * decimals instead of three, which is what ranking a hundred thousand products costs. Exact, because decimals are.
 * Metrics are given back as they were when that would not mean fewer sums (gross, discounts and net side by side).
 */
export const mergeSums = (metrics: readonly Known[]): Known[] => {
  const merged = metrics.map(metric => {
    const expanded = metric.expanded && merge(metric.expanded)
    return { ...metric, expanded, aggregates: expanded ? aggregatesIn(expanded) : [] }
  })
  return different(merged) < different(metrics) ? merged : [...metrics]
}

const different = (metrics: readonly Known[]) =>
  new Set(metrics.flatMap(m => m.aggregates).map(aggregateKey)).size

const merge = (formula: Formula): Formula => {
  if (formula.is === 'call') return { ...formula, of: formula.of.map(merge) }
  if (formula.is !== 'operation') return formula
  const [left, right] = [merge(formula.left), merge(formula.right)]
  const sum = { ...formula, left, right }
  if (formula.sign !== '+' && formula.sign !== '-') return sum
  const [a, b] = [plainSum(left), plainSum(right)]
  if (!a || !b || a.fact !== b.fact) return sum
  const parts = [
    ...partsOf(a),
    ...partsOf(b).map(part => ({ ...part, minus: part.minus !== (formula.sign === '-') })),
  ]
  const column = parts.map(({ column, minus }, i) => `${minus ? '- ' : i > 0 ? '+ ' : ''}${column}`).join(' ')
  return { is: 'aggregate', of: { ...a, column, parts } }
}

/** A sum of money that is never unknown, over all rows: only those may be added row by row. */
const plainSum = (formula: Formula): Aggregate | null => {
  if (formula.is !== 'aggregate') return null
  const { kind, fact, where } = formula.of
  const known = factByName[fact]
  const sure = partsOf(formula.of).every(
    ({ column }) =>
      known?.money.includes(column) && !known.optional.includes(column) && column !== 'net_costed',
  )
  return kind === 'sum' && where.length === 0 && sure ? formula.of : null
}

const partsOf = (aggregate: Aggregate) => aggregate.parts ?? [{ column: aggregate.column, minus: false }]
