import { z } from 'zod'
import { askedDay } from '#kernel/asked-day.ts'
import { show } from '#kernel/format.ts'
import { fixed, over, plainOrNull } from '#kernel/plan/fixed.ts'
import type { ShownRow } from '#kernel/plan/rows.ts'
import type { Line, Sheet } from '#kernel/plan/sheet.ts'
import { figureOf } from '#kernel/plan/typed.ts'
import { spanWords } from '#kernel/view.ts'

export { versionBeside, versionMeant, versionsAgainst } from '#kernel/plan/beside.ts'
export { budgetAnswer, isOver, soonestFirst } from '#kernel/plan/budget-words.ts'
export {
  type CoursePoint,
  courseTold,
  shownCell,
  shownChange,
  signedCents,
  versionsTitle,
} from '#kernel/plan/shown.ts'
export { titlesOf } from '#metrics/cells/model.ts'

/** What the plan room sends and is sent. Pure: the screens check with the same words. */

const day = z.iso.date()
const label = z.string().trim().min(1).max(200)
const text = z.string().max(2000)
export const decimal = z.string().regex(/^-?\d{1,15}(\.\d+)?$/, 'is no number: write 1234.50')
const currency = z.string().regex(/^[A-Z]{3}$/, 'use the three letters of the currency, e.g. GBP')
/** A version's name in addresses and in `plan.<version>`. */
const handle = z.string().regex(/^[a-zA-Z0-9][\w.-]{0,60}$/, 'use letters, digits, . _ and -')

/** Whose hours are weighed: those of a day, or of every Monday (1) … Sunday (7). */
export const dayOrWeekday = z.union([day, z.string().regex(/^[1-7]$/)])
export const hour = z.string().regex(/^(1?\d|2[0-3])$/, 'is no hour of a day: 0 to 23')

const LineShape = z.object({
  name: z.string().max(60),
  label,
  unit: z.string().max(60),
  over: z.array(z.string()).max(6),
  formula: z.string().max(2000).nullable(),
  roll: z.enum(['sum', 'last', 'ratio', 'weighted', 'none']),
  weight: z.string().optional(),
  good: z.enum(['up', 'down', 'none']),
  blank: z.literal('zero').optional(),
  negative: z.literal(true).optional(),
  section: z.string().max(100).optional(),
  metric: z.string().max(100).optional(),
  actual: z.string().max(200).optional(),
  layering: text.optional(),
  note: text.optional(),
  case: z.string().max(60).optional(),
})

export const SheetShape = z.object({
  currency,
  periods: z
    .array(z.object({ key: z.string(), label: z.string(), from: askedDay, to: askedDay, year: z.string() }))
    .min(1)
    .max(160),
  dimensions: z
    .array(
      z.object({ name: z.string(), label, members: z.array(z.string().min(1).max(120)).min(1).max(20_000) }),
    )
    .max(6),
  lines: z.array(LineShape).max(2000),
  phasing: z.record(day, z.number().min(0).max(100)).optional(),
  hours: z.record(dayOrWeekday, z.record(hour, z.number().min(0).max(100))).optional(),
})

const versionKinds = ['budget', 'le', 'scenario', 'long_range'] as const

export const VersionShape = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(versionKinds),
  basedOn: z.string().nullable(),
  closedPeriods: z.int(),
  state: z.enum(['draft', 'submitted', 'approved', 'locked']),
  revision: z.int(),
  submittedBy: z.string().nullable(),
  createdBy: z.string(),
  updatedAt: z.string(),
  from: z.string().describe('First day it plans'),
  to: z.string().describe('Last day it plans'),
})
export type Version = z.infer<typeof VersionShape>

const Tier = z.object({ name: z.string(), label, less: z.array(z.string()) })

/** How a new version begins. */
export const StartShape = z.object({
  id: handle,
  name: label,
  kind: z.enum(versionKinds).default('budget'),
  currency,
  from: askedDay,
  to: askedDay,
  grain: z.enum(['week', 'month', 'quarter', 'year']).default('month'),
  begin: z.discriminatedUnion('with', [
    z.object({
      with: z.enum(['template', 'last_year', 'run_rate']),
      trade: z.enum(['b2c', 'b2b', 'both']).default('b2c'),
      over: z.array(z.string()).max(4).default([]),
      waterfall: z.array(Tier).max(8).optional(),
      /** On last year or the run-rate: 0.05 is five percent more of what adds up. */
      growth: z
        .string()
        .regex(/^-?\d*\.?\d+$/)
        .default('0'),
      stock: z.boolean().default(true),
    }),
    z.object({
      with: z.literal('version'),
      version: z.string(),
      /** As many as the version has periods at most. */
      closedPeriods: z.int().min(0).max(1000).default(0),
    }),
    z.object({
      with: z.literal('pasted'),
      text: z.string().max(2_000_000),
      trade: z.enum(['b2c', 'b2b', 'both']).default('b2c'),
      /** What each row is: a line of the template, '' left out, null a line of its own. Remembered for the next file. */
      rows: z.record(z.string(), z.string().nullable()).default({}),
    }),
    z.object({ with: z.literal('sheet'), sheet: SheetShape }),
  ]),
})

export const RowShape = z.object({
  line: z.string(),
  slice: z.string(),
  cells: z.record(z.string(), z.array(z.string().nullable())),
})

/** A row as a whole version is sent. */
const ShownShape = RowShape.extend({
  values: z.string().describe('In the order of the periods, commas between; nothing where a cell is empty'),
  cells: RowShape.shape.cells.nullable().describe('The edits behind it, only where a cell holds several'),
})

export const CommentShape = z.object({
  id: z.string(),
  line: z.string(),
  slice: z.string(),
  period: z.string(),
  text: z.string(),
  byName: z.string(),
  at: z.string(),
  resolvedAt: z.string().nullable(),
})

export const OpenShape = z.object({
  version: VersionShape,
  sheet: SheetShape,
  rows: z.array(ShownShape),
  comments: z.array(CommentShape),
  /** Cells that changed since the version was last approved, by address. */
  changed: z.array(z.string()),
  /** Why an approved version has to be approved again; null where its approval stands. */
  lapsed: z.string().nullable(),
  /** Period keys that cannot be edited any more. */
  closed: z.array(z.string()),
  /** Number of the latest edit, to ask for newer ones from. */
  seq: z.int(),
  mayEdit: z.boolean(),
})

export const ItemShape = z.object({
  id: z.string().optional(),
  version: z.string(),
  label,
  kind: z.enum(['opex', 'capex', 'media', 'people']),
  account: z.string().max(100).default(''),
  department: z.string().max(100).default(''),
  costCentre: z.string().max(100).default(''),
  owner: z.string().max(100).default(''),
  vendor: z.string().max(200).default(''),
  market: z.string().max(100).default(''),
  currency,
  amounts: z.record(z.string(), decimal).default({}),
  pattern: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('every'), amount: decimal, periods: z.int().min(1).max(12) }),
      z.object({ kind: z.literal('even'), total: decimal }),
      z.object({
        kind: z.literal('step'),
        steps: z.array(z.object({ from: z.string(), amount: decimal })).min(1),
      }),
    ])
    .nullable()
    .default(null),
  /** What was spent as metrics tell it, each times a factor; without any, postings of the line's account. */
  actuals: z
    .array(
      z.object({
        metric: z.string().max(100),
        times: decimal.default('1'),
        where: z
          .array(z.object({ dimension: z.string().max(60), is: z.array(z.string()).min(1).max(50) }))
          .max(4)
          .default([]),
      }),
    )
    .max(4)
    .default([]),
  note: text.default(''),
  saved: z.int().optional(),
})
export type Item = z.infer<typeof ItemShape>

/** Kinds of budget lines, in words. */
export const itemKinds: readonly { value: Item['kind']; label: string }[] = [
  { value: 'opex', label: 'Running cost' },
  { value: 'media', label: 'Media' },
  { value: 'people', label: 'People' },
  { value: 'capex', label: 'Investment' },
]

/** A field of the budget that somebody changed. */
export const FieldChangeShape = z.object({
  item: z.string().nullable().describe('The budget line; null: the budget rates'),
  label: z.string(),
  field: z.string(),
  amount: z.boolean(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  why: z.string(),
  byName: z.string(),
  at: z.string(),
})
export type FieldChange = z.infer<typeof FieldChangeShape>

export const CommitmentShape = z.object({
  id: z.string().optional(),
  item: z.string(),
  kind: z.enum(['purchase_order', 'contract', 'media']),
  reference: z.string().max(200),
  vendor: z.string().max(200).default(''),
  amount: decimal,
  currency,
  from: day,
  to: day,
  open: z.boolean().default(true),
  note: text.default(''),
  saved: z.int().optional(),
})
const SavedCommitment = CommitmentShape.extend({ id: z.string(), saved: z.int() })

const UsedShape = z.object({
  budget: z.string(),
  budgetToDate: z.string(),
  actual: z.string(),
  committed: z.string(),
  remaining: z.string(),
  used: z.string().nullable(),
  runsOut: z.string().nullable(),
})

/** A budget with what became of it; `use` is in the plan's currency. */
export const BudgetShape = z.object({
  state: z.string(),
  today: z.string(),
  currency: z.string(),
  periods: z.array(z.object({ key: z.string(), label: z.string(), to: z.string() })),
  /** Budget rates people set: the plan's currency for one unit of each. */
  rates: z.record(z.string(), z.string()),
  total: UsedShape.omit({ used: true, runsOut: true }),
  currencyEffect: z.string().nullable(),
  missing: z.array(z.string()),
  /** Why the reader cannot change its lines now; null where they can. */
  shut: z.object({ message: z.string(), next: z.string().optional() }).nullable(),
  /** What differs from when the version was last approved, field by field; null where it never was. */
  approved: z
    .object({ at: z.string(), byName: z.string(), changes: z.array(FieldChangeShape), more: z.int() })
    .nullable(),
  unplanned: z.array(
    z.object({ account: z.string(), department: z.string(), amount: z.string(), currency: z.string() }),
  ),
  /** Spent or promised on lines this version lacks and one it belongs with has: in the total, against no budget. */
  unbudgeted: z.array(
    z.object({
      label: z.string(),
      department: z.string(),
      version: z.string(),
      actual: z.string(),
      committed: z.string(),
      commitments: z.array(SavedCommitment),
    }),
  ),
  lines: z.array(
    ItemShape.extend({
      id: z.string(),
      saved: z.int(),
      use: UsedShape,
      /** Currencies without a rate: what is in them is in no figure of `use`. */
      unrated: z.array(z.string()),
      sources: z.array(z.object({ source: z.string(), amount: z.string() })),
      commitments: z.array(SavedCommitment),
    }),
  ),
})
export type BudgetLine = z.output<typeof BudgetShape>['lines'][number]

export const CaseShape = z.object({
  title: label,
  /** Lasting id of an initiative of the strategy; its name is taken for it. '' is none. */
  initiative: z.string().max(220).default(''),
  currency,
  /** Yearly; compounded to the periods. */
  rate: decimal.default('0.08'),
  periodsPerYear: z.union([z.literal(1), z.literal(4), z.literal(12)]).default(1),
  periods: z
    .array(z.object({ label: z.string().max(40), cost: decimal, benefit: decimal }))
    .min(1)
    .max(120),
  /** Version it goes into once it is approved; '' where somebody puts it into one afterwards. */
  plan: z.string().max(100).default(''),
  /** The day its first period begins; '' is the first day of the plan it goes into. */
  start: z.union([day, z.literal('')]).default(''),
  /** How likely it comes to anything at all, 0 to 1: the benefit is worth so much of what is written. */
  likelihood: z.number().min(0).max(1).default(1),
  /** Whether its costs run through the result, or are an investment that is paid for in cash. */
  costs: z.enum(['running', 'investment']).default('running'),
  /** How sure the benefit and the cost are, as spreads around what is written: 0.3 is ±30 % at one standard deviation. */
  benefitSd: z.number().min(0).max(3).default(0.3),
  costSd: z.number().min(0).max(3).default(0.1),
})

/** Something that may yet come of a reforecast. */
export const RiskShape = z.object({
  id: z.string().optional(),
  version: z.string(),
  kind: z.enum(['risk', 'opportunity']),
  line: z.string().max(60).describe('The line of the plan it would move'),
  title: label,
  probability: z.string().regex(/^(0(\.\d{1,4})?|1(\.0{1,4})?)$/, 'is no probability: write 0.3'),
  impact: z
    .record(z.string(), z.string().regex(/^\d{1,15}(\.\d+)?$/, 'is no amount above 0'))
    .describe('By period, above 0, in the currency of the plan'),
  owner: z.string().max(100).default(''),
  treatment: z.enum(['avoid', 'reduce', 'transfer', 'accept', 'pursue']),
  what: text.default('').describe('What is done about it'),
  open: z.boolean().default(true),
  saved: z.int().optional(),
})

export const stateWords: Record<Version['state'], string> = {
  draft: 'a draft',
  submitted: 'waiting for approval',
  approved: 'approved',
  locked: 'locked',
}

/** What the form of a budget line says of its actuals, as metrics times factors; none where the ledger tells them. */
export function actualsOf(form: { from: string; share: string; each: string }): Item['actuals'] {
  if (form.from === 'ledger') return []
  if (form.from === 'cogs') return [{ metric: 'cost_of_goods', times: '1', where: [] }]
  if (form.from === 'share') {
    const share = over(fixed(figureOf(form.share, {}, 'Share') ?? '0'), fixed('100'))
    return [
      { metric: 'total_sales', times: plainOrNull(share) ?? '0', where: [] },
      { metric: 'orders', times: figureOf(form.each, {}, 'For each order') ?? '0', where: [] },
    ].filter(one => Number(one.times) !== 0)
  }
  const platform = form.from.slice('spend:'.length)
  return [{ metric: 'spend', times: '1', where: platform ? [{ dimension: 'platform', is: [platform] }] : [] }]
}

/** Whether the form says all that a line's actuals are read from: what it cannot say it must not write over. */
export const sayable = (form: Parameters<typeof actualsOf>[0], actuals: Item['actuals']): boolean => {
  const plain = (some: Item['actuals']) =>
    some.map(({ metric, times, where }) => [metric, Number(times), where.map(one => [one.dimension, one.is])])
  return JSON.stringify(plain(actualsOf(form))) === JSON.stringify(plain(actuals))
}

/** Where a sum is known from, in words. */
export const knownFrom = (source: string): string =>
  source === 'by hand'
    ? 'Recorded by hand'
    : source.startsWith('General')
      ? source
      : `${source}, from the data`

/** What a variance is asked for: days with data, comparisons, stores, the reader's currency. */
export interface Period {
  from: string
  to: string
  compare: string[]
  stores: string[]
  currency: string
  slice: Slice
}

/** A part of the whole, as a screen's address holds it: one member of each dimension named. */
export type Slice = Readonly<Record<string, string>>

/** A slice from an address; what makes no sense is the whole. */
export function sliceIn(text: string | undefined): Slice {
  try {
    const read: unknown = JSON.parse(text ?? '{}')
    if (typeof read !== 'object' || read === null || Array.isArray(read)) return {}
    return Object.fromEntries(
      Object.entries(read).filter((one): one is [string, string] => typeof one[1] === 'string'),
    )
  } catch {
    return {}
  }
}

/** A slice as an address holds it; undefined for the whole. */
export const sliceText = (slice: Slice): string | undefined =>
  Object.keys(slice).length > 0 ? JSON.stringify(slice) : undefined

/** A slice as questions have it. */
export const filtersOf = (slice: Slice): { dimension: string; is: string[] }[] =>
  Object.entries(slice).map(([dimension, member]) => ({ dimension, is: [member] }))

/** Slices as the explorer's address spells them. */
export const whereOf = (slice: Slice): string | undefined =>
  Object.entries(slice)
    .map(([dimension, member]) => `${dimension}=${guarded(member)}`)
    .join(';') || undefined

/** A value as filters and cells of an address spell it. */
export const guarded = (text: string): string => text.replace(/[\\;|]/g, '\\$&') || '\\0'

/** How a change reads: bad news coloured, good plain. */
export const toneOf = (verdict: string): { color?: string } =>
  verdict === 'unfavourable' ? { color: 'var(--bad)' } : {}

/** What a risk would take, as typed: a period, by its label or key, and an amount on each line. */
export function impactsIn(
  typed: string,
  periods: readonly { key: string; label: string }[],
): { impact: Record<string, string>; wrong: string[] } {
  const impact: Record<string, string> = {}
  const wrong: string[] = []
  for (const row of typed.split('\n').filter(one => one.trim() !== '')) {
    const [, name = '', amount = ''] = /^(.+?)[\t|:;]\s*(.*)$/.exec(row) ?? /^(.+\S)\s+(\S+)$/.exec(row) ?? []
    const period = periods.find(one => [one.key, one.label].includes(name.trim()))
    try {
      const value = figureOf(amount, {}, name)
      if (!period) wrong.push(row.trim())
      // A period with nothing beside it is still being typed.
      else if (value !== null) impact[period.key] = value
    } catch {
      wrong.push(row.trim())
    }
  }
  return { impact, wrong }
}

/** Lines a plan is made for: what is worked out in money and has a total, the last results first. */
export const resultsOf = ({ lines }: { lines: readonly Line[] }): { name: string; label: string }[] => {
  const first = ['ebitda', 'profit', 'cm3', 'cm2', 'cm1', 'net_sales']
  const worked = lines.filter(line => line.formula !== null && line.unit === 'money' && line.roll === 'sum')
  return worked.toSorted((a, b) => rankOf(first, a.name) - rankOf(first, b.name))
}

const rankOf = (names: readonly string[], name: string) =>
  names.includes(name) ? names.indexOf(name) : names.length

/** Lines people filled in: what can be turned. */
export function driversOf(
  sheet: Sheet,
  rows: readonly ShownRow[],
): { name: string; label: string; unit: string }[] {
  const filled = new Set(rows.filter(row => /[^,]/.test(row.values)).map(row => row.line))
  return sheet.lines
    .filter(line => line.formula === null && filled.has(line.name))
    .map(({ name, label: words, unit }) => ({ name, label: words, unit }))
}

/** What the what-if parts are asked over. */
export interface Asked {
  version: string
  sheet: Sheet
  drivers: readonly { name: string; label: string; unit: string }[]
  target: { name: string; label: string }
  /** Where drivers still move: “ in Nov to Dec 2026”; empty where nothing is closed. */
  stillOpen: string
}

/** The days of the periods that are not closed, as the end of a sentence; empty where all are open. */
export function openWords({ periods }: Sheet, closed: readonly string[]): string {
  if (closed.length === 0) return ''
  const open = periods.filter(({ key }) => !closed.includes(key))
  const [first, last] = [open[0], open.at(-1)]
  return first && last ? ` in ${spanWords(first.from, last.to)}` : ''
}

/** A sum of money on a tile, beside others that reach thousands: three digits from a million, and never pennies. */
export const showSum = (value: string | null, currency: string): string =>
  show(value, { unit: 'money', currency }, Math.abs(Number(value)) >= 1000 ? 'card' : 'whole')
