import type { Mapped, Place, Stream } from '../connector.ts'
import { allRecords } from './objects.ts'
import { ifAllowed, type Session } from './session.ts'

/** Something that lies in the bin. */
export interface ArchivedRecord {
  type: 'contacts' | 'deals'
  id: string
}

/** What is in the bin counts no longer. Pure. */
export function mapArchived({ type, id }: ArchivedRecord, place: Place): Mapped {
  const own = { store: place.home.store, platform: 'hubspot' }
  return type === 'contacts'
    ? { rows: {}, gone: { leads: [{ ...own, lead_id: id }] } }
    : {
        rows: {},
        gone: {
          deals: [{ ...own, deal_id: id }],
          deal_lines: [{ ...own, deal_id: id }],
          deal_stages: [{ ...own, deal_id: id }],
        },
      }
}

/** Neither list nor search shows what was deleted: the bin is looked through by itself. HubSpot empties it after 90 days. */
export const archived: Stream<Session, ArchivedRecord> = {
  name: 'archived',
  label: 'Deleted contacts and deals',
  kind: 'snapshot',
  tables: ['leads', 'deals', 'deal_lines', 'deal_stages'],
  every: 3_600_000,
  async *read(session) {
    for (const type of ['contacts', 'deals'] as const) {
      const bin = allRecords(session, type, { properties: ['hs_object_id'], history: [] }, true)
      for (;;) {
        const page = await ifAllowed(session, type, () => bin.next(), null)
        if (!page || page.done) break
        yield { records: page.value.map(({ id }) => ({ type, id })) }
      }
    }
  },
  map: mapArchived,
}
