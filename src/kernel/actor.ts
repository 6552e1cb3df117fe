/** Roles from most to least able. Each may do what those after it may. */
export const roles = ['owner', 'director', 'lead', 'contributor', 'viewer'] as const
export type Role = (typeof roles)[number]

/** Who asks: a person, an API key acting for one, or the system itself (first start, jobs, the local command line). */
export interface Actor {
  kind: 'person' | 'key' | 'system'
  id: string
  name: string
  role: Role
  /** Stores the actor may see; 'all' or a list of handles. */
  stores: 'all' | readonly string[]
  /** The session a person came by; absent for keys and the system. */
  session?: string
}

/** Whether `role` may do what needs `needed`. */
export const mayAct = (role: Role, needed: Role): boolean => roles.indexOf(role) <= roles.indexOf(needed)

/** The command line on the machine that holds the data, and jobs: may do everything, and is named in the audit. */
export const system = (name: string): Actor => ({
  kind: 'system',
  id: 'system',
  name,
  role: 'owner',
  stores: 'all',
})

/** Whether `stores` are all among those the actor may see. */
export const seesAll = (actor: Actor, stores: Actor['stores']): boolean =>
  actor.stores === 'all' || (stores !== 'all' && stores.every(store => actor.stores.includes(store)))
