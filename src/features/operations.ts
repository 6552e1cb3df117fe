import type { RouterClient } from '@orpc/server'
import { strictInputs } from './base.ts'
import { connections } from './connections/operations.ts'
import { everywhere } from './everywhere.ts'
import { members } from './members/operations.ts'
import { performance } from './performance/operations.ts'
import { plan } from './plan/operations.ts'
import { reviews } from './reviews/operations.ts'
import { settings } from './settings/operations.ts'

/** The hallway: every room's operations, one list. HTTP, OpenAPI, the typed client, MCP and the CLI are derived from it, and none passes over a word it does not know. */
export const operations = strictInputs({
  performance,
  reviews,
  plan,
  connections,
  members,
  settings,
  everywhere,
})

/** What the browser and the command line call: every operation, typed. */
export type Client = RouterClient<typeof operations>
