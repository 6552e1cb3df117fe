import { addDays, daysBetween, monthEnd } from '#kernel/day.ts'
import { allocate, exact } from '#kernel/money.ts'
import type { CanonicalRow, Mapped, Place, Stream } from '../connector.ts'
import { get, type Letter, type Session } from './session.ts'

const most = 200

/** Every asset of a kind. The end of a list is a success without a result. */
async function* assets<T>(session: Session, path: string): AsyncGenerator<T[]> {
  for (let offset = 0; ; offset += most) {
    const { result } = await get<{ result?: T[] | null }>(session, path, [
      ['maxReturn', String(most)],
      ['offset', String(offset)],
    ])
    if (!result || result.length === 0) return
    yield result
    if (result.length < most) return
  }
}

export interface Program {
  id: number
  name: string
  type?: string | null
  channel?: string | null
  workspace?: string | null
  costs?: { startDate: string; cost: number | string; note?: string | null }[] | null
}

/** What letters are called, and whether they go out once or to everybody as they come: programmes of engagement do. */
export async function lettersOf(session: Session): Promise<Map<number, Letter>> {
  if (session.letters) return session.letters
  const flows = new Set<number>()
  for await (const some of assets<Program>(session, '/rest/asset/v1/programs.json'))
    for (const { id, type } of some) if (/engagement|nurture/i.test(type ?? '')) flows.add(id)
  const letters = new Map<number, Letter>()
  interface Email {
    id: number
    name: string
    operational?: boolean | null
    folder?: { type?: string; value?: number; id?: number } | null
  }
  for await (const some of assets<Email>(session, '/rest/asset/v1/emails.json'))
    for (const { id, name, operational, folder } of some) {
      const program = /program/i.test(folder?.type ?? '') ? (folder?.value ?? folder?.id) : undefined
      letters.set(id, { name, flow: operational === true || (program !== undefined && flows.has(program)) })
    }
  session.letters = letters
  return letters
}

/** A programme's costs, each month's over its days in whole coins that add up to it. Pure. */
export function mapProgram(program: Program, place: Place): Mapped {
  const { store, currency } = place.home
  const days = new Map<string, string>()
  for (const { startDate, cost } of program.costs ?? []) {
    const first = startDate.slice(0, 10)
    if (!/^\d{4}-\d\d-\d\d$/.test(first)) throw new Error(`A cost of programme ${program.id} has no month.`)
    // A cost stands for the month that begins with it.
    const all = daysBetween(first, first.endsWith('-01') ? monthEnd(first) : addDays(first, 29))
    const shares = allocate(
      exact(String(cost)).toFixed(4),
      all.map(() => '1'),
      currency,
    )
    for (const [index, day] of all.entries())
      days.set(
        day,
        exact(days.get(day) ?? '0')
          .plus(exact(shares[index] ?? '0'))
          .toString(),
      )
  }
  return {
    rows: {
      spend_days: [...days].map(
        ([day, cost]): CanonicalRow => ({
          store,
          day,
          platform: 'marketo',
          account: program.workspace ?? '',
          channel: program.channel ?? '',
          campaign: program.name,
          country: '',
          cost,
          impressions: null,
          clicks: null,
          conversions: null,
          conversion_value: null,
          currency,
        }),
      ),
    },
  }
}

/** Programmes with what they cost. A list of them tells no costs: each is asked for by itself. */
export const programs: Stream<Session, Program> = {
  name: 'programs',
  label: 'Programmes',
  kind: 'snapshot',
  tables: ['spend_days'],
  every: 12 * 3_600_000,
  whole: true,
  // As the contract calls them, and as Marketo's own examples do.
  vocabulary: {
    type: [
      ...['default', 'event', 'webinar', 'nurture', 'program'],
      ...['Default', 'Event', 'Event with Webinar', 'Engagement', 'Email', 'In-App'],
    ],
  },
  async *read(session) {
    for await (const some of assets<Program>(session, '/rest/asset/v1/programs.json'))
      for (const { id } of some) {
        const { result } = await get<{ result?: Program[] | null }>(
          session,
          `/rest/asset/v1/program/${id}.json`,
          [],
        )
        if (result?.[0]) yield { records: [result[0]] }
      }
  },
  map: mapProgram,
}
