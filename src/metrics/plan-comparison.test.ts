import { expect, it } from 'vitest'
import { comparisonNow, planComparison, planIn } from '#kernel/plan-comparison.ts'
import { comparisonName, readView } from '#kernel/view.ts'
import { Query } from './query.ts'

it('spells a plan plan.<name>, and reads how it was spelt before as the same', () => {
  expect(planComparison('le.3')).toBe('plan.le.3')
  expect(planIn('plan.le.3')).toBe('le.3')
  expect(planIn('target:le.3')).toBe('le.3')
  expect(planIn('last_year')).toBeNull()
  expect(comparisonNow('target:Budget 2027')).toBe('plan.Budget 2027')
  expect(comparisonNow('last_year')).toBe('last_year')
})

it('reads links and questions of before, and answers them as they are spelt now', () => {
  expect(readView({ compare: 'target:Budget,last_year' }).compare).toEqual(['plan.Budget', 'last_year'])
  const asked = { metrics: ['net_sales'], compare: ['target:budget', 'plan.low', 'last_year'] }
  expect(Query.parse(asked).compare).toEqual(['plan.budget', 'plan.low', 'last_year'])
  expect(Query.safeParse({ metrics: ['net_sales'], compare: ['budget'] }).success).toBe(false)
  expect(comparisonName('target:forecast')).toEqual(comparisonName('plan.forecast'))
  expect(comparisonName('plan.Budget')).toMatchObject({ label: 'Plan: Budget', short: 'vs Budget' })
})
