import { eq } from 'drizzle-orm'
import { invalid } from '#kernel/error.ts'
import type { Ledger } from '#postgres/open.ts'
import { stores } from '#postgres/tables/settings.ts'

/** A store that an import brings with it. */
export interface NewStore {
  store: string
  name: string
  currency: string
  timezone: string
}

/** The currency and time zone rows are read in, and the store to be made once they are in, when it is new. */
export interface StoreChoice {
  currency: string
  timezone: string
  make: NewStore | null
}

/**
 * Which store a file belongs to. A store that exists keeps its currency and zone: its days were cut with them.
 * @throws Failure('invalid') when a new store lacks one of them, or a known one is contradicted.
 */
export async function chooseStore(
  ledger: Ledger,
  asked: { store: string; storeName?: string; currency?: string; timezone?: string },
): Promise<StoreChoice> {
  const [known] = await ledger.select().from(stores).where(eq(stores.store, asked.store))
  if (known) {
    for (const what of ['currency', 'timezone'] as const)
      if (asked[what] && asked[what] !== known[what])
        throw invalid(
          `The store ${asked.store} is kept in ${known[what]}, not ${asked[what]}.`,
          `Leave ${what} out, or import into another store.`,
        )
    return { currency: known.currency, timezone: known.timezone, make: null }
  }
  const { currency, timezone } = asked
  if (!currency || !timezone)
    throw invalid(
      `The store ${asked.store} is new: its ${currency ? 'time zone is' : timezone ? 'currency is' : 'currency and time zone are'} not known.`,
      'Give both, e.g. currency GBP and timezone Europe/London.',
    )
  if (!Intl.supportedValuesOf('currency').includes(currency))
    throw invalid(`${currency} is no currency.`, 'Use the ISO 4217 code, e.g. GBP, EUR, USD.')
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch {
    throw invalid(`${timezone} is no time zone.`, 'Use an IANA name, e.g. Europe/London.')
  }
  return {
    currency,
    timezone,
    make: { store: asked.store, name: asked.storeName ?? asked.store, currency, timezone },
  }
}

/** The currency of a store that is known, else the one that is named. */
export async function currencyOf(
  ledger: Ledger,
  { store, currency }: { store?: string | undefined; currency?: string | undefined },
): Promise<string | undefined> {
  if (!store) return currency
  const [known] = await ledger.select().from(stores).where(eq(stores.store, store))
  return known?.currency ?? currency
}

/** Makes the store an import brought, unless another import was quicker. */
export async function makeStore(ledger: Ledger, store: NewStore): Promise<void> {
  await ledger.insert(stores).values(store).onConflictDoNothing()
}
