import { sql } from 'drizzle-orm'
import { customType } from 'drizzle-orm/pg-core'

/**
 * A moment, in UTC as ISO 8601 writes it (2026-11-27T09:05:34.498Z), whatever time zone the database speaks in. What the
 * database stamps itself is exact to the microsecond and stays so: what came after what is told by it.
 */
export const moment = customType<{ data: string; driverData: string | Date }>({
  dataType: () => 'timestamp with time zone',
  fromDriver(value) {
    const text = new Date(value).toISOString()
    const [, micro = ''] = /\.\d{3}(\d{1,3})/.exec(String(value)) ?? []
    return /[1-9]/.test(micro) ? `${text.slice(0, -1)}${micro.padEnd(3, '0')}Z` : text
  },
})

/** The moment a row is written, as the database has it. */
export const now = sql`now()`
