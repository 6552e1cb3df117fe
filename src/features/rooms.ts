import { lazy } from '@orpc/server'
import { strictInputs } from './base.ts'
import type { operations } from './operations.ts'

/** A room's operations as the hallway has them, loaded with the first that is called. */
const room = <T extends object>(load: () => Promise<T>) =>
  lazy(async () => ({ default: strictInputs(await load()) }))

/** The hallway for whoever calls a few operations and ends: of the thousand files behind all of them an import needs half. */
export const rooms = {
  performance: room(async () => (await import('./performance/operations.ts')).performance),
  reviews: room(async () => (await import('./reviews/operations.ts')).reviews),
  plan: room(async () => (await import('./plan/operations.ts')).plan),
  connections: room(async () => (await import('./connections/operations.ts')).connections),
  members: room(async () => (await import('./members/operations.ts')).members),
  settings: room(async () => (await import('./settings/operations.ts')).settings),
  everywhere: room(async () => (await import('./everywhere.ts')).everywhere),
} satisfies Record<keyof typeof operations, unknown>
