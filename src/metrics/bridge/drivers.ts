/** What a figure is driven by, as data: a chain of quantities, each the one before times a driver. */

export interface Driver {
  /** The driver's name; several steps of one name are one driver, the steps its parts. */
  name: string
  label: string
  /** The quantity reached once this driver is applied: the sum of these metrics. */
  sum: readonly string[]
  /** The step's own name where a driver has several. */
  step?: string
  /** What the quantity is called where the chain begins with it. */
  alone: string
  /** The step's ratio, as evidence shows it: this quantity ÷ the one before. */
  ratio: string
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
    ratio: 'units per order',
  },
  {
    name: 'aov',
    label: 'AOV',
    step: 'Price and product mix',
    sum: ['gross_sales'],
    alone: 'Gross sales',
    ratio: 'gross sales per unit',
  },
  {
    name: 'aov',
    label: 'AOV',
    step: 'Discounts',
    sum: ['gross_sales', 'discounts'],
    alone: 'Sales less discounts',
    ratio: 'share left after discounts',
  },
]

const kept: Driver = {
  name: 'returns',
  label: 'Returns',
  sum: ['net_sales'],
  alone: 'Net sales',
  ratio: 'share kept after reversals',
}

const costed: Driver = {
  name: 'margin',
  label: 'Gross margin',
  sum: ['gross_profit'],
  alone: 'Gross profit',
  ratio: 'gross profit ÷ net sales',
}

const heads = {
  traffic: [
    { name: 'traffic', label: 'Traffic', sum: ['sessions'], alone: 'Traffic', ratio: 'sessions' },
    {
      name: 'conversion',
      label: 'Conversion',
      sum: ['orders'],
      alone: 'Orders',
      ratio: 'orders per session',
    },
  ],
  orders: [{ name: 'orders', label: 'Orders', sum: ['orders'], alone: 'Orders', ratio: 'orders' }],
  accounts: [
    {
      name: 'accounts',
      label: 'Active accounts',
      sum: ['active_accounts'],
      alone: 'Active accounts',
      ratio: 'accounts that ordered',
    },
    {
      name: 'frequency',
      label: 'Orders per account',
      sum: ['orders'],
      alone: 'Orders',
      ratio: 'orders per account',
    },
  ],
} as const satisfies Record<string, readonly Driver[]>

export type Head = keyof typeof heads
export const headNames = ['traffic', 'orders', 'accounts'] as const satisfies readonly Head[]

const tails: Readonly<Record<string, readonly Driver[]>> = {
  orders: [],
  gross_sales: soldAndKept.slice(0, 2),
  net_sales: [...soldAndKept, kept],
  gross_profit: [...soldAndKept, kept, costed],
}

/** The figures a bridge can be built for. */
export const bridged = ['net_sales', 'gross_sales', 'orders', 'gross_profit'] as const
export type Bridged = (typeof bridged)[number]

const abouts: Readonly<Record<Head, string>> = {
  traffic: 'sessions × orders per session',
  orders: 'orders',
  accounts: 'active accounts × orders per account',
}

/** The driver tree of a figure: what brings orders, then what each is worth. */
export const treeOf = (metric: Bridged, head: Head): Tree => {
  const worth = tails[metric] ?? []
  return {
    name: `${metric} by ${head}`,
    about: [abouts[head], ...(worth.length > 0 ? ['value per order'] : [])].join(' × '),
    steps: [...heads[head], ...worth],
  }
}

/** Every metric the steps are read from. */
export const metricsOf = (steps: readonly Driver[]): string[] => [...new Set(steps.flatMap(step => step.sum))]
