type Values = readonly (number | null)[]
interface Named {
  values: Values
}

/** The round number near a quarter of an axis, as the kit sets its ticks apart. */
function stepOf(quarter: number): number {
  const ten = 10 ** Math.floor(Math.log10(quarter))
  return ten * ([1, 2, 3, 5].find(n => quarter < ten * n * 1.5) ?? 10)
}

/** What a plot of these lines reaches from and to, about. */
export function plotOf(those: readonly Named[], height: number, fromZero: boolean) {
  const known = those.flatMap(line => line.values.filter(value => value !== null))
  const high = Math.max(...known, fromZero ? 0 : Number.NEGATIVE_INFINITY)
  const low = Math.min(...known, fromZero ? 0 : Number.POSITIVE_INFINITY)
  // A few returns open a whole step of the axis below nothing.
  const step = low < 0 && fromZero ? stepOf((high - low) / 4) : 0
  return { height, low: step > 0 ? Math.floor(low / step) * step : low, high: high * 1.1 }
}

/**
 * How far each name must move so that names at line ends neither cover one another nor leave the plot. `short`: lines that are
 * named along their way and stand in none's.
 */
export function nudges(
  those: readonly Named[],
  plot: number,
  fromZero: boolean,
  short: readonly number[] = [],
): number[] {
  const { low, high } = plotOf(those, plot, fromZero)
  const at = those.flatMap((line, n) => {
    if (short.includes(n)) return []
    const last = line.values.findLast(value => value !== null) ?? low
    return [{ n, y: (1 - (last - low) / (high - low || 1)) * plot }]
  })
  const downwards = at.toSorted((a, b) => a.y - b.y)
  const placed: number[] = []
  for (const { y } of downwards) placed.push(Math.max(y, (placed.at(-1) ?? Number.NEGATIVE_INFINITY) + 14))
  // Lines that all end at the foot: their names stand above one another from there on, as a new day begins with nothing.
  let foot = plot
  const moved: number[] = those.map(() => 0)
  for (const [place, { n, y }] of [...downwards.entries()].toReversed()) {
    foot = Math.min(placed[place] ?? y, foot)
    moved[n] = foot - y
    foot -= 14
  }
  return moved
}

/**
 * A name at a line's end. `moved`: one of the names there had to move away from its end and may stand at that of another; each
 * has a piece of its line before it then. `room` is what that takes beside the letters, in pixels.
 */
export function endName(
  name: string,
  { color, type }: { color?: unknown; type: unknown },
  moved: boolean,
): { formatter: string; room: number; rich?: object } {
  if (!moved) return { formatter: name, room: 0 }
  const piece = (width: number, of: object = {}) => ({ width, height: 2, verticalAlign: 'middle', ...of })
  const dash = type === 'solid' ? 12 : 5
  return {
    formatter: type === 'solid' ? `{line|}{gap|} ${name}` : `{line|}{gap|}{line|}{gap|} ${name}`,
    room: 16,
    rich: { line: piece(dash, { backgroundColor: color }), gap: piece(2) },
  }
}

/**
 * Where a name covers a plot, in points to each side of its own: three quarters, or on a phone, whose points stand close
 * together, as many as half a short name is wide.
 */
const stepsOf = (points: number): number[] => {
  const reach = Math.ceil(Math.max(0.75, points * 0.075) * 4)
  return Array.from({ length: 2 * reach + 1 }, (_, n) => (n - reach) / 4)
}

/** Points to name a line at: not its first, where half the name would lie over the axis; the last of them where it has no others. */
export function namedAt(line: Values): { points: number[]; begins: boolean } {
  const known = [...line.keys()].filter(at => line[at] !== null)
  const past = known.filter(at => at >= line.length / 12)
  return past.length > 0 ? { points: past, begins: false } : { points: known.slice(-1), begins: true }
}

/** Whether a point has none beside it, so that no line leads to it. */
export const isAlone = (values: Values, at: number): boolean =>
  (values[at] ?? null) !== null && (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null

/** A value between two points; null where either is none. */
const between = (values: Values, at: number): number | null => {
  const [before, after] = [values[Math.floor(at)] ?? null, values[Math.ceil(at)] ?? null]
  return before === null || after === null ? null : before + (after - before) * (at - Math.floor(at))
}

/**
 * Where a line's name covers no line: at which of its points, and above or below it. Of places as clear as each other the one
 * furthest along. `points` are those to choose from; a name that `begins` at its point covers only what comes after it.
 */
export function clearPlace(
  line: Values,
  all: readonly Values[],
  plot: { height: number; low: number; high: number },
  points: readonly number[],
  begins = false,
): { at: number; side: 'top' | 'bottom' } {
  const y = (value: number) => (1 - (value - plot.low) / (plot.high - plot.low || 1)) * plot.height
  const around = stepsOf(line.length)
  const steps = begins ? around.map(step => step - (around[0] ?? 0)) : around
  let best = { at: points.at(-1) ?? 0, side: 'top' as 'top' | 'bottom', clear: -1 }
  for (const at of points) {
    const value = line[at] ?? null
    if (value === null) continue
    for (const side of ['top', 'bottom'] as const) {
      const middle = y(value) + (side === 'top' ? -13 : 13)
      if (middle < 7 || middle > plot.height - 7) continue
      // Also a line that passes through from above to below is no place for a name.
      const near = all.flatMap(values => {
        const away = steps
          .map(step => between(values, at + step))
          .map(one => (one === null ? null : y(one) - middle))
        return away.flatMap((one, n) => {
          const next = away[n + 1] ?? null
          return one === null ? [] : next !== null && one * next < 0 ? [0] : [Math.abs(one)]
        })
      })
      // Further away than that is no clearer.
      const clear = Math.min(22, ...near)
      if (clear >= best.clear) best = { at, side, clear }
    }
  }
  return { at: best.at, side: best.side }
}
