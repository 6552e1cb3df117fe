import type { Finder } from '#features/finder.ts'
import { seesAll } from '#kernel/actor.ts'
import { spanWords } from '#kernel/view.ts'
import * as rows from '#postgres/tables/settings.ts'

/** What the settings find: stores, events, targets. */
export const settingFinders: readonly Finder[] = [
  {
    kind: 'Stores',
    async find({ ledger, actor }) {
      const all = await ledger.select().from(rows.stores)
      return all
        .filter(one => seesAll(actor, [one.store]))
        .map(one => ({
          id: one.store,
          label: one.name,
          about: `The cockpit of this store, ${one.currency}`,
          path: '/',
          search: { store: one.store },
        }))
    },
  },
  {
    kind: 'Events',
    async find({ ledger, actor }) {
      const all = await ledger.select().from(rows.events)
      return all
        .filter(one => one.stores.length === 0 || one.stores.some(store => seesAll(actor, [store])))
        .map(one => ({
          id: one.id,
          label: one.name,
          about: `${one.kind}, ${spanWords(one.from, one.to)}`,
          path: '/settings',
          search: { tab: 'events' },
        }))
    },
  },
  {
    kind: 'Targets',
    async find({ ledger, actor }) {
      const all = await ledger.select().from(rows.targets)
      return all
        .filter(one => one.store === null || seesAll(actor, [one.store]))
        .map(one => ({
          id: one.id,
          label: one.name,
          about: one.metric.replaceAll('_', ' '),
          path: '/settings',
          search: { tab: 'targets' },
        }))
    },
  },
]
