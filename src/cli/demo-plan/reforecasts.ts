import { addDays, addYears, type Day, earlier } from '#kernel/day.ts'
import { say } from './budget.ts'
import { type Desk, figuresOf, hasLastYear, known, over, type Period, type Planner, people } from './desk.ts'
import { closeMonths } from './months.ts'
import { risksOf } from './risks.ts'

type Confidence = 'low' | 'medium' | 'high'

/** What owners expect otherwise of the months after the last closed one: by how much, and why. */
const expectations: readonly {
  who: Planner
  metric: string
  line: string
  /** Months after the last closed one. */
  ahead: number
  times: number
  confidence: Confidence
  reason: (month: Period, promotion: string | undefined) => string
}[] = [
  {
    who: 'trading',
    metric: 'net_sales',
    line: 'net_sales',
    ahead: 1,
    times: 1.03,
    confidence: 'high',
    reason: (_, promotion) =>
      promotion ? `${promotion} in every shop, and trade orders on hand` : 'Trade orders on hand say more',
  },
  {
    who: 'marketing',
    metric: 'spend',
    line: 'media',
    ahead: 1,
    times: 1.05,
    confidence: 'medium',
    reason: () => 'Retargeting stays on through the month: it pays at today’s order value',
  },
  {
    who: 'accounts',
    metric: 'net_sales',
    line: 'net_sales',
    ahead: 2,
    times: 0.98,
    confidence: 'medium',
    reason: () => 'Two trade accounts have told us they order later',
  },
]

/** Begins the reforecast after so many closed months, and takes it as far as it is asked to. */
export async function reforecast(
  desk: Desk,
  given: { budget: string; closed: number; lock: boolean },
): Promise<string> {
  const { as, year } = desk
  const { budget, closed, lock } = given
  const id = `LE${closed}-${year}`
  const { sheet } = await as('trading').plan.open({ version: budget })
  const last = sheet.periods[closed - 1] as Period
  /** A working day of the month after: the first, the second … */
  const on = (nth: number): Day => addDays(last.to, 2 + nth)
  const state = async () => (await as('trading').plan.versions({})).find(one => one.id === id)?.state
  if (!(await state()))
    await as('trading', on(1)).plan.start({
      ...{ id, name: `LE${closed} ${year}`, kind: 'le', currency: sheet.currency, grain: 'month' },
      ...{ from: sheet.periods[0]?.from ?? '', to: sheet.periods.at(-1)?.to ?? '' },
      begin: { with: 'version', version: budget, closedPeriods: closed },
    })
  if (lock && (await state()) === 'locked') return id
  if ((await state()) === 'draft') {
    const open = sheet.periods.slice(closed)
    // How far an earlier start came.
    const before = await as('trading').plan.reforecast({ version: id })
    const sign = async (step: 'baseline' | 'expectations' | 'risks', day: Day, note: string) => {
      if (!before.steps[step]) await as('trading', day).plan.signStep({ version: id, step, note })
    }
    if (!before.steps.baseline) await baseline(desk, id, open, on(2), last)
    const rests = hasLastYear(desk)
      ? 'Last year’s season at this year’s level'
      : 'As budgeted: there is no last year yet'
    await sign('baseline', on(2), rests)
    await expected(desk, id, open, on(3))
    if (before.capacity === null) await shippable(desk, id, on(4))
    const there = new Set(before.risks.map(one => one.id))
    for (const { who, ...risk } of await risksOf(desk, id, open, on(4)))
      if (!there.has(risk.id)) await as(who, on(4)).plan.saveRisk(risk)
    await say(desk, id, [
      {
        ...{ who: 'marketing', line: 'media', period: open[0]?.key, day: on(3) },
        text: 'Booked ahead for the season already: see the commitments of Meta.',
      },
      {
        ...{ who: 'trading', line: 'discount_rate', period: open.at(-1)?.key, day: on(4) },
        text: 'No offer planned beyond the promotions in the calendar. If sales slip we talk first.',
      },
    ])
    if (lock) {
      await sign('expectations', on(5), 'All owners have looked')
      await sign('risks', on(5), 'Taken as listed')
    }
  }
  if (!lock) return id
  if ((await state()) === 'draft') await as('trading', on(6)).plan.submit({ version: id })
  if ((await state()) === 'submitted')
    await as('director', on(6)).plan.approve({ version: id, comment: 'As spoken through on working day 6.' })
  if ((await state()) === 'approved') {
    await acceptedChecks(desk, id, on(7))
    await as('director', on(7)).plan.lock({ version: id })
  }
  return id
}

/** Whether somebody has put anything into the cells of a version since it was begun. */
const typed = async ({ as }: Desk, version: string) =>
  (await as('trading').plan.since({ version, seq: 0 })).rows.length > 0

/** Open months at last year's level of this year, as far as it was known then; without a last year they stay as budgeted. */
async function baseline(desk: Desk, version: string, open: readonly Period[], day: Day, last: Period) {
  const { as } = desk
  if (hasLastYear(desk) && !(await typed(desk, version))) {
    const year = `${last.to.slice(0, 4)}-01-01`
    const net = async (from: Day, to: Day) => {
      const { totals } = await as('trading').performance.query({
        metrics: ['net_sales'],
        from,
        to,
        currency: 'GBP',
      })
      return Number(totals.net_sales ?? 0)
    }
    const then = await net(addYears(year, -1), addYears(last.to, -1))
    const growth = then > 0 ? (await net(year, last.to)) / then : 0
    const values = []
    for (const { key, from, to } of growth > 0 ? open : []) {
      const value = (await net(addYears(from, -1), addYears(to, -1))) * growth
      if (value > 0) values.push({ period: key, value: value.toFixed(2) })
    }
    if (values.length > 0)
      await as('trading', day).plan.bring({
        ...{ version, line: 'net_sales', values },
        why: 'Last year’s months at this year’s level',
      })
  }
}

async function expected(desk: Desk, version: string, open: readonly Period[], day: Day) {
  const { overlays } = await desk.as('trading').plan.credit({})
  const figures = await figuresOf(desk.as('trading'), version, ['net_sales', 'media'])
  for (const { who, metric, line, ahead, times, confidence, reason } of expectations) {
    const month = open[ahead - 1]
    const baselineOf = month && figures[line]?.[month.key]
    const { name } = people[who]
    const said = (one: (typeof overlays)[number]) =>
      one.version === version && one.metric === metric && one.period === month?.key && one.byName === name
    if (!month || !baselineOf || overlays.some(said)) continue
    const promotion = desk.facts.promotions.find(one => one.from <= month.to && one.to >= month.from)
    await desk.as(who, day).plan.overlay({
      ...{ version, metric, confidence, period: month.key, from: month.from, to: month.to },
      baseline: baselineOf.toFixed(2),
      value: (baselineOf * times).toFixed(2),
      reason: reason(month, promotion?.name.replace(/ \d{4}$/, '')),
    })
  }
}

const accepted = {
  stock: 'Stock is planned with the buyers, in their own book',
  open_to_buy: 'Buying is planned with the buyers, in their own book',
  capacity: 'The warehouse knows of the day and staffs for it',
  budget: 'Media and fees run ahead because sales do; settled within the year',
  committed: 'Known: the contracts end with the year',
} as const

/** Says how many orders can be shipped in a day. */
async function shippable({ as, last }: Desk, version: string, day: Day) {
  const { rows } = await as('service').performance.query({
    metrics: ['orders'],
    grain: 'day',
    from: addDays(last, -729),
    to: earlier(day, last),
    limit: 10_000,
  })
  const busiest = Math.max(0, ...rows.map(row => Number(row.orders ?? 0)))
  // What the warehouse contract allows for: a fifth above the busiest day there was.
  const capacity = String(Math.ceil((busiest * 1.2) / 10) * 10)
  if (busiest > 0) await as('service', day).plan.saveCapacity({ version, capacity })
}

/** Says why a check may fail, on the day of the lock: what it says moves with what is spent. */
async function acceptedChecks({ as }: Desk, version: string, day: Day) {
  const { checks } = await as('trading', day).plan.reforecast({ version })
  for (const { name, says, state, accepted: by } of checks)
    if (state !== 'passes' && by === null)
      await as('trading', day).plan.acceptCheck({ version, check: name, says, why: accepted[name] })
}

/** Reforecasts there is a closed month for: the last two locked, the present one under way. */
export async function reforecasts(desk: Desk, budget: string): Promise<string | null> {
  const { periods } = (await desk.as('trading').plan.open({ version: budget })).sheet
  const count = over(periods, desk).length
  const first = periods.findIndex(one => known([one], desk).length > 0)
  if (first < 0) return null
  // What is closed later is an actual of every reforecast that is not locked: one after the other.
  // What was over before anybody planned is not foreseen any more.
  for (const closed of [count - 2, count - 1])
    if (closed > first && (periods[closed - 1]?.to ?? '') >= desk.speaks) {
      await closeMonths(desk, periods.slice(0, closed))
      await reforecast(desk, { budget, closed, lock: true })
    }
  await closeMonths(desk, periods)
  return count > first && count < periods.length
    ? reforecast(desk, { budget, closed: count, lock: false })
    : null
}
