import { type Guess, ident, type Mapping } from './reading.ts'
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
const known = new Set(Intl.supportedValuesOf('currency'))

/** What a column of money says of its currency, by its heading or by the signs in its cells; null where it says nothing. */
const saidBy = (
  heading: string,
  cells: readonly string[],
): { said: string; codes: readonly string[] } | null => {
  const code = /[([\s_]([A-Z]{3})[)\]]?$/.exec(heading)?.[1]
  if (code && known.has(code)) return { said: code, codes: [code] }
  const filled = cells.filter(cell => /\d/.test(cell))
  const found = signs.find(
    ([sign]) => filled.length > 0 && filled.every(cell => cell.includes(sign) && isNumberCell(cell)),
  )
  return found ? { said: found[0], codes: found[1] } : null
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
  const found = names.flatMap((name, i) => {
    if (!texts.some(text => text === name || text.includes(ident(name)))) return []
    const said = saidBy(
      name,
      rows.slice(0, 200).map(row => (row[i] ?? '').trim()),
    )
    return said ? [{ name, ...said }] : []
  })
  const [one] = found
  if (!one || (own !== undefined && one.codes.includes(own))) return { mapping, warnings: [] }
  if (one.codes.length > 1)
    return own === undefined
      ? { mapping, warnings: [] }
      : {
          mapping,
          warnings: [
            `“${one.name}” is written in ${one.said}, and would be taken as ${own}, the store's currency. Map currency as what it is, such as '${one.codes[0]}'.`,
          ],
        }
  // Amounts of two currencies in one row cannot both be of one.
  if (found.some(other => other.said !== one.said)) return { mapping, warnings: [] }
  return {
    mapping: { ...mapping, columns: { ...mapping.columns, currency: `'${one.codes[0]}'` } },
    warnings: [],
  }
}
