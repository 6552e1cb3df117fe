import { ne } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { addDays, later } from '#kernel/day.ts'
import { alerts } from '#postgres/tables/watch.ts'
import type { Alert } from './evaluate.ts'

/** Alerts that want somebody, in order. */
export async function openAlerts({ ledger }: Pick<Context, 'ledger'>): Promise<Alert[]> {
  const open = await ledger.select().from(alerts).where(ne(alerts.state, 'resolved'))
  return ranked(open)
}

/** Days after its end in which a matter still stands beside those that go on. */
const fading = 3

/**
 * What goes on before what has been over for some days, for that costs nothing any more; within each, broken data before
 * all, then the most money a day.
 */
export function ranked<A extends Pick<Alert, 'moneyPerDay' | 'doubt' | 'score' | 'until' | 'seenOn'>>(
  some: readonly A[],
): A[] {
  const today = some.map(one => one.seenOn).reduce(later, '')
  const isOver = ({ until }: A) => Number(until !== null && until < addDays(today, -fading))
  const isData = ({ doubt, moneyPerDay }: A) => Number(doubt !== null && moneyPerDay === null)
  return some.toSorted(
    (a, b) =>
      isOver(a) - isOver(b) ||
      isData(b) - isData(a) ||
      Math.abs(b.moneyPerDay ?? 0) - Math.abs(a.moneyPerDay ?? 0) ||
      b.score - a.score,
  )
}
