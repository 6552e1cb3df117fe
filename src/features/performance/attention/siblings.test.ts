import { describe, expect, it } from 'vitest'
import { scan } from '#forecast/scan.ts'
import { besideEach, cameOrWent } from './siblings.ts'

const days = 150
const sells = (amount: (t: number) => number) =>
  Float64Array.from({ length: days }, (_, t) => amount(t) + (amount(t) > 0 ? ((t * 7) % 5) - 2 : 0))

describe('what stands beside a slice', () => {
  const cup = sells(() => 8)
  // A pan that comes three weeks before the end, and takes a third of the category.
  const share = (t: number) => (t < days - 21 ? 1 : 0.67)
  const group = (amounts: Record<string, Float64Array>) =>
    besideEach(new Map(Object.entries(amounts).map(([key, amount]) => [key, { group: 'Kitchen', amount }])))

  it('is the others of its group that were there all the time', () => {
    const beside = group({ cup, pot: sells(() => 20), pan: sells(t => (t < 129 ? 0 : 20)) })
    expect([...beside('cup')]).toEqual([...sells(() => 20)])
    expect(beside('pan')[0]).toBe((cup[0] ?? 0) + (sells(() => 20)[0] ?? 0))
  })

  it('tells no fall of what shares alike with one that came', () => {
    const amounts = {
      cup: sells(t => 30 * share(t)),
      pot: sells(t => 60 * share(t)),
      pan: sells(t => (t < 129 ? 0 : 30)),
    }
    const found = (exposure: Float64Array) => Math.abs(scan(amounts.cup, exposure, days - 1)?.z ?? 0)
    expect(found(group(amounts)('cup'))).toBeLessThan(3)
    expect(found(amounts.pot.map((value, t) => value + (amounts.pan[t] ?? 0)))).toBeGreaterThan(4)
  })

  it('is all others where those that stayed are too little to measure by', () => {
    const [few, pan] = [sells(() => 4), sells(t => (t < 129 ? 0 : 20))]
    const beside = group({ cup, few, pan })
    expect(beside('cup')[days - 1]).toBe((few[days - 1] ?? 0) + (pan[days - 1] ?? 0))
  })
})

describe('an amount that came or went', () => {
  it('was away for two weeks in which much of it was to be expected', () => {
    expect(cameOrWent(sells(t => (t < 30 ? 0 : 8)))).toBe(true)
    expect(cameOrWent(sells(t => (t > 40 && t < 60 ? 0 : 8)))).toBe(true)
    expect(cameOrWent(sells(t => (t > 40 && t < 50 ? 0 : 8)))).toBe(false)
    expect(cameOrWent(Float64Array.from({ length: days }, (_, t) => (t % 20 === 0 ? 1 : 0)))).toBe(false)
  })
})
