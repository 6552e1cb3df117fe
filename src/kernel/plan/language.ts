import { invalid } from '../error.ts'
import { formulaReader, type Sign } from '../formula-reader.ts'
import { type Fixed, fixed } from './fixed.ts'

/**
 * The formula language of a plan. A formula names the lines it needs, so what depends on what is read from its text.
 *
 *   sessions * conversion            lines of the same period and slice; a line that varies by more is added up
 *   stock_end[-1]                    the period before; [1] is the one after
 *   sum(net_sales[-11..0])           over a run of periods; also average, min, max
 *   cumulative(x) · year(x)          from the first period on; over the whole year the period is in
 *   all(x)                           over every slice, for shares of a total
 *   if(a > b, x, y) · min · max · abs · round(x, 2) · power(x, n) · coalesce(x, 0)
 *   days · period                    days in the period; 1 for the first, 2 for the second
 */
export type Node =
  | { is: 'number'; value: Fixed; text: string }
  | { is: 'line'; name: string; lag: number; all: boolean }
  | { is: 'span'; fold: Fold; name: string; span: Span }
  | { is: 'operation'; sign: Sign; left: Node; right: Node }
  | { is: 'call'; name: CallName; of: Node[] }
  | { is: 'choice'; sign: Comparison; left: Node; right: Node; then: Node; otherwise: Node }
  | { is: 'clock'; name: 'days' | 'period' }

export type Fold = 'sum' | 'average' | 'min' | 'max'
/** Periods relative to the cell's own, or those up to it, or those of its year. */
export type Span = { from: number; to: number } | 'so_far' | 'year'
export type Comparison = '>' | '>=' | '<' | '<=' | '='
type CallName = 'min' | 'max' | 'abs' | 'round' | 'power' | 'coalesce'

const arity: Record<CallName, [least: number, most: number]> = {
  min: [1, 20],
  max: [1, 20],
  abs: [1, 1],
  round: [2, 2],
  power: [2, 2],
  coalesce: [2, 20],
}

const token = /\s*(?:(\d+(?:\.\d+)?%?)|([a-z_][a-z0-9_]*)|(\.\.|>=|<=|[-+*/()[\],<>=]))/iy

/** Names that mean something to the language and cannot be lines. */
export const reserved: ReadonlySet<string> = new Set([
  ...Object.keys(arity),
  'sum',
  'average',
  'cumulative',
  'year',
  'all',
  'if',
  'days',
  'period',
])

/**
 * Reads a formula.
 * @throws Failure('invalid') that shows where reading stopped and what was expected there.
 */
export function parse(text: string): Node {
  const read = formulaReader(text, token, 'Use names of lines, numbers, + - * / and parentheses.')
  const { peek, skip, take, name: word, fail } = read
  const whole = () => {
    const negative = peek() === '-'
    if (negative || peek() === '+') skip()
    const found = peek()
    if (found === undefined || !/^\d{1,4}$/.test(found)) throw fail('a whole number of periods')
    skip()
    return negative && found !== '0' ? -Number(found) : Number(found)
  }
  const sum = (): Node =>
    read.arithmetic(factor, (sign, left, right) => ({ is: 'operation', sign, left, right }))
  const factor = (): Node => {
    const next = peek()
    if (next === '-') {
      skip()
      return { is: 'operation', sign: '-', left: { is: 'number', value: 0n, text: '0' }, right: factor() }
    }
    if (next === '(') {
      skip()
      const inner = sum()
      take(')')
      return inner
    }
    if (next !== undefined && /^\d/.test(next)) {
      skip()
      const percent = next.endsWith('%')
      const value = fixed(percent ? next.slice(0, -1) : next)
      return { is: 'number', value: percent ? value / 100n : value, text: next }
    }
    const name = word('a line, a number or a function')
    if (peek() === '(') return call(name)
    if (name === 'days' || name === 'period') return { is: 'clock', name }
    if (peek() !== '[') return { is: 'line', name, lag: 0, all: false }
    skip()
    const lag = whole()
    take(']')
    return { is: 'line', name, lag, all: false }
  }
  const call = (name: string): Node => {
    take('(')
    if (name === 'all') {
      const line = word('a line')
      take(')')
      return { is: 'line', name: line, lag: 0, all: true }
    }
    if (name === 'cumulative' || name === 'year') {
      const line = word('a line')
      take(')')
      return { is: 'span', fold: 'sum', name: line, span: name === 'year' ? 'year' : 'so_far' }
    }
    if (name === 'if') return choice()
    const spanned = peek(1) === '[' && read.coming(6).includes('..')
    if (spanned && ['sum', 'average', 'min', 'max'].includes(name)) {
      const line = word('a line')
      take('[')
      const from = whole()
      take('..')
      const to = whole()
      take(']')
      take(')')
      if (from > to) throw invalid(`In "${text}" the run of periods ends before it begins.`)
      return { is: 'span', fold: name as Fold, name: line, span: { from, to } }
    }
    if (!Object.hasOwn(arity, name))
      throw invalid(
        `"${name}" is no function of a plan's formulas${name === 'sum' || name === 'average' ? ' without periods' : ''}.`,
        name === 'sum' || name === 'average'
          ? `Write ${name}(line[-11..0]), or just the line: lines that vary by more are added up.`
          : 'There are if, min, max, abs, round, power, coalesce, sum, average, cumulative, year and all.',
      )
    const of = read.list(sum)
    const [least, most] = arity[name as CallName]
    if (of.length < least || of.length > most)
      throw invalid(`${name} takes ${least === most ? least : `${least} or more`} values, not ${of.length}.`)
    return { is: 'call', name: name as CallName, of }
  }
  const choice = (): Node => {
    const left = sum()
    const sign = peek()
    if (sign === undefined || !['>', '>=', '<', '<=', '='].includes(sign)) throw fail('> >= < <= or =')
    skip()
    const right = sum()
    take(',')
    const then = sum()
    take(',')
    const otherwise = sum()
    take(')')
    return { is: 'choice', sign: sign as Comparison, left, right, then, otherwise }
  }
  const node = sum()
  if (peek() !== undefined) throw fail('the end')
  return node
}

/** A place in a formula where another line is read. */
export type Reference = Extract<Node, { is: 'line' } | { is: 'span' }>

export const childrenOf = (node: Node): Node[] => {
  if (node.is === 'operation') return [node.left, node.right]
  if (node.is === 'call') return node.of
  return node.is === 'choice' ? [node.left, node.right, node.then, node.otherwise] : []
}

export const references = (node: Node): Reference[] =>
  node.is === 'line' || node.is === 'span' ? [node] : childrenOf(node).flatMap(references)

const level = (sign: Sign) => (sign === '+' || sign === '-' ? 1 : 2)

/** The formula as text, with as few parentheses as it needs; `name` spells each line. */
export const print = (node: Node, name: (line: string) => string = line => line, inside = 0): string => {
  switch (node.is) {
    case 'number':
      return node.text
    case 'clock':
      return node.name
    case 'line':
      return node.all ? `all(${name(node.name)})` : `${name(node.name)}${node.lag ? `[${node.lag}]` : ''}`
    case 'span':
      return node.span === 'so_far'
        ? `cumulative(${name(node.name)})`
        : node.span === 'year'
          ? `year(${name(node.name)})`
          : `${node.fold}(${name(node.name)}[${node.span.from}..${node.span.to}])`
    case 'call':
      return `${node.name}(${node.of.map(one => print(one, name)).join(', ')})`
    case 'choice': {
      const [left, right, then, otherwise] = childrenOf(node).map(one => print(one, name))
      return `if(${left} ${node.sign} ${right}, ${then}, ${otherwise})`
    }
    case 'operation': {
      if (node.sign === '-' && node.left.is === 'number' && node.left.text === '0')
        return `-${print(node.right, name, 3)}`
      const own = level(node.sign)
      const text = `${print(node.left, name, own)} ${node.sign} ${print(node.right, name, own + 1)}`
      return own < inside ? `(${text})` : text
    }
  }
}
