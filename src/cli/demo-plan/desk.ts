import type { Client } from '#features/operations.ts'
import type { Actor } from '#kernel/actor.ts'
import { addDays, type Day, earlier, later, monthEnd } from '#kernel/day.ts'
import type { PlantedFacts } from '#simulators/company/facts.ts'

/** Operations as called by somebody; on a day that is over where one is given: what they say is dated so. */
export type ClientFor = (actor: Actor, day?: Day) => Client

const made = (name: string, role: Actor['role']): Actor => ({
  kind: 'person',
  id: `demo-${name.split(' ')[0]?.toLowerCase()}`,
  name,
  role,
  stores: 'all',
})

/** Who plans at the company: the people its task systems and its CRM know. Nobody approves their own request. */
export const people = {
  director: made('Jo Lennox', 'director'),
  trading: made('Ravi Sandhu', 'lead'),
  site: made('Ada Marlow', 'lead'),
  marketing: made('Kit Arden', 'contributor'),
  accounts: made('Nadia Clarke', 'contributor'),
  service: made('Sofia Marsh', 'contributor'),
} as const
export type Planner = keyof typeof people

/** What planning rests on: the days there are figures of, the year they lead into, and what happened. */
export interface Desk {
  as: (who: Planner, day?: Day) => Client
  year: string
  first: Day
  /** The first day anything is said of the plan. */
  speaks: Day
  /** The last day that is over. */
  last: Day
  facts: PlantedFacts
}

/** Days of history from which last year is a year to plan by. */
const enough = 500
/** Days a run-rate is taken from: a plan that has no year to rest on is made once these are known. */
const runRate = 91

/** The desk as it is today; null while there are no figures to plan by. */
export async function deskOf(clientFor: ClientFor, facts: PlantedFacts): Promise<Desk | null> {
  const asked = { metrics: ['net_sales'], window: 'all_time' as const }
  const { meta } = await clientFor(people.trading).performance.query(asked)
  if (meta.lastDay === null) return null
  const today = meta.today
  const last = earlier(meta.lastDay, addDays(today, -1))
  const first = meta.from
  const speaks = addDays(first, enough) <= last ? first : addDays(first, runRate)
  return {
    // Nothing is said before there was anything to speak of or to plan by, nor in days to come.
    as: (who, day) =>
      clientFor(
        people[who],
        day === undefined || day >= today ? undefined : later(day, earlier(speaks, last)),
      ),
    year: addDays(last, 1).slice(0, 4),
    first,
    speaks,
    last,
    facts,
  }
}

/** Whether there is a year before this one to plan by. */
export const hasLastYear = ({ first, last }: Desk): boolean => addDays(first, enough) <= last

/** The day the plan of the year begins: its first, or that of the first month the company is known from. */
export function planFrom({ year, first, last }: Desk): Day {
  const month = `${addDays(first, -7).slice(0, 8)}01`
  const known = first <= addDays(month, 7) ? month : addDays(monthEnd(month), 1)
  return later(`${year}-01-01`, known > last ? month : known)
}

export interface Period {
  key: string
  label: string
  from: Day
  to: Day
}

/** Periods that are over, and those of them that are known from their first day. */
export const over = (periods: readonly Period[], { last }: Desk): Period[] =>
  periods.filter(one => one.to <= last)
export const known = (periods: readonly Period[], desk: Desk): Period[] =>
  over(periods, desk).filter(one => desk.first <= addDays(one.from, 7))

/** Figures of lines of a version by period key; a line it does not have is left out. */
export async function figuresOf(
  client: Client,
  version: string,
  lines: readonly string[],
): Promise<Record<string, Record<string, number>>> {
  const found = await client.plan.figures({ version, lines: [...lines] })
  return Object.fromEntries(
    found.lines.map(line => [
      line.name,
      Object.fromEntries(
        found.periods.flatMap((key, n) => (line.values[n] == null ? [] : [[key, Number(line.values[n])]])),
      ),
    ]),
  )
}

/** A figure as a person would write it: to three digits. */
export const roundly = (value: number): number => (value === 0 ? 0 : Number(value.toPrecision(3)))
