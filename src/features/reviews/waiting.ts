import { eq, isNull } from 'drizzle-orm'
import { todayOf } from '#features/company-days.ts'
import type { Context } from '#features/context.ts'
import { mayAct, seesAll } from '#kernel/actor.ts'
import * as plan from '#postgres/tables/plan.ts'
import * as rows from '#postgres/tables/reviews.ts'
import type { Waiting } from './shape.ts'

/** Told at most: more is a list to go through, not what needs somebody today. */
const most = 5

/**
 * What waits for the reader today: their own actions that are due, what others owe past its day to who leads, and plan
 * versions that ask who may consent for approval. The longest overdue first, then what is due, then what waits.
 */
export async function waitingFor(context: Context): Promise<Waiting> {
  const { ledger, actor } = context
  const today = await todayOf(context)
  const leads = mayAct(actor.role, 'lead')
  const stores = new Map(
    (await ledger.select({ id: rows.decks.id, stores: rows.decks.stores }).from(rows.decks)).map(one => [
      one.id,
      one.stores,
    ]),
  )
  const sees = (deck: string) => {
    const own = stores.get(deck) ?? []
    return seesAll(actor, own.length > 0 ? own : 'all')
  }
  const owed = (await ledger.select().from(rows.actions).where(isNull(rows.actions.doneAt)))
    .filter(one => sees(one.deck))
    .filter(one => (one.ownerId === actor.id ? one.due <= today : leads && one.due < today))
    .toSorted((a, b) => (a.due < b.due ? -1 : a.due > b.due ? 1 : a.id < b.id ? -1 : 1))
  const submitted =
    leads && actor.stores === 'all'
      ? await ledger.select().from(plan.versions).where(eq(plan.versions.state, 'submitted'))
      : []
  // Nobody consents to what they asked for or changed since.
  const asking = submitted.filter(one => one.submittedBy !== actor.id && !one.changedBy.includes(actor.id))
  const all = [
    ...owed.map(one => ({
      words: one.text,
      who: one.ownerName,
      due: one.due,
      late: one.due < today,
      href: `/review${one.deck === 'weekly' ? '' : `?deck=${encodeURIComponent(one.deck)}`}`,
    })),
    ...asking.map(one => ({
      words: `${one.name} asks for approval`,
      who: 'Plan',
      due: null,
      late: false,
      href: `/versions?version=${encodeURIComponent(one.id)}`,
    })),
  ]
  return { rows: all.slice(0, most), count: all.length }
}
