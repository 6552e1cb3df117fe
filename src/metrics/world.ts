import type { TableName } from '#kernel/canonical.ts'
import type { Day } from '#kernel/day.ts'
import type { EventKind } from '#kernel/event-kind.ts'
import type { HourWeights } from '#kernel/plan/sheet.ts'
import type { Tier } from '#kernel/plan/templates.ts'
import type { Metric } from './metric.ts'
import type { calendars, Grain } from './query.ts'

/** What people have decided that the language needs: read from the ledger for each question, small. */
export interface World {
  stores: readonly StoreSetting[]
  calendar: CalendarSetting
  /** Currency answers are given in when stores differ and the query names none. */
  currency: string | null
  events: readonly EventSetting[]
  targets: readonly TargetSetting[]
  /** Metrics and dimensions people added, as formulas over existing ones. */
  metrics: readonly CustomMetric[]
  dimensions: readonly CustomDimension[]
  /** Which costs come off in which tier of contribution; the usual ones when absent. */
  waterfall?: readonly Tier[]
  /** What an order, a unit, a pound of sales and a return cost where no system tells. */
  costRates?: readonly CostRate[]
  /** Accounts of the general ledger that a cost is booked on. */
  costAccounts?: readonly CostAccounts[]
  /** Periods whose books are closed: there postings on these accounts are what the cost was. */
  closed?: readonly { from: string; to: string }[]
  /** What is worked out from both, for each question. */
  costActuals?: readonly CostActual[]
  /** Lines of plans as metrics of their own; only what is carried into the granary can be asked. */
  planLines?: readonly PlanLine[]
  /** What plan versions are called, by their handles. */
  planNames?: Readonly<Record<string, string>>
  /** How the days of plan versions go over their hours, by version, where they keep or say anything of it. */
  planHours?: Readonly<Record<string, PlanHours>>
  /** Who answers for a metric, by its name. */
  owners?: Readonly<Record<string, string>>
  /** Where more of the past is still to come from connected systems; no people's decision, but known like one. */
  coming?: readonly StillComing[]
}

/** A table of a store that is whole from a day on only, because what was before it is still to be read. */
export interface StillComing {
  store: string
  table: TableName
  from: Day
  /** How far it is, as the beginning of a sentence: "orders of North: read back to 2 Mar 2026 so far". */
  words: string
}

/** Costs that follow orders and are worked out from rates. */
export const ratedCosts = ['fulfilment', 'payment_fees', 'return_handling'] as const
export type RatedCost = (typeof ratedCosts)[number]

export interface CostAccounts {
  cost: RatedCost
  accounts: readonly string[]
}

/** A cost of a closed period by the general ledger: what its rows cost by rates, or sold for, times a factor. */
export interface CostActual {
  cost: RatedCost
  from: string
  to: string
  /** null: all. */
  stores: readonly string[] | null
  by: 'rate' | 'sales'
  /** Decimal text of at most twelve places. */
  factor: string
}

/** What a cost comes to from a day on; of the rates of a store the last before a day holds, its own before the company's. */
export interface CostRate {
  cost: RatedCost
  /** null: every store that has no rate of its own. */
  store: string | null
  /** Of the amounts; null where there are none. */
  currency: string | null
  from: string
  /** Amounts, and parts of sales and of what came back, as decimal text. */
  perOrder: string
  perUnit: string
  ofSales: string
  perReturn: string
  ofReturns: string
}

export interface StoreSetting {
  store: string
  name: string
  currency: string
  timezone: string
  kind: 'b2c' | 'b2b' | 'both'
}

export interface CalendarSetting {
  calendar: (typeof calendars)[number]
  /** First month of the fiscal year, 1–12; 1 for the civil year, 2 for NRF. */
  fiscalStartMonth: number
  /** 1 Monday … 7 Sunday. Retail calendars: NRF weeks start on 7. */
  weekStart: 1 | 7
  /** How a retail year's end is found: NRF is nearest-saturday. */
  yearEnd: 'nearest_saturday' | 'last_saturday'
}

/** Something in the calendar: a moving feast, a promotion, an outage. Same `series` in two years is what event alignment matches. */
export interface EventSetting {
  id: string
  name: string
  series: string
  kind: EventKind
  from: string
  to: string
  stores: readonly string[]
}

/** A target for a metric over periods: `plan.<name>` in a query. Values are phased to days evenly within their period. */
export interface TargetSetting {
  name: string
  metric: string
  grain: Grain
  /** First day of each period → decimal text. */
  values: Readonly<Record<string, string>>
  store: string | null
  currency: string | null
  /** Values of other dimensions it is for: { channel: 'web' }. Absent: the whole. */
  slice?: Readonly<Record<string, string>>
  /** Other days of the same line are in other currencies. */
  part?: true
}

/** How a plan goes over hours. */
export interface PlanHours {
  /** What the 168 hours of a week had from Monday 0:00 on, by metric, as its lock kept them; null where it is not locked. */
  ran: Readonly<Record<string, readonly number[]>> | null
  /** What people say of them. */
  weights: HourWeights
}

export interface CustomMetric {
  name: string
  label: string
  description: string
  formula: string
  good: 'up' | 'down' | 'none'
  owner: string
}

/** A line of a plan that is no metric of the catalogue, as a metric that plans alone know: its actual is N/A. */
export interface PlanLine extends Pick<Metric, 'name' | 'label' | 'unit' | 'additivity' | 'good'> {}

/** A grouping of an existing dimension's values, e.g. region from country. */
export interface CustomDimension {
  name: string
  label: string
  of: string
  groups: Readonly<Record<string, readonly string[]>>
  otherwise: string
}
