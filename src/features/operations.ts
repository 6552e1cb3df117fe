import { connections } from './connections/operations.ts'
import { members } from './members/operations.ts'
import { performance } from './performance/operations.ts'
import { settings } from './settings/operations.ts'

/** The hallway: every room's operations, one list. HTTP, OpenAPI, the typed client, MCP and the CLI are derived from it. */
export const operations = { performance, connections, members, settings }
