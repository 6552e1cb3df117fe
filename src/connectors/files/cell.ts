import { quote, type SourceColumn } from './reading.ts'
import { blanks, clockPattern, weekdayPattern, zoneNames, zonePattern } from './recognise.ts'

/**
 * SQL that turns a cell into a typed value, NULL where it cannot. Common writings are tried first and plainly,
 * so that a million ordinary cells cost one cast each; the rest is for the odd ones.
 */

/** Numbers are held with six places on the way: unit prices have three or four, floats in exports more. */
export const numberType = 'DECIMAL(18,6)'
const rateType = 'DECIMAL(18,8)'
/** Room for a product of two such numbers: without it the engine stops at nine millions, a dinner in rupiah. */
const roomy = 'DECIMAL(38,6)'
/** SQL of one number times another, and of one added to or taken from another, where either may be large. */
export const times = (a: string, b: string): string => `(CAST(${a} AS ${roomy}) * ${b})`
export const plus = (a: string, sign: string, b: string): string => `(CAST(${a} AS ${roomy}) ${sign} ${b})`
/** SQL of a price times a quantity, both columns, as money: room is only made where it is needed, as it costs three times as much. */
export const amountSql = (price: string, quantity: string): string =>
  `CASE WHEN abs(CAST(${price} AS DOUBLE) * CAST(${quantity} AS DOUBLE)) < 900000 THEN TRY_CAST(${price} * ${quantity} AS DECIMAL(18,4)) ELSE TRY_CAST(${times(price, quantity)} AS DECIMAL(18,4)) END`

const escaped = (text: string) => text.replaceAll(/[\\().#/]/g, '\\$&')
const blankPattern = quote(`^(${blanks.map(escaped).join('|')})$`)
/** The cell says "no value". One expression, so that it is only worked out where something is wrong. */
export const isBlank = (x: string) => `regexp_matches(lower(trim(${x})), ${blankPattern})`

/** What stands around money: blanks of all widths, signs of currencies with a letter or two before them, their short names. */
const ornaments = quote(
  "[\\s\\p{Zs}'’]|[A-Za-z]{0,2}\\p{Sc}|\\b[A-Z]{3}\\b|\\bkr\\b\\.?|zł|\\bKč|\\bFt\\b|\\bFr\\.|\\blei\\b",
)
/** A bare number: a minus may stand behind it or be brackets; `12.-` is twelve francs. */
const bare = (x: string) =>
  [
    [ornaments, ''],
    ["'[.,][-–—]{1,2}$'", ''],
    ["'^\\((.+)\\)$'", '-\\1'],
    ["'^([^-].*)-$'", '-\\1'],
  ].reduce(
    (sql, [pattern, by]) => `regexp_replace(${sql}, ${pattern}, '${by}', 'g')`,
    `replace(${x}, '−', '-')`,
  )
/** Thousands by threes, or as Indians write them. */
const grouped = (sign: string) => `[1-9]\\d{0,2}(${sign}\\d{3})+|[1-9]\\d?(${sign}\\d{2})+${sign}\\d{3}|\\d+`

export const numberSql = (x: string, column: SourceColumn, decimal: '.' | ',', rate = false): string => {
  const type = rate ? rateType : numberType
  if (column.sql === 'number') return `TRY_CAST(${x} AS ${type})`
  const cast = (y: string) => `TRY_CAST(${y} AS ${type})`
  // Each odd form is one expression over the cell: a shared part would be worked out for every row.
  if (decimal === '.')
    return `coalesce(${cast(x)}, ${cast(`replace(regexp_extract(${bare(x)}, '^[+-]?(${grouped(',')})?(\\.\\d*)?$'), ',', '')`)})`
  const plain = cast(`replace(regexp_extract(${x}, '^[^.]*$'), ',', '.')`)
  const odd = cast(
    `replace(replace(regexp_extract(${bare(x)}, '^[+-]?(${grouped('\\.')})?(,\\d*)?$'), '.', ''), ',', '.')`,
  )
  return `coalesce(${plain}, ${odd})`
}

/** A moment as the wall clock of `timezone`. Years outside 1970–2100 are no dates: they are typing errors or other numbers. */
export const timeSql = (cell: string, column: SourceColumn, timezone: string): string => {
  // Whole numbers in a typed file are days and seconds as they are in text.
  const x = column.sql === 'number' ? `CAST(${cell} AS VARCHAR)` : cell
  const zone = quote(timezone)
  if (column.sql === 'time') return `CAST(${x} AS TIMESTAMP)`
  if (column.sql === 'zoned') return `timezone(${zone}, ${x})`
  const serial = `TRY_CAST(${x} AS DOUBLE)`
  const zoned = `regexp_matches(${x}, ':\\d{2}(\\.\\d+)? ?(Z|UTC|GMT|[+-]\\d{2}(:?\\d{2})?)$')`
  const iso = `CASE WHEN strlen(${x}) > 19 AND ${zoned} THEN ${zonedSql(x, zone)} ELSE TRY_CAST(${x} AS TIMESTAMP) END`
  const formats = column.dateFormats.map(quote).join(', ')
  const written = !formats
    ? ''
    : column.dressedDates
      ? dressedSql(x, formats, zone)
      : `try_strptime(trim(${x}), [${formats}])`
  const number = `CASE
      WHEN regexp_matches(${x}, '^(19|20)\\d{6}$') THEN try_strptime(${x}, '%Y%m%d')
      WHEN ${serial} BETWEEN 20000 AND 80000 THEN date_trunc('second', TIMESTAMP '1899-12-30' + to_microseconds(CAST(round(${serial} * 86400) AS BIGINT) * 1000000))
      WHEN ${serial} BETWEEN 3e8 AND 4.2e9 THEN timezone(${zone}, to_timestamp(${serial}))
      WHEN ${serial} BETWEEN 3e11 AND 4.2e12 THEN timezone(${zone}, to_timestamp(${serial} / 1000)) END`
  const order = [...(formats ? [written] : []), iso, ...(column.numericDates ? [number] : [])]
  return `CASE WHEN ${x} IS NOT NULL THEN coalesce(${order.join(', ')}) END`
}

/** Mon, 23 Sep 2024 14:21:24 +0000 and Mar 1, 2026 2:15:00 AM PST: written in one of the formats, with day of the week or zone. */
const dressedSql = (x: string, formats: string, zone: string) => {
  const ends = quote(`(${clockPattern}) ?(${zonePattern})$`)
  const bare = `regexp_replace(regexp_replace(trim(${x}), ${quote(weekdayPattern)}, ''), ${ends}, '\\1')`
  const moment = `try_strptime(${bare}, [${formats}])`
  const said = `regexp_extract(trim(${x}), ${ends}, 2)`
  const named = Object.entries(zoneNames).map(([name, minutes]) => `WHEN '${name}' THEN ${minutes}`)
  const offset = `CASE ${said} ${named.join(' ')}
    ELSE CAST(left(${said}, 1) || '1' AS INTEGER) * (CAST(substr(${said}, 2, 2) AS INTEGER) * 60 + CAST(right(${said}, 2) AS INTEGER)) END`
  return `CASE WHEN ${said} = '' THEN ${moment} ELSE timezone(${zone}, timezone('UTC', ${moment} - to_minutes(${offset}))) END`
}

/** 2024-01-15 10:23:45 -0500 and its relatives: an instant, shown on the shop's wall clock. */
const zonedSql = (x: string, zone: string) =>
  `timezone(${zone}, TRY_CAST(regexp_replace(regexp_replace(trim(${x}), ' ?(UTC|GMT|Z)$', '+00:00'), ' ?([+-]\\d{2}):?(\\d{2})$', '\\1:\\2') AS TIMESTAMPTZ))`

export const plausible = (t: string) => `(${t} >= TIMESTAMP '1970-01-01' AND ${t} < TIMESTAMP '2100-01-01')`

export const flagSql = (x: string, column: SourceColumn): string =>
  column.sql === 'flag'
    ? x
    : `CASE WHEN lower(trim(${x})) IN ('true','yes','y','1','t','ja','oui','si','sí','x') THEN true
       WHEN lower(trim(${x})) IN ('false','no','n','0','f','nein','non') THEN false END`

/** Text with nothing around it, '' for none. Whole numbers that a spreadsheet wrote as 17850.0 are 17850 again. */
export const textSql = (x: string, column: SourceColumn, mended: boolean): string => {
  const text = column.sql === 'text' ? x : `CAST(${x} AS VARCHAR)`
  const plain = mended ? `regexp_replace(${text}, '^''([=+@\\t-])', '\\1')` : text
  return `coalesce(trim(${plain}), '')`
}

/** For codes and ids. */
export const codeSql = (text: string): string =>
  `CASE WHEN ends_with(${text}, '.0') THEN regexp_replace(${text}, '^(\\d+)\\.0$', '\\1') ELSE ${text} END`
