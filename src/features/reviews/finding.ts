import type { Finder } from '#features/finder.ts'
import { seesAll } from '#kernel/actor.ts'
import { decks } from '#postgres/tables/reviews.ts'

/** What the reviews room finds: weekly reviews one may see. */
export const reviewFinders: readonly Finder[] = [
  {
    kind: 'Weekly reviews',
    async find({ ledger, actor }) {
      const { id, name, stores } = decks
      const all = await ledger.select({ id, name, stores }).from(decks)
      return all
        .filter(one => seesAll(actor, one.stores.length > 0 ? one.stores : 'all'))
        .map(one => ({ id: one.id, label: one.name, about: '', path: '/review', search: { deck: one.id } }))
    },
  },
]
