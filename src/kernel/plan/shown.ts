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

/** A change with its sign: "+1,234", "−12"; nothing for none. */
export function signedCents(value: string): string {
  const size = Number(value)
  if (!Number.isFinite(size) || Math.abs(size) < 0.005) return '–'
  const digits = Math.abs(size) < 100 ? 2 : 0
  const text = Math.abs(size).toLocaleString('en-GB', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return `${size < 0 ? '−' : '+'}${text}`
}
