import { addDays } from '#kernel/day.ts'
import { budgetLines } from './budget.ts'
import { type Desk, figuresOf, hasLastYear, over } from './desk.ts'

const cases = [
  { id: 'Low', name: 'Low case', times: 0.92, why: 'Trade orders a month later, traffic a little dearer' },
  { id: 'High', name: 'High case', times: 1.06, why: 'The season as strong as the last two months' },
] as const

/** A low and a high case of the months to come, beside the version that is the base. */
export async function scenarios(desk: Desk, base: string): Promise<void> {
  const { as, year, last } = desk
  const { sheet, version } = await as('trading').plan.open({ version: base })
  const gone = over(sheet.periods, desk)
  const open = sheet.periods.filter(one => !gone.includes(one))
  const { net_sales: sales = {} } = await figuresOf(as('trading'), base, ['net_sales'])
  const values = (times: number) =>
    open.flatMap(({ key }) =>
      (sales[key] ?? 0) > 0 ? [{ period: key, value: ((sales[key] ?? 0) * times).toFixed(2) }] : [],
    )
  if (values(1).length === 0) return
  const day = addDays(last, -5)
  for (const { id: one, name, times, why } of cases) {
    const id = `${one}-${year}`
    if (!(await as('trading').plan.versions({})).some(each => each.id === id))
      await as('trading', day).plan.start({
        ...{ id, name: `${name} ${year}`, kind: 'scenario', currency: sheet.currency, grain: 'month' },
        ...{ from: sheet.periods[0]?.from ?? '', to: sheet.periods.at(-1)?.to ?? '' },
        begin: { with: 'version', version: base, closedPeriods: version.closedPeriods },
      })
    const { net_sales: own = {} } = await figuresOf(as('trading'), id, ['net_sales'])
    const as_is = open.every(({ key }) => Math.abs((own[key] ?? 0) - (sales[key] ?? 0)) < 0.01)
    if (as_is)
      await as('trading', day).plan.bring({ version: id, line: 'net_sales', values: values(times), why })
  }
}

/** From October on next year's budget is begun: a draft, its lines dearer by what contracts and pay will rise. */
export async function nextYear(desk: Desk): Promise<void> {
  const { as, year, last } = desk
  if (!hasLastYear(desk) || last < `${year}-09-30`) return
  const next = String(Number(year) + 1)
  const version = `Budget-${next}`
  const day = `${year}-10-01`
  const found = (await as('trading').plan.versions({})).find(one => one.id === version)
  if (!found)
    await as('trading', day).plan.start({
      ...{ id: version, name: `Budget ${next}`, kind: 'budget', currency: 'GBP', grain: 'month' },
      ...{ from: `${next}-01-01`, to: `${next}-12-31` },
      begin: { with: 'last_year', trade: 'b2c', growth: '0.12', stock: false },
    })
  if (!found || found.state === 'draft') await budgetLines(desk, version, day, { rise: 1.04 })
}
