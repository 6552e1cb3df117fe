import { plainName } from './nearest.ts'

/** A column of a file that says in which currency amounts are, with the codes that stand in it. */
export interface CurrencyColumn {
  column: string
  codes: string[]
}

const known = new Set(Intl.supportedValuesOf('currency'))
/** Some codes are words too (ALL, TOP): what a column without a telling name holds must be one of these at least once. */
const plain = new Set(
  'EUR USD GBP CHF JPY CNY SEK NOK DKK PLN CZK HUF CAD AUD NZD INR BRL MXN ZAR HKD SGD'.split(' '),
)
const headers = /^(.*(currency|iso)?currency(code|iso)?|wahrung|waehrung|devise|moneda|divisa|valuta|ccy)$/

const codeOf = (cell: string): string => cell.trim().toUpperCase()

/** Columns that hold nothing but currency codes, among the rows of a file's head. */
export const currencyColumns = (
  names: readonly string[],
  rows: readonly (readonly string[])[],
): CurrencyColumn[] =>
  names.flatMap((column, i) => {
    const cells = rows.map(row => codeOf(row[i] ?? '')).filter(cell => cell !== '')
    const codes = [...new Set(cells)]
    const told = headers.test(plainName(column)) || codes.some(code => plain.has(code))
    return codes.length > 0 && told && codes.every(code => known.has(code))
      ? [{ column, codes: codes.sort() }]
      : []
  })

interface Mapped {
  columns: Readonly<Record<string, string>>
  where?: string | undefined
}

/**
 * Columns of currencies that a mapping passes over, where its target could take one: its amounts would all be taken as
 * the store's.
 * @param target the columns that the target has.
 */
export const currenciesLeftOut = <C extends Pick<CurrencyColumn, 'column'>>(
  mapping: Mapped,
  target: readonly string[],
  found: readonly C[],
): C[] => {
  if (!target.includes('currency') || mapping.columns.currency?.trim()) return []
  const text = [...Object.values(mapping.columns), mapping.where ?? ''].join('\n')
  return found.filter(({ column }) => !text.includes(column))
}

/** What such a column means, before anything is stored and after; `own` is the store's currency where it is known. */
export const currencyWords = ({ column, codes }: CurrencyColumn, own?: string): string => {
  const shown = codes.length > 6 ? [...codes.slice(0, 6), '…'] : codes
  const taken = own ? `its amounts were taken as ${own}` : "its amounts would be taken as the store's"
  const then = own ? ', and map the import again' : ''
  return `“${column}” says ${shown.join(', ')}, and the mapping leaves it out: ${taken}. Map it as currency${then}.`
}
