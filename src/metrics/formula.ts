import { Decimal } from 'decimal.js'
import { invalid } from '#kernel/error.ts'
import { formulaReader, type Sign } from '#kernel/formula-reader.ts'

/** The formula language: aggregates over facts, other metrics by name, and arithmetic. One grammar for ours and users' metrics. */
export type Formula =
  | { is: 'number'; value: string }
  | { is: 'metric'; name: string }
  | { is: 'aggregate'; of: Aggregate }
  | { is: 'operation'; sign: Sign; left: Formula; right: Formula }
  | { is: 'call'; name: 'abs' | 'min' | 'max' | 'coalesce' | 'known'; of: Formula[] }

export type AggregateKind = 'sum' | 'count' | 'distinct' | 'last' | 'average'

/** sum(fact.column), distinct(fact.column), last(fact.column): over the rows `where` picks. */
export interface Aggregate {
  kind: AggregateKind
  fact: string
  column: string
  where: { column: string; is: string }[]
  /** Columns added up row by row, where several sums were made one; `column` is then their text. */
  parts?: { column: string; minus: boolean }[]
}

/** A decimal with enough digits for sums of any ledger; ratios keep 20. */
export const Exact = Decimal.clone({ precision: 40, toExpNeg: -30, toExpPos: 40 })

const token = /\s*(?:(\d+(?:\.\d+)?)|([a-z_][a-z0-9_]*)|('(?:[^']*)')|([-+*/(),.=]))/iy

/**
 * Reads a formula.
 * @throws Failure('invalid') that shows where reading stopped.
 */
export const parse = (text: string): Formula => {
  const read = formulaReader(text, token, 'Use metric names, numbers, + − * / and parentheses.')
  const { peek, skip, take } = read
  const sum = (): Formula =>
    read.arithmetic(factor, (sign, left, right) => ({ is: 'operation', sign, left, right }))
  const factor = (): Formula => {
    const next = peek()
    if (next === '-') {
      skip()
      return { is: 'operation', sign: '-', left: { is: 'number', value: '0' }, right: factor() }
    }
    if (next === '(') {
      skip()
      const inner = sum()
      take(')')
      return inner
    }
    if (next !== undefined && /^\d/.test(next)) {
      skip()
      return { is: 'number', value: next }
    }
    const name = read.name('a name')
    if (peek() !== '(') return { is: 'metric', name }
    skip()
    if (isCall(name)) return { is: 'call', name, of: read.list(sum) }
    if (!['sum', 'count', 'distinct', 'last', 'average'].includes(name))
      throw invalid(
        `"${name}" is no function of the formula language.`,
        'There are sum, count, distinct, last, average, abs, min, max, coalesce and known.',
      )
    return { is: 'aggregate', of: aggregate(name as AggregateKind) }
  }
  const aggregate = (kind: AggregateKind): Aggregate => {
    const fact = read.name('a name')
    let column = ''
    if (peek() === '.') {
      skip()
      column = read.name('a name')
    }
    const where: Aggregate['where'] = []
    while (peek() === 'where' || (where.length > 0 && peek() === 'and')) {
      skip()
      const left = read.name('a name')
      take('=')
      const value = peek()
      if (value === undefined || !value.startsWith("'")) throw read.fail("a text in '…'")
      skip()
      where.push({ column: left, is: value.slice(1, -1) })
    }
    take(')')
    return { kind, fact, column, where }
  }
  const formula = sum()
  if (peek() !== undefined) throw read.fail('the end')
  return formula
}

const isCall = (name: string): name is Extract<Formula, { is: 'call' }>['name'] =>
  ['abs', 'min', 'max', 'coalesce', 'known'].includes(name)

/** Names a formula refers to directly. */
export const metricsIn = (formula: Formula): string[] =>
  formula.is === 'metric'
    ? [formula.name]
    : formula.is === 'operation'
      ? [...metricsIn(formula.left), ...metricsIn(formula.right)]
      : formula.is === 'call'
        ? formula.of.flatMap(metricsIn)
        : []

export const aggregatesIn = (formula: Formula): Aggregate[] =>
  formula.is === 'aggregate'
    ? [formula.of]
    : formula.is === 'operation'
      ? [...aggregatesIn(formula.left), ...aggregatesIn(formula.right)]
      : formula.is === 'call'
        ? formula.of.flatMap(aggregatesIn)
        : []

/** One name for each different aggregate. */
export const aggregateKey = ({ kind, fact, column, where }: Aggregate): string =>
  `${kind}(${fact}${column && `.${column}`}${where.length ? ` where ${where.map(w => `${w.column} = '${w.is}'`).join(' and ')}` : ''})`

/** The formula as text again, with as few parentheses as it needs. */
export const print = (formula: Formula, inside = 0): string => {
  switch (formula.is) {
    case 'number':
      return formula.value
    case 'metric':
      return formula.name
    case 'aggregate':
      return aggregateKey(formula.of)
    case 'call':
      return `${formula.name}(${formula.of.map(f => print(f)).join(', ')})`
    case 'operation': {
      const level = formula.sign === '+' || formula.sign === '-' ? 1 : 2
      const text = `${print(formula.left, level)} ${formula.sign} ${print(formula.right, level + 1)}`
      return level < inside ? `(${text})` : text
    }
  }
}

/** The value of a formula whose metrics are already replaced; null is N/A and spreads, except through coalesce. */
export const evaluate = (
  formula: Formula,
  value: (aggregate: Aggregate) => Decimal | null,
): Decimal | null => {
  switch (formula.is) {
    case 'number':
      return new Exact(formula.value)
    case 'metric':
      return null
    case 'aggregate':
      return value(formula.of)
    case 'call': {
      const all = formula.of.map(f => evaluate(f, value))
      if (formula.name === 'coalesce') return all.find(v => v !== null) ?? null
      // known(sum, gaps): a sum with gaps is not known; what is left of it would look right and be too small.
      if (formula.name === 'known') return all[1] && !all[1].isZero() ? null : (all[0] ?? null)
      if (all.some(v => v === null)) return null
      const known = all as Decimal[]
      if (formula.name === 'abs') return known[0]?.abs() ?? null
      return formula.name === 'min' ? Exact.min(...known) : Exact.max(...known)
    }
    case 'operation': {
      const left = evaluate(formula.left, value)
      const right = evaluate(formula.right, value)
      if (left === null || right === null) return null
      if (formula.sign === '+') return left.plus(right)
      if (formula.sign === '-') return left.minus(right)
      if (formula.sign === '*') return left.times(right)
      return right.isZero() ? null : left.div(right)
    }
  }
}

/** The formula as SQL over doubles, for ordering and filtering only: shown values are exact. */
export const toSql = (formula: Formula, column: (aggregate: Aggregate) => string): string => {
  switch (formula.is) {
    case 'number':
      return formula.value
    case 'metric':
      return 'NULL'
    case 'aggregate':
      return column(formula.of)
    case 'call': {
      if (formula.name === 'known') {
        const [sum, gaps] = formula.of.map(f => toSql(f, column))
        return `CASE WHEN coalesce(${gaps}, 0) = 0 THEN ${sum} END`
      }
      const all = formula.of.map(f => toSql(f, column))
      if (formula.name === 'abs' || formula.name === 'coalesce') return `${formula.name}(${all.join(', ')})`
      // Engines pass over what is not known in the least of several; N/A is N/A.
      const known = all.map(one => `${one} IS NOT NULL`).join(' AND ')
      return `CASE WHEN ${known} THEN ${formula.name === 'min' ? 'least' : 'greatest'}(${all.join(', ')}) END`
    }
    case 'operation': {
      const [left, right] = [toSql(formula.left, column), toSql(formula.right, column)]
      return formula.sign === '/' ? `(${left} / nullif(${right}, 0))` : `(${left} ${formula.sign} ${right})`
    }
  }
}

/** Exponents of money and of counted things: what may be added to what. */
interface Unit {
  money: number
  things: number
}

/**
 * What a formula measures, given what each part measures.
 * @throws Failure('invalid') when unlike things are added, naming both, or something is divided by the number 0.
 */
export const unitOf = (formula: Formula, part: (leaf: Aggregate | string) => Unit): Unit => {
  switch (formula.is) {
    case 'number':
      return { money: 0, things: 0 }
    case 'metric':
      return part(formula.name)
    case 'aggregate':
      return part(formula.of)
    case 'call':
      return unitOfAll(formula, part)
    case 'operation': {
      const left = unitOf(formula.left, part)
      const right = unitOf(formula.right, part)
      if (formula.sign === '/' && formula.right.is === 'number' && Number(formula.right.value) === 0)
        throw invalid(
          `${print(formula.left)} is divided by 0, which is never known.`,
          'Divide by something else.',
        )
      if (formula.sign === '*') return { money: left.money + right.money, things: left.things + right.things }
      if (formula.sign === '/') return { money: left.money - right.money, things: left.things - right.things }
      const zero = formula.left.is === 'number' && formula.left.value === '0'
      if (!zero && (left.money !== right.money || left.things !== right.things))
        throw invalid(
          `${print(formula.left)} (${spell(left)}) and ${print(formula.right)} (${spell(right)}) cannot be ${formula.sign === '+' ? 'added' : 'subtracted'}: they measure different things.`,
          'Divide one by what makes it comparable, or use metrics of the same unit.',
        )
      return right
    }
  }
}

/** What is compared or stands in for another must measure the same; a plain number goes with anything. */
const unitOfAll = (
  call: Extract<Formula, { is: 'call' }>,
  part: (leaf: Aggregate | string) => Unit,
): Unit => {
  if (call.name === 'known' && call.of[0]) return unitOf(call.of[0], part)
  const named = call.of.filter(f => f.is !== 'number').map(f => ({ f, unit: unitOf(f, part) }))
  const [first] = named
  const other = named.find(
    ({ unit }) => unit.money !== first?.unit.money || unit.things !== first.unit.things,
  )
  if (first && other)
    throw invalid(
      `${print(first.f)} (${spell(first.unit)}) and ${print(other.f)} (${spell(other.unit)}) cannot stand together in ${call.name}: they measure different things.`,
      'Divide one by what makes it comparable, or use metrics of the same unit.',
    )
  return first?.unit ?? { money: 0, things: 0 }
}

const spell = ({ money, things }: Unit): string =>
  money === 1
    ? things < 0
      ? 'money per item'
      : 'money'
    : money === 0 && things === 0
      ? 'a ratio'
      : money === 0 && things === 1
        ? 'a count'
        : 'a mixture'

/** Decimal text without noise: no exponent, no trailing zeros, at most 10 decimals. */
export function plain(value: Decimal | null): string | null {
  if (value === null) return null
  const text = (value.decimalPlaces() > 10 ? value.toDecimalPlaces(10) : value).toFixed()
  return text === '-0' ? '0' : text
}
