import { addDays, type Day, later } from '#kernel/day.ts'
import { type Desk, known, over, type Period, type people } from './desk.ts'
import { budgetRates, contractLines, type Line, tradingLines } from './lines.ts'

type Budget = Awaited<ReturnType<ReturnType<Desk['as']>['plan']['budget']>>

const prefixed = (version: string, id: string) => `demo-${version}-${id}`.toLowerCase()
const saved = (budget: Budget, version: string, id: string) =>
  budget.lines.find(one => one.id === prefixed(version, id))

/** Gives a draft its budget lines and the rates it is planned at, and the plan the costs they come to. */
export async function budgetLines(
  desk: Desk,
  version: string,
  day: Day,
  { rise = 1 }: { rise?: number } = {},
): Promise<void> {
  const { as } = desk
  const { sheet } = await as('trading').plan.open({ version })
  const before = await as('trading').plan.budget({ version })
  if (Object.keys(before.rates).length === 0)
    await as('trading', day).plan.saveRates({ version, rates: { ...budgetRates }, why: 'As finance plans' })
  const lines = [
    ...contractLines(sheet.periods, rise),
    ...(await tradingLines(desk, version, sheet.periods, sheet.currency)),
  ]
  for (const { into: _, spends: _s, ...line } of lines)
    if (!saved(before, version, line.id))
      await as('trading', day).plan.saveItem({ ...line, id: prefixed(version, line.id), version })
  await costsInPlan(desk, version, lines, day)
}

/** Heads the people of the lines are. */
const heads = 9

/** Fills in the plan what its lines come to, so that both say the same. */
async function costsInPlan({ as }: Desk, version: string, lines: readonly Line[], day: Day): Promise<void> {
  const { sheet } = await as('trading').plan.open({ version })
  const { lines: kept } = await as('trading').plan.budget({ version })
  const names = new Set(
    sheet.lines.filter(one => one.formula === null && one.over.length === 0).map(one => one.name),
  )
  const rates: Readonly<Record<string, string>> = budgetRates
  const sumOf = (into: Line['into'], period: string) =>
    lines
      .filter(line => line.into === into)
      .reduce((all, line) => {
        const own = kept.find(one => one.id === prefixed(version, line.id))
        const rate = line.currency === sheet.currency ? 1 : Number(rates[line.currency] ?? 0)
        return all + Number(own?.amounts[period] ?? 0) * rate
      }, 0)
  const filled = [
    ...(['crm', 'software', 'agencies', 'capex'] as const).map(name => ({
      name: name as string,
      at: (period: string) => sumOf(name, period).toFixed(2),
    })),
    { name: 'headcount', at: () => String(heads) },
    { name: 'cost_per_head', at: (period: string) => (sumOf('people', period) / heads).toFixed(2) },
  ].filter(one => names.has(one.name))
  // Edits of the same name are taken once, however often they come.
  const edits = filled.flatMap(({ name, at }) =>
    sheet.periods.map(({ key }) => ({
      id: `${prefixed(version, name)}-${key}`.toLowerCase(),
      line: name,
      slice: [],
      period: key,
      value: at(key),
      after: [],
    })),
  )
  if (edits.length > 0)
    await as('trading', day).plan.edit({ version, edits, why: 'As the budget lines come to' })
}

/** How finance's list of what was paid is called. */
const exported = (periods: readonly Period[]) => `Finance export, to ${periods.at(-1)?.label ?? ''}`

/** What no system tells of the months that are over: finance's list, as it comes each month. */
export async function recordSpent(desk: Desk, version: string): Promise<void> {
  const { as } = desk
  const { sheet } = await as('trading').plan.open({ version })
  const budget = await as('trading').plan.budget({ version })
  const months = known(sheet.periods, desk)
  const closed = await as('director').plan.closed({})
  const open = months.filter(one => !closed.some(each => each.from <= one.to && each.to >= one.from))
  const told = budget.lines.some(line => line.sources.some(one => one.source.startsWith('Finance export')))
  if (told || open.length === 0) return
  const entries = contractLines(sheet.periods).flatMap(({ id, spends, currency }) => {
    const line = saved(budget, version, id)
    if (spends === undefined || !line) return []
    return open.flatMap(({ key, to }) => {
      const amount = Number(line.amounts[key] ?? 0) * spends
      return amount > 0
        ? [
            {
              item: line.id,
              day: to,
              amount: amount.toFixed(2),
              currency,
              reference: `${id.toUpperCase()}-${key}`,
            },
          ]
        : []
    })
  })
  const last = open.at(-1)?.to ?? desk.last
  if (entries.length > 0)
    await as('trading', addDays(last, 2)).plan.recordSpent({ source: exported(open), entries })
}

const promises = [
  { of: 'shopify', kind: 'contract', reference: 'Order form SF-2214' },
  { of: 'magento', kind: 'contract', reference: 'Licence AC-0871, three years' },
  { of: 'search', kind: 'contract', reference: 'Subscription FS-118' },
  { of: 'agency', kind: 'contract', reference: 'Retainer HLM, notice three months' },
  { of: 'german', kind: 'contract', reference: 'Framework KS-31' },
  { of: 'replatform', kind: 'purchase_order', reference: 'PO-4471, phase 1' },
] as const

/** What is promised for the rest of the year: contracts, a purchase order, media booked ahead. */
export async function commitments(desk: Desk, version: string): Promise<void> {
  const { as, last } = desk
  const { sheet } = await as('trading').plan.open({ version })
  const budget = await as('trading').plan.budget({ version })
  const gone = over(sheet.periods, desk)
  const rest = sheet.periods.filter(one => !gone.includes(one))
  const [next, end] = [rest[0], rest.at(-1)]
  if (!next || !end) return
  const ahead = (line: Budget['lines'][number]) =>
    rest.reduce((all, { key }) => all + Number(line.amounts[key] ?? 0), 0)
  const there = new Set(budget.lines.flatMap(line => line.commitments.map(one => one.id)))
  const from = later(next.from, addDays(last, 1))
  const commit = async (
    id: string,
    given: { kind: 'purchase_order' | 'contract' | 'media'; reference: string; part: number },
  ) => {
    const line = saved(budget, version, id)
    const own = prefixed(version, `promise-${id}`)
    const amount = line ? ahead(line) * given.part : 0
    if (!line || there.has(own) || amount <= 0) return
    const { kind, reference } = given
    const { currency, vendor } = line
    await as('trading', addDays(last, -20)).plan.saveCommitment({
      ...{ id: own, item: line.id, kind, reference, vendor, currency },
      ...{ amount: amount.toFixed(2), from, to: end.to },
    })
  }
  for (const { of, ...given } of promises) await commit(of, { ...given, part: 1 })
  const [booked] = budget.lines
    .filter(one => one.kind === 'media' && one.vendor === 'Meta')
    .sort((a, b) => Number(b.use.budget) - Number(a.use.budget))
  if (booked)
    await commit(booked.id.slice(prefixed(version, '').length), {
      ...{ kind: 'media', reference: 'Booking for the season' },
      part: 0.5,
    })
}

/** One line gives to another in a month that is still open, and somebody asks for the same. */
export async function transfers(desk: Desk, version: string): Promise<void> {
  const { as } = desk
  const { sheet } = await as('trading').plan.open({ version })
  const gone = over(sheet.periods, desk)
  const month = sheet.periods.find(one => !gone.includes(one))
  const budget = await as('trading').plan.budget({ version })
  const [from, to, hands] = ['agency', 'photos', 'temps'].map(id => saved(budget, version, id))
  if (!month || !from || gone.length === 0) return
  const why = 'The autumn range needed two more days in the studio'
  if (to && !(await as('trading').plan.itemHistory({ id: to.id })).some(one => one.why.includes(why)))
    await as('trading', addDays(desk.last, -3)).plan.transfer({
      ...{ from: from.id, to: to.id, period: month.key, amount: '1200.00', why },
    })
  if (!hands || (await as('service').plan.transfers({ version })).length > 0) return
  await as('service', addDays(desk.last, -1)).plan.transfer({
    ...{ from: from.id, to: hands.id, period: month.key, amount: '850.00', ask: true },
    why: 'Two more on the service desk for the fortnight after Black Friday',
  })
}

/** Words at cells somebody will ask about; each is said once. */
export async function say(
  desk: Desk,
  version: string,
  those: readonly {
    who: keyof typeof people
    line: string
    period: string | undefined
    text: string
    day: Day
  }[],
): Promise<void> {
  const { sheet, comments } = await desk.as('trading').plan.open({ version })
  for (const { who, line, period, text, day } of those) {
    const has = sheet.lines.some(one => one.name === line && one.over.length === 0)
    const there = sheet.periods.some(one => one.key === period)
    if (period === undefined || !there || !has || comments.some(one => one.text === text)) continue
    await desk.as(who, day).plan.comment({ version, line, slice: [], period, text })
  }
}
