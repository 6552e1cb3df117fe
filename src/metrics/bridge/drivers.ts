import { inSentence } from '#kernel/format.ts'
import { type Formula, parse } from '../formula.ts'

/** What a figure is driven by, as data: a chain of quantities, each the one before times a driver. */

export interface Driver {
  /** The driver's name; several steps of one name are one driver, the steps its parts. */
  name: string
  label: string
  /** The quantity reached once this driver is applied: the sum of these metrics. */
  sum: readonly string[]
  /** Less the sum of these: what costs leave of it. */
  less?: readonly string[]
  /** The step's own name where a driver has several. */
  step?: string
  /** What the quantity is called where the chain begins with it. */
  alone: string
  /** One of the quantity, where it is counted: what comes next is told per this. */
  each?: string
  /** The driver it then is. */
  first?: string
  /** The step's ratio, as evidence shows it: this quantity ÷ the one before. */
  ratio: string
  /** The metric that is the step's own figure, where there is one. */
  metric?: string
}

export interface Tree {
  name: string
  about: string
  steps: readonly Driver[]
}

const soldAndKept: readonly Driver[] = [
  {
    name: 'aov',
    label: 'AOV',
    step: 'Units per order',
    sum: ['units_sold'],
    alone: 'Units sold',
    each: 'unit',
    ratio: 'units per order',
    metric: 'units_per_order',
  },
  {
    name: 'aov',
    label: 'AOV',
    step: 'Price and product mix',
    sum: ['gross_sales'],
    alone: 'Gross sales',
    ratio: 'gross sales per unit',
    metric: 'price_before_discounts',
  },
  {
    name: 'aov',
    label: 'AOV',
    step: 'Discounts',
    sum: ['gross_sales', 'discounts'],
    alone: 'Sales less discounts',
    ratio: 'share left after discounts',
    metric: 'discount_rate',
  },
]

const kept: Driver = {
  name: 'returns',
  label: 'Returns',
  sum: ['net_sales'],
  alone: 'Net sales',
  ratio: 'share kept after reversals',
  metric: 'return_rate',
}

const costed: Driver = {
  name: 'margin',
  label: 'Gross margin',
  sum: ['gross_profit'],
  alone: 'Gross profit',
  ratio: 'gross profit ÷ net sales',
  metric: 'gross_margin',
}

const heads = {
  traffic: [
    {
      name: 'traffic',
      label: 'Traffic',
      sum: ['sessions'],
      alone: 'Traffic',
      each: 'session',
      ratio: 'sessions',
      metric: 'sessions',
    },
    {
      name: 'conversion',
      label: 'Conversion',
      sum: ['orders'],
      alone: 'Orders',
      each: 'order',
      ratio: 'orders per session',
      metric: 'orders_per_session',
      first: 'orders',
    },
  ],
  orders: [
    {
      name: 'orders',
      label: 'Orders',
      sum: ['orders'],
      alone: 'Orders',
      each: 'order',
      ratio: 'orders',
      metric: 'orders',
    },
  ],
  accounts: [
    {
      name: 'accounts',
      label: 'Accounts',
      sum: ['accounts'],
      alone: 'Accounts',
      each: 'account',
      ratio: 'accounts on the books',
      metric: 'accounts',
    },
    {
      name: 'active',
      label: 'Share that orders',
      sum: ['active_accounts'],
      alone: 'Active accounts',
      each: 'active account',
      ratio: 'share of accounts that ordered',
      metric: 'active_account_rate',
      first: 'active_accounts',
    },
    {
      name: 'frequency',
      label: 'Orders per account',
      sum: ['orders'],
      alone: 'Orders',
      each: 'order',
      ratio: 'orders per account',
      metric: 'orders_per_account',
      first: 'orders',
    },
  ],
  pipeline: [
    {
      name: 'deals',
      label: 'Deals closed',
      sum: ['deals_closed'],
      alone: 'Deals closed',
      each: 'closed deal',
      ratio: 'deals won or lost',
      metric: 'deals_closed',
    },
    {
      name: 'win_rate',
      label: 'Win rate',
      sum: ['deals_won'],
      alone: 'Deals won',
      each: 'won deal',
      ratio: 'share of closed deals that was won',
      metric: 'close_rate',
      first: 'deals',
    },
    {
      name: 'deal_value',
      label: 'Value of a deal',
      sum: ['won_amount'],
      alone: 'Amount won',
      ratio: 'amount of a won deal',
      metric: 'deal_value',
    },
  ],
} as const satisfies Record<string, readonly Driver[]>

export type Head = keyof typeof heads
/** What one may ask a tree to begin with. */
export const headNames = ['traffic', 'orders', 'accounts'] as const satisfies readonly Head[]

/** What a chain that begins so is called where one chooses. */
export const headLabels: Readonly<Record<(typeof headNames)[number], string>> = {
  traffic: 'Sessions',
  orders: 'Orders',
  accounts: 'Business accounts',
}

const tails: Readonly<Record<string, readonly Driver[]>> = {
  orders: [],
  gross_sales: soldAndKept.slice(0, 2),
  sales_after_discounts: soldAndKept,
  net_sales: [...soldAndKept, kept],
  gross_profit: [...soldAndKept, kept, costed],
  won_amount: [],
}

const abouts: Readonly<Record<Head, string>> = {
  traffic: 'sessions × orders per session',
  orders: 'orders',
  accounts: 'accounts × share that orders × orders per account',
  pipeline: 'deals closed × win rate × value of a deal',
}

/** What a tree reads of the metric language: names and formulas. */
export type Definitions = ReadonlyMap<string, { label: string; formula: string }>

/** What a formula adds and takes off, where it does nothing else. */
export function terms(formula: string): { metric: string; minus: boolean }[] | null {
  const read = (of: Formula, minus: boolean): { metric: string; minus: boolean }[] | null => {
    if (of.is === 'metric') return [{ metric: of.name, minus }]
    if (of.is !== 'operation' || (of.sign !== '+' && of.sign !== '-')) return null
    const [left, right] = [read(of.left, minus), read(of.right, minus !== (of.sign === '-'))]
    return left && right ? [...left, ...right] : null
  }
  return formula.startsWith('awaits ') || formula === '' ? null : read(parse(formula), false)
}

/**
 * The steps from orders to a figure. Contribution is read from the formulas of its tiers: what is left after each cost, one
 * after the other, as the company's waterfall takes them off.
 */
function tailOf(metric: string, known: Definitions): readonly Driver[] | null {
  const own = tails[metric]
  if (own) return own
  const [from, ...costs] = terms(known.get(metric)?.formula ?? '') ?? []
  if (!from || from.minus || costs.length === 0 || !costs.every(cost => cost.minus)) return null
  const based = from.metric === 'net_sales_costed' || from.metric === 'net_sales'
  const before = based ? tails.net_sales : tailOf(from.metric, known)
  if (!before) return null
  const label = (name: string) => known.get(name)?.label ?? name
  const steps = costs.map(({ metric: cost }, n): Driver => {
    const last = n === costs.length - 1
    const goods = cost === 'cost_of_goods'
    return {
      name: goods ? 'margin' : cost,
      label: goods ? 'Gross margin' : label(cost),
      ...(last
        ? { sum: [metric] }
        : { sum: [from.metric], less: costs.slice(0, n + 1).map(one => one.metric) }),
      alone: last ? label(metric) : `Left after ${label(cost).toLowerCase()}`,
      ratio: goods ? 'share left after cost of goods' : `share left after ${label(cost).toLowerCase()}`,
    }
  })
  return [...before, ...steps]
}

/** The driver tree of a figure: what brings orders, then what each is worth; null for a figure that has none. */
export const treeOf = (metric: string, head: Head, known: Definitions = new Map()): Tree | null => {
  const worth = tailOf(metric, known)
  if (!worth) return null
  return {
    name: `${metric} by ${head}`,
    about: [abouts[head], ...(worth.length > 0 ? ['value per order'] : [])].join(' × '),
    steps: [...heads[head], ...worth],
  }
}

/** A difference that is no profit after a cost: what is sold of goods whose cost nobody recorded. */
const noProfit: ReadonlySet<string> = new Set(['net_sales_uncosted'])

/** The figures a bridge can be built for. */
export const bridged = (known: Definitions): string[] =>
  [...new Set([...Object.keys(tails), ...known.keys()])].filter(
    name => known.has(name) && !noProfit.has(name) && tailOf(name, known) !== null,
  )

/**
 * A step as it is where those before it are not known: its part holds theirs, so that its name says what the whole of it is,
 * sales per order rather than returns.
 */
export function joined(before: Driver, missing: readonly Driver[], step: Driver): Driver {
  if (missing.length === 0) return step
  const [own, base] = [step.alone.toLowerCase(), before.alone.toLowerCase()]
  const { metric: _, step: _step, ...rest } = step
  if (before.each === undefined) {
    const [first = '', ...others] = [...missing, step].map(one => one.step ?? one.label)
    const label = [first, ...others.map(inSentence)].join(' and ')
    return { ...rest, ...(step.step ? { step: label } : { label }), ratio: `${own} ÷ ${base}` }
  }
  const label = `${step.alone} per ${before.each}`
  const named = { label, ratio: `${own} per ${before.each}` }
  if (before.each === 'order' || before.each === 'unit')
    return { ...rest, name: 'aov', label: 'AOV', step: label, ratio: named.ratio }
  return { ...rest, name: `${step.sum.join('_')}_per_${before.each.replaceAll(' ', '_')}`, ...named }
}

/** Every metric the steps are read from. */
export const metricsOf = (steps: readonly Driver[]): string[] => [
  ...new Set(steps.flatMap(step => [...step.sum, ...(step.less ?? [])])),
]
