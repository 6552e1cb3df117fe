const formats = new Map<number, Intl.NumberFormat>()
/** Made once for each number of decimals: making one costs more than all the figures of a screen. */
const format = (least: number, most: number): Intl.NumberFormat => {
  const key = least * 10 + most
  const known =
    formats.get(key) ??
    new Intl.NumberFormat('en-GB', { minimumFractionDigits: least, maximumFractionDigits: most })
  formats.set(key, known)
  return known
}

/** A figure as a cell shows it: by what it measures. */
export function shownCell(value: string | null, unit: string): string {
  if (value === null) return '–'
  const size = Number(value)
  const money = unit.startsWith('money')
  if (unit === 'share' || unit === 'ratio' || (!money && unit.includes('/') && Math.abs(size) < 1))
    return `${format(1, 2).format(size * 100)} %`.replace('-', '−')
  const digits = money && unit !== 'money' ? 2 : Math.abs(size) < 100 && !Number.isInteger(size) ? 2 : 0
  return format(digits, digits).format(size).replace('-', '−')
}
