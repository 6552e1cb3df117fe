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
  kind: 'holiday' | 'promotion' | 'outage' | 'launch' | 'price' | 'other'
  from: string
  to: string
  stores: readonly string[]
}

/** A target for a metric over periods: `target:<name>` in a query. Values are phased to days evenly within their period. */
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
}

export interface CustomMetric {
  name: string
  label: string
  description: string
  formula: string
  good: 'up' | 'down' | 'none'
  owner: string
}

/** A grouping of an existing dimension's values, e.g. region from country. */
export interface CustomDimension {
  name: string
  label: string
  of: string
  groups: Readonly<Record<string, readonly string[]>>
  otherwise: string
}
