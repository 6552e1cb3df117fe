import { type Day, dayNumber } from '#kernel/day.ts'
import type { Company } from './company.ts'
import { type Cell, channels, dayPlan } from './day-plan.ts'
import { unitOf } from './draw.ts'
import { accountsOf } from './people.ts'
import type { StoreFacts } from './stores.ts'
import { type Purchase, purchasesOn } from './traffic-orders.ts'
import { noWay, partsOf, property, seenOn, unassigned, type Way, waysOf, worked } from './traffic-ways.ts'

/** What analytics counted of one way in on one of its days. Sessions, events and pence; all of it adds up. */
export interface Visits extends Way {
  day: Day
  host: string
  country: string
  device: string
  sessions: number
  engaged: number
  /** Sessions that saw a product, had a cart, reached the checkout, completed it. */
  views: number
  carts: number
  checkouts: number
  completed: number
  pageViews: number
  newUsers: number
  keyEvents: number
  keySessions: number
  viewEvents: number
  cartEvents: number
  checkoutEvents: number
  purchases: number
  revenue: number
}

const newShare: Readonly<Record<string, number>> = {
  'Organic Search': 0.6,
  'Paid Search': 0.52,
  'Paid Social': 0.74,
  Email: 0.06,
  Direct: 0.3,
  Referral: 0.66,
  Unassigned: 0.4,
}

type Counts = Omit<Visits, keyof Way | 'day' | 'host' | 'country' | 'device'>
const none: Counts = {
  sessions: 0,
  engaged: 0,
  views: 0,
  carts: 0,
  checkouts: 0,
  completed: 0,
  pageViews: 0,
  newUsers: 0,
  keyEvents: 0,
  keySessions: 0,
  viewEvents: 0,
  cartEvents: 0,
  checkoutEvents: 0,
  purchases: 0,
  revenue: 0,
}

/** Counts that are drawn; the others follow from them. */
interface Drawn {
  sessions: number
  views: number
  carts: number
  checkouts: number
}

/** What analytics shows of a day at an instant, way by way. */
export function visitsOn(company: Company, day: Day, at: number): Visits[] {
  const done = worked(day, at)
  if (done === 0 || day < company.start) return []
  const rows = new Map<string, Visits>()
  const number = dayNumber(day)
  const into = (host: string, country: string, device: string, way: Way): Visits => {
    const key = `${host}|${country}|${device}|${way.channel}|${way.campaign}|${way.landing}`
    const found = rows.get(key) ?? { ...none, ...way, day, host, country, device }
    rows.set(key, found)
    return found
  }
  const add = (row: Visits, more: Drawn) => {
    row.sessions += more.sessions
    row.views += more.views
    row.carts += more.carts
    row.checkouts += more.checkouts
  }
  for (const shop of company.shops)
    for (const part of partsOf(shop, day))
      drawn(company, shop, part, day, done, one => add(into(...one.place), one.counts))
  for (const one of trade(company, day, done)) add(into(...one.place), one.counts)
  for (const one of purchasesOn(company, day, at))
    order(into(one.host, one.country, one.device, one.way), one)
  return [...rows.values()]
    .filter(row => row.sessions > 0)
    .map((row, index) => derived(company, number, row, index))
}

interface Found {
  place: [host: string, country: string, device: string, way: Way]
  counts: Drawn
}

/** Sessions that ended without an order: each stage thinned by what analytics sees, shared among the ways in. */
function drawn(
  company: Company,
  shop: StoreFacts,
  part: { day: Day; share: number },
  day: Day,
  done: number,
  take: (found: Found) => void,
): void {
  const ways = new Map(channels.map(one => [one, waysOf(company, shop, one, part.day)]))
  const [own, its] = [dayNumber(part.day), dayNumber(day)]
  dayPlan(company, shop, part.day).cells.forEach((cell, index) => {
    const seen = seenOn(company, cell.device.name, day) * part.share * done
    ways.get(cell.channel)?.forEach(([way, share], nth) => {
      const count = (stage: number, of: number) =>
        Math.floor(of * seen * share + unitOf(company.seed, 802, shop.index, own, its, index, nth, stage))
      const [only, viewed, carted, stopped] = stagesOf(cell).map((of, stage) => count(stage, of)) as [
        number,
        number,
        number,
        number,
      ]
      const checkouts = stopped
      const carts = checkouts + carted
      const views = carts + viewed
      const sessions = views + only
      const place: Found['place'] = [shop.host, cell.market.country, cell.device.name, way]
      const lost =
        done < 1
          ? Math.floor(sessions * unassigned + unitOf(company.seed, 803, shop.index, its, index, nth))
          : 0
      // Those without a channel yet are taken from sessions that saw no product first.
      const kept = Math.max(views, sessions - lost)
      if (kept > 0) take({ place, counts: { sessions: kept, views, carts, checkouts } })
      if (sessions > kept)
        take({
          place: [place[0], place[1], place[2], noWay],
          counts: { sessions: sessions - kept, views: 0, carts: 0, checkouts: 0 },
        })
    })
  })
}

/** Sessions by how far they came: saw no product, saw one, filled a cart, reached the checkout and left it. */
const stagesOf = ({ sessions, views, carts, checkouts, orders }: Cell): number[] => [
  sessions - views,
  views - carts,
  carts - checkouts,
  checkouts - orders,
]

/** The trade site: accounts look things up between their orders; it sends no purchases. */
function* trade(company: Company, day: Day, done: number): Generator<Found> {
  const number = dayNumber(day)
  const active = accountsOf(company).filter(one => one.since <= day)
  const ways: [Way, number][] = [
    [
      {
        channel: 'Direct',
        source: '(direct)',
        medium: '(none)',
        campaign: '(direct)',
        landing: '/customer/account',
      },
      0.6,
    ],
    [
      { channel: 'Organic Search', source: 'google', medium: 'organic', campaign: '(organic)', landing: '/' },
      0.27,
    ],
    [
      {
        channel: 'Email',
        source: 'marketo',
        medium: 'email',
        campaign: 'Trade mailing',
        landing: '/quick-order',
      },
      0.13,
    ],
  ]
  const quiet = [0, 6].includes((number + 4) % 7) ? 0.2 : 1
  for (const [device, of] of [
    ['desktop', 0.82],
    ['mobile', 0.18],
  ] as const)
    for (const country of ['GB', 'IE'] as const) {
      const visits =
        active.filter(one => one.country === country).reduce((sum, one) => sum + one.rate, 0) * 0.9 * quiet
      for (const [nth, [way, share]] of ways.entries()) {
        const seen = visits * share * of * done * seenOn(company, device, day)
        const count = (stage: number, rate: number) =>
          Math.floor(
            seen * rate +
              unitOf(
                company.seed,
                804,
                dayNumber(day),
                country === 'GB' ? 0 : 1,
                of < 0.5 ? 1 : 0,
                nth,
                stage,
              ),
          )
        const checkouts = count(3, 0.04)
        const carts = checkouts + count(2, 0.11)
        const views = carts + count(1, 0.45)
        const sessions = views + count(0, 0.4)
        if (sessions > 0)
          yield {
            place: [property.tradeHost, country, device, way],
            counts: { sessions, views, carts, checkouts },
          }
      }
    }
}

/** A session that ended in an order: it reached the checkout whether or not its purchase was told. */
function order(row: Visits, one: Purchase): void {
  row.sessions += 1
  row.views += 1
  row.carts += 1
  row.checkouts += 1
  if (!one.told) return
  row.completed += 1
  row.purchases += 1
  row.revenue += one.revenue
}

/** What follows from the counts of a way: engagement, events, first visits, sign-ups. */
function derived(company: Company, number: number, row: Visits, index: number): Visits {
  const unit = (of: number) => unitOf(company.seed, 805, number, index, of)
  const engaged = row.views + Math.floor((row.sessions - row.views) * 0.35 + unit(0))
  const signUps = Math.floor((engaged - row.completed) * 0.015 + unit(1))
  return {
    ...row,
    engaged: Math.min(row.sessions, engaged),
    newUsers: Math.min(row.sessions, Math.floor(row.sessions * (newShare[row.channel] ?? 0.5) + unit(2))),
    keySessions: row.completed + signUps,
    keyEvents: row.purchases + signUps,
    pageViews: row.sessions + 2 * row.views + row.carts,
    viewEvents: row.views + Math.floor(row.views * 0.6),
    cartEvents: row.carts + Math.floor(row.carts * 0.25),
    checkoutEvents: row.checkouts,
  }
}
