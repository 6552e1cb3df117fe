import type { Finder } from '#features/finder.ts'
import { user } from '#postgres/tables/members.ts'
import { seenBy } from './operations.ts'

/** What the members room finds: people, for those who may see who is there. */
export const memberFinders: readonly Finder[] = [
  {
    kind: 'Members',
    role: 'lead',
    async find({ ledger, actor }) {
      const { id, name, email, role, stores } = user
      const all = await ledger.select({ id, name, email, role, stores }).from(user)
      return all
        .filter(one => one.id === actor.id || seenBy(actor, one.stores) !== null)
        .map(one => ({
          id: one.id,
          label: one.name,
          about: `${one.email}, ${one.role}`,
          path: '/members',
          search: {},
        }))
    },
  },
]
