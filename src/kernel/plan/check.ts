import { Failure } from '../error.ts'
import { type Node, parse, print, type Reference, references, reserved } from './language.ts'
import type { Line, Sheet } from './sheet.ts'
import { combine, sameUnit, spell, type Unit, unitOf } from './unit.ts'

/** What is wrong with a line, to be shown at it: what, and what to do. */
export interface Problem {
  line: string
  kind: 'name' | 'formula' | 'unknown' | 'circular' | 'unit' | 'shape' | 'missing'
  message: string
  next?: string
}

/** A line read: its formula as a tree, null for an input or where it cannot be used. */
export interface ReadLine {
  line: Line
  node: Node | null
}

/** An arrow from a line to one that reads it; periods `lo` to `hi` from the reader's own. */
export interface Edge {
  from: number
  to: number
  lo: number
  hi: number
  reference: Reference
}

/** Lines that are worked out together: one, or several that read each other's earlier (or later) periods. */
export interface Component {
  lines: number[]
  /** Which way time runs where lines read their own other periods. */
  direction: 'any' | 'forward' | 'backward'
}

export interface Checked {
  lines: ReadLine[]
  edges: Edge[]
  order: Component[]
  problems: Problem[]
}

/** Reads every formula, checks names, units and dimensions, and finds the order of working out. Never throws. */
export function check(sheet: Sheet): Checked {
  const problems: Problem[] = []
  const index = new Map(sheet.lines.map((line, at) => [line.name, at]))
  const units = new Map<string, Unit>()
  for (const line of sheet.lines) {
    if (!/^[a-z][a-z0-9_]*$/.test(line.name) || reserved.has(line.name))
      problems.push({
        line: line.name,
        kind: 'name',
        message: `"${line.name}" cannot be the name of a line.`,
        next: 'Use small letters, digits and _, beginning with a letter, and no word of the formula language.',
      })
    const unknown = line.over.find(name => !sheet.dimensions.some(d => d.name === name))
    if (unknown)
      problems.push({
        line: line.name,
        kind: 'shape',
        message: `${line.label} varies by ${unknown}, which this plan has not.`,
        next: `It has ${sheet.dimensions.map(d => d.name).join(', ') || 'no dimensions'}.`,
      })
    trying(problems, line, 'unit', () => units.set(line.name, unitOf(line.unit)))
  }
  const lines = sheet.lines.map((line): ReadLine => {
    if (line.formula === null || problems.some(p => p.line === line.name)) return { line, node: null }
    const node = trying(problems, line, 'formula', () => parse(line.formula ?? ''))
    if (!node) return { line, node: null }
    const found = [
      ...namesIn(node, line, sheet, index),
      ...(references(node).every(r => units.has(r.name)) ? unitsIn(node, line, sheet, units) : []),
    ]
    problems.push(...found)
    return { line, node: found.length > 0 ? null : node }
  })
  const edges = edgesOf(lines, index)
  const { order, circles } = orderOf(lines.length, edges)
  for (const circle of circles) {
    const names = circle.map(at => sheet.lines[at]?.label ?? '')
    for (const at of circle) {
      const line = lines[at]
      if (!line) continue
      line.node = null
      const start = circle.indexOf(at)
      const way = [...names.slice(start), ...names.slice(0, start), names[start] ?? '']
      problems.push({
        line: line.line.name,
        kind: 'circular',
        message: `It needs itself: ${way.join(' ← ')}.`,
        next: 'Read one of them from the period before, e.g. stock_end[-1], or fill one in by hand.',
      })
    }
  }
  return { lines, edges: edges.filter(edge => lines[edge.to]?.node), order, problems }
}

const trying = <T>(problems: Problem[], line: Line, kind: Problem['kind'], act: () => T): T | null => {
  try {
    return act()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    problems.push({
      line: line.name,
      kind,
      message: error.message,
      ...(error.next && { next: error.next }),
    })
    return null
  }
}

/** References to lines that are not there, and to lines that cannot be brought to this one's dimensions. */
function namesIn(node: Node, line: Line, sheet: Sheet, index: ReadonlyMap<string, number>): Problem[] {
  return references(node).flatMap((reference): Problem[] => {
    const at = index.get(reference.name)
    const other = at === undefined ? undefined : sheet.lines[at]
    if (!other)
      return [
        {
          line: line.name,
          kind: 'unknown',
          message: `${line.label} needs "${reference.name}", which this plan has not.`,
          next: nearest(reference.name, [...index.keys()]),
        },
      ]
    const all = reference.is === 'line' && reference.all
    const lost = all ? other.over : other.over.filter(name => !line.over.includes(name))
    if (lost.length > 0 && other.roll !== 'sum' && other.roll !== 'last')
      return [
        {
          line: line.name,
          kind: 'shape',
          message: `${other.label} differs by ${lost.join(', ')} and cannot be added up for ${line.label}.`,
          next: `Let ${line.label} vary by ${lost.join(', ')} too, or work it out from lines that add up.`,
        },
      ]
    return []
  })
}

const nearest = (name: string, known: string[]): string => {
  const close = known.filter(other => other.includes(name) || name.includes(other)).slice(0, 3)
  return close.length > 0 ? `Did you mean ${close.join(', ')}?` : 'Add it as a line first.'
}

/** Units that do not go together, and amounts that would be counted once for each slice. */
function unitsIn(node: Node, line: Line, sheet: Sheet, units: ReadonlyMap<string, Unit>): Problem[] {
  const problems: Problem[] = []
  const label = (name: string) => sheet.lines.find(one => one.name === name)?.label ?? name
  const say = (message: string, next?: string) => {
    problems.push({ line: line.name, kind: 'unit', message, ...(next && { next }) })
    return null
  }
  /** Null for a plain number, which goes with anything it is compared with. */
  const measure = (of: Node): Unit | null => {
    switch (of.is) {
      case 'number':
        return null
      case 'clock':
        return of.name === 'days' ? { days: 1 } : {}
      case 'line':
      case 'span':
        return units.get(of.name) ?? {}
      case 'call': {
        if (of.name === 'power' || of.name === 'round') {
          const unit = of.of[0] ? measure(of.of[0]) : null
          if (of.name === 'power' && unit && !sameUnit(unit, {}))
            return say(`${print(of, label)} raises ${spell(unit)} to a power; only shares can be.`)
          return unit
        }
        return alike(of.of, `stand together in ${of.name}`)
      }
      case 'choice':
        alike([of.left, of.right], 'be compared')
        return alike([of.then, of.otherwise], 'stand for one another')
      case 'operation': {
        if (of.sign === '+' || of.sign === '-') {
          if (isZero(of.left)) return measure(of.right)
          if (isZero(of.right)) return measure(of.left)
          const [left, right] = [measure(of.left), measure(of.right)]
          if (left === null && right === null) return null
          if (!sameUnit(left ?? {}, right ?? {}))
            return say(
              `${print(of.left, label)} (${spell(left ?? {})}) and ${print(of.right, label)} (${spell(right ?? {})}) cannot be ${of.sign === '+' ? 'added' : 'subtracted'}: they measure different things.`,
              'Multiply or divide one by what turns it into the other.',
            )
          return left ?? right
        }
        return combine(measure(of.left) ?? {}, measure(of.right) ?? {}, of.sign === '*' ? 1 : -1)
      }
    }
  }
  const alike = (of: Node[], act: string): Unit | null => {
    const known = of.map(one => ({ one, unit: measure(one) })).filter(({ unit }) => unit !== null)
    const [first] = known
    const other = known.find(({ unit }) => !sameUnit(unit ?? {}, first?.unit ?? {}))
    if (first && other)
      return say(
        `${print(first.one, label)} (${spell(first.unit ?? {})}) and ${print(other.one, label)} (${spell(other.unit ?? {})}) cannot ${act}: they measure different things.`,
      )
    return first?.unit ?? null
  }
  const unit = measure(node)
  const declared = units.get(line.name) ?? {}
  if (problems.length === 0 && unit !== null && !sameUnit(unit, declared))
    say(
      `${line.label} is said to be ${spell(declared)}, but ${print(node, label)} is ${spell(unit)}.`,
      'Change its unit, or the formula.',
    )
  if (problems.length === 0 && line.roll === 'sum')
    for (const reference of added(node)) {
      const other = sheet.lines.find(one => one.name === reference.name)
      const missing = line.over.filter(name => !other?.over.includes(name))
      if (other?.roll === 'sum' && missing.length > 0)
        problems.push({
          line: line.name,
          kind: 'shape',
          message: `${other.label} does not vary by ${missing.join(', ')}: ${line.label} would count it once for each.`,
          next: `Share it out, e.g. ${other.name} * net_sales / all(net_sales), or let it vary by ${missing.join(', ')}.`,
        })
    }
  return problems
}

const isZero = (node: Node) => node.is === 'number' && node.value === 0n

/** References that enter the result as they are, added or subtracted. */
const added = (node: Node): Reference[] => {
  if (node.is === 'line' || node.is === 'span') return [node]
  if (node.is === 'operation' && (node.sign === '+' || node.sign === '-'))
    return [...added(node.left), ...added(node.right)]
  return node.is === 'choice' ? [...added(node.then), ...added(node.otherwise)] : []
}

/** The periods a reference reads, from the reader's own. */
export const spanOf = (reference: Reference): { lo: number; hi: number } => {
  if (reference.is === 'line') return { lo: reference.lag, hi: reference.lag }
  if (reference.span === 'so_far') return { lo: -Infinity, hi: 0 }
  if (reference.span === 'year') return { lo: -Infinity, hi: Infinity }
  return { lo: reference.span.from, hi: reference.span.to }
}

const edgesOf = (lines: readonly ReadLine[], index: ReadonlyMap<string, number>): Edge[] =>
  lines.flatMap(({ node }, to) =>
    (node ? references(node) : []).flatMap(reference => {
      const from = index.get(reference.name)
      return from === undefined ? [] : [{ from, to, ...spanOf(reference), reference }]
    }),
  )

/** Components in the order of working out, and the circles that time does not break. */
function orderOf(count: number, edges: readonly Edge[]): { order: Component[]; circles: number[][] } {
  const circles: number[][] = []
  const order = components(count, edges, () => true).map((lines): Component => {
    const own = new Set(lines)
    const inside = edges.filter(edge => own.has(edge.from) && own.has(edge.to))
    if (inside.length === 0) return { lines, direction: 'any' }
    const at0 = components(count, inside, edge => edge.lo <= 0 && edge.hi >= 0).filter(one =>
      one.every(line => own.has(line)),
    )
    const same = at0.find(
      one =>
        one.length > 1 || inside.some(e => e.from === one[0] && e.to === one[0] && e.lo <= 0 && e.hi >= 0),
    )
    const forward = inside.every(edge => edge.hi <= 0)
    const backward = inside.every(edge => edge.lo >= 0)
    if (same || (!forward && !backward)) {
      circles.push(circle(same ?? lines, inside))
      return { lines, direction: 'any' }
    }
    return { lines: at0.flat(), direction: forward ? 'forward' : 'backward' }
  })
  return { order, circles }
}

/** One way round through the lines of a circle. */
function circle(lines: readonly number[], edges: readonly Edge[]): number[] {
  const own = new Set(lines)
  const trail: number[] = []
  let at = lines[0] ?? 0
  while (!trail.includes(at)) {
    trail.push(at)
    at = edges.find(edge => edge.to === at && own.has(edge.from))?.from ?? at
  }
  return trail.slice(trail.indexOf(at))
}

/** Tarjan's strongly connected components, what is read before what reads it; its own stack, for chains of any length. */
function components(count: number, edges: readonly Edge[], counts: (edge: Edge) => boolean): number[][] {
  const reads = Array.from({ length: count }, (): number[] => [])
  for (const edge of edges) if (counts(edge)) reads[edge.to]?.push(edge.from)
  const found: number[][] = []
  const number = new Int32Array(count)
  const low = new Int32Array(count)
  const open = new Uint8Array(count)
  const stack: number[] = []
  let next = 0
  for (let root = 0; root < count; root += 1) {
    if (number[root]) continue
    const work: [line: number, at: number][] = [[root, 0]]
    while (work.length > 0) {
      const top = work[work.length - 1] as [number, number]
      const [line, at] = top
      if (at === 0) {
        next += 1
        number[line] = next
        low[line] = next
        stack.push(line)
        open[line] = 1
      }
      const other = reads[line]?.[at]
      if (other !== undefined) {
        top[1] += 1
        if (!number[other]) work.push([other, 0])
        else if (open[other]) low[line] = Math.min(low[line] as number, number[other] as number)
        continue
      }
      work.pop()
      const above = work.at(-1)?.[0]
      if (above !== undefined) low[above] = Math.min(low[above] as number, low[line] as number)
      if (low[line] !== number[line]) continue
      const component: number[] = []
      for (let popped = -1; popped !== line; ) {
        popped = stack.pop() as number
        open[popped] = 0
        component.push(popped)
      }
      found.push(component.reverse())
    }
  }
  return found
}
