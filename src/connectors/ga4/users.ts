import { addDays, type Day, earlier } from '#kernel/day.ts'
import { civilYear, type Grain, periodOf } from '#kernel/period.ts'
import type { Batch, CanonicalRow, Mapped, Place, Stream, Turn } from '../connector.ts'
import { backOf, daysOf, type Stretch, stretches } from './days.ts'
import { type Read, readDays, readReport, type Table, type Wanted } from './report.ts'
import { count, named, origin } from './rows.ts'
import type { Session } from './session.ts'

const metrics = ['totalUsers', 'activeUsers', 'newUsers'] as const

export const usersByHost: Wanted = { label: 'users', dimensions: ['hostName'], metrics }
/** Somebody seen on two hosts is one person: where both are one store's, only the whole tells how many there were. */
export const usersOfAll: Wanted = { label: 'users of all hosts', dimensions: [], metrics }

type UserGrain = 'day' | 'week' | 'month' | 'quarter' | 'year'

/** Distinct people of one period, as counted for that period: they add up neither over days nor over hosts. */
export interface UserPeriod {
  grain: UserGrain
  /** First day of the period. */
  day: Day
  hosts: Table
  whole: Table
}

/** Ranges the API takes in one report. */
const ranges = 4
const grains: readonly Exclude<UserGrain, 'day'>[] = ['year', 'quarter', 'month', 'week']

async function* read(session: Session, turn: Turn): AsyncGenerator<Batch<UserPeriod>> {
  const days = await daysOf(session, turn)
  if (!days) return
  const last = (await daysOf(session, { ...turn, to: session.http.clock() + 1 }))?.to ?? days.to
  for (const grain of grains) {
    const periods = periodsOf(days, grain)
    for (let at = 0; at < periods.length; at += ranges)
      yield* several(session, turn, grain, periods.slice(at, at + ranges), last)
  }
  for (const { from, to } of stretches(days, 28)) yield* daily(session, turn, from, to)
}

/** Whole periods that touch the days, newest first: a period in progress is asked for again until it is over. */
function periodsOf({ from, to }: Stretch, grain: Grain): Stretch[] {
  const periods: Stretch[] = []
  for (let day = to; day >= from; ) {
    const period = periodOf(civilYear, day, grain)
    periods.push({ from: period.from, to: period.to })
    day = addDays(period.from, -1)
  }
  return periods
}

async function* several(
  session: Session,
  { history }: Turn,
  grain: UserGrain,
  periods: readonly Stretch[],
  last: Day,
): AsyncGenerator<Batch<UserPeriod>> {
  const asked = periods.map(({ from, to }, index) => ({
    startDate: from,
    endDate: earlier(to, last),
    name: `p${index}`,
  }))
  const [hosts, whole] = [
    await readReport(session, usersByHost, asked, history),
    await readReport(session, usersOfAll, asked, history),
  ]
  yield {
    records: periods.map(({ from }, index) => ({
      grain,
      day: from,
      hosts: of(hosts, `p${index}`),
      whole: of(whole, `p${index}`),
    })),
    remarks: hosts.remarks,
  }
}

/** The rows of one of several ranges; where one was asked for, all are its. */
function of({ fields, rows, flags }: Read, range: string): Table {
  const at = fields.indexOf('dateRange')
  return { fields, flags, rows: at < 0 ? rows : rows.filter(row => row[at] === range) }
}

async function* daily(
  session: Session,
  { history }: Turn,
  from: Day,
  to: Day,
): AsyncGenerator<Batch<UserPeriod>> {
  const dated = (wanted: Wanted): Wanted => ({ ...wanted, dimensions: ['date', ...wanted.dimensions] })
  const hosts = await readDays(session, dated(usersByHost), from, to, history)
  const whole = await readDays(session, dated(usersOfAll), from, to, history)
  const { timezone } = await session.property()
  yield {
    // The longer periods of all the turn's days came before.
    ...backOf(timezone, { from, to }, history),
    records: [...hosts].map(([day, one]) => ({
      grain: 'day',
      day,
      hosts: { fields: one.fields, rows: one.rows, flags: one.flags },
      whole: whole.get(day) ?? { fields: [], rows: [], flags: [] },
    })),
  }
}

/** A store's people where they are known: it has one host, or all hosts are its own. Otherwise nobody can say. */
function map({ grain, day, hosts, whole }: UserPeriod, place: Place): Mapped {
  const stores = new Map<string, number>()
  for (const { get } of named(hosts)) {
    const { store } = place.storeOf(get('hostName'))
    stores.set(store, (stores.get(store) ?? 0) + 1)
  }
  const rows = [...named(stores.size === 1 ? whole : hosts)].flatMap(({ get }): CanonicalRow[] => {
    const { store } =
      stores.size === 1 ? { store: [...stores.keys()][0] ?? '' } : place.storeOf(get('hostName'))
    if (stores.size > 1 && (stores.get(store) ?? 0) > 1) return []
    return [
      {
        store,
        origin,
        grain,
        day,
        dimension: '',
        value: '',
        total_users: count(get('totalUsers')),
        active_users: count(get('activeUsers')),
        new_users: count(get('newUsers')),
      },
    ]
  })
  return { rows: { traffic_users: rows } }
}

const dayMs = 86_400_000

export const userStream: Stream<Session, UserPeriod> = {
  name: 'users',
  label: 'users by day, week, month, quarter and year',
  kind: 'window',
  tables: ['traffic_users'],
  every: 12 * 3_600_000,
  overlap: 4 * dayMs,
  // The longer periods of a slice are asked for before its days, and anew where it is cut short.
  slice: 366 * dayMs,
  read,
  map,
}
