import { operationsOf } from '#features/base.ts'
import { operations } from '#features/operations.ts'
import { mcpServer, serveStdio } from '#server/mcp.ts'
import { connected } from './connect.ts'
import type { Terminal } from './terminal.ts'

/** Speaks MCP with whoever started us. Stdout belongs to the protocol. */
export const mcp = (terminal: Terminal): Promise<void> =>
  connected(
    terminal,
    'mcp',
    (_client, run) =>
      serveStdio(counted => mcpServer(operationsOf(operations), { role: 'owner' }, counted), run),
    { asIs: true },
  )
