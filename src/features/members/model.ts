import { z } from 'zod'
import { roles } from '#kernel/actor.ts'

/** People, invitations, keys and the audit as the doors show them. */

const role = z.enum(roles)
const stores = z.union([z.literal('all'), z.array(z.string())])

/** What somebody may do, and where. */
export const Scope = z.object({ role, stores: stores.default('all') })

export const Me = z.object({
  id: z.string(),
  kind: z.enum(['person', 'key', 'system']),
  name: z.string(),
  email: z.string(),
  role,
  stores,
  twoFactor: z.boolean(),
})

export const Person = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role,
  stores,
  twoFactor: z.boolean(),
  since: z.string(),
})

export const Invitation = z.object({
  id: z.string(),
  email: z.string(),
  role,
  stores,
  invitedBy: z.string(),
  expires: z.string(),
})

export const SessionInfo = z.object({
  id: z.string(),
  address: z.string(),
  agent: z.string(),
  since: z.string(),
  lastSeen: z.string(),
})

export const Key = z.object({
  id: z.string(),
  name: z.string(),
  start: z.string(),
  owner: z.string(),
  role,
  stores,
  created: z.string(),
  lastUsed: z.string().nullable(),
  expires: z.string().nullable(),
})

export const AuditEntry = z.object({
  id: z.string(),
  at: z.string(),
  actorKind: z.string(),
  actorId: z.string(),
  actorName: z.string(),
  operation: z.string(),
  subject: z.string(),
  before: z.unknown(),
  after: z.unknown(),
})
