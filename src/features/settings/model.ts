import { z } from 'zod'
import { eventKindNames } from '#kernel/event-kind.ts'
import { periodOf } from '#kernel/period.ts'

/** The settings people save, as forms, HTTP and agents send them. Pure: the screens check with the same words. */

const day = z.iso.date()
const name = z.string().trim().min(1).max(100)
const handle = z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, 'use small letters, digits, - and _')
const variable = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, 'use small letters, digits and _, beginning with a letter')
const currency = z.string().regex(/^[A-Z]{3}$/, 'use the three letters of the currency, e.g. GBP')
/** The version the change was made from; absent when the thing is new. */
const version = z.int().optional()

const zone = z.string().refine(text => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: text }))
  } catch {
    return false
  }
}, 'is no IANA time zone, e.g. Europe/London')

export const Store = z.object({
  store: handle,
  name,
  currency,
  timezone: zone,
  kind: z.enum(['b2c', 'b2b', 'both']).default('both'),
  version,
})

export const Calendar = z.object({
  calendar: z.enum(['gregorian', 'iso', '4-5-4', '4-4-5', '5-4-4']),
  fiscalStartMonth: z.int().min(1).max(12),
  weekStart: z.union([z.literal(1), z.literal(7)]),
  yearEnd: z.enum(['nearest_saturday', 'last_saturday']),
})

export const Company = z.object({ calendar: Calendar, currency: currency.nullable(), version })

/** The months of a year by their names. */
export const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const

/** How many stores there are, in which money, and how the year is cut: "3 stores in EUR and GBP, a year of calendar months from January". */
export const settingsAnswer = ({
  stores,
  calendar: { calendar, fiscalStartMonth },
}: {
  stores: readonly { currency: string }[]
  calendar: z.output<typeof Calendar>
}): string => {
  const money = [...new Set(stores.map(one => one.currency))].toSorted()
  const said = money.length > 3 ? `${money.length} currencies` : new Intl.ListFormat('en-GB').format(money)
  const counted =
    stores.length === 0
      ? 'No store yet'
      : `${stores.length === 1 ? 'One store' : `${stores.length} stores`} in ${said}`
  const cut = calendar.includes('-') ? `${calendar} weeks` : 'calendar months'
  return `${counted}, a year of ${cut} from ${months[fiscalStartMonth - 1]}`
}

export const Event = z
  .object({
    id: z.string().optional(),
    name,
    series: name,
    kind: z.enum(eventKindNames),
    from: day,
    to: day,
    stores: z.array(z.string()).default([]),
    percent: z
      .number('is no number of per cent')
      .gt(-100, 'nothing falls by all there is')
      .max(1000, 'is more than tenfold')
      .nullable()
      .default(null),
    version,
  })
  .refine(event => event.from <= event.to, { message: 'the event ends before it begins', path: ['to'] })

/** Tasks with a tag or label that are events. */
export const EventRule = z.object({
  id: z.string().optional(),
  platform: z.enum(['asana', 'trello', 'any']).default('any'),
  label: name,
  kind: z.enum(eventKindNames),
  version,
})

export const Target = z.object({
  name: z.string().regex(/^[\w .-]+$/, 'use letters, digits, spaces, . and -'),
  metric: z.string(),
  grain: z.enum(['day', 'week', 'month', 'quarter', 'year']),
  values: z.record(day, z.string().regex(/^-?\d+(\.\d+)?$/, 'is no number')),
  store: z.string().nullable().default(null),
  currency: currency.nullable().default(null),
  version,
})

export const Metric = z.object({
  name: variable,
  label: name,
  description: z.string().max(1000).default(''),
  formula: z.string().min(1).max(2000),
  good: z.enum(['up', 'down', 'none']).default('up'),
  owner: z.string().max(100).default(''),
  version,
})

export const Dimension = z.object({
  name: variable,
  label: name,
  of: z.string(),
  groups: z.record(z.string().min(1), z.array(z.string())),
  otherwise: z.string().min(1).default('Other'),
  version,
})

const factor = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,4})?$/, 'write 4.20, with at most four decimals and below a billion')
  .default('0')

/** The costs a waterfall takes off, in the words of the plan. */
export const waterfallCosts = {
  cogs: 'Cost of goods',
  fulfilment: 'Fulfilment',
  payment_fees: 'Payment fees',
  return_handling: 'Return handling',
  media: 'Media',
} as const
/** Costs that no system tells order by order. */
export const ratedCostNames = {
  fulfilment: waterfallCosts.fulfilment,
  payment_fees: waterfallCosts.payment_fees,
  return_handling: waterfallCosts.return_handling,
} as const
const waterfallCost = z.enum(Object.keys(waterfallCosts) as [keyof typeof waterfallCosts])

/** Which costs come off in which tier of contribution, first to last. */
export const Waterfall = z.object({
  tiers: z
    .array(
      z.object({ name: variable, label: name, less: z.array(waterfallCost).min(1, 'takes off nothing') }),
    )
    .min(1)
    .max(5),
  version,
})

/** What a cost comes to: amounts an order, a unit and a returned unit; parts of sales after discounts and of returns. */
export const CostRate = z.object({
  id: z.string().optional(),
  cost: z.enum(['fulfilment', 'payment_fees', 'return_handling']),
  store: z.string().nullable().default(null).describe('null: every store without a rate of its own'),
  currency: currency.nullable().default(null).describe('Of the amounts'),
  from: day.default('2000-01-01'),
  perOrder: factor,
  perUnit: factor,
  ofSales: factor.describe('0.029 is 2.9 % of gross sales less discounts'),
  perReturn: factor.describe('For each unit that comes back'),
  ofReturns: factor.describe('Of the value of what came back'),
  note: z.string().max(300).default('').describe('Where the rate is from'),
  version,
})

/** Accounts of the general ledger a cost is booked on; none: the cost is known by its rates alone. */
export const CostAccounts = z.object({
  cost: z.enum(['fulfilment', 'payment_fees', 'return_handling']),
  accounts: z.array(z.string().trim().min(1).max(60)).max(30),
  version,
})

const saved = { version: z.int() }

/** Everything the settings screen shows. */
export const Settings = z.object({
  stores: z.array(Store.extend(saved)),
  calendar: Calendar,
  currency: z.string().nullable(),
  companyVersion: z.int(),
  events: z.array(Event.safeExtend({ ...saved, id: z.string(), origin: z.string() })),
  eventRules: z.array(EventRule.extend({ ...saved, id: z.string() })),
  targets: z.array(Target.extend(saved)),
  metrics: z.array(Metric.extend(saved)),
  dimensions: z.array(Dimension.extend(saved)),
  waterfall: Waterfall.extend(saved),
  costRates: z.array(CostRate.extend({ ...saved, id: z.string() })),
  costAccounts: z.array(CostAccounts.extend(saved)),
  owners: z.array(z.object({ metric: z.string(), person: z.string(), name: z.string() })),
  demo: z.object({ attribution: z.string() }).nullable(),
  plans: z
    .record(z.string(), z.string())
    .describe('What approved plan versions are called, by the names they are compared with'),
  target: z
    .string()
    .nullable()
    .describe('What net sales are held against: a saved target, else the carried plan that reaches furthest'),
})

/**
 * Figures pasted from a spreadsheet: a day and a number on each line, parted by tab, semicolon or spaces. Each day
 * stands for its period; lines that say neither are given back as they are.
 */
export const pasted = (
  text: string,
  grain: z.output<typeof Target>['grain'],
  calendar: z.output<typeof Calendar>,
) => {
  const values: Record<string, string> = {}
  const wrong: string[] = []
  for (const line of text.split(/\r?\n/).filter(l => l.trim())) {
    const [when = '', ...rest] = line.trim().split(/[\t;]|\s+/)
    const figure = rest.join('').replace(/[,'\u00a0£$€]/g, '')
    const whole = /^\d{4}-\d{2}$/.test(when) ? `${when}-01` : when
    if (!day.safeParse(whole).success || !/^-?\d+(\.\d+)?$/.test(figure)) wrong.push(line)
    else values[periodOf(calendar, whole, grain).from] = figure
  }
  return { values, wrong }
}

/** Groups written a line each: `Nordics: Denmark, Norway`. */
export const groupsOf = (text: string): Record<string, string[]> =>
  Object.fromEntries(
    text
      .split('\n')
      .map(line => line.split(/:(.*)/s))
      .filter(([group, values]) => group?.trim() && values?.trim())
      .map(([group = '', values = '']) => [
        group.trim(),
        values
          .split(',')
          .map(value => value.trim())
          .filter(Boolean),
      ]),
  )

export const textOfGroups = (groups: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(groups)
    .map(([group, values]) => `${group}: ${values.join(', ')}`)
    .join('\n')

/** What an event on its form lacks before it can be kept: a name, a first day. */
export const missingIn = ({ name, from }: { name: string; from: string }): string[] => [
  ...(name.trim() ? [] : ['a name']),
  ...(from ? [] : ['a first day']),
]
