import { expect, it } from 'vitest'
import { choose, type Found, type Slice, unmet } from './search.ts'

it('names that take each other’s place explain nothing; what is new beside them does', () => {
  const measure = { name: 'sessions', before: 10_000, after: 13_000, worth: 1, each: 0 }
  const of = (dimension: string, value: string, before: number, after: number): Slice => ({
    measure,
    where: [{ dimension, value }],
    before,
    after,
  })
  const limits = { change: 3_000, size: 11_500, most: 5 }
  const newsletters = [
    of('campaign', 'Letter 2025', 900, 0),
    of('campaign', 'Letter 2026', 0, 1000),
    of('campaign', 'Search', 4000, 4400),
  ]
  const markets = [of('country', 'Ireland', 0, 1600), of('country', 'France', 5000, 5100)]
  const found = choose([...newsletters, ...markets], [], limits)
  expect(found.map(one => one.where[0]?.value)).toEqual(['Ireland'])
})

it('a shift between two values that are all there is hides no other slice', () => {
  const measure = { name: 'net_sales', before: 10_000, after: 17_800, worth: 1, each: 0 }
  const of = (dimension: string, value: string, before: number, after: number): Slice => ({
    measure,
    where: [{ dimension, value }],
    before,
    after,
  })
  const shift: Found = {
    kind: 'mix',
    where: [{ dimension: 'customer_kind', value: 'returning' }],
    measure,
    before: 0.1,
    after: 0.5,
    amount: 5_000,
    effect: 5_000,
    score: 9_999,
    from: 'new',
    to: 'returning',
  }
  const slices = [
    of('customer_kind', 'new', 9_000, 8_000),
    of('customer_kind', 'returning', 1_000, 9_800),
    of('store', 'trade', 2_000, 9_500),
    of('store', 'web', 8_000, 8_300),
  ]
  const found = choose(slices, [shift], { change: 7_800, size: 13_900, most: 5 })
  expect(found.map(one => one.where[0]?.value)).toEqual(['returning', 'trade'])
})

it('a shift is told by one of its names, and so are the places of one country', () => {
  const measure = { name: 'net_sales', before: 10_000, after: 11_500, worth: 1, each: 0 }
  const of = (where: Record<string, string>, before: number, after: number): Slice => ({
    measure,
    where: Object.entries(where).map(([dimension, value]) => ({ dimension, value })),
    before,
    after,
  })
  const shift = (dimension: string, from: string, to: string, amount: number): Found => ({
    kind: 'mix',
    where: [{ dimension, value: to }],
    measure,
    ...{ before: 0.2, after: 0.3, amount, effect: amount, score: amount, from, to },
  })
  const kinds = (dimension: string, [cups, lamps]: [string, string]) => [
    of({ [dimension]: cups }, 2_500, 1_600),
    of({ [dimension]: lamps }, 2_000, 3_900),
  ]
  // Of the lamps most went to one shop, which is the shop of one country.
  const shop: Record<string, string>[] = [{ store: 'de' }, { country: 'DE' }]
  const places = shop.flatMap(where => [
    of(where, 3_000, 4_900),
    of({ category: 'Lamps', ...where }, 300, 3_000),
    of({ vendor: 'Bright', ...where }, 300, 3_000),
  ])
  const whole = [...kinds('category', ['Cups', 'Lamps']), ...kinds('vendor', ['Potter', 'Bright'])]
  const shifts = [shift('category', 'Cups', 'Lamps', 1_900), shift('vendor', 'Potter', 'Bright', 1_900)]
  const limits = { change: 1_500, size: 10_750, most: 5 }
  /** What is where two places meet: names of one thing are all of it. */
  const twins: Record<string, string> = { Potter: 'Cups', Bright: 'Lamps', DE: 'de' }
  const nameOf = (where: Slice['where']) =>
    [...new Set(where.map(({ value }) => twins[value] ?? value))].toSorted().join(' ')
  const meetingOf = (slices: Slice[], where: Slice['where']): Slice => {
    const same = slices.find(one => nameOf(one.where) === nameOf(where))
    return { measure, where, before: same?.before ?? 0, after: same?.after ?? 0 }
  }
  const told = (slices: Slice[], others: Found[]) => {
    const meetings: Slice[] = []
    for (let round = 0; round < 4; round++)
      for (const one of unmet(choose(slices, others, limits, meetings), slices, meetings))
        meetings.push(meetingOf(slices, one.where))
    return choose(slices, others, limits, meetings).map(({ where }) => nameOf(where))
  }
  expect(told(whole, shifts).filter(one => one === 'Lamps')).toHaveLength(1)
  expect(told([...whole, ...places], []).filter(one => one === 'Lamps de')).toHaveLength(1)
})

/** Rows of made-up sales on both sides: some dimensions say nearly the same as others, some things happened, the rest is chance. */
const sold = (seed: number) => {
  let state = seed
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const noise = random() * 0.12
  const stores = 2 + Math.floor(random() * 3)
  const moves = Array.from({ length: stores }, () => (random() < 0.6 ? 1 : 0.4 + 1.4 * random()))
  const phones = random() < 0.5 ? 1 : 0.6
  const rows: {
    store: string
    country: string
    device: string
    buyer: string
    before: number
    after: number
  }[] = []
  for (let n = 0; n < 400; n++) {
    const at = Math.min(stores - 1, Math.floor(random() ** 2 * stores))
    const device = random() < 0.6 ? 'mobile' : 'desktop'
    const amount = 50 + 50 * random()
    rows.push({
      store: `s${at}`,
      country: `c${random() < noise ? Math.floor(random() * stores) : at}`,
      device,
      buyer: random() < 0.3 ? 'new' : 'returning',
      before: amount,
      after: amount * (moves[at] ?? 1) * (device === 'mobile' ? phones : 1) * (0.97 + 0.06 * random()),
    })
  }
  return rows
}

it.each(Array.from({ length: 60 }, (_, n) => n * 7919 + 1))(
  'tells nothing twice under another name, and not the rest beside what it was held against: seed %i',
  seed => {
    const rows = sold(seed)
    const sum = (of: typeof rows, side: 'before' | 'after') => of.reduce((all, row) => all + row[side], 0)
    const measure = {
      name: 'net_sales',
      before: sum(rows, 'before'),
      after: sum(rows, 'after'),
      worth: 1,
      each: 0,
    }
    const at = (where: Slice['where']) =>
      rows.filter(row => where.every(one => row[one.dimension as 'store'] === one.value))
    const slice = (where: Slice['where']): Slice => {
      const own = at(where)
      return { measure, where, before: sum(own, 'before'), after: sum(own, 'after') }
    }
    const slices = ['store', 'country', 'device', 'buyer'].flatMap(dimension =>
      [...new Set(rows.map(row => row[dimension as 'store']))].map(value => slice([{ dimension, value }])),
    )
    const limits = {
      change: measure.after - measure.before,
      size: (measure.before + measure.after) / 2,
      most: 5,
    }
    const meetings: Slice[] = []
    let found = choose(slices, [], limits)
    for (let open = unmet(found, slices, meetings); open.length > 0; open = unmet(found, slices, meetings)) {
      meetings.push(...open.map(one => slice(one.where)))
      found = choose(slices, [], limits, meetings)
    }
    const volume = (of: typeof rows) => sum(of, 'before') + sum(of, 'after')
    found.forEach((one, n) => {
      for (const other of found.slice(n + 1)) {
        const [a, b] = [at(one.where), at(other.where)]
        const both = volume(a.filter(row => b.includes(row)))
        expect(both).toBeLessThan(0.8 * Math.max(volume(a), volume(b)))
        const rest = volume(rows) - volume(a)
        expect(volume(b) - both >= 0.95 * rest && both < 0.05 * volume(b)).toBe(false)
      }
    })
    // What happened is still told: the store that moved most beyond the others is the first that is told, by one of its names.
    const told = found.flatMap(one => one.where.map(({ value }) => value))
    if (found.length > 0) expect(new Set(told).size).toBe(told.length)
  },
)
