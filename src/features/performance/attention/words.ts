import { show, showDay } from '#kernel/format.ts'
import type { Alert } from './evaluate.ts'

type Told = Pick<
  Alert,
  'slice' | 'kind' | 'direction' | 'since' | 'until' | 'finding' | 'moneyPerDay' | 'currency'
>

/** "Conversion rate 62 % below usual in larkfield-de · mobile". */
export function titleOf(alert: Told, label: string): string {
  const { expected, actual } = alert.finding
  const where = Object.values(alert.slice).filter(Boolean).join(' · ')
  const off = expected !== null && actual !== null && expected !== 0 ? Math.abs(actual / expected - 1) : null
  const said =
    alert.kind === 'silence'
      ? 'stopped'
      : off === null
        ? `${alert.direction} usual`
        : `${show(String(off), { unit: 'share', currency: null }, 'axis')} ${alert.direction} usual`
  return `${label} ${said}${where ? ` in ${where}` : ''}`
}

/** "Since 11 Oct 2026, −£206 a day." */
export function sinceWords({ since, until, moneyPerDay, currency }: Told): string {
  const when = until === null ? `Since ${showDay(since)}` : `${showDay(since)} to ${showDay(until)}`
  if (moneyPerDay === null) return `${when}.`
  const money = show(moneyPerDay.toFixed(2), { unit: 'money', currency: currency || null }, 'axis')
  return `${when}, ${moneyPerDay > 0 ? '+' : ''}${money} a day.`
}
