import type { Context } from '#features/context.ts'
import { stores } from '#postgres/tables/settings.ts'

/** Names of stores by their handles. */
export const storeNames = async ({ ledger }: Pick<Context, 'ledger'>): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await ledger.select({ store: stores.store, name: stores.name }).from(stores)).map(one => [
      one.store,
      one.name,
    ]),
  )
