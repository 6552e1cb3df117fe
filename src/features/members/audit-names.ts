import type { Context } from '#features/context.ts'
import { systemName } from '#kernel/value-names.ts'
import { connections } from '#postgres/tables/connections.ts'
import { versions } from '#postgres/tables/plan.ts'
import { stores } from '#postgres/tables/settings.ts'

/** What people call the things the audit keeps by their ids. */
export interface Names {
  systems: Readonly<Record<string, string>>
  stores: Readonly<Record<string, string>>
  plans: Readonly<Record<string, string>>
}

/** The names of what there is now; what was removed since keeps its id. */
export async function namesKnown({ ledger }: Pick<Context, 'ledger'>): Promise<Names> {
  const [systems, shops, plans] = await Promise.all([
    ledger
      .select({ id: connections.id, vendor: connections.vendor, account: connections.account })
      .from(connections),
    ledger.select({ id: stores.store, name: stores.name }).from(stores),
    ledger.select({ id: versions.id, name: versions.name }).from(versions),
  ])
  const called = (all: readonly { id: string; name: string }[]) =>
    Object.fromEntries(all.map(({ id, name }) => [id, name]))
  return {
    systems: called(
      systems.map(({ id, vendor, account }) => {
        const name = systemName(vendor)
        return { id, name: account.startsWith(name) ? account : `${name}, ${account}` }
      }),
    ),
    stores: called(shops),
    plans: called(plans),
  }
}

/** A random id, which tells nobody anything. */
const random = /\s*\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g

/**
 * What something was done to as people call it. A plan stands behind a word (“plan”, “of”, “in”) or by itself, a store and a
 * system by themselves: an id within a name somebody gave is left alone.
 */
export function namedSubject(operation: string, subject: string, names: Names): string {
  const of = (known: Readonly<Record<string, string>>, id: string) =>
    Object.hasOwn(known, id) ? known[id] : undefined
  if (operation.startsWith('connections.'))
    return of(names.systems, subject) ?? of(names.stores, subject) ?? subject.replaceAll(random, '')
  if (operation === 'settings.saveStore')
    return subject.replace(/^(store )(.+)$/, (_, kind, id) => `${kind}${of(names.stores, id) ?? id}`)
  const told = operation.startsWith('plan.')
    ? (of(names.plans, subject) ?? subject).replaceAll(
        /\b(plan|reforecast|of|in) ([a-zA-Z0-9][\w.-]*)/g,
        (_, before, id) => `${before} ${of(names.plans, id) ?? id}`,
      )
    : subject
  return told.replaceAll(random, '')
}

/** Ids of what is called so: what somebody means who searches for a name they read. `text` in small letters. */
export const idsCalled = (names: Names, text: string): string[] =>
  text === ''
    ? []
    : [names.systems, names.stores, names.plans].flatMap(known =>
        Object.entries(known).flatMap(([id, name]) => (name.toLowerCase().includes(text) ? [id] : [])),
      )
