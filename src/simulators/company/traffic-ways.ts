import { addDays, type Day } from '#kernel/day.ts'
import type { Company } from './company.ts'
import { within } from './facts.ts'
import { hours } from './order.ts'
import { midnight, type StoreFacts } from './stores.ts'

/** The one analytics property of the brand: its shops and the trade site, on London's days, in pounds. */
export const property = {
  id: '312456789',
  timezone: 'Europe/London',
  currency: 'GBP',
  tradeHost: 'trade.larkfield.example',
} as const

/** Where a session came from, as analytics names it. */
export interface Way {
  channel: string
  source: string
  medium: string
  campaign: string
  landing: string
}

const hour = 3_600_000
/** What consent and blockers leave of the sessions on each kind of device, day after day. */
const seenShare: Readonly<Record<string, number>> = { mobile: 0.72, desktop: 0.78, tablet: 0.75 }
/** Share of the sessions analytics sees on a device and day: far fewer while its tag is broken. */
export const seenOn = (company: Company, device: string, day: Day): number => {
  const { trackingOutage } = company.facts
  return (seenShare[device] ?? 0.75) * (within(trackingOutage, day) ? 1 - trackingOutage.lost : 1)
}

/**
 * How much of a day analytics has worked through at an instant, 0 to 1: it is some hours behind, nearly done when the
 * day is over, and done two days later.
 */
export function worked(day: Day, at: number): number {
  const begun = midnight(property.timezone, day)
  const over = midnight(property.timezone, addDays(day, 1))
  if (at >= over + 48 * hour) return 1
  const known = at - 4 * hour
  if (known <= begun) return 0
  if (known <= over) return (0.92 * (known - begun)) / (over - begun)
  return 0.92 + (0.06 * (known - over)) / (44 * hour)
}

/** Until a day is done, this share of its sessions has no channel yet. */
export const unassigned = 0.08
export const noWay: Way = {
  channel: 'Unassigned',
  source: '(not set)',
  medium: '(not set)',
  campaign: '(not set)',
  landing: '(not set)',
}

/** Two letters that begin the names of a shop's campaigns. */
export const codeOf = (shop: StoreFacts): string => shop.store.slice(-2).toUpperCase()

const shares = (...pairs: [string, number][]): readonly [string, number][] => pairs

/** The campaigns of a shop's channel on a day, with their shares of its sessions. */
export function campaignsOf(shop: StoreFacts, channel: string, day: Day): readonly [string, number][] {
  const code = codeOf(shop)
  if (channel === 'Paid Search')
    return shares([`${code} Brand`, 0.36], [`${code} Shopping`, 0.44], [`${code} Generic`, 0.2])
  if (channel === 'Paid Social') return shares([`${code} Prospecting`, 0.64], [`${code} Retargeting`, 0.36])
  if (channel === 'Email') return shares([`${code} Newsletter ${day.slice(0, 7)}`, 1])
  return shares([{ 'Organic Search': '(organic)', Direct: '(direct)' }[channel] ?? '(referral)', 1])
}

function landingsOf(company: Company, channel: string): readonly [string, number][] {
  const product = (n: number) => `/products/${company.catalogue.products[n]?.handle ?? ''}`
  switch (channel) {
    case 'Organic Search':
      return shares(['/', 0.34], ['/collections/kitchen', 0.3], [product(0), 0.36])
    case 'Paid Search':
      return shares(['/collections/kitchen', 0.55], [product(1), 0.45])
    case 'Paid Social':
      return shares(['/pages/lookbook?utm_source=facebook', 1])
    case 'Email':
      return shares(['/collections/new', 1])
    case 'Direct':
      return shares(['/', 0.7], ['/account', 0.3])
    default:
      return shares(['/', 1])
  }
}

/** Every way into a shop's channel on a day, with its share of the channel's sessions. */
export const waysOf = (
  company: Company,
  shop: StoreFacts,
  { name, source, medium }: { name: string; source: string; medium: string },
  day: Day,
): [Way, number][] =>
  campaignsOf(shop, name, day).flatMap(([campaign, part]) =>
    landingsOf(company, name).map(([landing, of]): [Way, number] => [
      { channel: name, source, medium, campaign, landing },
      part * of,
    ]),
  )

const busy = hours.reduce((sum, one) => sum + one, 0)
/** The share of a day's visits that have come when `share` of the day has passed. */
const come = (share: number): number => {
  const at = Math.min(1, Math.max(0, share)) * 24
  const whole = Math.floor(at)
  const before = hours.slice(0, whole).reduce((sum, one) => sum + one, 0)
  return (before + (at - whole) * (hours[whole] ?? 0)) / busy
}

/** A shop's days that fall into one of analytics' days, and the share of each day's visits that do. */
export function partsOf(shop: StoreFacts, day: Day): { day: Day; share: number }[] {
  const from = midnight(property.timezone, day)
  const to = midnight(property.timezone, addDays(day, 1))
  return [-1, 0, 1].flatMap(step => {
    const own = addDays(day, step)
    const begun = midnight(shop.timezone, own)
    const length = midnight(shop.timezone, addDays(own, 1)) - begun
    const share = come((to - begun) / length) - come((from - begun) / length)
    return share > 1e-9 ? [{ day: own, share }] : []
  })
}
