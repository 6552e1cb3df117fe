import { hourName, weekdayName } from './period-words.ts'

/** What people call the systems that rows name by a code. */
const systems: Readonly<Record<string, string>> = {
  ga4: 'Google Analytics',
  shopify: 'Shopify',
  magento: 'Magento',
  hubspot: 'HubSpot',
  marketo: 'Marketo',
  asana: 'Asana',
  trello: 'Trello',
  'google-ads': 'Google Ads',
  'meta-ads': 'Meta Ads',
  file: 'a file',
}

/** A system's name; one that is not known keeps its code. */
export const systemName = (code: string): string => systems[code] ?? code

/** Countries by their ISO codes; sources that write names out are left as they write. */
const countries = new Intl.DisplayNames('en-GB', { type: 'region', fallback: 'code' })

/** A country's name; one that is no code of a country keeps what stands there. */
export const countryName = (code: string): string =>
  /^[A-Z]{2}$/.test(code) ? (countries.of(code) ?? code) : code

/**
 * A value of a dimension as people say it: devices with a capital, systems and stores by their names, countries and
 * weekdays by theirs, hours as a clock shows them, a bare number with what it is a number of. `stores` are names by handle. '' stays ''.
 */
export function valueName(
  dimension: string,
  value: string,
  stores: Readonly<Record<string, string>> = {},
): string {
  if (dimension === 'store') return stores[value] ?? value
  if (dimension === 'origin' || dimension === 'platform') return systemName(value)
  if (dimension === 'country') return countryName(value)
  if (dimension === 'weekday') return weekdayName(value)
  if (dimension === 'hour' && value !== '') return `${hourName(value)}:00`
  if (dimension === 'device')
    return value.replace(/^\p{Ll}/u, first => first.toUpperCase()).replace(/\btv\b/i, 'TV')
  if ((dimension === 'customer' || dimension === 'account') && /^\d+$/.test(value))
    return `${dimension === 'customer' ? 'Customer' : 'Account'} ${value}`
  return value
}
