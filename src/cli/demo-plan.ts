import { createCompany } from '#simulators/company/company.ts'
import type { Made } from './demo.ts'
import { nextYear, scenarios } from './demo-plan/ahead.ts'
import { budgetLines, commitments, recordSpent, say, transfers } from './demo-plan/budget.ts'
import { approvedCase, openCases } from './demo-plan/cases.ts'
import { type ClientFor, type Desk, deskOf, hasLastYear, planFrom } from './demo-plan/desk.ts'
import { closeMonths } from './demo-plan/months.ts'
import { reforecasts } from './demo-plan/reforecasts.ts'
import { writeStrategy } from './demo-plan/strategy.ts'

/**
 * Gives the company what its director would have in the planning rooms, from its own figures and by the same doors as
 * everyone: a strategy, an approved budget with its lines, closed months, reforecasts, cases, scenarios. Every step looks
 * first whether it was taken, so that one that was cut short is gone on with; versions somebody else made are left alone.
 * What has no basis in the data is left out.
 * @param clientFor operations as called by somebody
 */
export async function plan(clientFor: ClientFor, made: Made): Promise<void> {
  const desk = await deskOf(clientFor, createCompany(made).facts)
  if (!desk) return
  const budget = `Budget-${desk.year}`
  const versions = await desk.as('trading').plan.versions({})
  const own = versions.find(one => one.id === budget)
  if (versions.length > 0 && !own) return
  // One without lines was approved by somebody who wanted none.
  if (own && own.state !== 'draft') {
    const { lines } = await desk.as('trading').plan.budget({ version: budget })
    if (lines.length === 0) return
  }
  await approvedBudget(desk, budget, own === undefined)
  await recordSpent(desk, budget)
  await closeMonths(desk, [monthBefore(desk)])
  await transfers(desk, budget)
  await commitments(desk, budget)
  await openCases(desk)
  await nextYear(desk)
  const latest = await reforecasts(desk, budget)
  await scenarios(desk, latest ?? budget)
}

/** Begun from last year, or from the run-rate of a short history; with its lines and the case in it, and agreed. */
async function approvedBudget(desk: Desk, version: string, begin: boolean): Promise<void> {
  const { as, year } = desk
  const day = (n: number) => `${year}-01-${String(n).padStart(2, '0')}`
  const lastYear = hasLastYear(desk)
  if (begin)
    await as('trading', day(6)).plan.start({
      ...{ id: version, name: `Budget ${year}`, kind: 'budget', currency: 'GBP', grain: 'month' },
      ...{ from: planFrom(desk), to: `${year}-12-31` },
      begin: {
        ...{ with: lastYear ? 'last_year' : 'run_rate', trade: 'b2c', growth: lastYear ? '0.12' : '0' },
        // What is in stock is bought in another book.
        stock: false,
      },
    })
  await writeStrategy(desk)
  const state = async () => (await as('trading').plan.versions({})).find(one => one.id === version)?.state
  if ((await state()) === 'draft') {
    await budgetLines(desk, version, day(9))
    await approvedCase(desk, version, day(12))
    await say(desk, version, [
      lastYear
        ? {
            ...{ who: 'trading', line: 'aov', period: `${year}-11`, day: day(12) },
            text: 'Lower than in October on purpose: Black Friday sells at 20 % off.',
          }
        : {
            ...{ who: 'trading', line: 'aov', period: planFrom(desk).slice(0, 7), day: day(12) },
            text: 'At the rate of the last 13 weeks, every month alike: there is no year behind us to plan by yet.',
          },
      {
        ...{ who: 'marketing', line: 'media', period: `${year}-12`, day: day(12) },
        text: 'Half of it is booked by October: places before Christmas are gone by then.',
      },
      {
        ...{ who: 'director', line: 'headcount', period: `${year}-04`, day: day(13) },
        text: 'Nine through the year. A tenth only if the trade rebuild goes live.',
      },
    ])
    await as('trading', day(14)).plan.submit({ version, comment: 'With the lines of all owners.' })
  }
  if ((await state()) === 'submitted')
    await as('director', day(15)).plan.approve({
      version,
      comment: 'Agreed. The trade arm is where we are bold.',
    })
}

/** The last month of the year before. */
const monthBefore = ({ year }: Desk) => {
  const key = `${Number(year) - 1}-12`
  return { key, label: key, from: `${key}-01`, to: `${key}-31` }
}
