import { expect, it } from 'vitest'
import { chartSubject, figureSubject, subjectWords } from './discussion.ts'

const may = { from: '2026-05-01', to: '2026-05-31' }

it('what is talked about has a name: a figure, a table, a block', () => {
  const words = (subject: string) => subjectWords(subject, () => 'Net sales')
  expect(words('figure:net_sales:2026-05-01..2026-05-31:country=DE')).toBe('Net sales of Germany, May 2026')
  expect(words('chart:customer-groups:2026-05-01..2026-05-31')).toBe('Customer groups, May 2026')
  expect(words('chart:cohorts:2026-05-01..2026-05-31:store=uk')).toBe('Cohorts of store uk, May 2026')
  expect(words('block:weekly:net_sales:2026-05-31')).toBe('Net sales, week to 31 May 2026')
})

it('a figure is named by its slice, whatever stands in it, and called as people call it', () => {
  const subject = figureSubject('net_sales', may, [
    { dimension: 'product', is: ['a:b;c'] },
    { dimension: 'device', not: ['mobile'] },
  ])
  expect(subject).toBe('figure:net_sales:2026-05-01..2026-05-31:product=a:b\\;c;device!=mobile')
  const called = (dimension: string, value: string) =>
    dimension === 'product' && value === 'a:b;c' ? 'Linen shirt' : undefined
  expect(subjectWords(subject, () => 'Net sales', called)).toBe(
    'Net sales of Linen shirt, all but Mobile, May 2026',
  )
  expect(chartSubject('assortment', may)).toBe('chart:assortment:2026-05-01..2026-05-31')
})
