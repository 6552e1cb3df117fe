import { uncapital } from '../capital.ts'
import { invalid } from '../error.ts'
import type { Line } from './sheet.ts'

/** One tier of a cost waterfall: what it starts from and the costs it takes off. */
export interface Tier {
  name: string
  label: string
  less: readonly string[]
}

/**
 * The usual layering. Tiers are not standard anywhere: fulfilment stands in the first tier of some companies and the
 * second of others, so each is written out and printed beside its number.
 */
export const usualWaterfall: readonly Tier[] = [
  { name: 'cm1', label: 'Contribution margin 1', less: ['cogs'] },
  { name: 'cm2', label: 'Contribution margin 2', less: ['fulfilment', 'payment_fees', 'return_handling'] },
  { name: 'cm3', label: 'Contribution margin 3', less: ['media'] },
]

type Rest = Partial<Omit<Line, 'name' | 'label' | 'unit' | 'formula'>>

/** A line by its sentence: name, label, unit, formula (null: filled in) and what differs from a sum that is good up. */
const line = (
  name: string,
  label: string,
  unit: string,
  formula: string | null,
  section: string,
  rest: Rest = {},
): Line => ({ name, label, unit, formula, over: [], roll: 'sum', good: 'up', section, ...rest })

/** Lines of the tiers of a waterfall, from net sales down; each says its layering in words. */
export function waterfall(tiers: readonly Tier[], costs: readonly Line[], over: readonly string[]): Line[] {
  let from = { name: 'net_sales', words: 'net sales' }
  const taken = new Set<string>()
  return tiers.map(({ name, label, less }) => {
    const named = less.map(cost => {
      const found = costs.find(one => one.name === cost)
      if (!found)
        throw invalid(
          `The waterfall takes off "${cost}", which is no cost of this plan.`,
          `There are ${costs.map(one => one.name).join(', ')}.`,
        )
      if (taken.has(cost))
        throw invalid(`The waterfall takes off ${found.label} twice.`, 'Name each cost in one tier.')
      taken.add(cost)
      return found
    })
    const words = `${from.words} − ${named.map(one => uncapital(one.label)).join(' − ')}`
    const tier = line(name, label, 'money', [from.name, ...less].join(' - '), 'Contribution', {
      over,
      negative: true,
      metric: name,
      layering: `${label} = ${words}`,
    })
    from = { name, words: uncapital(label) }
    return tier
  })
}

export interface TemplateOptions {
  trade: 'b2c' | 'b2b' | 'both'
  /** Dimensions the trading lines vary by; costs of the whole company vary by none. */
  over: readonly string[]
  waterfall?: readonly Tier[]
  /** Whether there is a stock and buying section. */
  stock?: boolean
  /** False for a shop that counts no sessions: orders are then filled in. */
  sessions?: boolean
}

/** A plan's lines to begin with: demand from its drivers, down to EBITDA, cash and stock. */
export function template({
  trade,
  over,
  waterfall: tiers = usualWaterfall,
  stock = true,
  sessions = true,
}: TemplateOptions): Line[] {
  const by = { over }
  const cost = { ...by, good: 'down' } as const
  const rate = (weight: string, good: Line['good'] = 'up', actual?: string) =>
    ({ over, roll: 'weighted', weight, good, ...(actual && { actual }) }) as const
  const consumers = 'Demand, consumers'
  // Where businesses buy too, what consumers did is a part of what is counted.
  const both = trade === 'both'
  const orders = both ? { actual: 'orders where business is B2C' } : { metric: 'orders' }
  const b2c: Line[] = [
    ...(sessions
      ? [
          line('sessions', 'Sessions', 'sessions', null, consumers, { ...by, metric: 'sessions' }),
          line('conversion', 'Orders per session', 'orders/sessions', null, consumers, {
            ...rate('sessions'),
            ...(both
              ? { actual: 'orders where business is B2C / sessions' }
              : { metric: 'orders_per_session' }),
          }),
        ]
      : []),
    line('orders', 'Orders', 'orders', sessions ? 'sessions * conversion' : null, consumers, {
      ...by,
      ...orders,
    }),
    line('aov', 'Average order value', 'money/orders', null, 'Demand, consumers', {
      ...rate('orders'),
      ...(both ? { actual: 'aov where business is B2C' } : { metric: 'aov' }),
    }),
    line('demand_b2c', 'Ordered by consumers', 'money', 'orders * aov', 'Demand, consumers', by),
  ]
  const b2b: Line[] = [
    line('accounts', 'Accounts', 'accounts', null, 'Demand, business', {
      ...by,
      roll: 'last',
      actual: 'accounts',
    }),
    line('active_rate', 'Share of accounts that order', 'share', null, 'Demand, business', {
      ...rate('accounts'),
      actual: 'active_account_rate',
    }),
    line('orders_per_account', 'Orders per active account', 'orders/accounts', null, 'Demand, business', {
      ...rate('accounts'),
      actual: 'orders_per_account',
    }),
    line(
      'b2b_orders',
      'Business orders',
      'orders',
      'accounts * active_rate * orders_per_account',
      'Demand, business',
      by,
    ),
    line(
      'b2b_order_value',
      'Value of a business order',
      'money/orders',
      null,
      'Demand, business',
      rate('b2b_orders', 'up', 'aov where business is B2B'),
    ),
    line('pipeline', 'Pipeline that closes', 'money', null, 'Demand, business', { ...by, blank: 'zero' }),
    line('win_rate', 'Win rate', 'share', null, 'Demand, business', rate('pipeline')),
    line(
      'new_business',
      'Won from the pipeline',
      'money',
      'pipeline * coalesce(win_rate, 0)',
      'Demand, business',
      by,
    ),
    line(
      'demand_b2b',
      'Ordered by businesses',
      'money',
      'b2b_orders * b2b_order_value + new_business',
      'Demand, business',
      by,
    ),
  ]
  const demand = trade === 'both' ? 'demand_b2c + demand_b2b' : trade === 'b2c' ? 'demand_b2c' : 'demand_b2b'
  const allOrders = trade === 'both' ? 'orders + b2b_orders' : trade === 'b2c' ? 'orders' : 'b2b_orders'
  const sales: Line[] = [
    line('demand', 'Sales after discounts', 'money', demand, 'Sales', by),
    line('discount_rate', 'Discount rate', 'share', null, 'Sales', rate('demand', 'down', 'discount_rate')),
    line('gross_sales', 'Gross sales', 'money', 'demand / (1 - discount_rate)', 'Sales', {
      ...by,
      metric: 'gross_sales',
    }),
    line('discounts', 'Discounts', 'money', 'demand - gross_sales', 'Sales', {
      ...by,
      negative: true,
      metric: 'discounts',
    }),
    line('return_rate', 'Return rate', 'share', null, 'Sales', rate('demand', 'down', 'return_rate')),
    line('sales_reversals', 'Returns and refunds', 'money', '-demand * return_rate', 'Sales', {
      ...by,
      negative: true,
      metric: 'sales_reversals',
    }),
    line('net_sales', 'Net sales', 'money', 'demand + sales_reversals', 'Sales', {
      ...by,
      negative: true,
      metric: 'net_sales',
    }),
    line('shipped_orders', 'Orders shipped', 'orders', allOrders, 'Sales', {
      ...by,
      ...(trade !== 'b2c' && { metric: 'orders' }),
    }),
  ]
  const costs: Line[] = [
    line('cogs', 'Cost of goods', 'money', 'net_sales * cogs_rate', 'Costs that follow sales', {
      ...cost,
      metric: 'cost_of_goods',
    }),
    line(
      'fulfilment',
      'Fulfilment',
      'money',
      'shipped_orders * fulfilment_per_order',
      'Costs that follow sales',
      { ...cost, metric: 'fulfilment_cost' },
    ),
    line('payment_fees', 'Payment fees', 'money', 'demand * payment_fee_rate', 'Costs that follow sales', {
      ...cost,
      metric: 'payment_fees',
    }),
    line(
      'return_handling',
      'Return handling',
      'money',
      '-sales_reversals * return_handling_rate',
      'Costs that follow sales',
      { ...cost, metric: 'return_handling_cost' },
    ),
    line('media', 'Media', 'money', null, 'Marketing', { ...cost, metric: 'spend' }),
  ]
  const rates: Line[] = [
    line(
      'cogs_rate',
      'Cost of goods, share of net sales',
      'share',
      null,
      'Costs that follow sales',
      rate('net_sales', 'down', 'cost_of_goods / net_sales_costed'),
    ),
    line(
      'fulfilment_per_order',
      'Fulfilment per order',
      'money/orders',
      null,
      'Costs that follow sales',
      rate('shipped_orders', 'down', 'fulfilment_per_order'),
    ),
    line(
      'payment_fee_rate',
      'Payment fees, share of sales',
      'share',
      null,
      'Costs that follow sales',
      rate('demand', 'down', 'payment_fee_rate'),
    ),
    line(
      'return_handling_rate',
      'Return handling, share of returns',
      'share',
      null,
      'Costs that follow sales',
      {
        ...rate('demand', 'down', 'return_handling_rate'),
        roll: 'none',
      },
    ),
  ]
  const fixed = (name: string, label: string) =>
    line(name, label, 'money', null, 'Fixed costs', { good: 'down', blank: 'zero' })
  const overheads = [
    fixed('crm', 'CRM and e-mail'),
    fixed('software', 'Software'),
    fixed('agencies', 'Agencies'),
  ]
  const last = tiers.at(-1)?.name ?? 'net_sales'
  // What a company leaves out of its tiers is a cost all the same: where it is known it comes off before the result.
  const taken = new Set(tiers.flatMap(tier => tier.less))
  const apart = costs.filter(one => !taken.has(one.name))
  const result: Line[] = [
    line('headcount', 'Headcount', 'people', null, 'Fixed costs', {
      roll: 'last',
      good: 'none',
      blank: 'zero',
    }),
    line('cost_per_head', 'Cost per head', 'money/people', null, 'Fixed costs', {
      roll: 'weighted',
      weight: 'headcount',
      good: 'down',
      blank: 'zero',
    }),
    line('people', 'People', 'money', 'headcount * cost_per_head', 'Fixed costs', { good: 'down' }),
    line('opex', 'Operating costs', 'money', 'crm + software + agencies + people', 'Result', {
      good: 'down',
    }),
    line('opex_ratio', 'Opex ratio', 'share', 'opex / net_sales', 'Result', {
      good: 'down',
      roll: 'ratio',
      metric: 'opex_ratio',
    }),
    line(
      'ebitda',
      'EBITDA of the department',
      'money',
      [last, ...apart.map(one => `coalesce(${one.name}, 0)`), 'opex'].join(' - '),
      'Result',
      {
        negative: true,
        metric: 'ebitda',
        layering: `EBITDA of the department = ${[
          uncapital(tiers.at(-1)?.label ?? 'net sales'),
          ...apart.map(one => `${uncapital(one.label)} (in no tier)`),
          'operating costs',
        ].join(' − ')}`,
      },
    ),
    line('ebitda_margin', 'EBITDA margin', 'share', 'ebitda / net_sales', 'Result', {
      roll: 'ratio',
      negative: true,
    }),
    line('capex', 'Capital expenditure', 'money', null, 'Cash', { good: 'down', blank: 'zero' }),
    line('paid_later', 'Share of sales paid the period after', 'share', null, 'Cash', {
      roll: 'weighted',
      weight: 'net_sales',
      good: 'down',
      blank: 'zero',
    }),
    line(
      'cash_in',
      'Cash in',
      'money',
      'net_sales * (1 - paid_later) + coalesce(net_sales[-1] * paid_later[-1], 0)',
      'Cash',
      { negative: true },
    ),
    line(
      'cash_out',
      'Cash out',
      'money',
      `net_sales - ebitda + capex${stock ? ' - cogs + intake' : ''}`,
      'Cash',
      { good: 'down', negative: true },
    ),
    line('cash_flow', 'Cash flow', 'money', 'cash_in - cash_out', 'Cash', { negative: true }),
    line('cash_position', 'Cash, cumulative', 'money', 'cumulative(cash_flow)', 'Cash', {
      roll: 'last',
      negative: true,
    }),
  ]
  const buying: Line[] = stock
    ? [
        line('opening_stock', 'Stock at the start, first period', 'money', null, 'Stock and buying', {
          ...by,
          roll: 'none',
          good: 'none',
          blank: 'zero',
        }),
        line(
          'stock_start',
          'Stock at the start',
          'money',
          'coalesce(stock_end[-1], opening_stock)',
          'Stock and buying',
          { ...by, roll: 'none', good: 'none', negative: true },
        ),
        line('markdowns', 'Planned markdowns, at cost', 'money', null, 'Stock and buying', {
          ...cost,
          blank: 'zero',
        }),
        line('intake', 'Intake', 'money', null, 'Stock and buying', { ...by, good: 'none', blank: 'zero' }),
        line(
          'stock_end',
          'Stock at the end',
          'money',
          'stock_start + intake - cogs - markdowns',
          'Stock and buying',
          { ...by, roll: 'last', good: 'none', negative: true },
        ),
        line('target_stock', 'Stock wanted at the end', 'money', null, 'Stock and buying', {
          ...by,
          roll: 'last',
          good: 'none',
          blank: 'zero',
        }),
        line('on_order', 'On order already', 'money', null, 'Stock and buying', {
          ...by,
          good: 'none',
          blank: 'zero',
        }),
        // Planned sales + planned markdowns + planned end stock − start stock − on order, all at cost. What the start stock
        // is made of (end stock − intake + sales + markdowns) stands in its place: so a quarter's is worked out from the stock
        // it ends with, and is no sum of months that each want the same stock once more.
        line(
          'open_to_buy',
          'Open to buy',
          'money',
          'target_stock - stock_end + intake - on_order',
          'Stock and buying',
          { ...by, roll: 'ratio', negative: true, good: 'none' },
        ),
      ]
    : []
  return [
    ...(trade !== 'b2b' ? b2c : []),
    ...(trade !== 'b2c' ? b2b : []),
    ...sales,
    ...interleave(costs, rates),
    ...waterfall(tiers, costs, over),
    ...overheads,
    ...result,
    ...buying,
  ]
}

/** Each cost after the rate it is worked out with. */
const interleave = (costs: readonly Line[], rates: readonly Line[]): Line[] =>
  costs.flatMap(cost => [...rates.filter(rate => cost.formula?.includes(rate.name)), cost])
