import { describe, expect, it } from 'vitest'
import { forecast } from './forecast.ts'
import { bell } from './test-data/made.ts'

/** Weeks as shops have them, days of media in flights of three weeks, and what was planned of it. */
function shop(seed: number, { works = 0, follows = false, days = 420, ahead = 91 } = {}) {
  const draw = bell(seed)
  const [sales, media, plan]: number[][] = [[], [], []]
  const week = [1, 0.9, 0.95, 1, 1.1, 1.3, 1.2]
  let [level, flight, month] = [Math.log(10_000), 1, 1]
  for (let t = 0; t < days + ahead; t++) {
    if (t % 21 === 0) flight = draw() > 0.25 ? 2.5 : 1
    if (t % 30 === 0) month = Math.exp(0.25 * draw())
    level += 0.004 * draw()
    const meant = follows ? 1000 * month : 1000 * flight * Math.exp(0.1 * draw())
    const spent = meant * Math.exp(0.1 * draw())
    const sold =
      Math.exp(level + 0.08 * draw()) * (week[t % 7] ?? 1) * (follows ? 1 : (spent / 1000) ** works)
    sales?.push(sold)
    plan?.push(meant)
    media?.push(follows ? 0.1 * sold * Math.exp(0.1 * draw()) : spent)
  }
  return { sales: sales ?? [], media: media ?? [], plan: plan ?? [], days, ahead }
}

const said = (
  { sales, media, plan, days, ahead }: ReturnType<typeof shop>,
  planned = plan.slice(0, days),
) => {
  const values = [...media.slice(0, days), ...plan.slice(days)]
  const made = forecast(
    { start: '2025-01-06', cadence: 'day', values: sales.slice(0, days) },
    { horizon: ahead, calendar: { drivers: [{ name: 'Media', values, planned, as: 'log', sign: 1 }] } },
  )
  const came = sales.slice(days)
  const off = made.points.reduce((sum, { p50 }, h) => sum + Math.abs(p50 - (came[h] ?? 0)), 0)
  return { ...made, error: off / came.reduce((sum, value) => sum + value, 0) }
}

describe('planned drivers of a forecast', { timeout: 120_000 }, () => {
  it('are taken in where they help in the backtests, and make the forecast better', () => {
    const seeds = [1, 2, 3, 4]
    let [with_, without] = [0, 0]
    for (const seed of seeds) {
      const made = shop(seed, { works: 0.25 })
      const own = said(made)
      expect(own.drivers).toMatchObject([{ name: 'Media', used: true }])
      expect(own.why).toMatch(/Media is taken in: in \d+ backtests it made the error \d+ % smaller\./)
      with_ += own.error
      without += said(made, []).error
    }
    expect(with_).toBeLessThan(0.75 * without)
  })

  it('are left out where they do nothing, and where they follow what they would foretell', () => {
    for (const seed of [1, 2, 3]) {
      for (const made of [shop(seed), shop(seed, { follows: true })]) {
        const own = said(made)
        expect(own.drivers, own.why).toMatchObject([{ used: false }])
        expect(own.points).toEqual(said(made, []).points)
      }
    }
  })

  it('are left out where no plan reaches back to try them by', () => {
    const { drivers } = said(shop(1, { works: 0.25 }), [])
    expect(drivers[0]?.why).toBe(
      'Media is left out: its plans do not reach far enough back to see whether they help.',
    )
  })

  it('say nothing beyond what was ever tried', () => {
    const made = shop(2, { works: 0.25 })
    const spend = (times: number) => ({
      ...made,
      plan: made.plan.map((value, t) => (t < made.days ? value : times * value)),
    })
    const sum = (times: number) => said(spend(times)).points.reduce((all, { p50 }) => all + p50, 0)
    expect(sum(1000)).toBeCloseTo(sum(100), 6)
    expect(sum(100)).toBeLessThan(1.6 * sum(1))
  })
})
