import type { CanonicalRow, Mapped, Place, Stream, Turn } from '../connector.ts'
import { byDay, ofDays, type ReportDay } from './by-day.ts'
import type { Wanted } from './report.ts'
import { count, country, named, origin, qualityOf, storesOf } from './rows.ts'
import type { Session } from './session.ts'

/**
 * What was typed into a site's search. The term is told of the event alone: purchases and carts carry none, so what
 * became of a search cannot be asked for here, and a nought would be a lie.
 */
export const searches: Wanted = {
  label: 'site search',
  dimensions: [
    'date',
    'hostName',
    'countryId',
    'sessionDefaultChannelGroup',
    'deviceCategory',
    'searchTerm',
    'eventName',
  ],
  metrics: ['sessions', 'engagedSessions', 'eventCount'],
  events: ['view_search_results'],
}

const read = (session: Session, turn: Turn) =>
  byDay(session, turn, async () =>
    (await session.fits(searches.dimensions, searches.metrics)) ? searches : null,
  )

const longest = 100

/** A term as it is counted, however it was typed. What is somebody's address is not kept. */
export function termOf(typed: string): string {
  const term = typed.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim().slice(0, longest)
  if (term === '') return '(not set)'
  return /\S@\S/.test(term) ? '(an e-mail address)' : term
}

/** Digits enough for a telephone, an order or a card: in privacy mode they are not kept either. */
const numberOfSomebody = /(\d[\s-]?){7,}/

function map({ day, replaces, provisional, table }: ReportDay, place: Place): Mapped {
  const rows = new Map<string, CanonicalRow>()
  const hosts = new Set<string>()
  for (const { get, other } of named(table)) {
    hosts.add(get('hostName'))
    const { store } = place.storeOf(get('hostName'))
    const typed = termOf(get('searchTerm'))
    const term = place.privacy && numberOfSomebody.test(typed) ? '(a number)' : typed
    const [channel, device] = [get('sessionDefaultChannelGroup'), get('deviceCategory')]
    const from = country(get('countryId'))
    const key = [store, channel, device, from, term].join('\u0001')
    const row: CanonicalRow = rows.get(key) ?? {
      store,
      day,
      origin,
      channel,
      device,
      country: from,
      term,
      sessions: 0,
      engaged_sessions: 0,
      searches: 0,
      quality: '',
    }
    rows.set(key, row)
    row.sessions = Number(row.sessions) + count(get('sessions'))
    row.engaged_sessions = Number(row.engaged_sessions) + count(get('engagedSessions'))
    row.searches = Number(row.searches) + count(get('eventCount'))
    const quality = qualityOf(table.flags, provisional, other)
    if (quality.length > String(row.quality).length) row.quality = quality
  }
  return {
    gone: {
      search_days: [...storesOf(place, hosts).keys()].flatMap(store =>
        replaces.map(gone => ({ store, day: gone, origin })),
      ),
    },
    rows: { search_days: [...rows.values()] },
  }
}

export const searchStream: Stream<Session, ReportDay> = {
  ...ofDays,
  name: 'searches',
  label: 'site search',
  tables: ['search_days'],
  every: 12 * 3_600_000,
  read,
  map,
}
