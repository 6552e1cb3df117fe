import { describe, expect, it } from 'vitest'
import { whatOf } from '#kernel/alert-words.ts'
import { addDays, daysBetween } from '#kernel/day.ts'
import type { Definition } from '#metrics/query.ts'
import { type Alert, startOf } from './evaluate.ts'
import { eventsOf } from './evidence/model.ts'
import { type Found, findIn, oneOfEach } from './find.ts'
import { ranked } from './ranking.ts'
import { type Rule, usualRules } from './rules.ts'
import { type Cell, sameMix, settled, type Watched } from './watched.ts'

const days = 120
/** A hundred a day among siblings of a thousand, a little restless, and `last` of it over the last week. */
const series = (last: number) =>
  Float64Array.from({ length: days }, (_, t) => (t < days - 7 ? 1 : last) * (100 + ((t * 7) % 11) - 5))
const watched = (last: number, more: Partial<Rule> = {}): Watched => ({
  rule: { ...usualRules.find(one => one.id === 'orders'), version: 1, updatedAt: '', ...more } as Rule,
  definition: { good: 'up', additivity: 'additive', unit: 'count' } as unknown as Definition,
  start: '2026-01-01',
  scale: 50_000,
  cells: [
    {
      slice: { store: 'uk' },
      amount: series(last),
      exposure: new Float64Array(days).fill(1000),
      worth: 50,
    },
  ],
})
const look = (one: Watched) => {
  const [cell] = one.cells
  if (!cell) throw new Error('there is no cell')
  return findIn(one, cell, days - 1)
}

describe('what is found in a slice', () => {
  it('is a fall against the others: since when, how much, and what it costs', () => {
    const found = look(watched(0.4))
    expect(found).toMatchObject({ direction: 'below', since: '2026-04-24', until: null, rule: 'orders' })
    expect(found?.moneyPerDay).toBeLessThan(-2500)
    expect(found?.moneyPerDay).toBeGreaterThan(-3500)
  })

  it('is told as it is a day, where a ratio is one to nothing that is known', () => {
    const one = watched(0.4, { metric: 'roas' })
    const found = look({ ...one, definition: { ...one.definition, additivity: 'ratio' } })
    expect([found?.expected, found?.actual].map(value => Math.round(value ?? 0))).toEqual([100, 40])
  })

  it('is nothing while all is as usual, too small in money, or for the better', () => {
    expect(look(watched(1))).toBeNull()
    expect(look(watched(0.4, { leastMoney: '4000' }))).toBeNull()
    expect(look(watched(1.8))).toBeNull()
    expect(look(watched(1.8, { direction: 'any' }))?.direction).toBe('above')
  })
})

describe('what stands beside others', () => {
  const place = (day: string) => daysBetween('2026-01-01', day).length - 1
  const beside = (own: (t: number) => number, others: (t: number) => number): Watched => {
    const one = watched(1)
    const of = (level: (t: number) => number) =>
      Float64Array.from({ length: days }, (_, t) => level(t) + ((t * 7) % 11) - 5)
    return { ...one, cells: [{ slice: { store: 'uk' }, amount: of(own), exposure: of(others), worth: 50 }] }
  }

  it('has not fallen because its neighbour sells ten times as much', () => {
    const boom = (t: number) => (t < days - 20 ? 100 : 1000)
    expect(look(beside(() => 100, boom))).toBeNull()
    // One that fell as well is told by its own past.
    const fell = look(beside(t => (t < days - 20 ? 100 : 40), boom))
    expect(fell).toMatchObject({ direction: 'below', since: '2026-04-11' })
    expect(fell?.moneyPerDay).toBeCloseTo(-50 * 60, -3)
  })

  it('is below zero on the day of a correction alone, and that is told at once', () => {
    const corrected = place('2026-04-29')
    const one = beside(
      t => (t === corrected ? -900 : 100),
      () => 1000,
    )
    const [cell] = one.cells
    const told = cell && findIn(one, cell, corrected)
    expect(told).toMatchObject({ since: '2026-04-29', kind: 'spike', direction: 'below' })
    expect(told?.moneyPerDay).toBeCloseTo(-50 * 1000, -4)
    expect(whatOf({ ...told, finding: told } as never, 'Net sales')).toBe('Net sales below zero')
    // One slow day that no correction made can wait.
    const slow = beside(
      t => (t === corrected ? 5 : 100),
      () => 1000,
    )
    expect(slow.cells[0] && findIn(slow, slow.cells[0], corrected)).toBeNull()
  })
})

describe('what nothing stands beside', () => {
  const alone = (amount: (t: number) => number): Watched => {
    const one = watched(1)
    const cell = {
      slice: { store: 'uk' },
      amount: Float64Array.from({ length: days }, (_, t) => amount(t)),
      exposure: new Float64Array(days),
      worth: 1,
    }
    return { ...one, scale: 100, cells: [cell] }
  }

  it('has not stopped where it was sold once', () => {
    expect(look(alone(t => (t === 30 ? 60_000 : 0)))).toBeNull()
  })

  it('is told at the end of a day by what was known then', () => {
    const fell = (t: number) => (t < 100 ? 100 + ((t * 7) % 11) : t < 103 ? 55 : 5)
    const one = alone(fell)
    const [cell] = one.cells
    const early = cell && findIn(one, cell, 102)
    // Three days of a half; what came to be nothing later does not count yet.
    expect(early?.perDay).toBeGreaterThan(-60)
    expect(early?.perDay).toBeLessThan(-35)
    expect(look(one)?.perDay).toBeLessThan(-80)
  })
})

describe('sessions against orders', () => {
  const seen = (sessions: number, orders: number) => {
    const one = watched(
      1,
      usualRules.find(rule => rule.id === 'tracking'),
    )
    const of = (usual: number, last: number) =>
      Float64Array.from({ length: days }, (_, t) => (t < days - 4 ? 1 : last) * (usual + ((t * 7) % 11) - 5))
    const cell = { slice: { store: 'uk' }, amount: of(900, sessions), exposure: of(35, orders), worth: null }
    return look({ ...one, cells: [cell] })
  }

  it('are lost data where they fell, on days of a promotion too', () => {
    expect(seen(0.3, 1)).toMatchObject({ direction: 'below', since: '2026-04-27' })
    expect(seen(0.3, 2.4)?.direction).toBe('below')
  })

  it('are none where more orders came than so many sessions usually bring', () => {
    expect(seen(1.5, 2.4)).toBeNull()
    expect(seen(1, 2)).toBeNull()
  })
})

describe('a product that is nowhere in stock', () => {
  const units = usualRules.find(one => one.id === 'units')
  const place = (day: string) => daysBetween('2026-01-01', day).length - 1
  /** One a day or two among others of its category, from day `launch` on; without stock and sales from `out` on. */
  const shelf = (more: { launch?: number; out: string; sellsOn?: number; worth?: number }) => {
    const from = place(more.out)
    const sold = (t: number) => (t < (more.launch ?? 0) ? 0 : t >= from ? (more.sellsOn ?? 0) : 1 + (t % 2))
    const one = watched(1, units)
    return {
      ...one,
      scale: 1000,
      cells: [
        {
          slice: { category: 'Kitchen', product: 'cup' },
          amount: Float64Array.from({ length: days }, (_, t) => sold(t)),
          exposure: new Float64Array(days).fill(20),
          worth: more.worth ?? 30,
          out: Array.from({ length: days - from }, (_, n) => from + n),
        },
      ],
    }
  }
  const last = addDays('2026-01-01', days - 1)

  it('is told on its first day, with what it would have sold: odds alone tell nothing yet', () => {
    const one = shelf({ out: last })
    expect(look(one)).toMatchObject({ kind: 'silence', direction: 'below', since: last, until: null })
    expect(look(one)?.moneyPerDay).toBeCloseTo(-45, 0)
    expect(look({ ...one, cells: one.cells.map(({ out: _, ...cell }) => cell) })).toBeNull()
  })

  it('is told though it was launched three weeks before', () => {
    expect(look(shelf({ launch: days - 24, out: addDays(last, -2) }))?.since).toBe(addDays(last, -2))
  })

  it('is nothing where it sells on, is worth little, or ran out long ago', () => {
    expect(look(shelf({ out: addDays(last, -5), sellsOn: 1 }))).toBeNull()
    expect(look(shelf({ out: last, worth: 1 }))).toBeNull()
    expect(look(shelf({ out: addDays(last, -50) }))?.known).toBeUndefined()
  })

  it('stands beside what merely crosses it', () => {
    const found = look(shelf({ out: addDays(last, -2) })) as Found
    const phones = { ...found, rule: 'conversion', slice: { device: 'mobile' }, score: 0.9 }
    const { known: _, ...guessed } = found
    const both = (one: Found) => oneOfEach([one, { ...phones, known: undefined } as never], () => 'business')
    expect([both(found).length, both(guessed).length]).toEqual([2, 1])
  })
})

describe('when an alert began', () => {
  const alert = (since: string, until: string | null = null, surest = 0.5) =>
    ({ slice: { store: 'de' }, since, until, score: 0.4, finding: { surest } }) as unknown as Alert
  const seen = (since: string, slice = { store: 'de' }) => ({ slice, since, score: 0.6 }) as unknown as Found

  it('is said by the look that was surest, as more of its days come in', () => {
    expect(startOf(alert('2026-03-24'), seen('2026-04-02'), '2026-04-06')).toBe('2026-04-02')
    expect(startOf(alert('2026-04-02'), seen('2026-03-31'), '2026-04-06')).toBe('2026-03-31')
  })

  it('stays where it was once looks are less sure, it was over, or it is seen elsewhere', () => {
    expect(startOf(alert('2026-03-01', null, 0.7), seen('2026-03-20'), '2026-04-06')).toBe('2026-03-01')
    expect(startOf(alert('2026-03-24', '2026-03-28'), seen('2026-04-02'), '2026-04-06')).toBe('2026-03-24')
    expect(startOf(alert('2026-03-24'), seen('2026-04-02', { store: 'uk' }), '2026-04-06')).toBe('2026-03-24')
  })
})

describe('what follows orders after weeks', () => {
  /** A shop that opened on a day, of whose sales a tenth comes back, two to six weeks after them. */
  const returns = (opened: number, trails: number, rise = 1): Watched => {
    const sold = Float64Array.from({ length: 200 }, (_, t) => (t < opened ? 0 : 9000 + ((t * 7) % 11) * 200))
    const back = sold.map((_, t) => {
      const then = t - 14 - ((t * 11) % 29)
      return then < opened ? 0 : 0.1 * (sold[then] ?? 0) * (t >= 190 ? rise : 1)
    })
    const cell = settled({ amount: back, exposure: sold, slice: { store: 'uk' }, worth: -1 }, trails)
    const rule = { ...usualRules.find(one => one.id === 'returns'), version: 1, updatedAt: '' } as Rule
    const definition = { good: 'down', additivity: 'ratio', unit: 'share' } as unknown as Definition
    return { rule, definition, start: '2026-01-01', scale: 9000, cells: [cell] }
  }
  const at = (one: Watched, end: number) => findIn(one, one.cells[0] as Cell, end)
  const told = (one: Watched) =>
    Array.from({ length: 200 }, (_, end) => end).filter(end => at(one, end) !== null)

  it('has not risen because a shop that opened sees it for the first time', () => {
    expect(told(returns(20, 0))).not.toEqual([])
    expect(told(returns(20, 45))).toEqual([])
    expect(at(returns(20, 45, 2.5), 199)?.since).toBe('2026-07-10')
  })
})

describe('prices of a category', () => {
  // A cheap product and a dear one, of which more of the dear are sold from day 90 on.
  const product = (name: string, price: (t: number) => number, units: (t: number) => number): Cell => {
    const count = Float64Array.from({ length: days }, (_, t) => units(t) + ((t * 5) % 7) - 3)
    return {
      slice: { category: 'Kitchen', product: name },
      amount: count.map((one, t) => one * price(t)),
      exposure: count,
      worth: 1,
    }
  }
  const found = (rise: number) => {
    const cells = sameMix(
      [
        product(
          'cup',
          () => 5,
          () => 60,
        ),
        product(
          'pan',
          t => (t < 100 ? 50 : 50 * rise),
          t => (t < 90 ? 10 : 25),
        ),
      ],
      'product',
    )
    const one = watched(1, { ...usualRules.find(rule => rule.id === 'list-price') })
    return look({
      ...one,
      scale: 5000,
      definition: { ...one.definition, additivity: 'ratio', unit: 'money' },
      cells,
    })
  }

  it('are as before while another mix is sold', () => {
    expect(found(1)).toBeNull()
  })

  it('rose by what their products cost more, since the day they did', () => {
    const rose = found(1.1)
    expect(rose).toMatchObject({ slice: { category: 'Kitchen' }, direction: 'above', since: '2026-04-11' })
    // Told per unit sold: of 85 a day 25 cost a tenth more.
    expect((rose?.actual ?? 0) / (rose?.expected ?? 1)).toBeCloseTo(1.08, 1)
    expect(rose?.judged).toMatch(/each product/)
  })
})

describe('a week by its limits', () => {
  // Three years, busiest in spring; Easter's four days sell three times as much.
  const [start, end] = ['2023-05-01', '2026-04-05']
  const easters = ['2024-03-31', '2025-04-20', '2026-04-05']
  const isEaster = (day: string) =>
    easters.some(sunday => day >= addDays(sunday, -2) && day <= addDays(sunday, 1))
  const amount = (last: number) =>
    Float64Array.from(daysBetween(start, end), (day, t) => {
      const spring = 1 + 0.6 * Math.cos((2 * Math.PI * (t - 345)) / 364)
      return (isEaster(day) ? 3 : 1) * spring * (100 + ((t * 7) % 11)) * (addDays(day, 7) > end ? last : 1)
    })
  const judged = (last: number) => {
    const one = watched(1, {
      kind: 'limits',
      by: [],
      leastShare: 0,
      leastVolume: 0,
      direction: 'any',
      score: 0.1,
    })
    const cell = { slice: {}, amount: amount(last), exposure: new Float64Array(0), worth: 50 }
    return findIn({ ...one, start }, cell, cell.amount.length - 1)
  }
  it('that has Easter where the year before had none is no news, and an Easter that fails is', () => {
    expect(judged(1)).toBeNull()
    expect(judged(0.6)).toMatchObject({ kind: 'limits', direction: 'below', until: end })
  })
})

describe('one of each matter', () => {
  const one = (more: Partial<Found>): Found => ({
    rule: 'orders',
    metric: 'orders',
    slice: { store: 'uk' },
    kind: 'shift',
    direction: 'below',
    since: '2026-04-24',
    until: null,
    score: 0.9,
    expected: 100,
    actual: 40,
    perDay: -60,
    moneyPerDay: -3000,
    judged: '',
    ...more,
  })
  const about = (rule: string) => (rule === 'tracking' ? 'data' : 'business')
  const merged = (...all: Found[]) => oneOfEach(all, about).map(({ rule, slice }) => [rule, slice.store])

  it('is the strangest of what overlaps and contradicts in no dimension', () => {
    expect(merged(one({ rule: 'conversion', score: 0.7 }), one({}))).toEqual([['orders', 'uk']])
  })

  it('hides no defect of a device behind a product that ran out weeks before it, but one that did so that day', () => {
    const out = one({ rule: 'units', slice: { product: 'p' } })
    const device = { rule: 'checkout', score: 0.6, slice: { store: 'uk', device: 'mobile' } }
    const rules = (since: string) => merged(out, one({ ...device, since })).map(([rule]) => rule)
    expect(rules('2026-05-14')).toEqual(['units', 'checkout'])
    expect(rules('2026-04-26')).toEqual(['units'])
  })

  it('leaves other stores, other days, gains and broken data apart', () => {
    expect(
      merged(
        one({}),
        one({ score: 0.8, slice: { store: 'de' } }),
        one({ score: 0.7, rule: 'returns', since: '2026-02-01', until: '2026-02-07' }),
        one({ score: 0.6, rule: 'price', moneyPerDay: 90 }),
        one({ score: 0.5, rule: 'tracking' }),
      ).map(([rule]) => rule),
    ).toEqual(['orders', 'orders', 'returns', 'price', 'tracking'])
  })
})

describe('the order of what wants somebody', () => {
  it('is what goes on by money, broken data before it, and last what has been over for days', () => {
    const one = (id: string, until: string | null, moneyPerDay: number | null) => ({
      id,
      until,
      moneyPerDay,
      seenOn: until ?? '2026-03-16',
      doubt: moneyPerDay === null ? 'Lost data.' : null,
      score: 0.6,
    })
    const order = ranked([
      one('over', '2026-03-08', -900),
      one('lost data, over', '2026-03-02', null),
      one('small', null, -80),
      one('ended just now', '2026-03-14', -140),
      one('large', null, -300),
      one('lost data', null, null),
    ])
    expect(order.map(({ id }) => id)).toEqual([
      'lost data',
      'large',
      'ended just now',
      'small',
      'lost data, over',
      'over',
    ])
  })
})

it('the events that may bear on an alert are those of its store and of all', () => {
  const events = [
    { name: 'Sale', stores: [] },
    { name: 'Outage', stores: ['uk'] },
    { name: 'Launch', stores: ['de'] },
  ]
  const names = (store?: string) => eventsOf(events, store).map(one => one.name)
  expect(names('uk')).toEqual(['Sale', 'Outage'])
  expect(names()).toEqual(['Sale', 'Outage', 'Launch'])
})
