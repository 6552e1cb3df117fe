import { type Day, later } from '#kernel/day.ts'
import { exact } from '#kernel/money.ts'
import type { Change, Warehouse } from '#warehouse/warehouse.ts'
import { type Deps, plan, run } from './ask.ts'
import type { Answer } from './query.ts'
import { costMetrics } from './vocabulary/contribution.ts'
import type { CostActual, RatedCost, World } from './world.ts'

const rests = new Set(['ledger_entries', 'sales_lines', 'exchange_rates'])
const sales = 'sales_after_discounts'

/** What was posted on a cost's accounts within a closed period, in one currency. */
interface Posted {
  cost: RatedCost
  from: Day
  to: Day
  currency: string
  amount: string
}

/**
 * What costs of contribution came to by the general ledger, for periods whose books are closed and which have postings on
 * their accounts. An amount of a period is shared among its rows as the company's rates share it, so that orders, products
 * and channels add up to what was posted; where no rates are known for all of it, as sales after discounts are. Postings
 * of several currencies are each of the stores that trade in it, those of one currency of all stores.
 */
export const ledgerCosts = (granary: Warehouse) => {
  let kept: { key: string; until: Day; found: Promise<CostActual[]> } | null = null
  return {
    /** A load after the last closed day changes nothing. */
    evict(changes: readonly Change[]) {
      const until = kept?.until ?? ''
      if (changes.some(one => rests.has(one.table) && (one.from ?? '') <= until)) kept = null
    },
    async of(deps: Deps): Promise<readonly CostActual[]> {
      const { world } = deps
      const { costAccounts = [], closed = [] } = world
      if (costAccounts.length === 0 || closed.length === 0) return []
      const key = JSON.stringify([costAccounts, closed, world.costRates, world.stores, world.calendar])
      if (kept?.key === key) return kept.found
      const found = actualsOf(granary, deps)
      // What could not be read is read again by the next question, and not refused for good.
      found.catch(() => {
        if (kept?.found === found) kept = null
      })
      kept = { key, until: closed.reduce((day, one) => later(day, one.to), ''), found }
      return found
    },
  }
}

async function actualsOf(granary: Warehouse, deps: Deps): Promise<CostActual[]> {
  const posted = await postedIn(granary, deps.world)
  const found: CostActual[] = []
  for (const [cost, some] of Map.groupBy(posted, one => one.cost)) {
    const currencies = new Set(some.map(one => one.currency))
    for (const [currency, those] of Map.groupBy(some, one => one.currency)) {
      const stores =
        currencies.size === 1
          ? null
          : deps.world.stores.filter(one => one.currency === currency).map(one => one.store)
      if (stores?.length === 0) continue
      const within = await figuresOf(deps, cost, those, stores)
      for (const one of those) {
        const { rated, sold } = within(one)
        // Nothing was sold that the amount could be shared among: the rates stay.
        const by = rated !== null && Number(rated) > 0 ? 'rate' : 'sales'
        const whole = by === 'rate' ? rated : sold
        if (whole === null || Number(whole) <= 0) continue
        const factor = exact(one.amount).div(exact(whole)).toDecimalPlaces(12).toFixed()
        found.push({ cost, from: one.from, to: one.to, stores, by, factor })
      }
    }
  }
  return found
}

/** Sums of the accounts of each cost, by closed period and currency. */
async function postedIn(granary: Warehouse, { costAccounts = [], closed = [] }: World): Promise<Posted[]> {
  const names = costAccounts.flatMap(one => one.accounts)
  const days = [...closed.map(one => one.from), ...closed.map(one => one.to)].toSorted()
  const rows = await granary.query(
    `SELECT account, currency, day, sum(amount) AS amount FROM ${granary.dialect.from('ledger_entries')}
     WHERE day >= {from:Date} AND day <= {to:Date} AND account IN (${names.map((_, n) => `{a${n}:String}`).join(', ')})
     GROUP BY account, currency, day`,
    {
      from: days[0] ?? '',
      to: days.at(-1) ?? '',
      ...Object.fromEntries(names.map((name, n) => [`a${n}`, name])),
    },
  )
  const sums = new Map<string, Posted>()
  for (const row of rows) {
    const [day, currency] = [String(row.day), String(row.currency)]
    const period = closed.find(one => day >= one.from && day <= one.to)
    const cost = costAccounts.find(one => one.accounts.includes(String(row.account)))?.cost
    if (!period || !cost) continue
    const key = JSON.stringify([cost, period.from, currency])
    const sum = sums.get(key) ?? { cost, from: period.from, to: period.to, currency, amount: '0' }
    sums.set(key, {
      ...sum,
      amount: exact(sum.amount)
        .plus(exact(String(row.amount)))
        .toString(),
    })
  }
  return [...sums.values()]
}

/** What a cost comes to by rates, and sales after discounts, in each period: one question where periods are months. */
async function figuresOf(
  deps: Deps,
  cost: RatedCost,
  periods: readonly Posted[],
  stores: readonly string[] | null,
): Promise<(one: Posted) => { rated: string | null; sold: string | null }> {
  const metric = costMetrics[cost] ?? cost
  const days = [...periods.map(one => one.from), ...periods.map(one => one.to)].toSorted()
  const ask = async (from: Day, to: Day, monthly: boolean) => {
    const made = await plan(
      {
        metrics: [metric, sales],
        from,
        to,
        currency: periods[0]?.currency ?? '',
        ...(monthly && { grain: 'month' as const }),
        ...(stores && { stores: [...stores] }),
      },
      { ...deps, scope: { ...deps.scope, stores: 'all' } },
    )
    return { made, answer: await run(made, deps) }
  }
  const figures = (row: Answer['totals'] | undefined) => ({
    rated: text(row?.[metric]),
    sold: text(row?.[sales]),
  })
  const found = new Map<Day, ReturnType<typeof figures>>()
  const months = await ask(days[0] ?? '', days.at(-1) ?? '', true)
  for (const { from, to } of periods) {
    const bucket = months.made.window.buckets.find(one => one.from === from && one.to === to)
    const row = bucket && months.answer.rows.find(one => one.period === bucket.key)
    found.set(from, figures(row ?? (await ask(from, to, false)).answer.totals))
  }
  return one => found.get(one.from) ?? { rated: null, sold: null }
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
