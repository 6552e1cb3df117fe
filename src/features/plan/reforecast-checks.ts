import { eq } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { phase } from '#forecast/phasing.ts'
import { capital } from '#kernel/capital.ts'
import { showDay } from '#kernel/format.ts'
import { exact, minus, sum } from '#kernel/money.ts'
import type { Calculation } from '#kernel/plan/calculate.ts'
import { plainOf, plainOrNull, rounded } from '#kernel/plan/fixed.ts'
import { rolled } from '#kernel/plan/roll.ts'
import * as tables from '#postgres/tables/plan.ts'
import { budgetOf } from './budget-of.ts'
import { shapeOf } from './shapes.ts'

/** Whether a reforecast can be carried out: stock, buying, what can be shipped, the budget and what is promised of it. */

type Version = typeof tables.versions.$inferSelect

export interface Check {
  name: 'stock' | 'open_to_buy' | 'capacity' | 'budget' | 'committed'
  label: string
  /** unknown is not a pass: what it needs is not there. */
  state: 'passes' | 'fails' | 'unknown'
  says: string
}

export interface Asked {
  version: Version
  /** With what owners expect carried through it. */
  plan: Calculation
  /** Positions of periods that are open. */
  open: readonly number[]
  /** Orders that can be shipped in a day. */
  capacity: string | null
  lastDay: string | null
  today: string
}

const whole = (text: string | number) => Math.round(Number(text)).toLocaleString('en-GB')

export async function checksOf(context: Context, asked: Asked): Promise<Check[]> {
  return [...stockChecks(asked), await capacityCheck(context, asked), ...(await budgetChecks(context, asked))]
}

const at = ({ plan }: Asked, name: string, period: number) =>
  plainOrNull(rolled(plan, name, { members: {}, first: period, last: period }))

/** The open period in which a line is lowest. */
function lowest(asked: Asked, name: string): { value: string; label: string } | null {
  const { plan, open } = asked
  if (plan.lineNumber(name) === undefined) return null
  const found = open.flatMap(period => {
    const value = at(asked, name, period)
    return value === null ? [] : [{ value, label: plan.sheet.periods[period]?.label ?? '' }]
  })
  return found.sort((a, b) => Number(a.value) - Number(b.value))[0] ?? null
}

/** Whether anything but nothing is filled in on one of the lines. */
const filled = ({ plan }: Asked, names: readonly string[]): boolean =>
  names.some(name => {
    const line = plan.lineNumber(name)
    if (line === undefined) return false
    const slices = plan.slices(line).count
    for (let slice = 0; slice < slices; slice += 1)
      for (let period = 0; period < plan.sheet.periods.length; period += 1)
        if ((plan.at(line, slice, period) ?? 0n) !== 0n) return true
    return false
  })

function stockChecks(asked: Asked): Check[] {
  const { currency } = asked.plan.sheet
  const stocked = filled(asked, ['opening_stock', 'intake'])
  const stock = stocked ? lowest(asked, 'stock_end') : null
  const wanted = filled(asked, ['target_stock', 'on_order'])
  const buying = wanted ? lowest(asked, 'open_to_buy') : null
  return [
    {
      name: 'stock',
      label: 'Stock',
      ...(!stock
        ? {
            state: 'unknown' as const,
            says: 'The plan holds no stock: fill in its opening stock and intake, and it is known whether what is sold is there.',
          }
        : Number(stock.value) < 0
          ? {
              state: 'fails' as const,
              says: `${stock.label} sells ${whole(-Number(stock.value))} ${currency} of stock, at cost, that is not there.`,
            }
          : {
              state: 'passes' as const,
              says: `Stock is lowest in ${stock.label}, at ${whole(stock.value)} ${currency}.`,
            }),
    },
    {
      name: 'open_to_buy',
      label: 'Open to buy',
      ...(!buying
        ? {
            state: 'unknown' as const,
            says: 'No stock is wanted and nothing is on order in the plan: fill them in, and it is known what may still be bought.',
          }
        : Number(buying.value) < 0
          ? {
              state: 'fails' as const,
              says: `${whole(-Number(buying.value))} ${currency} more is bought for ${buying.label} than is needed.`,
            }
          : {
              state: 'passes' as const,
              says: `There is something left to buy in every month; least in ${buying.label}, ${whole(buying.value)} ${currency}.`,
            }),
    },
  ]
}

/** Orders of the busiest day against what can be shipped in one: the month's orders in the shop's own shape of days. */
async function capacityCheck(context: Context, asked: Asked): Promise<Check> {
  const { plan, open, capacity, lastDay } = asked
  const { sheet } = plan
  const line = ['shipped_orders', 'orders'].find(name => plan.lineNumber(name) !== undefined)
  const base = { name: 'capacity' as const, label: 'Capacity' }
  if (!line)
    return {
      ...base,
      state: 'unknown',
      says: 'The plan has no line of orders to hold against what can be shipped.',
    }
  const found = lastDay ? await shapeOf(context, 'orders', lastDay).catch(() => null) : null
  const shape = found?.shape ?? { weight: () => 1 }
  const busiest = open
    .flatMap(period => {
      const span = sheet.periods[period]
      const orders = rolled(plan, line, { members: {}, first: period, last: period })
      if (!span || orders === null || orders < 0n) return []
      return phase(plainOf(rounded(orders, 0)), span.from, span.to, shape, { places: 0 })
    })
    .sort((a, b) => Number(b.amount) - Number(a.amount))[0]
  if (!busiest)
    return { ...base, state: 'unknown', says: 'No orders are planned in the months that are open.' }
  const day = `${showDay(busiest.day)}, ${whole(busiest.amount)} orders`
  if (capacity === null)
    return {
      ...base,
      state: 'unknown',
      says: `The busiest day is ${day}: say how many can be shipped in a day.`,
    }
  return exact(busiest.amount).gt(exact(capacity))
    ? { ...base, state: 'fails', says: `The busiest day is ${day}; ${whole(capacity)} can be shipped.` }
    : { ...base, state: 'passes', says: `The busiest day is ${day}; ${whole(capacity)} can be shipped.` }
}

/** Lines of costs of a plan beside the budget lines of their kind. */
const kinds = [
  { kind: 'media', line: 'media', label: 'Media' },
  { kind: 'capex', line: 'capex', label: 'Investment' },
] as const

async function budgetChecks(context: Context, asked: Asked): Promise<Check[]> {
  const { version, plan, today } = asked
  const from = await budgetedIn(context, version)
  const [budget, committed] = [
    { name: 'budget' as const, label: 'Budget left' },
    { name: 'committed' as const, label: 'Committed spend' },
  ]
  if (!from) {
    const says = 'Neither this version nor one it was made from has budget lines.'
    return [
      { ...budget, state: 'unknown', says },
      { ...committed, state: 'unknown', says },
    ]
  }
  const { lines, version: of, total, unbudgeted } = await budgetOf(context, from, today)
  const { currency } = of.sheet
  const named = (those: typeof lines, pick: (line: (typeof lines)[number]) => string) =>
    those
      .slice(0, 3)
      .map(line => `${line.label} by ${whole(pick(line))}`)
      .join(', ') + (those.length > 3 ? ` and ${those.length - 3} more` : '')
  const spentOver = lines.filter(line => Number(minus(line.use.budget, line.use.actual)) < 0)
  const promised = lines.filter(
    line => Number(line.use.remaining) < 0 && Number(line.use.committed) > 0 && !spentOver.includes(line),
  )
  const planned = kinds.flatMap(({ kind, line, label }) => {
    const own = lines.filter(one => one.kind === kind)
    if (own.length === 0 || plan.lineNumber(line) === undefined) return []
    const cost = rolled(plan, line, { members: {}, first: 0, last: plan.sheet.periods.length - 1 })
    const may = sum(own.map(one => one.use.budget)) ?? '0'
    if (cost === null || !exact(plainOf(cost)).gt(exact(may))) return []
    return [`${label} of ${whole(plainOf(cost))} is planned and ${whole(may)} budgeted`]
  })
  const without = (pick: (one: (typeof unbudgeted)[number]) => string, words: string) => {
    const own = unbudgeted.filter(one => Number(pick(one)) > 0)
    return own.length === 0
      ? []
      : [`${words}: ${own.map(one => `${one.label} of ${one.version}, ${whole(pick(one))}`).join('; ')}`]
  }
  const where = of.id === version.id ? '' : ` Held against the lines of ${of.name}.`
  const over = [
    ...(spentOver.length > 0
      ? [`overspent: ${named(spentOver, line => minus(line.use.actual, line.use.budget) ?? '0')}`]
      : []),
    ...planned,
    ...without(one => one.actual, 'spent on no line of it'),
  ]
  const beyond = [
    ...(promised.length > 0
      ? [`more is promised than is left: ${named(promised, line => minus('0', line.use.remaining) ?? '0')}`]
      : []),
    ...without(one => one.committed, 'promised on no line of it'),
  ]
  return [
    {
      ...budget,
      state: over.length > 0 ? 'fails' : 'passes',
      says: `${over.length > 0 ? `${capital(over.join('; '))}, in ${currency}` : `${whole(total.remaining)} ${currency} of ${lines.length} ${lines.length === 1 ? 'line' : 'lines'} is left`}.${where}`,
    },
    {
      ...committed,
      state: beyond.length > 0 ? 'fails' : 'passes',
      says: `${beyond.length > 0 ? `${capital(beyond.join('; '))}, in ${currency}` : `All that is promised is within its line`}.${where}`,
    },
  ]
}

/** The nearest version with budget lines: this one, or one it was made from. */
async function budgetedIn({ ledger }: Context, version: Version): Promise<string | null> {
  const seen = new Set<string>()
  for (let id: string | null = version.id; id !== null && !seen.has(id); ) {
    seen.add(id)
    const [item] = await ledger
      .select({ id: tables.items.id })
      .from(tables.items)
      .where(eq(tables.items.version, id))
      .limit(1)
    if (item) return id
    const [found]: { basedOn: string | null }[] = await ledger
      .select({ basedOn: tables.versions.basedOn })
      .from(tables.versions)
      .where(eq(tables.versions.id, id))
    id = found?.basedOn ?? null
  }
  return null
}
