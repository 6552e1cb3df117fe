import { addDays } from '#kernel/day.ts'
import { type Desk, known, type Period } from './desk.ts'

/** Closes the months that are over, one after the other, each a few days after its end. */
export async function closeMonths(desk: Desk, periods: readonly Period[]): Promise<void> {
  const { as } = desk
  const closed = new Set((await as('director').plan.closed({})).map(one => one.period))
  for (const { key, from, to } of known(periods, desk)) {
    if (closed.has(key)) continue
    const { stores } = await as('director').plan.agreement({ from, to })
    const differ = stores.filter(one => one.days > 0)
    const compared = stores.filter(one => one.until !== null)
    const reconciliation =
      differ.length > 0
        ? `${differ.reduce((all, one) => all + one.days, 0)} days differ from the shops’ own totals; looked through with finance, closed as they stand.`
        : compared.length > 0
          ? 'Agrees with the totals of the shops, day by day; finance has the same.'
          : 'No shop gives totals to compare with; finance has the same.'
    await as('director', addDays(to, 3)).plan.close({ period: key, from, to, reconciliation })
  }
}
