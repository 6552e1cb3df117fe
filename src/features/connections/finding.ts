import type { Finder } from '#features/finder.ts'
import { seesAll } from '#kernel/actor.ts'
import { listed } from '#metrics/listed.ts'
import { connections } from '#postgres/tables/connections.ts'
import { storesOf } from './systems.ts'

/** What the connections room finds: connected systems, tasks and cards. */
export const connectionFinders: readonly Finder[] = [
  {
    kind: 'Systems',
    async find({ ledger, actor, syncs }) {
      const names = new Map(syncs.vendors().map(one => [String(one.vendor), one.name]))
      const all = await ledger.select().from(connections)
      return all
        .filter(one => seesAll(actor, storesOf(one)))
        .map(one => ({
          id: one.id,
          label: one.account,
          about: names.get(one.vendor) ?? one.vendor,
          path: '/connections',
          search: { open: one.id },
        }))
    },
  },
  {
    kind: 'Tasks',
    find: async ({ granary, actor }, words) =>
      (await listed(granary, 'tasks', words, { stores: actor.stores })).map(row => ({
        id: row.id,
        label: row.label,
        about: [row.note, row.also].filter(Boolean).join(' · '),
        path: '/work',
        search: { find: row.label, state: 'all' },
      })),
  },
]
