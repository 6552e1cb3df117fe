import type { Day } from '#kernel/day.ts'
import { exact } from '#kernel/money.ts'
import type { Amounts } from './ledger.ts'

/** What is known of trade, by the definitions of docs/metrics: amounts in the smallest coin, counts as they are. */
const money = [
  'gross',
  'discounts',
  'reversals',
  'net',
  'shipping',
  'taxes',
  'total',
  'gift_cards',
  'cogs',
  'net_costed',
] as const
const counts = [
  'orders',
  'units_sold',
  'units_returned',
  'sessions',
  'cart_sessions',
  'checkout_sessions',
  'completed_sessions',
] as const
type Figure = (typeof money)[number] | (typeof counts)[number]

/** One store's day in one market. Amounts are decimal text in the store's currency, deductions negative. */
export interface TruthRow {
  store: string
  day: Day
  /** Country the orders went to. */
  market: string
  currency: string
  figures: Readonly<Record<Figure, string>>
}

type Cents = Record<Figure, number>

/** Books of a store: adds up by day and country. */
export function booksOf({ store, currency }: { store: string; currency: string }) {
  const cells = new Map<string, Cents>()
  const cell = (day: Day, country: string): Cents => {
    const key = `${day} ${country}`
    const found =
      cells.get(key) ?? (Object.fromEntries([...money, ...counts].map(name => [name, 0])) as unknown as Cents)
    cells.set(key, found)
    return found
  }
  return {
    cell,
    enter(day: Day, country: string, entry: Amounts & { giftCards?: number }): void {
      const into = cell(day, country)
      const net = entry.gross + entry.discounts + entry.reversals
      into.gross += entry.gross
      into.discounts += entry.discounts
      into.reversals += entry.reversals
      into.net += net
      into.shipping += entry.shipping
      into.taxes += entry.taxes
      into.total += net + entry.shipping + entry.taxes
      into.gift_cards += entry.giftCards ?? 0
      if (entry.cost !== null) {
        into.cogs += entry.cost
        into.net_costed += net
      }
      if (entry.quantity > 0) into.units_sold += entry.quantity
      else into.units_returned -= entry.quantity
    },
    rows: (): TruthRow[] =>
      [...cells]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, cents]) => ({
          store,
          day: key.slice(0, 10),
          market: key.slice(11),
          currency,
          figures: textOf(cents),
        })),
  }
}

/** Every currency of the company has two decimals. */
export const decimal = (coins: number): string => exact(String(coins)).div(100).toFixed(2)

function textOf(cents: Cents): Record<Figure, string> {
  const pairs = [
    ...money.map(name => [name, decimal(cents[name])]),
    ...counts.map(name => [name, String(cents[name])]),
  ]
  return Object.fromEntries(pairs) as Record<Figure, string>
}
