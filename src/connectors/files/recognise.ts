import type { Reading, ValueType } from './reading.ts'

/** Cells that say "no value" where a number or a date is wanted. */
export const blanks = [
  '',
  '-',
  '--',
  '—',
  'n/a',
  'na',
  'nan',
  'null',
  'none',
  '\\n',
  '(not set)',
  '#n/a',
] as const
export const isBlankCell = (cell: string): boolean =>
  (blanks as readonly string[]).includes(cell.trim().toLowerCase())

/** A number with `decimal` before its fraction and `group` between thousands, by threes or as Indians do; signs of money around it. */
const written = (decimal: string, group: string) => {
  const gap = `[${group}' \\u00a0\\u2009\\u202f’]`
  const whole = `\\d+|[1-9]\\d{0,2}(${gap}\\d{3})+|[1-9]\\d?(${gap}\\d{2})+${gap}\\d{3}`
  const coin = '[A-Za-z]{0,2}\\p{Sc}|kr\\.?|zł|Kč|Ft|Fr\\.|lei'
  return new RegExp(
    `^[(]?[-+−]?\\s?(${coin}|[A-Z]{3}\\s)?\\s?[-+−]?(${whole})?(${decimal}(\\d+|[-–—]{1,2}))?([eE][-+]?\\d+)?\\s?(%|${coin}|[A-Z]{3})?[)]?-?$`,
    'u',
  )
}
const point = written('\\.', ',')
const comma = written(',', '.')
const hasDigit = (cell: string) => /\d/.test(cell)
const isPoint = (cell: string) => hasDigit(cell) && point.test(cell)
const isComma = (cell: string) => hasDigit(cell) && comma.test(cell)
export const isNumberCell = (cell: string): boolean => isPoint(cell) || isComma(cell)

/** Decimal comma or point, by the cells that can only be one of them; a lone comma before other than three digits is a decimal comma. */
export const decimalOf = (
  columns: readonly string[][],
  delimiter: string,
): { decimal: '.' | ','; unsure: readonly number[] } => {
  let points = 0
  let commas = 0
  const twofold = { points: 0, commas: 0 }
  const unsure = new Set<number>()
  columns.forEach((cells, i) => {
    for (const raw of cells) {
      const cell = raw.trim()
      const asPoint = isPoint(cell)
      const asComma = isComma(cell)
      if (asPoint && !asComma) {
        if (/[.,]/.test(cell)) points++
      } else if (asComma && !asPoint) {
        if (/[.,]/.test(cell)) commas++
      } else if (asPoint && asComma && /[.,]/.test(cell)) {
        // 1.234 and 1,234 read both ways; grouping is the rarer writing.
        unsure.add(i)
        if (cell.includes('.') || delimiter !== ';') twofold.points++
        else twofold.commas++
      }
    }
  })
  const [most, least] = [points + twofold.points / 10, commas + twofold.commas / 10]
  const decimal = most === least ? (delimiter === ';' ? ',' : '.') : least > most ? ',' : '.'
  return { decimal, unsure: points + commas === 0 ? [...unsure] : [] }
}

/** Time zones by the letters they go by, as minutes before or after UTC (RFC 5322, 4.3), and those of Central Europe, Britain in summer and Japan. */
export const zoneNames: Readonly<Record<string, number>> = {
  ...{ Z: 0, UT: 0, UTC: 0, GMT: 0 },
  ...{ EST: -300, EDT: -240, CST: -360, CDT: -300, MST: -420, MDT: -360, PST: -480, PDT: -420 },
  ...{ BST: 60, CET: 60, CEST: 120, MEZ: 60, MESZ: 120, JST: 540 },
}
/** The names of zones, and offsets: what a moment may end with, behind its time of day. */
export const zonePattern = `${Object.keys(zoneNames).join('|')}|[+-]\\d{2}:?\\d{2}`
export const weekdayPattern = '^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? '
export const clockPattern = ':\\d{2}(?:\\.\\d+)?(?: ?[AaPp][Mm])?'
const weekday = new RegExp(weekdayPattern)
const zone = new RegExp(`(${clockPattern}) ?(${zonePattern})$`)
const undressed = (cell: string) => cell.replace(weekday, '').replace(zone, '$1')

const shape =
  /^(\d{1,4}|[A-Za-z]{3,9})([-/. ])(\d{1,2}|[A-Za-z]{3,9})(,? |[-/.])(\d{2,4})(?:(?:,? |T)(\d{1,2})[:.](\d{2})(?::(\d{2})(\.\d+)?)?( ?[AaPp][Mm])?)?$/
const isIso = (cell: string) =>
  /^\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|UTC|[+-]\d{2}:?\d{2}))?)?$/.test(cell)
const isCompact = (cell: string) => /^(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/.test(cell)
const hasTime = (cell: string) => /\d{1,2}:\d{2}/.test(cell)
const isFlag = (cell: string) => /^(true|false|yes|no|y|n|ja|nein|oui|non|si|sí)$/i.test(cell)

export interface Recognised {
  type: ValueType
  filled: number
  dateFormats: string[]
  /** Day and month cannot be told apart in the sample. */
  ambiguous: boolean
  /** What its cells say of the order: one of the first two parts is above twelve. */
  told: 'dmy' | 'mdy' | null
}

/** Does a moment that is not ISO say its day of the week or its zone? */
export const isDressed = (cell: string): boolean => !isIso(cell) && undressed(cell) !== cell

/** What a column holds, by a sample of its cells, and the patterns of its dates. */
export const recognise = (cells: readonly string[], reading: Reading, dayFirst: boolean): Recognised => {
  const values = cells.map(cell => cell.trim()).filter(cell => !isBlankCell(cell))
  const share = (is: (cell: string) => boolean) => values.filter(is).length / values.length
  const base = {
    filled: cells.filter(cell => cell.trim() !== '').length,
    dateFormats: [],
    ambiguous: false,
    told: null,
  }
  if (values.length === 0) return { ...base, type: 'text' }
  const dates = datesOf(values, reading, dayFirst)
  const type = (): ValueType => {
    if (share(isFlag) > 0.9) return 'flag'
    if (share(isIso) > 0.9 || dates.share > 0.9) return share(hasTime) > 0.5 ? 'time' : 'date'
    if (share(isCompact) === 1) return 'date'
    if (share(isNumberCell) > 0.9) return 'number'
    return 'text'
  }
  return { ...base, type: type(), dateFormats: dates.formats, ambiguous: dates.ambiguous, told: dates.told }
}

/** Can its parts be a day in any order? Words are months. */
const isDay = ([, a = '', , b = '', , c = '']: RegExpExecArray): boolean => {
  if (/[A-Za-z]/.test(a + b)) return true
  const [first, second, third] = [a, b, c].map(Number) as [number, number, number]
  const yearFirst = (a.length === 4 || (a.length === 2 && c.length === 2)) && second <= 12 && third <= 31
  return yearFirst || (first <= 31 && second <= 31 && Math.min(first, second) <= 12)
}

/** The strptime patterns of dates that are not ISO, with and without their time of day. */
const datesOf = (values: readonly string[], reading: Reading, dayFirst: boolean) => {
  const found = values
    .filter(cell => !isIso(cell))
    .map(cell => shape.exec(undressed(cell)))
    .filter(match => match !== null)
  const share = found.length / values.length
  const days = found.filter(isDay)
  // Numbers of invoices and telephones are written so, too; a few impossible days among others are broken dates.
  if (days.length < found.length / 2) return { share: 0, formats: [], ambiguous: false, told: null }
  if (found.length === 0) return { share, formats: [], ambiguous: false, told: null }
  const numeric = days.filter(m => /^\d/.test(m[1] ?? '') && /^\d/.test(m[3] ?? ''))
  const yearFirst = numeric.some(m => (m[1] ?? '').length === 4)
  const first = Math.max(...numeric.map(m => Number(m[1])), 0)
  const second = Math.max(...numeric.map(m => Number(m[3])), 0)
  const dotted = numeric.some(m => m[2] === '.')
  const seen = yearFirst ? null : first > 12 ? 'dmy' : second > 12 ? 'mdy' : null
  const told = reading.dateOrder ?? (yearFirst ? 'ymd' : seen)
  const order = told ?? (dotted || dayFirst ? 'dmy' : 'mdy')
  const formats = new Set<string>()
  for (const match of found) for (const format of patterns(match, order)) formats.add(format)
  const ambiguous = told === null && numeric.length > 0 && !dotted
  return { share, formats: [...formats].slice(0, 12), ambiguous, told: seen } as const
}

const patterns = (match: RegExpExecArray, order: 'ymd' | 'dmy' | 'mdy'): string[] => {
  const [, a = '', s1 = '', b = '', s2 = '', c = '', hour, , second, fraction, meridiem] = match
  const word = (part: string) => (part.length > 3 ? '%B' : '%b')
  const year = (part: string) => (part.length === 4 ? '%Y' : '%y')
  const day = (() => {
    if (/^[A-Za-z]/.test(a)) return `${word(a)}${s1}%d${s2}${year(c)}`
    if (/^[A-Za-z]/.test(b))
      return a.length === 4 ? `%Y${s1}${word(b)}${s2}%d` : `%d${s1}${word(b)}${s2}${year(c)}`
    if (order === 'ymd' || a.length === 4) return `${a.length === 4 ? '%Y' : '%y'}${s1}%m${s2}%d`
    return order === 'dmy' ? `%d${s1}%m${s2}${year(c)}` : `%m${s1}%d${s2}${year(c)}`
  })()
  if (hour === undefined) return [day, `${day} %H:%M`, `${day} %H:%M:%S`]
  const joint =
    match[0].includes('T') && /\dT\d/.test(match[0])
      ? 'T'
      : match[0].includes(', ') && s2 !== ', '
        ? ', '
        : ' '
  const gap = meridiem?.startsWith(' ') ? ' ' : ''
  const clock = meridiem
    ? [`%I:%M:%S${gap}%p`, `%I:%M${gap}%p`]
    : ['%H:%M', '%H:%M:%S', ...(fraction ? ['%H:%M:%S.%g'] : [])]
  if (second !== undefined && !meridiem) clock.reverse()
  return [...clock.map(time => `${day}${joint}${time}`), day]
}
