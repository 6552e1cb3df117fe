import { addDays, type Day, dayCount, dayNumber, dayOf } from '#kernel/day.ts'
import { Failure } from '#kernel/error.ts'
import type { ReportAnswer, ReportRequest, Session } from './session.ts'

/** Why a number is not quite what it says. */
export type Flag = 'sampled' | 'thresholded' | 'other_row'

/** What is asked for, whatever the days. */
export interface Wanted {
  /** Shown in remarks: traffic, landing pages. */
  label: string
  dimensions: readonly string[]
  metrics: readonly string[]
  /** Events it is narrowed to, where `eventName` is among the dimensions. */
  events?: readonly string[]
}

/** Rows as the vendor gave them: values of the dimensions, then of the metrics, by the names in `fields`. */
export interface Table {
  fields: string[]
  rows: string[][]
  flags: Flag[]
}

/** A table with what else its answer told. */
export interface Read extends Table {
  currency: string
  remarks: string[]
}

const pageRows = 25_000
/** More rows than this in one table of several days are asked for in fewer days at a time, for memory's sake. */
const manyRows = 50_000
const attempts = 3

export const request = (
  { dimensions, metrics, events }: Wanted,
  dateRanges: ReportRequest['dateRanges'],
  offset: number,
): ReportRequest => ({
  dateRanges,
  dimensions: dimensions.map(name => ({ name })),
  metrics: metrics.map(name => ({ name })),
  ...(events && {
    dimensionFilter: { filter: { fieldName: 'eventName', inListFilter: { values: [...events] } } },
  }),
  // Without an order, pages of one report may overlap.
  orderBys: dimensions.map(dimensionName => ({ dimension: { dimensionName } })),
  limit: String(pageRows),
  offset: String(offset),
  keepEmptyRows: false,
  returnPropertyQuota: true,
})

/**
 * All pages of a report. A report that changed while it was read, or pages that overlap, are read again.
 * @throws Failure('unavailable') where that does not help.
 */
export async function readReport(
  session: Session,
  wanted: Wanted,
  dateRanges: ReportRequest['dateRanges'],
  history: boolean,
  first?: ReportAnswer,
): Promise<Read> {
  for (let attempt = 1; ; attempt += 1) {
    const found = await allPages(session, wanted, dateRanges, history, attempt === 1 ? first : undefined)
    if (found) return found
    if (attempt === attempts)
      throw new Failure(
        'unavailable',
        `Google Analytics gave ${wanted.label} whose pages do not fit together.`,
        {
          next: 'They are read again at the next turn.',
        },
      )
  }
}

async function allPages(
  session: Session,
  wanted: Wanted,
  dateRanges: ReportRequest['dateRanges'],
  history: boolean,
  first: ReportAnswer | undefined,
): Promise<Read | null> {
  const pages: ReportAnswer[] = []
  const seen = new Set<string>()
  const rows: string[][] = []
  const fields = [...wanted.dimensions, ...(dateRanges.length > 1 ? ['dateRange'] : []), ...wanted.metrics]
  const dims = fields.length - wanted.metrics.length
  let total = 0
  do {
    const page =
      (pages.length === 0 ? first : undefined) ??
      ((await session.ask(':runReport', request(wanted, dateRanges, rows.length), history)) as ReportAnswer)
    if (pages.length > 0 && (page.rowCount ?? 0) !== total) return null
    total = page.rowCount ?? 0
    pages.push(page)
    const before = rows.length
    for (const row of rowsOf(page, fields)) {
      seen.add(row.slice(0, dims).join('\u0001'))
      rows.push(row)
    }
    if (rows.length < total && rows.length === before) return null
  } while (rows.length < total)
  if (seen.size !== rows.length || rows.length !== total) return null
  const metadata = pages.at(-1)?.metadata ?? {}
  return {
    fields,
    rows,
    flags: flagsOf(pages),
    currency: metadata.currencyCode ?? (await session.property()).currency,
    remarks: remarksOf(wanted, dateRanges, pages),
  }
}

/** A page's rows in the order of `fields`, whatever order its headers have. */
function rowsOf(page: ReportAnswer, fields: readonly string[]): string[][] {
  const given = [
    ...(page.dimensionHeaders ?? []).map(one => one.name ?? ''),
    ...(page.metricHeaders ?? []).map(one => one.name ?? ''),
  ]
  const places = fields.map(name => given.indexOf(name))
  return (page.rows ?? []).map(({ dimensionValues = [], metricValues = [] }) => {
    const values = [...dimensionValues, ...metricValues].map(one => one.value ?? '')
    return places.map(place => values[place] ?? '')
  })
}

function flagsOf(pages: readonly ReportAnswer[]): Flag[] {
  const any = (test: (metadata: NonNullable<ReportAnswer['metadata']>) => unknown) =>
    pages.some(page => page.metadata && test(page.metadata))
  return [
    ...(any(one => one.samplingMetadatas?.length) ? (['sampled'] as const) : []),
    ...(any(one => one.subjectToThresholding) ? (['thresholded'] as const) : []),
    ...(any(one => one.dataLossFromOtherRow || one.dataTruncationReasons?.length)
      ? (['other_row'] as const)
      : []),
  ]
}

function remarksOf(
  { label }: Wanted,
  ranges: ReportRequest['dateRanges'],
  pages: readonly ReportAnswer[],
): string[] {
  const [from, to] = [ranges[0]?.startDate, ranges.at(-1)?.endDate]
  const when = from === to ? `of ${from}` : `from ${from} to ${to}`
  const sample = pages.flatMap(page => page.metadata?.samplingMetadatas ?? [])[0]
  const withheld = pages.flatMap(
    page => page.metadata?.schemaRestrictionResponse?.activeMetricRestrictions ?? [],
  )
  const told: Record<Flag, string> = {
    sampled: `Google Analytics sampled ${label} ${when}: it read ${sample?.samplesReadCount} of ${sample?.samplingSpaceSize} events.`,
    thresholded: `Google Analytics left out rows of few people from ${label} ${when}.`,
    other_row: `Google Analytics put rare rows of ${label} ${when} into “(other)”.`,
  }
  return [
    ...flagsOf(pages).map(flag => told[flag]),
    ...(withheld.length > 0
      ? [
          `Google Analytics withholds ${[...new Set(withheld.map(one => one.metricName))].join(', ')} from the account.`,
        ]
      : []),
  ]
}

/**
 * Rows of a range by day; the first dimension is `date`. Where several days at a time are sampled, lose rows to
 * `(other)` or are very many, fewer days are asked for at a time, down to one.
 */
export async function readDays(
  session: Session,
  wanted: Wanted,
  from: Day,
  to: Day,
  history: boolean,
): Promise<Map<Day, Read>> {
  const days = dayCount(from, to)
  const halves = async () => {
    const middle = dayOf(dayNumber(from) + Math.floor(days / 2) - 1)
    const early = await readDays(session, wanted, from, middle, history)
    const late = await readDays(session, wanted, addDays(middle, 1), to, history)
    return new Map([...early, ...late])
  }
  if (days > (session.together.get(wanted.label) ?? days)) return halves()
  const read = await readReport(session, wanted, [{ startDate: from, endDate: to }], history)
  const poor = read.flags.includes('sampled') || read.flags.includes('other_row')
  if (days > 1 && (poor || read.rows.length > manyRows)) {
    // The next stretch will hardly be better.
    session.together.set(wanted.label, Math.ceil(days / 2))
    return halves()
  }
  const byDay = new Map<Day, Read>()
  const { fields, flags, currency, remarks } = read
  for (let day = from; day <= to; day = addDays(day, 1))
    byDay.set(day, { fields, rows: [], flags, currency, remarks: day === from ? remarks : [] })
  for (const row of read.rows) {
    const date = row[0] ?? ''
    // A date that is none (`(other)`) can only be told where one day was asked for.
    const day = /^\d{8}$/.test(date) ? `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}` : from
    byDay.get(day)?.rows.push(row)
  }
  return byDay
}
