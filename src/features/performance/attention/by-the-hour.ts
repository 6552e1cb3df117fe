import { randomUUID } from 'node:crypto'
import { and, desc, eq, gte, inArray, lt } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { strangeness } from '#forecast/scan.ts'
import { type DayLevel, type Hourly, type HoursSeen, runsOfHours } from '#forecast/within-day.ts'
import { addDays, type Day, dayCount, later, weekday } from '#kernel/day.ts'
import { weekdayName } from '#kernel/period-words.ts'
import { wallClock } from '#kernel/zone.ts'
import * as settings from '#postgres/tables/settings.ts'
import { alertRules, alerts, forecasts } from '#postgres/tables/watch.ts'
import { askAll, inHomeCurrency } from '../forecasts/course.ts'
import { checkOf } from './checks.ts'
import { type Alert, untouched, woken } from './evaluate.ts'
import { type ReadUpTo, readUpTo } from './read-up-to.ts'
import { hourly, isHourly, type Rule } from './rules.ts'

/** Days that say how a weekday's hours run. */
const history = 56
/** Orders may arrive so long after they were placed. */
const lateMs = 10 * 60_000
/** What was read longer ago is no news of the hours: the reading is late, and that is said elsewhere. */
const staleMs = 3 * 3_600_000
/** Of what is usual: more than this is a slow day, and can wait for tomorrow. */
const half = 0.5
/** An alert nothing was heard of for so many days is over. */
const forgotten = 3

type Metric = (typeof hourly)[number]

/** One store's day as far as it is known. */
interface Today {
  store: string
  day: Day
  /** Whole hours of it. */
  hours: number
  read: ReadUpTo
  past: Record<Metric, Hourly>
  values: Record<Metric, Float64Array>
  levels: Record<Metric, DayLevel | null>
}

interface Strange {
  rule: Rule
  metric: Metric
  today: Today
  seen: HoursSeen
  /** Change a day at this rate, in the metric's own unit. */
  perDay: number
  moneyPerDay: number
}

/**
 * Looks at the hours of today in each store whose shop is read by the hour: orders and net sales that are less than half of
 * what the day's forecast, shared out as its weekday runs, makes likely, and by more than chance. What is found becomes an
 * alert beside those of whole days, once; what came back gets its end. Gives the alerts that are new.
 */
export async function lookByTheHour(context: Context): Promise<Alert[]> {
  const { ledger } = context
  const rules = (await ledger.select().from(alertRules)).filter(
    one => one.active && one.kind === 'hours' && isHourly(one.metric),
  )
  if (rules.length === 0) return []
  const known = await daysSoFar(context)
  if (known.length === 0) return []
  const worth = await worthOf(context)
  const strange = known.flatMap(today => {
    const all = rules.flatMap(rule => strangeIn(rule, today, worth) ?? [])
    // Orders that stop take net sales with them: one of each store.
    return all.toSorted((a, b) => Math.abs(b.seen.z) - Math.abs(a.seen.z)).slice(0, 1)
  })
  return keep(context, { known, strange, rules })
}

/** The day of every store that is read by the hour, with its past and what was expected of it. */
async function daysSoFar(context: Context): Promise<Today[]> {
  const now = context.clock().getTime()
  const read = await readUpTo(context)
  const stores = await context.ledger.select().from(settings.stores).orderBy(settings.stores.store)
  const found: Today[] = []
  // One after another: between questions others are answered.
  for (const { store, timezone } of stores) {
    const own = read.get(store)
    if (!own || now - own.at > staleMs) continue
    const { day, hour } = wallClock(timezone, own.at - lateMs)
    if (hour === 0) continue
    const levels = await levelsOf(context, store, day)
    if (hourly.every(metric => levels[metric] === null)) continue
    found.push({ store, day, hours: hour, read: own, levels, ...(await hoursOf(context, store, day)) })
  }
  return found
}

/** What was last forecast of a day before it began. */
async function levelsOf({ ledger }: Context, store: string, day: Day): Promise<Today['levels']> {
  const rows = await ledger
    .selectDistinctOn([forecasts.metric])
    .from(forecasts)
    .where(
      and(
        eq(forecasts.store, store),
        eq(forecasts.slice, ''),
        inArray(forecasts.metric, [...hourly]),
        lt(forecasts.asOf, day),
      ),
    )
    .orderBy(forecasts.metric, desc(forecasts.asOf), desc(forecasts.madeAt))
  const level = (metric: Metric): DayLevel | null => {
    const one = rows.find(row => row.metric === metric)
    const [, p10, p50, p90] = one?.points[dayCount(one.asOf, day) - 2] ?? []
    return p10 === undefined || p50 === undefined || p90 === undefined ? null : { p10, p50, p90 }
  }
  return { orders: level('orders'), net_sales: level('net_sales') }
}

async function hoursOf(context: Context, store: string, day: Day): Promise<Pick<Today, 'past' | 'values'>> {
  const start = addDays(day, -history)
  const answer = await askAll(context, {
    metrics: [...hourly],
    grain: 'hour',
    calendar: 'gregorian',
    from: start,
    to: day,
    stores: [store],
  })
  const all = (metric: Metric) => {
    const days = Array.from({ length: history + 1 }, () => new Float64Array(24))
    for (const row of answer.rows) {
      const period = String(row.period)
      const own = days[dayCount(start, period.slice(0, 10)) - 1]
      if (own) own[Number(period.slice(11, 13))] = Number(row[metric] ?? 0)
    }
    return days
  }
  const split = { orders: all('orders'), net_sales: all('net_sales') }
  const past = (metric: Metric): Hourly => ({ start, days: split[metric].slice(0, history) })
  const last = (metric: Metric) => split[metric][history] ?? new Float64Array(24)
  return {
    past: { orders: past('orders'), net_sales: past('net_sales') },
    values: { orders: last('orders'), net_sales: last('net_sales') },
  }
}

interface Worth {
  /** Of one unit of a figure in a store, in the company's currency. */
  of(metric: Metric, store: string): number
  /** Net sales a day of the company. */
  scale: number
}

async function worthOf(context: Context): Promise<Worth> {
  const days = 28
  const query = { metrics: [...hourly], by: ['store'], window: 'last_28_days' as const }
  const home = await askAll(await inHomeCurrency(context), query)
  const rows = new Map(home.rows.map(row => [String(row.store), row]))
  const own = new Map<string, number>()
  for (const store of rows.keys()) {
    const { totals } = await askAll(context, {
      metrics: ['net_sales'],
      window: 'last_28_days',
      stores: [store],
    })
    own.set(store, Number(totals.net_sales ?? 0))
  }
  return {
    scale: Number(home.totals.net_sales ?? 0) / days,
    of(metric, store) {
      const money = Number(rows.get(store)?.net_sales ?? 0)
      const units = metric === 'orders' ? Number(rows.get(store)?.orders ?? 0) : (own.get(store) ?? 0)
      return units > 0 ? money / units : 0
    },
  }
}

/** Runs of hours of a rule's figure up to now, the longest first. */
function runsIn({ metric, persistence }: Rule, { past, values, day, hours, levels }: Today): HoursSeen[] {
  const level = isHourly(metric) ? levels[metric] : null
  if (!isHourly(metric) || level === null) return []
  const sum = ({ days }: Hourly) => days.flatMap(one => [...one]).reduce((all, value) => all + value, 0)
  const one = metric === 'orders' ? 1 : sum(past.net_sales) / Math.max(1, sum(past.orders))
  return runsOfHours(past[metric], day, values[metric], hours, level, persistence, one)
}

/** Whether the last hours in which something was to be expected brought at least half of it. */
function cameBack(rule: Rule, today: Today): boolean {
  const last = runsIn(rule, today).findLast(one => one.events >= rule.leastVolume / 2)
  return last !== undefined && last.actual > half * last.expected
}

function strangeIn(rule: Rule, today: Today, worth: Worth): Strange | null {
  const { metric } = rule
  const level = isHourly(metric) ? today.levels[metric] : null
  if (!isHourly(metric) || level === null) return null
  const { store } = today
  // Of equals the shortest: hours in which nothing is ever sold are no part of it.
  const [seen] = runsIn(rule, today)
    .reverse()
    .toSorted((a, b) => Math.abs(b.z) - Math.abs(a.z))
  if (!seen || strangeness(seen.z) < rule.score || seen.events < rule.leastVolume) return null
  const below = seen.z < 0
  if (rule.direction === 'bad' && !below) return null
  // What came back is over, however much of the day it cost.
  if (below && cameBack(rule, today)) return null
  if (below ? seen.actual > half * seen.expected : half * seen.actual < seen.expected) return null
  const perDay = (seen.actual / seen.expected - 1) * level.p50
  const moneyPerDay = perDay * worth.of(metric, store)
  const least = Math.max(rule.leastShare * Math.abs(worth.scale), Number(rule.leastMoney ?? 0))
  return Math.abs(moneyPerDay) < least ? null : { rule, metric, today, seen, perDay, moneyPerDay }
}

const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`

/**
 * Whether the data rather than the shops may be broken: several shops of one connection that fall silent in the same hours
 * have the connection in common.
 */
function doubtOf({ today }: Strange, known: readonly Today[], strange: readonly Strange[]): string | null {
  for (const account of today.read.accounts) {
    const shops = known.filter(one => one.read.accounts.includes(account))
    if (shops.length < 2) continue
    const silent = strange.filter(one => one.seen.actual === 0 && shops.includes(one.today))
    if (silent.length === shops.length)
      return `All ${shops.length} shops of ${account} fell silent in the same hours: see first whether it still hands out its orders.`
  }
  return null
}

/** What was found, as the row of an alert says it. */
function figuresOf(one: Strange, doubt: string | null, unit: string) {
  const { today, seen, metric, perDay, moneyPerDay } = one
  const { day, read, store } = today
  const direction = seen.z < 0 ? ('below' as const) : ('above' as const)
  const kind = seen.actual === 0 ? ('silence' as const) : ('shift' as const)
  const span = seen.to - seen.from
  const slice = { store }
  const finding = {
    unit,
    // An hour, as it is drawn.
    expected: seen.expected / span,
    actual: seen.actual / span,
    perDay,
    judged: `What was forecast of the day, shared out as a ${weekdayName(String(weekday(day)))} runs. Its orders are read up to ${clock(today.hours)} from ${read.accounts.join(' and ')}, which answers.`,
    hours: { from: `${day} ${clock(seen.from)}`, to: `${day} ${clock(seen.to)}` },
    check: checkOf({ metric, kind, slice, direction }, doubt),
  }
  return { kind, direction, slice, finding, score: strangeness(seen.z), moneyPerDay, doubt }
}

interface Look {
  known: readonly Today[]
  strange: readonly Strange[]
  rules: readonly Rule[]
}

/** Writes what was found, all at once: new alerts, those that go on, those that are over. */
async function keep(context: Context, { known, strange, rules }: Look): Promise<Alert[]> {
  const { ledger, clock: time } = context
  const at = time().toISOString()
  const [home] = await ledger.select().from(settings.company)
  const units = new Map((await context.metrics.definitions()).metrics.map(one => [one.name, one.unit]))
  return ledger.transaction(async tx => {
    const kept = (
      await tx
        .select()
        .from(alerts)
        .where(gte(alerts.seenOn, addDays(at.slice(0, 10), -60)))
    ).filter(one => one.slice.store !== undefined)
    const fresh: Alert[] = []
    const still = new Set<string>()
    const change = (one: Alert, set: Partial<Alert>) =>
      tx
        .update(alerts)
        .set({ ...set, updatedAt: at })
        // What somebody did meanwhile is not undone: the next look sees it.
        .where(and(eq(alerts.id, one.id), eq(alerts.updatedAt, one.updatedAt)))
    for (const one of strange) {
      const { day, store } = one.today
      const { direction, slice, ...figures } = figuresOf(
        one,
        doubtOf(one, known, strange),
        units.get(one.metric) ?? 'count',
      )
      const here = kept.filter(other => other.slice.store === store && other.direction === direction)
      const same = here.find(
        other => other.finding.hours && addDays(other.until ?? day, one.rule.coolDown) >= day,
      )
      if (same) {
        still.add(same.id)
        // The figure it was told of stays: what is said of it is brought up to date.
        const own = same.metric === one.metric ? figures : {}
        await change(same, {
          ...own,
          ...(same.metric === one.metric && {
            finding: {
              ...same.finding,
              ...figures.finding,
              hours: {
                ...figures.finding.hours,
                from: same.finding.hours?.from ?? figures.finding.hours.from,
              },
            },
          }),
          until: null,
          seenOn: day,
          ...woken(same, day),
        })
        continue
      }
      // What whole days told already goes on: it is no news.
      if (
        here.some(
          other =>
            Object.keys(other.slice).length === 1 && other.state !== 'resolved' && other.until === null,
        )
      )
        continue
      fresh.push({
        id: randomUUID(),
        rule: one.rule.id,
        metric: one.metric,
        slice,
        direction,
        ...figures,
        finding: { ...figures.finding, causes: [] },
        stores: [store],
        since: day,
        until: null,
        seenOn: day,
        currency: home?.currency ?? '',
        ...untouched,
        firstAt: at,
        updatedAt: at,
      })
    }
    for (const one of kept) {
      const today = known.find(own => own.store === one.slice.store)
      const rule = rules.find(own => own.id === one.rule)
      if (!one.finding.hours || !today || !rule || one.state === 'resolved' || still.has(one.id)) continue
      const over =
        one.until ?? (cameBack(rule, today) || one.seenOn < addDays(today.day, -forgotten) ? today.day : null)
      if (over === null) continue
      const closed = addDays(later(over, one.heldOn ?? ''), rule.coolDown) < today.day
      if (one.until !== null && !closed) continue
      await change(one, {
        until: over,
        ...(closed && { state: 'resolved' as const, reason: 'It ended by itself.', heldOn: null }),
      })
    }
    if (fresh.length > 0) await tx.insert(alerts).values(fresh)
    return fresh
  })
}
