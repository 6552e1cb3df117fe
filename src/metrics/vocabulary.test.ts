import { describe, expect, it } from 'vitest'
import { factByName } from './facts.ts'
import { type Formula, parse, print } from './formula.ts'
import { checkMetric, checkVocabulary, unitCheck, unknown, vocabulary } from './vocabulary.ts'
import type { CustomMetric } from './world.ts'

const mine = (name: string, formula: string): CustomMetric => ({
  name,
  label: name,
  description: '',
  formula,
  good: 'up',
  owner: '',
})

describe('formulas', () => {
  it('print as they were read, with the parentheses they need', () => {
    for (const text of [
      'a + b * c',
      '(a + b) * c',
      'a - (b - c)',
      'a / (b / c)',
      'coalesce(a, 0) / max(b, 1)',
      "sum(messages.sent where kind = 'flow') / 2",
    ])
      expect(print(parse(text))).toBe(text)
  })
  it('say where they cannot be read', () => {
    expect(() => parse('net_sales /')).toThrow('ends too early')
    expect(() => parse('net_sales § 2')).toThrow('cannot be read at "§ 2"')
    expect(() => parse('(net_sales')).toThrow('")" is expected')
    expect(() => parse('median(net_sales)')).toThrow('"median" is no function')
  })
})

describe('the vocabulary', () => {
  const known = vocabulary()
  it('reads down to facts and columns that exist', () => {
    for (const metric of known.values())
      for (const { fact, column } of metric.aggregates)
        expect(factByName[fact], `${metric.name}: ${fact}.${column}`).toBeDefined()
    expect([...known.values()].filter(m => !m.awaits && !m.expanded)).toEqual([])
  })
  it('declares the unit its formulas give', () => {
    for (const metric of known.values()) {
      const unit = unitCheck(known, metric.name)
      if (!unit) continue
      expect(unit.money, `${metric.name} is ${metric.unit}`).toBe(metric.unit === 'money' ? 1 : 0)
    }
  })
  it('adds up only what is made of what adds up', () => {
    const adds = (formula: Formula): boolean => {
      if (formula.is === 'number') return formula.value === '0'
      if (formula.is === 'metric') return known.get(formula.name)?.additivity === 'additive'
      if (formula.is === 'aggregate') return formula.of.kind === 'sum' || formula.of.kind === 'count'
      if (formula.is === 'call')
        return formula.name !== 'min' && formula.name !== 'max' && formula.of.every(adds)
      const { sign, left, right } = formula
      if (sign === '*') return (left.is === 'number' && adds(right)) || (right.is === 'number' && adds(left))
      return sign === '/' ? adds(left) && right.is === 'number' : adds(left) && adds(right)
    }
    expect(adds(parse('1 - engagement_rate'))).toBe(false)
    expect(adds(parse('net_sales - 2 * orders'))).toBe(true)
    for (const { name, additivity, parsed } of known.values())
      if (additivity === 'additive' && parsed) expect(adds(parsed), name).toBe(true)
  })
  it('names everything once, describes and owns it', () => {
    for (const { name, label, description, owner } of known.values()) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
      expect(label && description && owner, name).toBeTruthy()
    }
    const labels = [...known.values()].map(m => m.label)
    expect(labels.filter((l, i) => labels.indexOf(l) !== i)).toEqual([])
  })
})

describe('a metric somebody adds', () => {
  it('is known by its unit', () => {
    expect(checkMetric(mine('margin_per_order', 'gross_profit / orders'))).toMatchObject({
      unit: 'money',
      additivity: 'ratio',
    })
    expect(checkMetric(mine('all_units', 'units_sold + units_returned'))).toMatchObject({
      unit: 'quantity',
      additivity: 'additive',
    })
  })
  it('adds up as what it is made of does, in whatever order they are told', () => {
    const additivity = (formula: string, others: CustomMetric[] = []) =>
      checkMetric(mine('a', formula), others).additivity
    const others = [mine('b', 'gross_sales + discounts'), mine('c', 'b / orders')]
    expect(additivity('b + net_sales', others)).toBe('additive')
    expect(additivity('0 - 2 * b / 3', others)).toBe('additive')
    expect(additivity('c + aov', others)).toBe('non_additive')
    expect(additivity('b / c', others)).toBe('ratio')
    for (const never of ['abs(net_sales)', 'coalesce(net_sales, 0)', 'known(net_sales, orders)', '5'])
      expect(additivity(never), never).toBe('non_additive')
  })
  it('may not add unlike things', () => {
    expect(() => checkMetric(mine('odd', 'net_sales + orders'))).toThrow(
      'net_sales (money) and orders (a count) cannot be added',
    )
    expect(() => checkMetric(mine('odd', 'net_sales / 0.0'))).toThrow('net_sales is divided by 0')
    expect(() => checkMetric(mine('odd', 'max(net_sales, orders)'))).toThrow('cannot stand together in max')
    expect(checkMetric(mine('kept', 'max(net_sales, 0)'))).toMatchObject({
      unit: 'money',
      additivity: 'non_additive',
    })
  })
  it('may not go in a circle, and the circle is shown', () => {
    const others = [mine('a', 'b * 2'), mine('b', 'c + c')]
    expect(() => checkMetric(mine('c', 'a / 2'), others)).toThrow(
      /in a circle: .*a → b → c → a|b → c → a → b|c → a → b → c/,
    )
  })
  it('may not take a name of ours, read tables or refer to nothing', () => {
    expect(() => checkMetric(mine('net_sales', 'orders'))).toThrow("one of Quarterdeck's own")
    expect(() => checkMetric(mine('raw', 'sum(sales.gross)'))).toThrow('reads tables')
    expect(() => checkMetric(mine('typo', 'net_sale * 2'))).toThrow('no metric net_sale')
  })
})

it('metrics of people that cannot be read are N/A, say why, and silence no other', () => {
  const circle = [mine('a', 'b * 2'), mine('b', 'a * 2')]
  const broken = [mine('lost', 'no_such + 1'), mine('odd', 'net_sales + orders'), mine('aov', 'orders * 2')]
  const sound = [mine('on_lost', 'lost * 2'), mine('good', 'net_sales * 2')]
  const all = [...circle, ...broken, ...sound]
  expect(() => checkVocabulary(all, {})).toThrow()
  const known = vocabulary(all)
  expect(known.get('good')).toMatchObject({ unit: 'money', additivity: 'additive' })
  expect(known.get('net_sales')?.expanded).not.toBeNull()
  // A name that has become one of ours is ours.
  expect(known.get('aov')?.label).toBe('Average order value')
  expect(known.get('a')?.awaits).toContain('The formulas go in a circle: a → b → a')
  expect(known.get('lost')?.awaits).toContain('There is no metric no_such (in lost)')
  expect(known.get('odd')?.awaits).toContain('measure different things')
  for (const name of ['a', 'b', 'lost', 'odd', 'on_lost']) expect(known.get(name)?.expanded, name).toBeNull()
})

it('offers what a misspelt name may have meant once, however often it is there', () => {
  // A target holds several metrics: its name stands once for each.
  const budgets = ['Budget-2026', 'Budget-2026', 'Budget-2027']
  expect(unknown('budget-2026', budgets, 'target').next).toBe('Did you mean Budget-2026, Budget-2027?')
  // Where nothing is like it, what there is, as far as one can read that.
  expect(unknown('sku', ['product', 'store'], 'dimension').next).toBe('There are product, store.')
  expect(unknown('zzz', vocabulary().keys(), 'metric').next).toBe('See the list of metrics.')
})

it('every rate of people who do something is read in percent, orders per session among them', () => {
  const units = Object.fromEntries([...vocabulary().values()].map(({ name, unit }) => [name, unit]))
  expect(units).toMatchObject({
    orders_per_session: 'share',
    conversion_rate: 'share',
    checkout_completion: 'share',
    revenue_per_session: 'money',
  })
})
