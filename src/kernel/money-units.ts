import { invalid } from './error.ts'

const exponents = new Map<string, number>()

/** Decimals of a currency's smallest coin in accounts (ISO 4217): 2 for GBP, 0 for JPY, 3 for KWD. */
export function minorUnits(currency: string): number {
  const known = exponents.get(currency)
  if (known !== undefined) return known
  if (!/^[A-Z]{3}$/.test(currency))
    throw invalid(`"${currency}" is not a currency.`, 'Use the three letters of ISO 4217: GBP, EUR, JPY.')
  const digits =
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  exponents.set(currency, digits)
  return digits
}
