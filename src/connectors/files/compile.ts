import { invalid } from '#kernel/error.ts'
import { nearest } from '#kernel/nearest.ts'
import { numberType, plus, times } from './cell.ts'
import type { Node } from './expression.ts'
import { quote } from './reading.ts'

export type Kind = 'text' | 'number' | 'time' | 'flag'
export interface Typed {
  sql: string
  kind: Kind
}

/** Where expressions find columns: each cell is parsed once per kind and can be blamed when it does not parse. */
export interface Scope {
  /** @throws Failure naming the nearest columns when there is none. */
  column(name: string, kind: Kind): string
  /** Parses text made on the way, such as replace(Price, 'x', ''). */
  parsed(sql: string, kind: Kind): string
}

interface Fn {
  takes: Kind[]
  /** The last argument may come again, or may be left out. */
  repeats?: true
  optional?: number
  gives: Kind
  sql(args: string[]): string
}

const define = (takes: Kind[], gives: Kind, sql: (a: string[]) => string, more: Partial<Fn> = {}): Fn => ({
  takes,
  gives,
  sql,
  ...more,
})
const arg = (args: string[], i: number) => args[i] ?? 'NULL'
const whole = (x: string) => `TRY_CAST(${x} AS INTEGER)`
const decimal = (x: string) => `TRY_CAST(${x} AS ${numberType})`

/** What may be called. Anything else is refused by name. */
export const functions: Record<string, Fn> = {
  upper: define(['text'], 'text', a => `upper(${arg(a, 0)})`),
  lower: define(['text'], 'text', a => `lower(${arg(a, 0)})`),
  trim: define(['text'], 'text', a => `trim(${arg(a, 0)})`),
  replace: define(['text', 'text', 'text'], 'text', a => `replace(${a.join(', ')})`),
  starts_with: define(['text', 'text'], 'flag', a => `starts_with(${a.join(', ')})`),
  ends_with: define(['text', 'text'], 'flag', a => `ends_with(${a.join(', ')})`),
  contains: define(['text', 'text'], 'flag', a => `contains(${a.join(', ')})`),
  split_part: define(
    ['text', 'text', 'number'],
    'text',
    a => `split_part(${arg(a, 0)}, ${arg(a, 1)}, ${whole(arg(a, 2))})`,
  ),
  substr: define(
    ['text', 'number', 'number'],
    'text',
    a => `substr(${[arg(a, 0), ...a.slice(1).map(whole)].join(', ')})`,
    { optional: 1 },
  ),
  length: define(['text'], 'number', a => decimal(`length(${arg(a, 0)})`)),
  concat: define(['text'], 'text', a => `concat(${a.join(', ')})`, { repeats: true }),
  number: define(['number'], 'number', a => arg(a, 0)),
  abs: define(['number'], 'number', a => `abs(${arg(a, 0)})`),
  sign: define(['number'], 'number', a => decimal(`sign(${arg(a, 0)})`)),
  round: define(
    ['number', 'number'],
    'number',
    a => decimal(`round(${arg(a, 0)}, ${a[1] ? whole(a[1]) : 0})`),
    {
      optional: 1,
    },
  ),
  floor: define(['number'], 'number', a => decimal(`floor(${arg(a, 0)})`)),
  ceil: define(['number'], 'number', a => decimal(`ceil(${arg(a, 0)})`)),
  least: define(['number'], 'number', a => `least(${a.join(', ')})`, { repeats: true }),
  greatest: define(['number'], 'number', a => `greatest(${a.join(', ')})`, { repeats: true }),
  date: define(['time'], 'time', a => `date_trunc('day', ${arg(a, 0)})`),
  datetime: define(['time'], 'time', a => arg(a, 0)),
  parse_date: define(['text', 'text'], 'time', a => `try_strptime(${a.join(', ')})`),
  add_days: define(['time', 'number'], 'time', a => `(${arg(a, 0)} + to_days(${whole(arg(a, 1))}))`),
  month_start: define(['time'], 'time', a => `date_trunc('month', ${arg(a, 0)})`),
  make_date: define(
    ['number', 'number', 'number'],
    'time',
    a =>
      `TRY_CAST(concat_ws('-', ${a.map((x, i) => `lpad(CAST(${whole(x)} AS VARCHAR), ${i === 0 ? 4 : 2}, '0')`).join(', ')}) AS TIMESTAMP)`,
  ),
  text: define(['text'], 'text', a => arg(a, 0)),
  // What one row of several says for all of them, as the first of a report does.
  shared: define(
    ['text', 'text'],
    'text',
    a =>
      `coalesce(nullif(${arg(a, 0)}, ''), max(nullif(${arg(a, 0)}, '')) OVER (PARTITION BY ${arg(a, 1)}), '')`,
  ),
}

/** Functions that choose among their arguments. */
const choosing = ['if', 'coalesce', 'nullif']
/** Is there a function called so? */
export const isFunction = (name: string): boolean => name in functions || choosing.includes(name)
const words: Record<Kind, string> = {
  text: 'text',
  number: 'a number',
  time: 'a date',
  flag: 'true or false',
}

/** SQL of an expression as a value of `want`. */
export const compile = (node: Node, scope: Scope, want: Kind): string =>
  as(typed(node, scope, want), want, scope)

const as = ({ sql, kind }: Typed, want: Kind, scope: Scope): string => {
  if (kind === want) return sql
  if (kind === 'text') return scope.parsed(sql, want)
  if (want === 'text') {
    if (kind === 'number') return `coalesce(regexp_replace(CAST(${sql} AS VARCHAR), '\\.?0+$', ''), '')`
    if (kind === 'time') return `coalesce(strftime(${sql}, '%Y-%m-%d %H:%M:%S'), '')`
    return `coalesce(CAST(${sql} AS VARCHAR), '')`
  }
  if (kind === 'flag' && want === 'number') return decimal(`CAST(${sql} AS INTEGER)`)
  if (kind === 'number' && want === 'flag') return `(${sql} <> 0)`
  throw invalid(`The expression gives ${words[kind]} where ${words[want]} is wanted.`)
}

/** Columns are taken as what the place wants; literals and calls are what they are. */
const typed = (node: Node, scope: Scope, want: Kind): Typed => {
  switch (node.is) {
    case 'number':
      return { sql: `CAST(${node.value} AS ${numberType})`, kind: 'number' }
    case 'text':
      return { sql: quote(node.value), kind: 'text' }
    case 'flag':
      return { sql: String(node.value), kind: 'flag' }
    case 'null':
      return { sql: want === 'text' ? "''" : 'NULL', kind: want }
    case 'column':
      return { sql: scope.column(node.name, want), kind: want }
    case 'call':
      return call(node.name, node.args, scope, want)
    case 'binary':
      return binary(node, scope)
    case 'not':
      return { sql: `(NOT coalesce(${compile(node.of, scope, 'flag')}, false))`, kind: 'flag' }
    case 'minus':
      return { sql: `(-${compile(node.of, scope, 'number')})`, kind: 'number' }
    case 'in': {
      const kind = kindOf([node.of, ...node.list])
      const list = node.list.map(one => compile(one, scope, kind)).join(', ')
      return {
        sql: `(${compile(node.of, scope, kind)} ${node.negated ? 'NOT IN' : 'IN'} (${list}))`,
        kind: 'flag',
      }
    }
    case 'empty':
      return { sql: `(${compile(node.of, scope, 'text')} ${node.negated ? '<>' : '='} '')`, kind: 'flag' }
    case 'case': {
      const kind = kindOf(
        [...node.whens.map(one => one.gives), ...(node.otherwise ? [node.otherwise] : [])],
        want,
      )
      const whens = node.whens.map(
        ({ when, gives }) => `WHEN ${compile(when, scope, 'flag')} THEN ${compile(gives, scope, kind)}`,
      )
      const otherwise = node.otherwise
        ? compile(node.otherwise, scope, kind)
        : kind === 'text'
          ? "''"
          : 'NULL'
      return { sql: `CASE ${whens.join(' ')} ELSE ${otherwise} END`, kind }
    }
  }
}

/** What several values share: the kind of the first that says it by itself, else what the place wants. */
const kindOf = (nodes: Node[], fallback: Kind = 'text'): Kind => {
  const own = nodes.map(ownKind).filter(kind => kind !== null)
  return own.find(kind => kind !== 'text') ?? own[0] ?? fallback
}

const ownKind = (node: Node): Kind | null => {
  switch (node.is) {
    case 'number':
    case 'minus':
      return 'number'
    case 'text':
      return 'text'
    case 'flag':
    case 'not':
    case 'in':
    case 'empty':
      return 'flag'
    case 'binary':
      return node.operator === '||'
        ? 'text'
        : ['+', '-', '*', '/'].includes(node.operator)
          ? 'number'
          : 'flag'
    case 'call':
      if (node.name === 'if' || node.name === 'coalesce' || node.name === 'nullif')
        return kindOfChoice(node.name === 'if' ? node.args.slice(1) : node.args)
      return functions[node.name]?.gives ?? null
    case 'case':
      return kindOfChoice([...node.whens.map(one => one.gives), ...(node.otherwise ? [node.otherwise] : [])])
    default:
      return null
  }
}
const kindOfChoice = (nodes: Node[]): Kind | null => {
  const own = nodes.map(ownKind).filter(kind => kind !== null)
  return own.find(kind => kind !== 'text') ?? own[0] ?? null
}

const binary = (node: Node & { is: 'binary' }, scope: Scope): Typed => {
  const { operator, left, right } = node
  const both = (kind: Kind) => [compile(left, scope, kind), compile(right, scope, kind)] as const
  if (operator === 'and' || operator === 'or') {
    const [a, b] = both('flag')
    return { sql: `(${a} ${operator.toUpperCase()} ${b})`, kind: 'flag' }
  }
  if (operator === '||') {
    const [a, b] = both('text')
    return { sql: `(${a} || ${b})`, kind: 'text' }
  }
  if (['+', '-', '*', '/'].includes(operator)) {
    const [a, b] = both('number')
    return {
      sql: decimal(
        operator === '/' ? `(${a} / nullif(${b}, 0))` : operator === '*' ? times(a, b) : plus(a, operator, b),
      ),
      kind: 'number',
    }
  }
  const [a, b] = both(kindOf([left, right]))
  return { sql: `(${a} ${operator} ${b})`, kind: 'flag' }
}

const call = (name: string, args: Node[], scope: Scope, want: Kind): Typed => {
  const count = (least: number, most: number) => {
    if (args.length < least || args.length > most)
      throw invalid(
        `${name}() takes ${least === most ? least : `${least} to ${most}`} values, not ${args.length}.`,
      )
  }
  if (name === 'if') {
    count(2, 3)
    const [when, gives, otherwise] = args as [Node, Node, Node | undefined]
    return typed({ is: 'case', whens: [{ when, gives }], otherwise: otherwise ?? null }, scope, want)
  }
  if (name === 'coalesce' || name === 'nullif') {
    count(name === 'nullif' ? 2 : 1, name === 'nullif' ? 2 : 20)
    const kind = kindOf(args, want)
    const list = args.map(one => compile(one, scope, kind))
    if (name === 'nullif')
      return {
        sql: kind === 'text' ? `coalesce(nullif(${list.join(', ')}), '')` : `nullif(${list.join(', ')})`,
        kind,
      }
    // Text knows no NULL here: the first that is not empty.
    return {
      sql:
        kind === 'text'
          ? `coalesce(${list.map(x => `nullif(${x}, '')`).join(', ')}, '')`
          : `coalesce(${list.join(', ')})`,
      kind,
    }
  }
  const known = functions[name]
  if (!known) {
    const near = nearest(name, [...Object.keys(functions), ...choosing])
    throw invalid(`There is no function ${name}().`, `Nearest: ${near.map(one => `${one}()`).join(', ')}.`)
  }
  const most = known.repeats ? 50 : known.takes.length
  count(known.repeats ? 1 : known.takes.length - (known.optional ?? 0), most)
  const list = args.map((one, i) =>
    compile(one, scope, known.takes[Math.min(i, known.takes.length - 1)] ?? 'text'),
  )
  return { sql: known.sql(list), kind: known.gives }
}
