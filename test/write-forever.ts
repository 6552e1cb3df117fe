/** A process to be killed: writes one row after another into a ledger, telling each that was acknowledged. */
import { openLedger } from '#postgres/open.ts'
import { stores } from '#postgres/tables/settings.ts'

const [folder = ''] = process.argv.slice(2)
const { ledger } = await openLedger({ folder })
for (let n = 1; ; n += 1) {
  await ledger
    .insert(stores)
    .values({ store: `s${n}`, name: 'S', currency: 'GBP', timezone: 'Europe/London' })
  process.send?.(n)
}
