import { unknown } from '#metrics/vocabulary.ts'
import { stores } from '#postgres/tables/settings.ts'
import type { Context } from './context.ts'

/** Stores that are named are there: what is said of a misspelt one nobody would ever find. @throws Failure('invalid') that names what was probably meant. */
export const knownStores = async ({ ledger }: Pick<Context, 'ledger'>, named: readonly string[]) => {
  if (named.length === 0) return
  const all = (await ledger.select({ store: stores.store }).from(stores)).map(one => one.store)
  const missing = named.find(store => !all.includes(store))
  if (missing !== undefined) throw unknown(missing, all, 'store')
}
