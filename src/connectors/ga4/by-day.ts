import { type Day, daysBetween } from '#kernel/day.ts'
import type { Batch, Turn } from '../connector.ts'
import { backOf, daysOf, isProvisional, replacedBy, stretches } from './days.ts'
import { readDays, type Table, type Wanted } from './report.ts'
import type { Session } from './session.ts'

/** A day of one report. */
export interface ReportDay {
  day: Day
  /** Days whose rows go before those of this record and the ones after it come. */
  replaces: Day[]
  provisional: boolean
  currency: string
  table: Table
}

/** Reads a report day by day, a stretch at a time; nothing where there are no days, or nothing is wanted. @throws Failure, Postponed */
export async function* byDay(
  session: Session,
  turn: Turn,
  wanted: () => Promise<Wanted | null>,
): AsyncGenerator<Batch<ReportDay>> {
  const days = await daysOf(session, turn)
  const report = days && (await wanted())
  if (!report) return
  const { timezone } = await session.property()
  const total = daysBetween(days.from, days.to).length
  let first = true
  for (const { from, to } of stretches(days)) {
    const gone = replacedBy(days, { from, to }, first, turn.history)
    first = false
    const clock = session.http.clock()
    const found = [...(await readDays(session, report, from, to, turn.history))]
    yield {
      ...backOf(timezone, { from, to }, turn.history),
      total,
      remarks: found.flatMap(([, one]) => one.remarks),
      records: found.map(([day, { fields, rows, flags, currency }], index) => ({
        day,
        replaces: index === 0 ? gone : [],
        provisional: isProvisional(timezone, day, clock),
        currency,
        table: { fields, rows, flags },
      })),
    }
  }
}

const dayMs = 86_400_000

/** How days are read: each turn some days back once more, as Google goes on counting them; the past twelve weeks at a time. */
export const ofDays = { kind: 'window', overlap: 4 * dayMs, slice: 84 * dayMs } as const
