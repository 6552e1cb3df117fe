import { show } from '../format.ts'

const formats = new Map<number, Intl.NumberFormat>()
/** Made once for each number of decimals: making one costs more than all the figures of a screen. */
const format = (least: number, most: number): Intl.NumberFormat => {
  const key = least * 10 + most
  const known =
    formats.get(key) ??
    new Intl.NumberFormat('en-GB', {
      minimumFractionDigits: least,
      maximumFractionDigits: most,
      // What rounds to nothing has no sign.
      signDisplay: 'negative',
    })
  formats.set(key, known)
  return known
}

const isShare = (unit: string, size: number): boolean =>
  unit === 'share' ||
  unit === 'ratio' ||
  (!unit.startsWith('money') && unit.includes('/') && Math.abs(size) < 1)

/** How far a figure is from another, with its sign; shares in percentage points. A dash where nothing of it shows. */
export function shownChange(from: string | null, to: string | null, unit: string): string {
  if (from === null || to === null) return 'N/A'
  const change = Number(to) - Number(from)
  const text = isShare(unit, Number(from))
    ? `${shareText(change).slice(0, -2)} pp`
    : shownCell(String(change), unit)
  if (!/[1-9]/.test(text)) return '–'
  return change > 0 ? `+${text}` : text
}

/** Always two decimals: 3.70 % stands above 3.58 %. */
const shareText = (size: number): string => `${format(2, 2).format(size * 100)} %`.replace('-', '−')

/** A figure as a cell shows it: by what it measures. */
export function shownCell(value: string | null, unit: string): string {
  if (value === null) return '–'
  const size = Number(value)
  const money = unit.startsWith('money')
  if (isShare(unit, size)) return shareText(size)
  const digits = money && unit !== 'money' ? 2 : Math.abs(size) < 100 && !Number.isInteger(size) ? 2 : 0
  return format(digits, digits).format(size).replace('-', '−')
}

/**
 * A change with its sign: "+1,234", "−12.50"; a dash for none. Cents where all of those it stands among are small: a column
 * has one precision.
 */
export function signedCents(value: string, among: readonly string[] = [value]): string {
  const digits = among.some(one => Math.abs(Number(one)) >= 100) ? 0 : 2
  const size = Number(value)
  if (!Number.isFinite(size) || Math.abs(size) < 0.5 / 10 ** digits) return '–'
  const text = Math.abs(size).toLocaleString('en-GB', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return `${size < 0 ? '−' : '+'}${text}`
}

/** "LE2 2026: EBITDA £36,424 below Budget 2026": how far the result of one version is from that of another. */
export function versionsTitle(
  before: string,
  after: string,
  bridge: { result: { label: string }; before: string; after: string },
  currency: string | null,
): string {
  const off = Number(bridge.after) - Number(bridge.before)
  const far =
    Math.abs(off) < 0.005
      ? `level with ${before}`
      : `${show(Math.abs(off).toFixed(2), { unit: 'money', currency })} ${off < 0 ? 'below' : 'above'} ${before}`
  return `${after}: ${bridge.result.label} ${far}`
}

/** A day of a month on its way: what it came to, what was planned, and where it is expected. */
export interface CoursePoint {
  actual: number | null
  plan: number | null
  p10: number | null
  p50: number | null
  p90: number | null
}

/** What is known of a day of a course, each by its name; what is over has no forecast, what is to come no actual. */
export function courseTold(
  { actual, plan, p10, p50, p90 }: CoursePoint,
  said: (value: number) => string,
): [name: string, value: string][] {
  return [
    ...(actual === null ? [] : [['Actual', said(actual)] as [string, string]]),
    ...(plan === null ? [] : [['Plan', said(plan)] as [string, string]]),
    ...(p50 === null ? [] : [['Forecast', said(p50)] as [string, string]]),
    ...(p10 === null || p90 === null
      ? []
      : [['Four times in five', `${said(p10)} to ${said(p90)}`] as [string, string]]),
  ]
}
