import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { and, asc, eq } from 'drizzle-orm'
import { closedDay } from '#features/company-days.ts'
import type { Context } from '#features/context.ts'
import type { Calendar } from '#forecast/forecast.ts'
import { addDays, type Day, dayCount, earlier, later } from '#kernel/day.ts'
import * as settings from '#postgres/tables/settings.ts'
import { alertRules, alerts, type Cause, type Gap, looks } from '#postgres/tables/watch.ts'
import { askAll, calendarOf, company } from '../forecasts/course.ts'
import { storeNames } from '../store-names.ts'
import { causesFor } from './causes-told.ts'
import { checkOf } from './checks.ts'
import { doubtsOf } from './doubt.ts'
import type { UnitOf } from './elsewhere.ts'
import { type Found, oneOfEach, sameMatter, sliceKey } from './find.ts'
import { findApart } from './find-apart.ts'
import { weights } from './rules/model.ts'
import { type Rule, usualRules } from './rules.ts'
import { sightOf, tablesOf } from './sight.ts'
import { reachOf, type Watched, watchedBy } from './watched.ts'

export type Alert = typeof alerts.$inferSelect

/** What nobody has done anything with yet. */
export const untouched = {
  state: 'open',
  reason: '',
  snoozedUntil: null,
  useful: null,
  heldOn: null,
} as const satisfies Partial<Alert>

/** Opens again what was put aside until a day that has come. */
export const woken = ({ state, snoozedUntil }: Alert, day: Day): Partial<Alert> =>
  state === 'snoozed' && snoozedUntil !== null && day >= snoozedUntil
    ? { state: 'open', snoozedUntil: null }
    : {}

/** Days looked back over the first time, so that there are past cases to compare with. */
const firstLook = 90
/** Findings older than this are kept without their causes. */
const explained = 14
/** Days of a matter after which its causes are looked for again. */
const fuller: ReadonlySet<number> = new Set([7, 14])

/** What a rule is as long as nobody has changed it: each change counts it on. */
const asSown = 1

/**
 * Writes the usual rules that are not there yet, and brings those nobody has changed up to what they are by now: their bars
 * are ours as long as nobody says otherwise. Rules are switched off, not taken away.
 */
export async function sowRules({ ledger }: Context): Promise<void> {
  const known = new Map((await ledger.select().from(alertRules)).map(one => [one.id, one]))
  const missing = usualRules.filter(one => !known.has(one.id))
  if (missing.length > 0) await ledger.insert(alertRules).values(missing).onConflictDoNothing()
  for (const usual of usualRules) {
    const own = known.get(usual.id)
    if (own?.version !== asSown) continue
    const { version: _, updatedAt: _at, ...was } = own
    if (!isDeepStrictEqual(was, usual))
      await ledger
        .update(alertRules)
        .set(usual)
        // Not if somebody changes it this very moment.
        .where(and(eq(alertRules.id, usual.id), eq(alertRules.version, asSown)))
  }
}

/** One rule's figures, and the days of them that are judged. */
interface Looked {
  rule: Rule
  watched: Watched
  /** Day after the last it looked at. */
  from: Day
  last: Day
  gaps: Gap[]
  /** Stores that are judged; null: all. */
  stores: string[] | null
}

/**
 * Looks at the last whole day (and at those since the last look) of all that has come in whole: what is found anew becomes
 * an alert, what goes on is brought up to date, what is over gets its end. Each day is written at once with how far the
 * rules have looked, so that a look that is cut short goes on from there. Gives the alerts that are new, as they stand after it.
 */
export async function evaluate(context: Context): Promise<Alert[]> {
  await sowRules(context)
  const { ledger } = context
  const rules = (await ledger.select().from(alertRules).orderBy(asc(alertRules.id))).filter(
    one => one.active && one.kind !== 'hours',
  )
  const last = await lastDay(context)
  if (last === null || rules.length === 0) return []
  const looked = await prepare(context, rules, last)
  if (looked.length === 0) return []
  const calendars: Record<string, Calendar> = { [company]: await calendarOf(context, company) }
  const watching = looked.flatMap(({ watched }) => watched.cells.flatMap(({ slice }) => slice.store ?? []))
  for (const store of new Set(watching)) calendars[store] = await calendarOf(context, store)
  const doubts = await doubtsOf(context, last)
  const from = looked.map(one => one.from).reduce(earlier)
  const to = looked.map(one => one.last).reduce(later)
  const found = await findApart({ watched: looked, from, to, calendars })
  const fresh: string[] = []
  const asked = new Set<string>()
  for (let day = from; day <= to; day = addDays(day, 1)) {
    const own = looked.filter(one => one.from <= day && day <= one.last)
    if (own.length === 0) continue
    const all = together(found.get(day) ?? [], rules)
    const tracking = all.filter(one => aboutOf(rules)(one.rule) === 'data')
    // What a rule has looked at before tells what is the same matter, and is not told again.
    const told = oneOfEach(all, aboutOf(rules)).filter(one => own.some(({ rule }) => rule.id === one.rule))
    const added = await keep(context, {
      day,
      told,
      looked: own,
      doubt: one => doubts.of(one, tracking),
      others: one => all.filter(other => other !== one && sameMatter(one, other, aboutOf(rules))),
      unitOf: rule => looked.find(one => one.rule.id === rule)?.watched.definition,
      recent: day > addDays(last, -explained),
      asked,
      final: own.some(one => one.last === day),
    })
    fresh.push(...added.map(one => one.id))
  }
  const stand = new Map((await ledger.select().from(alerts)).map(one => [one.id, one]))
  return fresh.flatMap(id => stand.get(id) ?? [])
}

/** The figures of every rule as far as they are whole. What cannot be judged at all is written down as such. */
async function prepare(context: Context, rules: readonly Rule[], last: Day): Promise<Looked[]> {
  const { ledger, metrics } = context
  const sight = await sightOf(context, last)
  const known = new Map((await metrics.definitions()).metrics.map(one => [one.name, one]))
  const before = new Map((await ledger.select().from(looks)).map(one => [one.rule, one.through]))
  const looked: Looked[] = []
  // One after another: between questions others are answered.
  for (const rule of rules) {
    const names = [rule.metric, weights[rule.metric], rule.against].filter(one => one)
    const tables = [...new Set(names.flatMap(name => tablesOf(known.get(name ?? '') ?? { sources: [] })))]
    const seen = sight.of(tables, addDays(last, 1 - reachOf(rule)))
    const watched = seen.stores?.length === 0 ? null : await watchedBy(context, rule, seen.last, seen.stores)
    if (watched === null) {
      await noteLook(
        ledger,
        { rule: rule.id, through: before.get(rule.id) ?? null, upTo: null, gaps: seen.gaps },
        context,
      )
      continue
    }
    const through = before.get(rule.id) ?? ''
    const next = addDays(later(through, addDays(seen.last, -firstLook)), 1)
    // Who asks meanwhile is not told that all is well by days that are over.
    if (through < seen.last)
      await noteLook(
        ledger,
        { rule: rule.id, through: through || null, upTo: seen.last, gaps: seen.gaps },
        context,
      )
    // The last day is looked at again: more of it may have come.
    looked.push({ rule, watched, ...seen, from: earlier(next, seen.last) })
  }
  return looked
}

const noteLook = (
  ledger: Context['ledger'],
  { rule, ...seen }: { rule: string; through: Day | null; upTo: Day | null; gaps: Gap[] },
  { clock }: Pick<Context, 'clock'>,
) => {
  const set = { ...seen, at: clock().toISOString() }
  return ledger
    .insert(looks)
    .values({ rule, ...set })
    .onConflictDoUpdate({ target: looks.rule, set })
}

const aboutOf = (rules: readonly Rule[]) => (id: string) =>
  rules.find(one => one.id === id)?.about ?? 'business'

/** How far has been looked, and what could not be judged. */
export interface LookedAt {
  /** Last day that every rule that can look has looked at; null before the first look. */
  through: Day | null
  /** Day to which a look goes on, where it has not come so far; null where none does. */
  lookingTo: Day | null
  /** Stores that are not judged yet, each with the rules and the reason. */
  waiting: { rules: string[]; store: string; words: string }[]
}

/** How far the rules that are on have looked. */
export async function lookedAt({ ledger }: Pick<Context, 'ledger'>): Promise<LookedAt> {
  const rows = await ledger
    .select({ name: alertRules.name, through: looks.through, upTo: looks.upTo, gaps: looks.gaps })
    .from(looks)
    .innerJoin(alertRules, and(eq(alertRules.id, looks.rule), eq(alertRules.active, true)))
    .orderBy(alertRules.name)
  const days = rows.flatMap(row => row.through ?? [])
  const goingOn = rows.flatMap(({ through, upTo }) => (upTo !== null && (through ?? '') < upTo ? [upTo] : []))
  const gaps = rows.flatMap(row => row.gaps.map(gap => ({ ...gap, rule: row.name })))
  const waiting = [...Map.groupBy(gaps, gap => JSON.stringify([gap.store, gap.words])).values()]
  return {
    through: days.length > 0 ? days.reduce(earlier) : null,
    lookingTo: goingOn.length > 0 ? goingOn.reduce(later) : null,
    waiting: waiting.map(same => ({
      store: same[0]?.store ?? '',
      words: same[0]?.words ?? '',
      rules: same.map(one => one.rule),
    })),
  }
}

/** The last day a rule has looked at; null before its first look. */
export async function lookedBy({ ledger }: Pick<Context, 'ledger'>, rule: string): Promise<Day | null> {
  const [seen] = await ledger.select().from(looks).where(eq(looks.rule, rule))
  return seen?.through ?? null
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
  /** The rules that look at this day. */
  looked: readonly Looked[]
  doubt: (one: Found) => string | null
  /** The same matter seen from elsewhere. */
  others: (one: Found) => Found[]
  /** How the metric of a rule is read, whether the rule looks at this day or not. */
  unitOf: UnitOf
  recent: boolean
  /** Alerts whose causes were looked for again in this look. */
  asked: Set<string>
  /** The last day of some rule: how far it came is written in any case. */
  final: boolean
}

/** Brings the alerts up to a day: what is asked is asked first, then all of it is written at once. */
async function keep(context: Context, look: Look): Promise<Alert[]> {
  const { day, told, looked, doubt: doubtOf, others, unitOf, recent, asked, final } = look
  const { ledger, clock } = context
  const stores = await storeNames(context)
  const kept = await ledger.select().from(alerts)
  const at = clock().toISOString()
  const [home] = await ledger.select().from(settings.company)
  const fresh: Alert[] = []
  const changes: { one: Alert; set: Partial<Alert> }[] = []
  const still = new Set<string>()
  for (const one of told) {
    const own = looked.find(({ rule }) => rule.id === one.rule)
    const coolDown = own?.rule.coolDown ?? 0
    const same = kept.find(
      other =>
        other.rule === one.rule &&
        // Lost data is one matter, whichever stores it is seen in.
        (own?.rule.about === 'data' || sliceKey(other.slice) === sliceKey(one.slice)) &&
        other.direction === one.direction &&
        // What is closed has cooled down: what began after its end is told anew.
        one.since <= addDays(other.until ?? other.seenOn, closedItself(other) ? 0 : coolDown),
    )
    const doubt =
      own?.rule.about === 'data'
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
    const unit = own?.watched.definition.unit ?? 'count'
    const { expected, actual, perDay, judged } = one
    const finding = { unit, expected, actual, perDay, judged, surest: sureness(one) }
    const causesNow = () => causesFor(context, one, { doubt, day, others: others(one), unitOf, stores })
    if (same) {
      still.add(same.id)
      const since = startOf(same, one, day)
      const surest = Math.max(sureness(one), surestOf(same))
      // What began before causes were looked for, or had none that was known then, or began on another day, may have one by now.
      const unsure = same.finding.causes.length === 0 || since !== same.since
      // A whole week tells more than its first days among days that were well.
      const grown = fuller.has(dayCount(since, day)) && same.finding.explained !== day
      const again = recent && (unsure || grown) && !asked.has(same.id)
      if (again) asked.add(same.id)
      const causes = again ? await causesNow() : same.finding.causes
      // What somebody closed stays closed while the same goes on.
      const set = {
        ...figures,
        since,
        kind: one.kind,
        finding: {
          ...same.finding,
          ...finding,
          causes,
          surest,
          ...(again && { explained: day }),
          ...(closedItself(same) && { reopened: at }),
        },
        ...woken(same, at.slice(0, 10)),
        ...(closedItself(same) && { state: 'open' as const, reason: '' }),
      }
      changes.push({ one: same, set })
      continue
    }
    if (kept.some(other => toldWithinDay(other, one))) continue
    const named = kept.find(other => toldOtherwise(other, one, looked))
    if (named) {
      still.add(named.id)
      changes.push({
        one: named,
        set: { until: one.until, seenOn: day, updatedAt: at, ...woken(named, at.slice(0, 10)) },
      })
      continue
    }
    const causes: Cause[] = recent ? await causesNow() : []
    const { expected: _, actual: _a, perDay: _p, judged: _j, ...found } = one
    fresh.push({
      id: randomUUID(),
      ...found,
      ...figures,
      stores: one.slice.store ? [one.slice.store] : [],
      currency: home?.currency ?? '',
      finding: {
        ...finding,
        causes,
        ...(recent && { explained: day }),
        check: checkOf(one, doubt, stores),
      },
      ...untouched,
      firstAt: at,
    })
  }
  changes.push(...ended(kept, still, day, looked))
  if (fresh.length === 0 && changes.length === 0 && !final) return []
  await ledger.transaction(async tx => {
    if (fresh.length > 0) await tx.insert(alerts).values(fresh)
    for (const { one, set } of changes)
      await tx
        .update(alerts)
        .set(set)
        // What somebody did meanwhile is not undone: the next look sees it.
        .where(and(eq(alerts.id, one.id), eq(alerts.updatedAt, one.updatedAt)))
    for (const { rule, last: upTo, gaps } of looked)
      await noteLook(tx as unknown as Context['ledger'], { rule: rule.id, through: day, upTo, gaps }, context)
  })
  return fresh
}

const endedItself = 'It ended by itself.'

/** Whether nobody but a look closed it: such a look may have been wrong. */
const closedItself = ({ state, reason }: Pick<Alert, 'state' | 'reason'>): boolean =>
  state === 'resolved' && reason === endedItself

/** What is found no more gets an end, and after its cool-down is closed by itself. Of stores that are not judged nothing ends. */
function ended(
  kept: readonly Alert[],
  still: ReadonlySet<string>,
  day: Day,
  looked: readonly Looked[],
): { one: Alert; set: Partial<Alert> }[] {
  return kept.flatMap(one => {
    const own = looked.find(({ rule }) => rule.id === one.rule)
    const judged = own && (own.stores === null || one.stores.every(store => own.stores?.includes(store)))
    if (!judged || one.state === 'resolved' || still.has(one.id) || one.seenOn >= day) return []
    const until = one.until ?? one.seenOn
    // Whoever opened it again has a whole cool-down of days that were not known to them.
    const closed = addDays(later(until, one.heldOn ?? ''), own.rule.coolDown) < day
    if (one.until !== null && !closed) return []
    const over = { state: 'resolved' as const, reason: endedItself, heldOn: null }
    return [{ one, set: { until, ...(closed && over) } }]
  })
}

/** Whether what was found by whole days was told while it happened: once is enough. */
const toldWithinDay = (other: Alert, one: Found): boolean =>
  other.finding.hours !== undefined &&
  other.direction === one.direction &&
  other.slice.store === one.slice.store &&
  Object.keys(one.slice).length === 1 &&
  other.since <= (one.until ?? '9999') &&
  one.since <= (other.until ?? '9999')

/** Days within which two figures of one slice must have left what is usual to be one matter. */
const leftTogether = 7

/**
 * Whether another figure of the same slice told it: orders that stop take net sales with them, and which of the two stands
 * out more changes from day to day. It goes on under the name it has.
 */
const toldOtherwise = (other: Alert, one: Found, looked: readonly Looked[]): boolean =>
  [other, one].every(({ rule: id }) =>
    looked.some(({ rule }) => rule.id === id && rule.kind === 'change' && rule.about === 'business'),
  ) &&
  sliceKey(other.slice) === sliceKey(one.slice) &&
  other.direction === one.direction &&
  Math.sign(other.moneyPerDay ?? 0) === Math.sign(one.moneyPerDay ?? 0) &&
  (Math.abs(dayCount(other.since, one.since) - 1) <= leftTogether ||
    (other.kind === 'silence' && one.kind === 'silence' && other.since <= one.since)) &&
  one.since <= (other.until ?? '9999')

/** What is known for a fact has its day, too. */
const sureness = ({ known, score }: Pick<Found, 'known' | 'score'>): number => (known ? 1 : score)

/** The surest an alert has been. */
const surestOf = ({ finding, score }: Pick<Alert, 'finding' | 'score'>): number => finding.surest ?? score

/**
 * When an alert began, as it is known now: the first days of it are few to tell a chance before it from its start, and more
 * of them tell better. It is dated by the look that was surest: days after its end, or of another spell, only blur it.
 */
export const startOf = (same: Alert, one: Found, day: Day): Day =>
  sliceKey(same.slice) === sliceKey(one.slice) &&
  one.since <= (same.until ?? day) &&
  (one.known || one.score > surestOf(same))
    ? one.since
    : same.since
