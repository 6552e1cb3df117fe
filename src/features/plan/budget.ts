import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { shareOut } from '#forecast/phasing.ts'
import { type Actor, mayAct } from '#kernel/actor.ts'
import { addDays, type Day, dayCount, earlier, later } from '#kernel/day.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { exact, minus, ratio, roundTo, sum } from '#kernel/money.ts'
import { minorUnits } from '#kernel/money-units.ts'
import type { SheetPeriod } from '#kernel/plan/sheet.ts'
import * as tables from '#postgres/tables/plan.ts'
import { itemChanges, keepChanges } from './budget-changes.ts'
import { lineOf } from './budget-lines.ts'
import { closedIn, person, touched, versionOf } from './cells.ts'
import type { Item } from './model.ts'

/** Amounts of a line by its pattern: what is written period by period stays where there is none. */
export function amountsBy(
  item: Pick<Item, 'pattern' | 'amounts' | 'currency' | 'label'>,
  periods: readonly SheetPeriod[],
): Record<string, string> {
  const { pattern } = item
  if (!pattern) {
    const unknown = Object.keys(item.amounts).find(key => !periods.some(period => period.key === key))
    if (unknown) throw invalid(`${item.label}: the plan has no period "${unknown}".`)
    return item.amounts
  }
  if (pattern.kind === 'every')
    return Object.fromEntries(
      periods.flatMap((period, n) => (n % pattern.periods === 0 ? [[period.key, pattern.amount]] : [])),
    )
  if (pattern.kind === 'even') {
    const shares = shareOut(
      pattern.total,
      periods.map(() => 1),
      minorUnits(item.currency),
    )
    return Object.fromEntries(periods.map((period, n) => [period.key, shares[n] ?? '0']))
  }
  const strange = pattern.steps.find(one => !periods.some(period => period.key === one.from))
  if (strange)
    throw invalid(
      `${item.label}: the plan has no period "${strange.from}" for a step to begin in.`,
      'Let each step begin in a period of the plan.',
    )
  const steps = [...pattern.steps].sort((a, b) => a.from.localeCompare(b.from))
  return Object.fromEntries(
    periods.flatMap(period => {
      const step = steps.findLast(one => one.from <= period.key)
      return step ? [[period.key, step.amount]] : []
    }),
  )
}

/** A budget line with what is spent and spoken for, and when it will be used up. */
export interface Used {
  budget: string
  budgetToDate: string
  actual: string
  committed: string
  /** budget − actual − committed. */
  remaining: string
  used: string | null
  /** Day the money is gone at the pace of what was spent and booked; null when it lasts. */
  runsOut: Day | null
}

export interface Flow {
  from: Day
  to: Day
  amount: string
}

/**
 * What of a commitment falls into some days, by its own ones: parts of days that follow one another add up to it. Null
 * where none of its days are among them.
 */
export function flowWithin(
  { from, to, amount }: Flow,
  days: { from: Day; to: Day },
  currency: string,
): Flow | null {
  if (to < days.from || from > days.to) return null
  const until = (day: Day) =>
    day < from
      ? '0'
      : roundTo(
          exact(amount)
            .times(dayCount(from, earlier(day, to)))
            .div(dayCount(from, to))
            .toString(),
          currency,
        )
  const part =
    to <= days.to && from >= days.from ? amount : minus(until(days.to), until(addDays(days.from, -1)))
  return { from: later(from, days.from), to: earlier(to, days.to), amount: part ?? '0' }
}

/**
 * budget − actual − committed in a currency, to its coins, and the day it runs out: commitments are used evenly over their
 * days from `today` on (those whose days are over are due at once), and the pace of the last 90 days goes on beside them.
 */
export function usedOf(
  budget: readonly Flow[],
  spent: readonly { day: Day; amount: string }[],
  committed: readonly Flow[],
  today: Day,
  currency: string,
): Used {
  const added = (flows: readonly { amount: string }[]) =>
    plain(roundTo(sum(flows.map(one => one.amount)) ?? '0', currency))
  const total = added(budget)
  const toDate = plain(roundTo(sum(budget.map(one => partBefore(one, today))) ?? '0', currency))
  const actual = added(spent)
  const booked = added(committed)
  const remaining = minus(minus(total, actual), booked) ?? '0'
  const last = budget.at(-1)?.to ?? today
  const since = addDays(today, -89)
  const recent = Number(
    sum(spent.filter(one => one.day >= since && one.day <= today).map(one => one.amount)) ?? '0',
  )
  const first = spent.reduce((least, one) => earlier(one.day, least), today)
  const halfCoin = 10 ** -minorUnits(currency) / 2
  const pace = recent / Math.max(1, Math.min(90, dayCount(first, today)))
  const overdue = committed.filter(one => one.to <= today)
  let left = Number(minus(minus(total, actual), added(overdue)))
  let runsOut: Day | null = left < 0 ? today : null
  for (let day = addDays(today, 1); runsOut === null && day <= last; day = addDays(day, 1)) {
    const due = committed
      .filter(one => one.to >= day && (one.from <= day || one.from <= today))
      .reduce(
        (all, one) =>
          all +
          Number(one.amount) / Math.max(1, dayCount(one.from > today ? one.from : addDays(today, 1), one.to)),
        0,
      )
    // What is booked is part of the pace where it is the larger.
    left -= Math.max(due, pace)
    if (left < -halfCoin) runsOut = day
  }
  return {
    budget: total,
    budgetToDate: toDate,
    actual,
    committed: booked,
    remaining,
    used: ratio(sum([actual, booked]), total, 6),
    runsOut,
  }
}

const partBefore = (flow: Flow, today: Day): string => {
  if (flow.to <= today) return flow.amount
  if (flow.from > today) return '0'
  return exact(flow.amount).times(dayCount(flow.from, today)).div(dayCount(flow.from, flow.to)).toString()
}

/** Without decimals that say nothing. */
const plain = (amount: string): string => exact(amount).toString()

/** Why somebody cannot change the budget of a version now, and what helps; null where they can. */
export function shutTo(
  { name, state }: { name: string; state: string },
  actor: Actor,
): { message: string; next: string } | null {
  if (state === 'locked')
    return {
      message: `${name} is locked: nothing in its budget changes any more.`,
      next: 'What is spent and committed can still be recorded.',
    }
  if (state === 'submitted')
    return {
      message: `${name} waits for approval: its budget cannot change.`,
      next: 'Have it given back first.',
    }
  if (state === 'approved' && !mayAct(actor.role, 'lead'))
    return {
      message: `${name} is approved: from now on a lead or above changes its budget, and says why.`,
      next: 'Ask one of them, or move money between lines as the rules allow.',
    }
  return null
}

/**
 * @throws Failure where somebody may not change the budget of a version: it is locked or waits for approval, or it is
 * approved and they are no lead, or say nothing of why.
 */
export function mayChange(version: { name: string; state: string }, actor: Actor, why: string | null): void {
  const shut = shutTo(version, actor)
  if (shut)
    throw new Failure(version.state === 'approved' ? 'forbidden' : 'conflict', shut.message, {
      next: shut.next,
    })
  if (version.state === 'approved' && why !== null && !why.trim())
    throw invalid(
      `${version.name} is approved: say why its budget changes.`,
      'Give a reason; it stays with what you change.',
    )
}

/** @throws Failure('conflict') for an amount that would change in a period that is closed. */
export function keepClosed(
  { sheet }: Pick<typeof tables.versions.$inferSelect, 'sheet'>,
  closed: readonly string[],
  label: string,
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): void {
  const key = closed.find(period => !exact(before[period] ?? '0').eq(exact(after[period] ?? '0')))
  if (key === undefined) return
  const name = sheet.periods.find(period => period.key === key)?.label ?? key
  throw new Failure('conflict', `${label} cannot change in ${name}: that period is closed.`, {
    next: 'Write its figures period by period, and leave closed ones as they are.',
  })
}

/** @throws Failure('invalid') for an amount finer than the smallest coin of its currency: nobody can spend it. */
export function wholeCoins(label: string, amounts: Iterable<string>, currency: string): void {
  for (const amount of amounts) {
    const coins = roundTo(amount, currency)
    if (!exact(coins).eq(exact(amount)))
      throw invalid(`${label}: ${amount} is finer than the smallest coin of ${currency}.`, `Write ${coins}.`)
  }
}

/** Saves a budget line, by version of the row, so that nobody overwrites what they have not seen. */
export async function saveItem(
  context: Context,
  { saved, ...item }: Item,
  why: string,
): Promise<{ id: string; saved: number }> {
  person(context.actor)
  const version = await versionOf(context, item.version, true)
  mayChange(version, context.actor, why)
  await touched(context, version)
  const amounts = amountsBy(item, version.sheet.periods)
  if (item.pattern?.kind === 'even') wholeCoins(item.label, [item.pattern.total], item.currency)
  wholeCoins(item.label, Object.values(amounts), item.currency)
  const id = item.id ?? randomUUID()
  const [before] = await context.ledger
    .select()
    .from(tables.items)
    .where(eq(tables.items.id, id))
    .for('update')
  if (before && before.version !== version.id)
    throw new Failure('conflict', `${before.label} is of another version.`, {
      next: 'Add a line to this one instead.',
    })
  if (before && before.saved !== saved)
    throw new Failure('conflict', `${before.label} was changed by somebody else meanwhile.`, {
      next: 'Read it again and repeat your change.',
      details: { saved: before.saved },
    })
  keepClosed(version, await closedIn(context, version), item.label, before?.amounts ?? {}, amounts)
  const next = (before?.saved ?? 0) + 1
  const values = { ...item, id, amounts, saved: next, updatedAt: context.clock().toISOString() }
  if (before) await context.ledger.update(tables.items).set(values).where(eq(tables.items.id, id))
  else await context.ledger.insert(tables.items).values(values)
  await keepChanges(context, version.id, itemChanges(id, before ?? null, values), why)
  context.note({ subject: `budget line ${item.label}`, before: before ?? null, after: { ...values, why } })
  return { id, saved: next }
}

/** Whether money, promises or files hang on a budget line, by its lasting id: it stays while there are any. */
export async function isUsed({ ledger }: Context, id: string): Promise<boolean> {
  const found = [
    ledger.select({ id: tables.spent.id }).from(tables.spent).where(eq(tables.spent.item, id)).limit(1),
    ledger
      .select({ id: tables.commitments.id })
      .from(tables.commitments)
      .where(eq(tables.commitments.item, id))
      .limit(1),
    ledger
      .select({ id: tables.files.id })
      .from(tables.files)
      .where(eq(tables.files.subject, `item:${id}`))
      .limit(1),
  ]
  for (const one of found) if ((await one).length > 0) return true
  return false
}

/** Takes a budget line away that nothing hangs on. */
export async function removeItem(context: Context, id: string, why: string): Promise<void> {
  person(context.actor)
  const read = () => context.ledger.select().from(tables.items).where(eq(tables.items.id, id))
  const [found] = await read()
  // Budget lines change under the row of their version alone: it is held first, by everybody.
  const version = found && (await versionOf(context, found.version, true))
  const [item] = await read()
  if (!version || !item)
    throw new Failure('not_found', 'There is no such budget line; it may have been removed.')
  mayChange(version, context.actor, why)
  if (await isUsed(context, lineOf(item)))
    throw new Failure('conflict', `${item.label} stays: money, commitments or files are recorded on it.`, {
      next: 'Give it no budget any more instead.',
    })
  keepClosed(version, await closedIn(context, version), item.label, item.amounts, {})
  await touched(context, version)
  await context.ledger.delete(tables.items).where(eq(tables.items.id, id))
  await keepChanges(context, version.id, itemChanges(id, item, null), why)
  context.note({ subject: `budget line ${item.label}`, before: item, after: { removed: true, why } })
}
