import { type Day, dayNumber } from '#kernel/day.ts'
import { type Company, dayIndex } from './company.ts'
import { demandOn } from './demand.ts'
import { draw } from './draw.ts'
import { promotionOn, within } from './facts.ts'
import type { Market, StoreFacts } from './stores.ts'

export interface Channel {
  name: string
  source: string
  medium: string
  share: number
  conversion: number
}

const channel = (
  name: string,
  source: string,
  medium: string,
  share: number,
  conversion: number,
): Channel => ({
  name,
  source,
  medium,
  share,
  conversion,
})

export const channels: readonly Channel[] = [
  channel('Organic Search', 'google', 'organic', 0.31, 1.05),
  channel('Paid Search', 'google', 'cpc', 0.24, 1.15),
  channel('Paid Social', 'facebook', 'paid', 0.17, 0.55),
  channel('Email', 'newsletter', 'email', 0.09, 1.7),
  channel('Direct', '(direct)', '(none)', 0.15, 1.1),
  channel('Referral', 'homesandgardens.example', 'referral', 0.04, 0.6),
]

export interface Device {
  name: string
  share: number
  conversion: number
}

export const devices: readonly Device[] = [
  { name: 'mobile', share: 0.62, conversion: 0.75 },
  { name: 'desktop', share: 0.33, conversion: 1.5 },
  { name: 'tablet', share: 0.05, conversion: 0.95 },
]

/** One way in on one day: a channel, a device and a market, with what came of it. */
export interface Cell {
  channel: Channel
  device: Device
  market: Market
  sessions: number
  views: number
  carts: number
  checkouts: number
  /** Sessions that completed checkout: each with one order. */
  orders: number
}

export interface DayPlan {
  day: Day
  cells: readonly Cell[]
  /** Orders at the counter of the pop-up store: they have no session. */
  counter: number
  /** All orders of the day, test orders among them. */
  orders: number
  /** Orders 0 … newcomers − 1 are somebody's first. */
  newcomers: number
}

/** What the planted facts make of a cell's conversion on a day. */
function conversionFactor(company: Company, shop: StoreFacts, day: Day, device: string): number {
  const { checkoutDefect, openDefect, initiativeWorked, initiativeFailed } = company.facts
  let factor = 1
  for (const defect of [checkoutDefect, openDefect])
    if (defect && shop.store === defect.store && device === defect.device && within(defect, day))
      factor *= defect.conversion
  for (const initiative of [initiativeWorked, initiativeFailed])
    if (shop.store === initiative.store && day >= initiative.day) factor *= initiative.conversion
  return factor
}

const meanConversion =
  channels.reduce((sum, one) => sum + one.share * one.conversion, 0) *
  devices.reduce((sum, one) => sum + one.share * one.conversion, 0)

const plans = new WeakMap<Company, Map<string, DayPlan>>()
const kept = 4096

/** The traffic and the orders of a shop's day. Made from the seed; a few thousand days are kept, the rest made again. */
export function dayPlan(company: Company, shop: StoreFacts, day: Day): DayPlan {
  const own = plans.get(company) ?? new Map<string, DayPlan>()
  plans.set(company, own)
  const key = `${shop.index} ${day}`
  const known = own.get(key)
  if (known) return known
  const made = day < company.start ? empty(day) : make(company, shop, day)
  if (own.size >= kept) own.delete(own.keys().next().value ?? '')
  own.set(key, made)
  return made
}

const empty = (day: Day): DayPlan => ({ day, cells: [], counter: 0, orders: 0, newcomers: 0 })

function make(company: Company, shop: StoreFacts, day: Day): DayPlan {
  const chance = draw(company.seed, 31, shop.index, dayNumber(day))
  const promotion = promotionOn(company.facts, day)
  const wanted = shop.base * company.scale * demandOn(company, shop, day)
  const cells: Cell[] = []
  for (const channel of channels)
    for (const device of devices)
      for (const market of shop.markets) {
        const visits = (wanted / shop.conversion) * channel.share * device.share * market.share
        const rate =
          (shop.conversion / meanConversion) *
          channel.conversion *
          device.conversion *
          (promotion ? Math.sqrt(promotion.lift) : 1)
        const reach = rate * conversionFactor(company, shop, day, device.name)
        const orders = chance.poisson(visits * reach)
        // A defect at the checkout stops people there: the steps before it stay as they were.
        const checkouts = orders + chance.poisson(visits * (rate * 1.9 - reach))
        const carts = checkouts + chance.poisson(visits * rate * 1.4)
        const views = carts + chance.poisson(visits * 0.38)
        const sessions = views + chance.poisson(Math.max(0, visits * (0.62 - rate * 3.3)))
        cells.push({ channel, device, market, sessions, views, carts, checkouts, orders })
      }
  const counter = chance.poisson(wanted * 0.04)
  const orders = cells.reduce((sum, cell) => sum + cell.orders, counter)
  // The shops opened with the history, so the share of people who come back grows towards a half.
  const back = 0.52 * (1 - Math.exp(-dayIndex(company, day) / 160))
  const newcomers = Math.round(orders * (1 - back) + chance.between(-0.5, 0.5))
  return { day, cells, counter, orders, newcomers: Math.min(orders, Math.max(0, newcomers)) }
}

/** The cell an order of the day came through; null for the counter. Orders are numbered cell by cell. */
export function cellOf(plan: DayPlan, number: number): Cell | null {
  let left = number
  for (const cell of plan.cells) {
    if (left < cell.orders) return cell
    left -= cell.orders
  }
  return null
}
