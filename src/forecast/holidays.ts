import { createRequire } from 'node:module'
import { addDays, type Day, yearOf } from '#kernel/day.ts'
import { invalid } from '#kernel/error.ts'
import { type Feast, feasts } from '#kernel/feasts.ts'

/** The calendars of all countries are a hundred modules: loaded when a country's days are asked for. */
const library = () =>
  createRequire(import.meta.url)('date-holidays') as typeof import('date-holidays').default
const kept = new Map<string, Feast[]>()

/** One name for a zone, of those it has had: Asia/Kolkata was Asia/Calcutta. */
const canonical = (timezone: string): string =>
  new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone
let homes: Map<string, string> | null = null

/** The country (ISO 3166-1 alpha-2) whose zone it is; undefined for UTC, and where no country's calendar is known. */
export function countryOf(timezone: string): string | undefined {
  homes ??= zonesOfCountries()
  return homes.get(canonical(timezone))
}

function zonesOfCountries(): Map<string, string> {
  const Holidays = library()
  const found = new Map<string, string>()
  for (const country of Object.keys(new Holidays().getCountries()))
    for (const zone of new Holidays(country).getTimezones() ?? []) {
      const name = canonical(zone)
      // Small neighbours go by the zone of a large one, which is whose own it is.
      if (!found.has(name) || isOwn(country, name)) found.set(name, country)
    }
  return found
}

const isOwn = (country: string, zone: string): boolean => {
  const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & { getTimeZones?(): string[] | undefined }
  return locale.getTimeZones?.()?.includes(zone) ?? false
}

/**
 * The public holidays of a country (ISO 3166-1 alpha-2, `GB`; with a region, `GB-SCT`) and the moving feasts that trade
 * goes by, in all years of a range. Those of one series are the same feast in different years.
 */
export function holidays(country: string | undefined, from: Day, to: Day): Feast[] {
  const found: Feast[] = []
  for (let year = yearOf(from); year <= yearOf(to); year++) {
    found.push(...feasts(year))
    if (country !== undefined) found.push(...publicHolidays(country, year))
  }
  return found.filter(feast => feast.from <= to && feast.to >= from)
}

function publicHolidays(country: string, year: number): Feast[] {
  const key = `${country} ${year}`
  const before = kept.get(key)
  if (before) return before
  const [state = '', region] = country.split('-')
  const Holidays = library()
  const calendar = region ? new Holidays(state, region) : new Holidays(state)
  const named = calendar.getHolidays(year)
  if (named.length === 0)
    throw invalid(
      `no holidays are known of ${country}`,
      'give the country as two letters, such as GB, or with its region, such as GB-SCT',
    )
  const days = named
    .filter(({ type }) => type === 'public' || type === 'bank')
    .map(({ date, rule, name }): Feast => {
      const day = date.slice(0, 10)
      return { series: rule.split(' ').slice(0, 4).join(' '), name, from: day, to: day }
    })
  kept.set(key, days)
  return days
}

/** The days before a feast and after it on which trade feels it. */
export const runUp = (feast: Feast): Feast => ({
  series: `${feast.series} run-up`,
  name: `before ${feast.name}`,
  from: addDays(feast.from, -5),
  to: addDays(feast.from, -1),
})
