import type { Day } from './day.ts'
import { show, showDay } from './format.ts'
import { valueName } from './value-names.ts'

/** What an alert says of itself, whoever tells it. */
interface Told {
  slice: Readonly<Record<string, string>>
  kind: string
  direction: string
  since: Day
  until: Day | null
  finding: {
    expected: number | null
    actual: number | null
    hours?: { from: string; to: string }
  }
  moneyPerDay: number | null
  currency: string
}

/** "Conversion rate 62 % below usual". */
export function whatOf({ kind, direction, finding: { expected, actual } }: Told, label: string): string {
  if (kind === 'silence') return `${label} stopped`
  if (expected === null || actual === null || expected <= 0) return `${label} ${direction} usual`
  // No part of what is usual, however small.
  if (actual < 0) return `${label} below zero`
  const times = actual / expected
  // Above this a percentage says less than a multiple.
  if (times >= 3) return `${label} ${times.toFixed(times < 10 ? 1 : 0)} times usual`
  const off = Math.abs(times - 1)
  return `${label} ${show(String(off), { unit: 'share', currency: null }, 'axis')} ${direction} usual`
}

/** Names of stores by their handles. */
export type StoreNames = Readonly<Record<string, string>>

/** "Larkfield DE · Mobile"; '' where it is of the company. */
export const whereOf = ({ slice }: Pick<Told, 'slice'>, stores: StoreNames): string =>
  Object.entries(slice)
    .map(([dimension, value]) => valueName(dimension, value, stores))
    .filter(Boolean)
    .join(' · ')

/** "Conversion rate 62 % below usual in Larkfield DE · Mobile". */
export function titleOf(alert: Told, label: string, stores: StoreNames): string {
  const where = whereOf(alert, stores)
  return `${whatOf(alert, label)}${where ? ` in ${where}` : ''}`
}

/** "Since 11 Oct 2026, −£206 a day."; of what was found within a day, "Since 06:00 on 11 Oct 2026, …". */
export function sinceWords({ since, until, moneyPerDay, currency, finding: { hours } }: Told): string {
  const first = hours ? `${hours.from.slice(11)} on ${showDay(since)}` : showDay(since)
  const end = hours && until === since ? hours.to.slice(11) : until && showDay(until)
  const when = until === null ? `Since ${first}` : hours ? `From ${first} to ${end}` : `${first} to ${end}`
  if (moneyPerDay === null) return `${when}.`
  const money = show(moneyPerDay.toFixed(2), { unit: 'money', currency: currency || null }, 'axis')
  return `${when}, ${moneyPerDay > 0 ? '+' : ''}${money} a day.`
}
