import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exact, roundTo, sum } from '../money.ts'
import { effects, favourable, flexedTo, type Item, priceVolumeMix, shapley } from './variance.ts'

const side = (quantity: string, amount: string, rate = '1', list?: string) => ({
  quantity,
  amount,
  rate,
  ...(list !== undefined && { list }),
})

describe('price, volume, mix and currency', () => {
  it('are what a hand calculation gives', () => {
    // Plan 100 × 10 and 100 × 20; actual 150 × 11 and 90 × 20.
    const found = priceVolumeMix([
      { key: 'a', actual: side('150', '1650'), plan: side('100', '1000') },
      { key: 'b', actual: side('90', '1800'), plan: side('100', '2000') },
    ])
    expect(found.delta).toBe('450.00')
    expect(found.effects).toEqual({
      volume: '600.00',
      mix: '-300.00',
      price: '150.00',
      rate: '0.00',
      currency: '0.00',
      new: '0.00',
      gone: '0.00',
    })
  })
  it('tell a lower price from more taken off it', () => {
    // Plan 10 at a list price of 10, all kept; actual 10 at 9, of which four fifths are kept: 100 becomes 72.
    const found = priceVolumeMix([
      { key: 'a', actual: side('10', '72', '1', '90'), plan: side('10', '100', '1', '100') },
    ])
    expect(found.effects).toMatchObject({ price: '-10.00', rate: '-18.00', volume: '0.00', mix: '0.00' })
    const without = priceVolumeMix([
      { key: 'a', actual: side('10', '72', '1', '90'), plan: side('10', '100') },
    ])
    expect(without.effects).toMatchObject({ price: '-28.00', rate: '0.00' })
  })
  it('set currency apart: the same sales at another rate are all currency', () => {
    const found = priceVolumeMix([
      { key: 'de', actual: side('10', '100', '0.90'), plan: side('10', '100', '0.80') },
    ])
    expect(found.effects).toMatchObject({ currency: '10.00', price: '0.00', volume: '0.00', mix: '0.00' })
  })
  it('keep what is new and what is gone apart from the mix of what was planned', () => {
    const found = priceVolumeMix([
      { key: 'a', actual: side('10', '100'), plan: side('10', '100') },
      { key: 'new', actual: side('5', '75'), plan: null },
      { key: 'gone', actual: null, plan: side('2', '30') },
      { key: 'none', actual: side('0', '0'), plan: side('3', '9') },
    ])
    expect(found.effects).toMatchObject({ new: '75.00', gone: '-39.00', mix: '0.00', volume: '0.00' })
  })
  it('add up to the change to the cent, item by item and in all, for any figures', () => {
    const figure = fc.integer({ min: -5_000_000, max: 9_999_999 }).map(n => String(n / 1000))
    const quantity = fc.integer({ min: -20, max: 900 }).map(n => String(n / 4))
    const rate = fc.integer({ min: 1, max: 30_000 }).map(n => String(n / 10_000))
    const one = fc
      .record({ quantity, amount: figure, rate, list: fc.option(figure, { nil: undefined }) })
      .map(({ list, ...rest }) => ({ ...rest, ...(list !== undefined && { list }) }))
    const item = fc.record({ actual: fc.option(one), plan: fc.option(one) })
    fc.assert(
      fc.property(fc.array(item, { maxLength: 12 }), items => {
        const found = priceVolumeMix(items.map((each, n): Item => ({ key: String(n), ...each })))
        const cents = (texts: string[]) => Math.round(Number(sum(texts) ?? '0') * 100)
        expect(cents(effects.map(effect => found.effects[effect]))).toBe(cents([found.delta]))
        expect(cents([found.actual]) - cents([found.plan])).toBe(cents([found.delta]))
        // The whole is rounded once, not the sum of what is rounded.
        const worth = (pick: 'actual' | 'plan') =>
          sum(
            items.map(each =>
              exact(each[pick]?.amount ?? '0')
                .times(exact(each[pick]?.rate ?? '0'))
                .toString(),
            ),
          )
        expect(Number(found.actual)).toBeCloseTo(Number(roundTo(worth('actual') ?? '0', 'GBP')), 9)
        expect(Number(found.plan)).toBeCloseTo(Number(roundTo(worth('plan') ?? '0', 'GBP')), 9)
        for (const each of found.items)
          expect(cents(effects.map(effect => each.effects[effect]))).toBe(cents([each.delta]))
        expect(cents(found.items.map(each => each.delta))).toBe(cents([found.delta]))
      }),
      { numRuns: 300 },
    )
  })
})

describe('a change shared among drivers', () => {
  it('gives each its part, whatever the order, and leaves nothing over', () => {
    // Sessions 1000 → 1200, conversion 2 % → 3 %, order value 50 → 40: sales 1000 → 1440.
    const from = [1000, 0.02, 50]
    const to = [1200, 0.03, 40]
    const parts = shapley(3, chosen =>
      String(from.reduce((all, was, n) => all * (chosen[n] ? (to[n] as number) : was), 1)),
    )
    expect(Number(sum(parts))).toBe(440)
    expect(parts.map(Number).every((part, n) => part > 0 === [true, true, false][n])).toBe(true)
    expect(shapley(2, ([a, b]) => String((a ? 10 : 5) + (b ? 7 : 7)))).toEqual(['5.00', '0.00'])
  })
})

describe('favourable', () => {
  it('goes by the effect on the business', () => {
    expect(favourable('10', 'up')).toBe('favourable')
    expect(favourable('10', 'down')).toBe('unfavourable')
    expect(favourable('-0.00', 'up')).toBe('neutral')
  })
})

describe('a flexed base', () => {
  it('parts the change of a cost into what more sales account for and what its rate did', () => {
    const sold = { actual: '1500', base: '1000' }
    expect(flexedTo({ actual: '600', base: '400' }, sold)).toEqual({ value: '600', volume: '200', rate: '0' })
    expect(flexedTo({ actual: '630', base: '400' }, sold)).toEqual({
      value: '600',
      volume: '200',
      rate: '30',
    })
    expect(flexedTo({ actual: '-90', base: '-50' }, sold)).toEqual({
      value: '-75',
      volume: '-25',
      rate: '-15',
    })
  })

  it('is none where one side sold nothing', () => {
    expect(flexedTo({ actual: '600', base: '400' }, { actual: '1500', base: '0' })).toBeNull()
    expect(flexedTo({ actual: '600', base: '400' }, { actual: '-5', base: '100' })).toBeNull()
  })
})
