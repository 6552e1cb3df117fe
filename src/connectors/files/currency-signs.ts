import { type Guess, ident, type Mapping, quote } from './reading.ts'
import { isNumberCell } from './recognise.ts'

/** Signs and short names of money, and what they can mean. */
const signs: readonly (readonly [sign: string, codes: readonly string[]])[] = [
  ['€', ['EUR']],
  ['£', ['GBP']],
  ['₹', ['INR']],
  ['₩', ['KRW']],
  ['₺', ['TRY']],
  ['₽', ['RUB']],
  ['₪', ['ILS']],
  ['zł', ['PLN']],
  ['R$', ['BRL']],
  ['¥', ['JPY', 'CNY']],
  ['kr', ['SEK', 'NOK', 'DKK', 'ISK']],
  ['$', 'USD CAD AUD NZD SGD HKD MXN CLP COP ARS TWD'.split(' ')],
]
/** Others that write theirs so, seldom enough that nobody is taken for one of them. */
const seldom: Readonly<Record<string, string>> = {
  $: 'BBD BMD BND BOB BSD BZD CUP DOP FJD GYD JMD KYD LRD NAD NIO SBD SRD TTD UYU XCD',
  '£': 'EGP FKP GIP LBP SHP SSP SYP',
  '₩': 'KPW',
}
const known = new Set(Intl.supportedValuesOf('currency'))

const list = (texts: readonly string[]): string => `[${texts.map(quote).join(', ')}]`
/** Each sign with each currency that is written by it. */
const pairs = signs.flatMap(([sign, codes]) =>
  [...codes, ...(seldom[sign]?.split(' ') ?? [])].map(code => `${sign}${code}`),
)

/**
 * SQL that says whether a cell of money names a currency, by a code or a sign, that is not the one of its row. Lists stand as
 * constants: the engine keeps room for two thousand rows of each text that it is given one by one, in each column of money.
 */
export const otherCurrency = (cell: string, own: string): string => {
  const code = `regexp_extract(${cell}, '(?:^|[^A-Za-z])([A-Z]{3})(?:[^A-Za-z]|$)', 1)`
  const sign = `regexp_extract(${cell}, 'R\\$|zł|kr|\\p{Sc}')`
  return `CASE WHEN TRY_CAST(${cell} AS DOUBLE) IS NOT NULL THEN false
    WHEN list_contains(${list([...known])}, ${code}) THEN ${code} <> ${own}
    ELSE list_contains(${list(signs.map(([one]) => one))}, ${sign}) AND NOT list_contains(${list(pairs)}, ${sign} || ${own}) END`
}

interface Said {
  said: string
  codes: readonly string[]
}

/** What a cell of money says of its currency, by a code or a sign beside the number. */
const ofCell = (cell: string): Said | null => {
  const code = /(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])/.exec(cell)?.[0]
  if (code && known.has(code)) return { said: code, codes: [code] }
  const found = signs.find(([sign]) => cell.includes(sign))
  return found ? { said: found[0], codes: found[1] } : null
}

/**
 * What a column of money says of its currency, by its heading or in its cells, each once; nothing where it holds no money.
 * `bare`: some of its amounts say nothing.
 */
const saidBy = (heading: string, cells: readonly string[]): { said: Said[]; bare: boolean } => {
  const code = /[([\s_]([A-Z]{3})[)\]]?$/.exec(heading)?.[1]
  if (code && known.has(code)) return { said: [{ said: code, codes: [code] }], bare: false }
  const filled = cells.filter(cell => /\d/.test(cell))
  if (!filled.every(isNumberCell)) return { said: [], bare: false }
  const told = filled.map(ofCell)
  return {
    said: [...new Map(told.flatMap(one => (one ? [[one.said, one] as const] : []))).values()],
    bare: filled.some((cell, n) => told[n] === null && /[1-9]/.test(cell)),
  }
}

/**
 * A mapping without a currency, given the one that its money is written in where that is sure and not the store's; in
 * words, where it is one of several.
 */
export const withCurrency = (
  mapping: Mapping,
  names: readonly string[],
  rows: readonly string[][],
  own: string | undefined,
): Guess => {
  const texts = Object.values(mapping.columns)
  const as = { mapping, warnings: [] }
  const found = names.flatMap((name, i) => {
    if (!texts.some(text => text === name || text.includes(ident(name)))) return []
    const told = saidBy(
      name,
      rows.map(row => (row[i] ?? '').trim()),
    )
    return told.said.length > 0 ? [{ name, ...told }] : []
  })
  const [one] = found
  if (!one) return as
  const isOwn = ({ codes }: Said) => own !== undefined && codes.includes(own)
  const [first, ...more] = one.said
  if (!first || (more.length === 0 && isOwn(first))) return as
  const unsure = one.said.find(said => said.codes.length > 1 && !isOwn(said))
  if (unsure && own === undefined) return as
  const warnings = unsure
    ? [
        `“${one.name}” is written in ${unsure.said}, and would be taken as ${own}, the store's currency. Map currency as what it is, such as '${unsure.codes[0]}'.`,
      ]
    : []
  if (unsure && more.length === 0) return { mapping, warnings }
  // Amounts of two currencies in one row cannot both be of one.
  const all = (said: readonly Said[]) => said.map(it => it.said).join()
  const alike = more.length === 0 && !one.bare
  if (alike && found.some(other => all(other.said) !== all(one.said))) return as
  const codeOf = (said: Said) => quote((isOwn(said) ? own : said === unsure ? '' : said.codes[0]) ?? '')
  if (alike)
    return { mapping: { ...mapping, columns: { ...mapping.columns, currency: codeOf(first) } }, warnings: [] }
  const column = ident(one.name)
  // R$ holds the sign of the dollar: signs are asked for as they are listed, codes first.
  const order = (said: Said) => signs.findIndex(([sign]) => sign === said.said)
  const cases = [...one.said]
    .sort((a, b) => order(a) - order(b))
    .map(said => `when contains(${column}, ${quote(said.said)}) then ${codeOf(said)}`)
  return {
    mapping: { ...mapping, columns: { ...mapping.columns, currency: `case ${cases.join(' ')} else '' end` } },
    warnings: [
      ...warnings,
      more.length === 0
        ? `“${one.name}” is written in ${first.said} in some rows and in no currency in others: those are taken in the store's.`
        : `“${one.name}” is written in several currencies (${one.said.map(said => said.said).join(', ')}): each row is taken in its own${unsure ? `, but for ${unsure.said}` : ''}.`,
    ],
  }
}
