/**
 * The few slices that explain most of a change, not repeating each other. Pure: slices come in with what they were and
 * are, and the greediest choice goes out. A slice explains what it moved beyond how the rest moved: where everything
 * falls by a tenth, nothing is a cause.
 */

export interface Condition {
  dimension: string
  value: string
}

/** What a slice is measured by: the value itself, or a quantity that drives it, worth so much of the value a unit. */
export interface Measured {
  name: string
  before: number
  after: number
  /** Value of one unit. */
  worth: number
  /** Money that one standing event moves by chance, for noise; 0 where counts are large. */
  each: number
}

export interface Slice {
  measure: Measured
  where: readonly Condition[]
  before: number
  after: number
}

/** A finding: a slice, or the rate of a driver within one, or a shift from one value of a dimension to another. */
export interface Found {
  kind: 'slice' | 'rate' | 'mix'
  where: readonly Condition[]
  measure: Measured
  /** The slice's own figure on both sides, in the measure's unit; of a rate, the ratio. */
  before: number
  after: number
  /** Value it moved. */
  amount: number
  /** Of that, beyond how the rest moved. */
  effect: number
  score: number
  /** The driver's label, where it is known already. */
  driver?: string
  /** Of a shift: what was left and what was gone to. */
  from?: string
  to?: string
}

export interface Limits {
  /** The value's change and size. */
  change: number
  size: number
  most: number
}

/** Least value a finding must have moved: a twentieth of the change, and one part in 500 of the value. */
export const leastOf = ({ change, size }: Limits) => Math.max(Math.abs(change) * 0.05, size * 0.002)

/** Least share of the value that a slice has to be of to be looked at. */
export const leastShare = 0.002

/** What a slice is of, in the value's unit: the mean of both sides. */
export const volumeOf = ({ before, after, measure }: Slice) =>
  ((Math.abs(before) + Math.abs(after)) / 2) * Math.abs(measure.worth)

/** Larger is better; sharper too: the same amount from half the volume says more. */
export const scoreOf = (effect: number, volume: number) =>
  volume <= 0 ? 0 : Math.abs(effect) * Math.sqrt(Math.min(1, Math.abs(effect) / volume))

/**
 * What a slice moved beyond the rest, at most what it moved at all: one that stood still while the rest fell is no cause
 * of the fall, though it stands out.
 */
export const beyond = (amount: number, against: number): number =>
  Math.sign(amount) === Math.sign(against)
    ? Math.sign(amount) * Math.min(Math.abs(amount), Math.abs(against))
    : 0

const growth = (before: number, after: number) => (before > 0 && after >= 0 ? after / before : 1)

/** Part of what came under new names that must have gone under old ones (or the other way) for the names to be what changed. */
const replaced = 0.5

/**
 * Values that are only on one side, in dimensions where about as much came from nothing as went to nothing: names that
 * take each other's place (a newsletter of each month), of which none explains anything by itself.
 */
function renamed(slices: readonly Slice[]): ReadonlySet<string> {
  const single = slices.filter(
    ({ where, before, after }) => where.length === 1 && (before === 0) !== (after === 0),
  )
  const found = new Set<string>()
  const groups = Map.groupBy(single, ({ measure, where }) => `${measure.name} ${where[0]?.dimension}`)
  for (const group of groups.values()) {
    const sum = (of: (slice: Slice) => number) =>
      group.reduce((total, slice) => total + Math.abs(of(slice)), 0)
    const [came, went] = [sum(slice => slice.after), sum(slice => slice.before)]
    if (Math.min(came, went) >= replaced * Math.max(came, went))
      for (const { where } of group) found.add(keyOf(where))
  }
  return found
}

/** Slices by measure and place, and which dimensions were crossed; those added later only tell where two places meet. */
interface Cells {
  at: ReadonlyMap<string, Slice>
  measures: readonly string[]
}

const cellsOf = (slices: readonly Slice[], meetings: readonly Slice[]): Cells => ({
  at: new Map([
    ...slices.flatMap((slice): [string, Slice][] => [
      [cellOf(slice.measure.name, slice.where), slice],
      [cellOf(slice.measure.name, slice.where, dimensionsOf(slice.where)), slice],
    ]),
    ...meetings.map((one): [string, Slice] => [cellOf(one.measure.name, one.where), one]),
  ]),
  measures: [...new Set(slices.map(({ measure }) => measure.name))],
})

const cellOf = (measure: string, where: readonly Condition[], place = keyOf(where)) => `${measure} ${place}`

/** What two slices of one measure have in common; exact where one holds the other, they exclude each other or it was asked. */
function common(a: Slice, b: Slice, cells: Cells): { before: number; after: number } {
  const same = (x: Slice, y: Slice) =>
    x.where.every(c => y.where.some(d => d.dimension === c.dimension && d.value === c.value))
  const apart = a.where.some(c => b.where.some(d => d.dimension === c.dimension && d.value !== c.value))
  if (apart) return { before: 0, after: 0 }
  if (same(a, b)) return b
  if (same(b, a)) return a
  const meet = [...a.where, ...b.where]
  const cell = cells.at.get(cellOf(a.measure.name, meet))
  if (cell) return cell
  // The two were crossed, and nothing is where they meet.
  if (cells.at.has(cellOf(a.measure.name, meet, dimensionsOf(meet)))) return { before: 0, after: 0 }
  // As if they were independent.
  const part = (x: number, y: number, all: number) => (all > 0 ? Math.min((x * y) / all, x, y) : 0)
  return {
    before: part(a.before, b.before, a.measure.before),
    after: part(a.after, b.after, a.measure.after),
  }
}

const dimensionsOf = (where: readonly Condition[]) =>
  [...new Set(where.map(c => c.dimension))].toSorted().join(' × ')

const keyOf = (where: readonly Condition[]): string =>
  JSON.stringify(
    [...new Map(where.map(c => [c.dimension, c.value]))].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
  )

/**
 * Greedy: the slice that explains most of what is left, again and again. What a chosen slice and another have in common
 * counts for the chosen one alone; slices that are nearly the same rows under two names are one, and what is left when
 * they are taken away is none: each is told against it.
 * @param others findings that are no slices (shifts, rates), which compete with them on the same score
 * @param meetings what places have in common that were not crossed; they are not told themselves
 */
export function choose(
  slices: readonly Slice[],
  others: readonly Found[],
  limits: Limits,
  meetings: readonly Slice[] = [],
): Found[] {
  const least = leastOf(limits)
  const cells = cellsOf(slices, meetings)
  const chosen: { found: Found; slices: Slice[] }[] = []
  const taken = (measure: Measured) =>
    chosen.flatMap(one => one.slices).filter(slice => slice.measure.name === measure.name)
  const names = renamed(slices)
  const isRenamed = (where: readonly Condition[]) => where.some(one => names.has(keyOf([one])))
  const own = slices.filter(slice => {
    const { before, after, measure, where } = slice
    if (isRenamed(where)) return false
    // A dimension of one value is the whole again.
    const whole = Math.abs(before) >= 0.98 * measure.before && Math.abs(after) >= 0.98 * measure.after
    return !whole && volumeOf(slice) >= leastShare * limits.size
  })
  const crossed = own.filter(({ where }) => where.length > 1).length
  while (chosen.length < limits.most) {
    let best: { found: Found; slices: Slice[] } | null = null
    for (const slice of own) {
      const chance = slice.where.length > 1 ? farthest(crossed) : alone
      const found = weighed(slice, taken(slice.measure), cells, { least, chance })
      if (!found || chosen.some(one => repeats(one.found, found, cells))) continue
      if (!best || found.score > best.found.score) best = { found, slices: [slice] }
    }
    for (const other of others) {
      if (isRenamed(endsOf(other))) continue
      const found = lessened(
        other,
        chosen.map(one => one.found),
      )
      if (Math.abs(found.effect) < least || chosen.some(one => repeats(one.found, found, cells))) continue
      if (!best || found.score > best.found.score)
        best = { found, slices: found.kind === 'mix' ? standsFor(found, slices) : [] }
    }
    if (!best) break
    chosen.push(best)
  }
  return chosen.map(one => one.found)
}

/**
 * A rate less what a chosen shift, or the same driver's rate in another dimension, may be of it: dear and cheap within a
 * segment look like its price, and a product's rate is its category's.
 */
function lessened(next: Found, chosen: readonly Found[]): Found {
  if (next.kind !== 'rate') return next
  const same = chosen.filter(
    one =>
      Math.sign(one.effect) === Math.sign(next.effect) &&
      one.where[0]?.dimension !== next.where[0]?.dimension &&
      (one.kind === 'mix' || (one.kind === 'rate' && one.driver === next.driver)),
  )
  const known = same.reduce((sum, one) => sum + Math.abs(one.effect), 0)
  const left = Math.max(0, Math.abs(next.effect) - known)
  return {
    ...next,
    effect: Math.sign(next.effect) * left,
    score: next.score * (left / Math.abs(next.effect)),
  }
}

/** The two ends of a shift, as slices of the value. */
const moved = (shift: Found, slice: Slice) =>
  slice.where.length === 1 &&
  slice.measure.name === shift.measure.name &&
  slice.where[0]?.dimension === shift.where[0]?.dimension &&
  (slice.where[0]?.value === shift.from || slice.where[0]?.value === shift.to)

/**
 * What needs no more telling once a shift is told: its ends. Where these are most of all there is (new customers and
 * returning ones), it tells nothing of where else that moved.
 */
function standsFor(shift: Found, slices: readonly Slice[]): Slice[] {
  const ends = slices.filter(slice => moved(shift, slice))
  const { before, after, worth } = shift.measure
  const all = ((Math.abs(before) + Math.abs(after)) / 2) * Math.abs(worth)
  return ends.reduce((sum, one) => sum + volumeOf(one), 0) > all / 2 ? [] : ends
}

/** Part of what is left beside the chosen from which on it is as good as all of it. */
const nearlyAll = 0.9

/** Standard deviations a value of one dimension must have moved by. */
const alone = 2

/**
 * Standard deviations one of so many must have moved by, for where two dimensions meet there are many, and some of many are
 * far off by chance: as far as the farthest of as many normal variables is expected to be at most, √(2 ln n).
 * @see Donoho and Johnstone (1994), Ideal spatial adaptation by wavelet shrinkage: the universal threshold
 */
export const farthest = (count: number, least = alone): number =>
  Math.max(least, Math.sqrt(2 * Math.log(Math.max(1, count))))

/** A slice against what is left once the chosen ones are taken out of it and of the rest. */
function weighed(
  slice: Slice,
  chosen: readonly Slice[],
  cells: Cells,
  needs: { least: number; chance: number },
): Found | null {
  const { measure } = slice
  let [before, after] = [slice.before, slice.after]
  let [all0, all1] = [measure.before, measure.after]
  for (const one of chosen) {
    const both = common(one, slice, cells)
    before -= both.before
    after -= both.after
    all0 -= one.before
    all1 -= one.after
  }
  // Nearly all of it is explained already: it would say the same again.
  const volumes = Math.abs(slice.before) + Math.abs(slice.after)
  if (chosen.length > 0 && Math.abs(before) + Math.abs(after) < 0.25 * volumes) return null
  // All that is left beside them: what they moved was measured against it.
  if (chosen.length > 0 && before >= nearlyAll * all0 && after >= nearlyAll * all1) return null
  const rest = growth(all0 - before, all1 - after)
  const own = (slice.after - slice.before) * measure.worth
  // Bounded by what is left of it, and by what it moved in all: the rest of it is the chosen ones'.
  const left = beyond((after - before) * measure.worth, (after - before * rest) * measure.worth)
  const effect = beyond(own, left)
  const volume = Math.max(Math.abs(before), Math.abs(after)) * Math.abs(measure.worth)
  // Chance alone moves a sum of n values by about √(2n) of one, and both sides have theirs.
  const chance =
    measure.each > 0 ? Math.sqrt(2 * measure.each * (Math.abs(before) + Math.abs(after)) * measure.worth) : 0
  if (Math.abs(effect) < Math.max(needs.least, needs.chance * chance)) return null
  return {
    kind: 'slice',
    where: slice.where,
    measure,
    before: slice.before,
    after: slice.after,
    amount: own,
    effect,
    score: scoreOf(effect, volume) / (slice.where.length > 1 ? 1.1 : 1),
  }
}

/** The values a finding speaks of: of a shift, both its ends. */
const endsOf = (one: Found): Condition[] =>
  one.kind === 'mix'
    ? [one.from, one.to].flatMap(value =>
        value === undefined ? [] : [{ dimension: one.where[0]?.dimension ?? '', value }],
      )
    : [...one.where]

/** The places a finding is of: of a shift, each of its ends. */
const placesOf = (one: Found): (readonly Condition[])[] =>
  one.kind === 'mix' ? endsOf(one).map(end => [end]) : [one.where]

/** Whether a finding says again what another says: the same slice by another measure or name, the end of a shift, the rest. */
function repeats(known: Found, next: Found, cells: Cells): boolean {
  const touches = (a: readonly Condition[], b: readonly Condition[]) =>
    a.some(c => b.some(d => c.dimension === d.dimension && c.value === d.value))
  if (known.kind === 'mix' || next.kind === 'mix') {
    const both = known.kind === 'mix' && next.kind === 'mix'
    if (both && known.where[0]?.dimension === next.where[0]?.dimension) return true
    // A vendor that makes all of a category is that category: a shift to the one is the shift to the other.
    const named = placesOf(known).some(a => placesOf(next).some(b => meeting(a, b, cells).same))
    return named || touches(endsOf(known), endsOf(next))
  }
  if (keyOf(known.where) === keyOf(next.where)) return true
  // Two slices of one measure are weighed exactly, each without the other.
  if (known.kind === 'slice' && next.kind === 'slice' && known.measure.name === next.measure.name)
    return false
  const met = meeting(known.where, next.where, cells)
  // The rate of all but a slice is what the slice's own was held against.
  if (known.kind === 'rate' && next.kind === 'rate' && known.driver === next.driver && met.rest) return true
  // Across measures a shared value, or the same rows, in the same direction is the same story.
  return (met.same || touches(known.where, next.where)) && Math.sign(known.effect) === Math.sign(next.effect)
}

/** Part of the larger of two places that both are from which on they are the same rows. */
const nearlySame = 0.75

/** Whether two places are nearly the same rows, or the second all but the first; by any measure that tells of both. */
function meeting(
  a: readonly Condition[],
  b: readonly Condition[],
  cells: Cells,
): { same: boolean; rest: boolean } {
  for (const name of cells.measures) {
    const [one, other] = [a, b].map(where => cells.at.get(cellOf(name, where)))
    if (!one || !other) continue
    const both = common(one, other, cells)
    const [x, y, xy] = [volumeOf(one), volumeOf(other), volumeOf({ ...one, ...both })]
    const all = volumeOf({ ...one, before: one.measure.before, after: one.measure.after })
    return {
      same: xy >= nearlySame * Math.max(x, y),
      rest: y - xy >= nearlyAll * (all - x) && xy <= (1 - nearlyAll) * y,
    }
  }
  return { same: false, rest: false }
}

/** Two places of findings whose rows nobody compared yet. */
export interface Unmet {
  measure: string
  where: readonly Condition[]
}

/**
 * Where findings may be the same rows, or one all but the other, and that is not known: to be asked before they are told
 * beside each other. Two values of one dimension exclude each other; those that differ in size are neither.
 */
export function unmet(
  found: readonly Found[],
  slices: readonly Slice[],
  meetings: readonly Slice[],
): Unmet[] {
  const cells = cellsOf(slices, meetings)
  const between = (a: readonly Condition[], b: readonly Condition[]): Unmet[] => {
    if (a.some(one => b.some(two => one.dimension === two.dimension && one.value !== two.value))) return []
    const where = [...a, ...b.filter(two => !a.some(one => one.dimension === two.dimension))]
    // One holds the other, and what they have in common is the smaller.
    if (where.length === Math.max(a.length, b.length)) return []
    return cells.measures.flatMap((name): Unmet[] => {
      const [one, other] = [a, b].map(place => cells.at.get(cellOf(name, place)))
      if (
        !one ||
        !other ||
        cells.at.has(cellOf(name, where)) ||
        cells.at.has(cellOf(name, where, dimensionsOf(where)))
      )
        return []
      const [x, y] = [volumeOf(one), volumeOf(other)]
      const all = volumeOf({ ...one, before: one.measure.before, after: one.measure.after })
      const alike = Math.min(x, y) >= 0.5 * Math.max(x, y)
      return alike || x + y >= 0.75 * all ? [{ measure: name, where }] : []
    })
  }
  const asked = found.flatMap((a, n) =>
    found.slice(n + 1).flatMap(b => placesOf(a).flatMap(x => placesOf(b).flatMap(y => between(x, y)))),
  )
  return [...new Map(asked.map(one => [cellOf(one.measure, one.where), one])).values()]
}
