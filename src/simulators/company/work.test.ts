import { expect, it } from 'vitest'
import { addDays, daysBetween } from '#kernel/day.ts'
import { createCompany } from './company.ts'
import { instant } from './stores.ts'
import { workOf, workSeen, workZone } from './work.ts'

it('is late with a plausible part of what is open, whatever the seed and the day', () => {
  for (const seed of [1, 7, 42, 2026]) {
    const company = createCompany({ seed, until: '2026-11-29', days: 900 })
    const shares = daysBetween(addDays(company.start, 60), addDays(company.until, 60))
      .filter((_, n) => n % 30 === 0)
      .map(day => {
        const at = instant(workZone, day, 0.99)
        const open = Object.values(workOf(company))
          .flat()
          .filter(task => task.project !== 'Old shop')
          .flatMap(task => workSeen(task, at)?.state ?? [])
          .filter(state => !state.done && !state.archived)
        return open.filter(state => state.due !== null && state.due < day).length / open.length
      })
    const mean = shares.reduce((a, b) => a + b, 0) / shares.length
    expect(mean, `seed ${seed}`).toBeGreaterThan(0.1)
    expect(mean, `seed ${seed}`).toBeLessThan(0.2)
    // Some seventy are open: of so few a day may have more.
    expect(Math.max(...shares), `seed ${seed}`).toBeLessThan(0.35)
  }
})
