import { expect, it } from 'vitest'
import { changeIn, placeIn, type Row, rateIn, saying, whereOff } from './variance-words.ts'

const row = (metric: string, label: string, unit: string, actual: string, was: string, bad = false): Row => {
  const delta = String(Number(actual) - Number(was))
  return {
    metric,
    label,
    unit,
    currency: unit === 'money' ? 'GBP' : null,
    actual,
    bases: {
      plan: {
        value: was,
        delta,
        ratio: String(Number(delta) / Number(was)),
        verdict: bad ? 'unfavourable' : 'favourable',
        flexed: null,
      },
      last_year: { value: null, delta: null, ratio: null, verdict: 'unknown', flexed: null },
    },
  }
}
const sales = row('net_sales', 'Net sales', 'money', '130600', '100000')
const spend = row('spend', 'Media spend', 'money', '12989.71', '12000', true)
const goods = row('cost_of_goods', 'Cost of goods sold', 'money', '50000', '40000', true)
const share = row('discount_rate', 'Discount rate', 'share', '0.06', '0.05', true)

it('says how far the first figure is off, and the largest amounts that went the wrong way', () => {
  expect(whereOff([sales, spend, share, goods], 'plan', 'Budget 2026')).toBe(
    'Net sales 30.6 % above Budget 2026; unfavourable: cost of goods sold +£10,000, media spend +£990',
  )
  expect(whereOff([sales, share], 'plan', 'Budget 2026')).toBe(
    'Net sales 30.6 % above Budget 2026; unfavourable: discount rate +1.0 pp',
  )
  const level = row('net_sales', 'Net sales', 'money', '100001', '100000')
  expect(whereOff([level], 'plan', 'LE1')).toBe('Net sales level with LE1; nothing is unfavourable')
})

it('says of a cost that follows sales what its rate did, and ranks it by that', () => {
  const [base] = Object.values(goods.bases)
  if (!base) throw new Error('There is no base.')
  const flexed = { ...goods, bases: { plan: { ...base, flexed: { rate: '500' } } } }
  expect(rateIn(flexed, 'plan')).toBe('+£500')
  expect(rateIn(spend, 'plan')).toBeNull()
  expect(whereOff([sales, flexed, spend], 'plan', 'Budget 2026')).toBe(
    'Net sales 30.6 % above Budget 2026; unfavourable: media spend +£990, cost of goods sold +£500 by rate',
  )
})

it('says nothing where there is nothing to compare with', () => {
  expect(whereOff([sales], 'last_year', 'last year')).toBeNull()
  expect(whereOff([sales], undefined, '')).toBeNull()
  expect(whereOff([], 'plan', 'Budget 2026')).toBeNull()
})

it('reads a row at one precision', () => {
  expect(placeIn(spend)).toBe('whole')
  expect(changeIn(spend, 'plan')).toBe('+£990')
  expect(changeIn(row('aov', 'Average order value', 'money', '157.85', '149.65'), 'plan')).toBe('+£8.20')
})

it('tells apart what says something and what says nothing of all figures', () => {
  expect(saying([sales, spend], ['plan', 'last_year'])).toEqual({ told: ['plan'], silent: ['last_year'] })
})
