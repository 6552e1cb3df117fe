import { randomUUID } from 'node:crypto'
import { eq, inArray } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { shareOut } from '#forecast/phasing.ts'
import { addDays, type Day, dayCount, earlier } from '#kernel/day.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { exact, minus, ratio, sum } from '#kernel/money.ts'
import { minorUnits } from '#kernel/money-units.ts'
import type { SheetPeriod } from '#kernel/plan/sheet.ts'
import * as tables from '#postgres/tables/plan.ts'
import { person, touched, versionOf } from './cells.ts'
import { consented } from './fingerprint.ts'
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
 * budget − actual − committed, in the line's currency, and the day it runs out: commitments are used evenly over their
 * days from `today` on, and the pace of the last 90 days goes on beside them.
 */
export function usedOf(
  budget: readonly Flow[],
  spent: readonly { day: Day; amount: string }[],
  committed: readonly Flow[],
  today: Day,
): Used {
  const total = sum(budget.map(one => one.amount)) ?? '0'
  const toDate = sum(budget.map(one => partBefore(one, today))) ?? '0'
  const actual = sum(spent.map(one => one.amount)) ?? '0'
  const booked = sum(committed.map(one => one.amount)) ?? '0'
  const remaining = minus(minus(total, actual), booked) ?? '0'
  const last = budget.at(-1)?.to ?? today
  const since = addDays(today, -89)
  const recent = Number(
    sum(spent.filter(one => one.day >= since && one.day <= today).map(one => one.amount)) ?? '0',
  )
  const first = spent.reduce((least, one) => earlier(one.day, least), today)
  const pace = recent / Math.max(1, Math.min(90, dayCount(first, today)))
  let left = Number(minus(total, actual))
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
    if (left < -0.005) runsOut = day
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
  return exact(flow.amount)
    .times(dayCount(flow.from, today))
    .div(dayCount(flow.from, flow.to))
    .toDecimalPlaces(2)
    .toString()
}

/** @throws Failure('conflict') where the budget lines of a version are not to change. */
export function mayChange({ name, state }: { name: string; state: string }): void {
  if (state === 'locked' || state === 'submitted')
    throw new Failure('conflict', `${name} is ${state}: its budget lines cannot change.`, {
      next: 'Reopen it, or make a new version from it.',
    })
}

/** Saves a budget line, by version of the row, so that nobody overwrites what they have not seen. */
export async function saveItem(
  context: Context,
  { saved, ...item }: Item,
): Promise<{ id: string; saved: number }> {
  person(context.actor)
  const version = await versionOf(context, item.version, true)
  mayChange(version)
  await touched(context, version)
  const amounts = amountsBy(item, version.sheet.periods)
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
  const next = (before?.saved ?? 0) + 1
  const values = { ...item, id, amounts, saved: next, updatedAt: context.clock().toISOString() }
  if (before) await context.ledger.update(tables.items).set(values).where(eq(tables.items.id, id))
  else await context.ledger.insert(tables.items).values(values)
  context.note({ subject: `budget line ${item.label}`, before: before ?? null, after: values })
  return { id, saved: next }
}

/** Moves money between two lines of a version: what one gives the other gets, to the penny, in the same period. */
export async function transfer(
  context: Context,
  input: { from: string; to: string; period: string; amount: string; why: string },
): Promise<void> {
  person(context.actor)
  const found = await context.ledger
    .select()
    .from(tables.items)
    .where(inArray(tables.items.id, [input.from, input.to]))
    .for('update')
  const [giver, taker] = [input.from, input.to].map(id => found.find(one => one.id === id))
  if (!giver || !taker || giver === taker)
    throw new Failure('not_found', 'One of the two budget lines is not there.')
  if (giver.version !== taker.version) throw invalid('The lines are of different versions.')
  if (giver.currency !== taker.currency)
    throw invalid(
      `One line is in ${giver.currency}, the other in ${taker.currency}.`,
      'Change the lines one by one.',
    )
  const version = await versionOf(context, giver.version, true)
  if (version.state === 'locked') throw new Failure('conflict', `${version.name} is locked.`)
  const left = minus(giver.amounts[input.period] ?? '0', input.amount) ?? '0'
  if (exact(input.amount).lte(0)) throw invalid('A transfer is of more than nothing.')
  if (exact(left).isNegative())
    throw invalid(
      `${giver.label} has ${giver.amounts[input.period] ?? '0'} in that period; ${input.amount} cannot be taken from it.`,
    )
  const change = async (item: typeof giver, amount: string) => {
    const amounts = { ...item.amounts, [input.period]: amount }
    await context.ledger
      .update(tables.items)
      .set({ amounts, pattern: null, saved: item.saved + 1, updatedAt: context.clock().toISOString() })
      .where(eq(tables.items.id, item.id))
    context.note({
      subject: `budget line ${item.label}`,
      before: item.amounts,
      after: { amounts, why: input.why },
    })
  }
  await consented(context, version, async () => {
    await change(giver, left)
    await change(taker, sum([taker.amounts[input.period] ?? '0', input.amount]) ?? '0')
  })
}
