import { addDays, type Day } from '#kernel/day.ts'
import type { Desk } from './desk.ts'
import { initiatives } from './strategy.ts'

const quarter = (n: number) => ({ 0: 'Q1', 1: 'Q2', 2: 'Q3', 3: 'Q4' })[n % 4] ?? ''
const quarters = (first: number, flows: readonly (readonly [number, number])[]) =>
  flows.map(([cost, benefit], n) => ({
    label: quarter(first + n),
    cost: String(cost),
    benefit: String(benefit),
  }))

/** The case the budget carries: agreed before it, its benefit and its cost in the plan, once. */
export async function approvedCase({ as, year }: Desk, version: string, day: Day): Promise<void> {
  const id = `demo-${year}-reorder`
  const one = async () => (await as('director').plan.cases({})).find(each => each.id === id)
  if (!(await one()))
    await as('accounts', day).plan.saveCase({
      id,
      content: {
        title: initiatives.reorder,
        initiative: initiatives.reorder,
        currency: 'GBP',
        rate: '0.09',
        periodsPerYear: 4,
        plan: version,
        start: `${year}-04-01`,
        likelihood: 0.8,
        costs: 'investment',
        benefitSd: 0.35,
        periods: quarters(1, [
          [24_000, 0],
          [14_000, 9_000],
          [3_000, 16_000],
          [3_000, 18_000],
          [3_000, 20_000],
          [3_000, 20_000],
        ]),
      },
    })
  if ((await one())?.state === 'draft') await as('accounts', day).plan.submitCase({ id })
  if ((await one())?.state === 'submitted')
    await as('director', day).plan.approveCase({
      id,
      comment: 'Go, in two steps: look again after the first.',
    })
}

/** A case that waits for consent, and one that is still being written. */
export async function openCases({ as, year, last, facts }: Desk): Promise<void> {
  const all = await as('director').plan.cases({})
  const has = (id: string) => all.find(one => one.id === id)
  const asked = `demo-${year}-instalments`
  const day = addDays(last, -12)
  if (!has(asked))
    await as('site', day).plan.saveCase({
      id: asked,
      content: {
        title: 'Payment by instalments, UK and Germany',
        initiative: initiatives.instalments,
        currency: 'GBP',
        rate: '0.09',
        periodsPerYear: 4,
        likelihood: 0.6,
        costs: 'running',
        benefitSd: 0.5,
        periods: quarters(0, [
          [14_000, 6_000],
          [4_000, 17_000],
          [4_000, 19_000],
          [4_500, 24_000],
        ]),
      },
    })
  if (!has(asked) || has(asked)?.state === 'draft') await as('site', day).plan.submitCase({ id: asked })
  const { day: live } = facts.initiativeWorked
  const draft = `demo-${year}-delivery`
  if (has(draft) || addDays(live, 28) > last) return
  await as('site', addDays(live, 42)).plan.saveCase({
    id: draft,
    content: {
      title: 'Delivery date in the US and German shops',
      initiative: initiatives.delivery,
      currency: 'GBP',
      rate: '0.09',
      periodsPerYear: 4,
      likelihood: 0.7,
      costs: 'running',
      benefitSd: 0.4,
      periods: quarters(0, [
        [9_500, 4_000],
        [2_000, 11_000],
        [2_000, 12_000],
        [2_000, 15_000],
      ]),
    },
  })
}
