import { randomUUID } from 'node:crypto'
import { asc, eq, max, ne } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import type { Calendar } from '#forecast/forecast.ts'
import { addDays, type Day, dayCount, earlier, later } from '#kernel/day.ts'
import * as settings from '#postgres/tables/settings.ts'
import { alertRules, alerts, type Cause, forecasts } from '#postgres/tables/watch.ts'
import { askAll, calendarOf, closedDay, company } from '../forecasts/course.ts'
import { causesOf } from './causes.ts'
import { checkOf } from './checks.ts'
import { doubtsOf } from './doubt.ts'
import { type Found, findIn, oneOfEach } from './find.ts'
import { type Rule, usualRules } from './rules.ts'
import { type Watched, watchedBy } from './watched.ts'

export type Alert = typeof alerts.$inferSelect

/** Days looked back over the first time, so that there are past cases to compare with. */
const firstLook = 90
/** Findings older than this are kept without their causes. */
const explained = 14

/** Writes the usual rules where there are none yet. */
export async function sowRules({ ledger }: Context): Promise<void> {
  const [any] = await ledger.select({ id: alertRules.id }).from(alertRules).limit(1)
  if (!any)
    await ledger
      .insert(alertRules)
      .values([...usualRules])
      .onConflictDoNothing()
}

/**
 * Looks at the last whole day (and at those since the last look): what is found anew becomes an alert, what goes on is
 * brought up to date, what is over gets its end. Gives the alerts that are new.
 */
export async function evaluate(context: Context): Promise<Alert[]> {
  await sowRules(context)
  const { ledger } = context
  const rules = (await ledger.select().from(alertRules).orderBy(asc(alertRules.id))).filter(one => one.active)
  const last = await lastDay(context)
  if (last === null) return []
  const watched = (await Promise.all(rules.map(rule => watchedBy(context, rule, last)))).filter(
    one => one !== null,
  )
  if (watched.length === 0) return []
  const kept = await ledger.select().from(alerts)
  const seen = later((await lookedAt(context)) ?? '', addDays(last, -firstLook))
  const calendar = await calendarOf(context, company)
  const doubts = await doubtsOf(context, last)
  const fresh: Alert[] = []
  for (let day = earlier(addDays(seen, 1), last); day <= last; day = addDays(day, 1)) {
    const all = together(await findAll(watched, day, calendar), rules)
    const tracking = all.filter(one => aboutOf(rules)(one.rule) === 'data')
    const told = oneOfEach(all, aboutOf(rules))
    fresh.push(
      ...(await keep(context, {
        day,
        told,
        kept,
        rules,
        watched,
        doubt: one => doubts.of(one, tracking),
        recent: day > addDays(last, -explained),
      })),
    )
  }
  return fresh
}

/** Milliseconds that are computed without letting requests in between. */
const breath = 10

/** What all rules find at the end of a day. */
async function findAll(watched: readonly Watched[], day: Day, calendar: Calendar): Promise<Found[]> {
  const all: Found[] = []
  let began = performance.now()
  for (const one of watched) {
    const end = dayCount(one.start, day) - 1
    for (const cell of one.cells) {
      const found = findIn(one, cell, end, calendar)
      if (found) all.push(found)
      if (performance.now() - began < breath) continue
      await new Promise(resolve => setImmediate(resolve))
      began = performance.now()
    }
  }
  return all
}

const aboutOf = (rules: readonly Rule[]) => (id: string) =>
  rules.find(one => one.id === id)?.about ?? 'business'

/** The day up to which has been looked; null before the first look. New forecasts follow every look, alerts only some. */
export async function lookedAt({ ledger }: Pick<Context, 'ledger'>): Promise<Day | null> {
  const [seen] = await ledger.select({ day: max(alerts.seenOn) }).from(alerts)
  const [made] = await ledger.select({ day: max(forecasts.asOf) }).from(forecasts)
  const days = [seen?.day, made?.day].filter(day => day != null)
  return days.length > 0 ? days.reduce(later) : null
}

/** The last day that is over, and has data. */
async function lastDay(context: Context): Promise<Day | null> {
  const { lastDay } = (await askAll(context, { metrics: ['net_sales'], window: 'all_time' })).meta
  return lastDay && earlier(lastDay, await closedDay(context))
}

/** Data lost in several stores at once is one matter: the tag, not the stores. */
function together(all: readonly Found[], rules: readonly Rule[]): Found[] {
  const about = aboutOf(rules)
  const data = all.filter(one => about(one.rule) === 'data')
  if (data.length < 2) return [...all]
  const first = data.reduce((a, b) => (b.score > a.score ? b : a))
  const same = data.filter(
    one => one.since <= (first.until ?? '9999') && first.since <= (one.until ?? '9999'),
  )
  if (same.length < 2) return [...all]
  const sum = (of: (one: Found) => number) => same.reduce((total, one) => total + of(one), 0)
  const whole: Found = {
    ...first,
    slice: {},
    since: same.map(one => one.since).reduce(earlier),
    until: same.some(one => one.until === null) ? null : same.map(one => one.until ?? '').reduce(later),
    expected: sum(one => one.expected),
    actual: sum(one => one.actual),
    perDay: sum(one => one.perDay),
  }
  return [whole, ...all.filter(one => !same.includes(one))]
}

interface Look {
  day: Day
  told: readonly Found[]
  /** Every alert there is; what becomes of them is written here too. */
  kept: Alert[]
  rules: readonly Rule[]
  watched: readonly Watched[]
  doubt: (one: Found) => string | null
  recent: boolean
}

/** Brings the alerts up to a day. */
async function keep(
  context: Context,
  { day, told, kept, rules, watched, doubt: doubtOf, recent }: Look,
): Promise<Alert[]> {
  const { ledger, clock } = context
  const at = clock().toISOString()
  const [home] = await ledger.select().from(settings.company)
  const fresh: Alert[] = []
  const still = new Set<string>()
  for (const one of told) {
    const rule = rules.find(own => own.id === one.rule)
    const coolDown = rule?.coolDown ?? 0
    const same = kept.find(
      other =>
        other.rule === one.rule &&
        // Lost data is one matter, whichever stores it is seen in.
        (rule?.about === 'data' || sliceKey(other.slice) === sliceKey(one.slice)) &&
        other.direction === one.direction &&
        one.since <= addDays(other.until ?? other.seenOn, coolDown),
    )
    const doubt =
      rule?.about === 'data'
        ? 'Sessions left their usual measure of orders, and orders did not: analytics rather than trade.'
        : doubtOf(one)
    const figures = {
      until: one.until,
      seenOn: day,
      score: one.score,
      moneyPerDay: one.moneyPerDay,
      doubt,
      updatedAt: at,
    }
    const unit = watched.find(own => own.rule.id === one.rule)?.definition.unit ?? 'count'
    const finding = { unit, expected: one.expected, actual: one.actual, perDay: one.perDay }
    if (same) {
      still.add(same.id)
      const woken = same.state === 'snoozed' && same.snoozedUntil !== null && day >= same.snoozedUntil
      const change = {
        ...figures,
        kind: one.kind,
        finding: { ...same.finding, ...finding },
        ...(woken && { state: 'open' as const, snoozedUntil: null }),
      }
      // What somebody closed stays closed while the same goes on.
      Object.assign(same, change)
      await ledger.update(alerts).set(change).where(eq(alerts.id, same.id))
      continue
    }
    const causes: Cause[] = recent ? await causesFor(context, one, doubt, day) : []
    const made: Alert = {
      id: randomUUID(),
      ...one,
      ...figures,
      stores: one.slice.store ? [one.slice.store] : [],
      currency: home?.currency ?? '',
      finding: { ...finding, causes, check: checkOf(one, doubt) },
      state: 'open',
      reason: '',
      snoozedUntil: null,
      useful: null,
      firstAt: at,
    }
    const { expected: _, actual: _a, perDay: _p, ...row } = made as Alert & Partial<Found>
    await ledger.insert(alerts).values(row)
    kept.push(row as Alert)
    still.add(row.id)
    fresh.push(row as Alert)
  }
  await end(context, kept, still, day, rules)
  return fresh
}

/** What is found no more gets an end, and after its cool-down is closed by itself. */
async function end(
  context: Context,
  kept: Alert[],
  still: ReadonlySet<string>,
  day: Day,
  rules: readonly Rule[],
) {
  const over = kept.filter(one => one.state !== 'resolved' && !still.has(one.id) && one.seenOn < day)
  for (const one of over) {
    const until = one.until ?? one.seenOn
    const coolDown = rules.find(rule => rule.id === one.rule)?.coolDown ?? 0
    const closed = addDays(until, coolDown) < day
    if (one.until !== null && !closed) continue
    Object.assign(one, { until, ...(closed && { state: 'resolved', reason: 'It ended by itself.' }) })
    await context.ledger
      .update(alerts)
      .set({ until, ...(closed && { state: 'resolved' as const, reason: 'It ended by itself.' }) })
      .where(eq(alerts.id, one.id))
  }
}

const sliceKey = (slice: Record<string, string>) => JSON.stringify(Object.entries(slice).toSorted())

/** The days of a finding in whole weeks, so that weekdays meet weekdays, against the weeks before. */
function causesFor(context: Context, one: Found, doubt: string | null, day: Day): Promise<Cause[]> {
  const to = one.until ?? day
  const weeks = 7 * Math.ceil(dayCount(one.since, to) / 7)
  return causesOf(context, {
    from: addDays(to, 1 - weeks),
    to,
    compare: 'previous_period',
    store: one.slice.store,
    product: one.slice.product,
    doubt,
  })
}

/** Alerts that want somebody, the most money first; broken data before all. */
export async function openAlerts({ ledger }: Pick<Context, 'ledger'>): Promise<Alert[]> {
  const open = await ledger.select().from(alerts).where(ne(alerts.state, 'resolved'))
  return ranked(open)
}

export const ranked = <A extends Pick<Alert, 'moneyPerDay' | 'doubt' | 'score'>>(some: readonly A[]): A[] =>
  some.toSorted(
    (a, b) =>
      Number(b.doubt !== null && b.moneyPerDay === null) -
        Number(a.doubt !== null && a.moneyPerDay === null) ||
      Math.abs(b.moneyPerDay ?? 0) - Math.abs(a.moneyPerDay ?? 0) ||
      b.score - a.score,
  )
