import type { Day } from '../day.ts'
import { type CalendarRule, type Grain, periodOf, periodsBetween } from '../period.ts'

/** A plan as it is kept and sent: what it runs over, its lines and, apart, the figures people put in. */
export interface Sheet {
  /** Currency of every `money` line. */
  currency: string
  periods: readonly SheetPeriod[]
  dimensions: readonly SheetDimension[]
  lines: readonly Line[]
  /** Days that weigh more or less in their period than the shop's own history says: 1.5 is half as much again. */
  phasing?: Readonly<Record<Day, number>>
  /** Hours that weigh more or less in their day than its weekday's own history says. */
  hours?: HourWeights
}

/**
 * Weights of hours (0 … 23) by day, or by weekday (1 Monday … 7 Sunday) for each such day: 1.5 is half as much again. What a
 * day says of an hour goes before what its weekday says.
 */
export type HourWeights = Readonly<Record<string, Readonly<Record<string, number>>>>

export interface SheetPeriod {
  key: string
  label: string
  from: Day
  to: Day
  /** The year it counts to, for year totals. */
  year: string
}

export interface SheetDimension {
  name: string
  label: string
  members: readonly string[]
}

/**
 * sum: added over time and slices · last: added over slices, the last over time (stock, headcount) ·
 * ratio: its formula again on the rolled-up inputs · weighted: by another line · none: has no total
 */
export type Roll = 'sum' | 'last' | 'ratio' | 'weighted' | 'none'

export interface Line {
  name: string
  label: string
  /** As `unit.ts` reads it. */
  unit: string
  /** Dimensions it varies by. */
  over: readonly string[]
  /** Null for a line people fill in. */
  formula: string | null
  roll: Roll
  /** For `weighted`: the line that weighs. */
  weight?: string
  good: 'up' | 'down' | 'none'
  /** An empty cell counts as 0; otherwise it is missing, and what needs it says so. */
  blank?: 'zero'
  /** Whether a figure below 0 makes sense. */
  negative?: true
  /** Heading it stands under. */
  section?: string
  /** Metric of the language its actuals are; carried into the granary under that name. */
  metric?: string
  /** Where its actuals are read where that is no metric of its own: a metric, or one divided by another. */
  actual?: string
  /** What is above it in the waterfall, in words, printed beside the number. */
  layering?: string
  note?: string
  /** The business case it comes from: changed there, not here. */
  case?: string
}

/** Where a figure stands: the line, a member of each of its dimensions in order, and the period's key. */
export interface Address {
  line: string
  slice: readonly string[]
  period: string
}

/** Slices and periods as text: how cells are keyed in maps, files and the ledger. */
export const sliceKey = (slice: readonly string[]): string => slice.join('\u001f')
export const sliceOf = (key: string): string[] => (key === '' ? [] : key.split('\u001f'))
export const addressKey = ({ line, slice, period }: Address): string =>
  `${line}\u001e${sliceKey(slice)}\u001e${period}`

/** "Conversion (UK, online; Mar 2027)" for messages; members by their names where the reader's are known. */
export const placeWords = (
  sheet: Sheet,
  { line, slice, period }: Address,
  named: (member: string) => string = member => member,
): string => {
  const label = sheet.lines.find(one => one.name === line)?.label ?? line
  const when = sheet.periods.find(one => one.key === period)?.label ?? period
  return `${label} (${[slice.map(named).join(', '), when].filter(Boolean).join('; ')})`
}

/** Periods of a calendar between two days, as a sheet has them. */
export const sheetPeriods = (rule: CalendarRule, from: Day, to: Day, grain: Grain = 'month'): SheetPeriod[] =>
  periodsBetween(rule, from, to, grain).map(({ key, label, from: first, to: last }) => ({
    key,
    label,
    from: first,
    to: last,
    year: periodOf(rule, first, 'year').key,
  }))
