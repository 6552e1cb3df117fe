import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import type { Operation } from '#features/base.ts'
import { type Actor, mayAct } from '#kernel/actor.ts'
import { failureOf } from './failure.ts'

/** Runs an operation by name on behalf of whoever the server was made for. */
export type Run = (name: string, input: unknown) => Promise<unknown>

/** Operations with a name of their own among the tools; the others are called room_verb. */
const named: Record<string, { name: string; more: string }> = {
  'performance.definitions': {
    name: 'list_metrics',
    more: 'Start here: names, definitions, units and formulas of all metrics, and the dimensions that split them.',
  },
  'performance.query': {
    name: 'query_metrics',
    more:
      'Values are decimal text; null is N/A, never 0, and meta.missing says what would supply it. ' +
      'meta carries the definitions used, the period, the currency, data as of, rows behind and warnings: cite them.',
  },
  'performance.explain': {
    name: 'explain_metric',
    more: 'Where a number comes from: the formula expanded, the passes of the compiler and the SQL.',
  },
  'performance.rows': { name: 'drill_rows', more: 'The ledger rows behind one number.' },
  'performance.values': {
    name: 'dimension_values',
    more: 'Which values a dimension has, most sold first: use it before filtering.',
  },
}

interface Tool {
  name: string
  operation: Operation
  description: string
}

/** The tools an actor has: every operation that only reads and that their role may run. */
export const toolsOf = (operations: readonly Operation[], actor: Pick<Actor, 'role'>): Tool[] =>
  operations
    .filter(one => one.effect === 'read' && mayAct(actor.role, one.role) && one.agents !== false)
    .map(operation => {
      const own = named[operation.name]
      return {
        name: own?.name ?? operation.name.replaceAll('.', '_'),
        operation,
        description: [operation.summary, own?.more].filter(Boolean).join(' '),
      }
    })

type ObjectSchema = { type: 'object'; [key: string]: unknown }

/** A tool's input is an object; an operation without input takes an empty one. */
function inputSchema(operation: Operation): ObjectSchema {
  if (!operation.input) return { type: 'object', properties: {} }
  const { $schema: _, ...schema } = z.toJSONSchema(operation.input, { io: 'input', unrepresentable: 'any' })
  return { ...schema, type: 'object' }
}

/** A Model Context Protocol server over the operations, for one actor. */
export function mcpServer(
  operations: readonly Operation[],
  actor: Pick<Actor, 'role'>,
  run: Run,
  request?: string,
): Server {
  const tools = toolsOf(operations, actor)
  const server = new Server(
    { name: 'quarterdeck', version: '0.1.0' },
    {
      capabilities: { tools: {} },
      instructions:
        'The numbers of this company. Ask list_metrics for the vocabulary, query_metrics for numbers, ' +
        'explain_metric and drill_rows for where they come from. Quote the definition and the date of the data with a number.',
    },
  )
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: tools.map(tool => ({
      name: tool.name,
      title: tool.operation.summary,
      description: tool.description,
      inputSchema: inputSchema(tool.operation),
      annotations: { readOnlyHint: true, openWorldHint: false },
    })),
  }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    const tool = tools.find(one => one.name === params.name)
    if (!tool)
      return said(
        `There is no tool "${params.name}". The tools are ${tools.map(one => one.name).join(', ')}.`,
      )
    try {
      const result = await run(tool.operation.name, params.arguments ?? {})
      const isObject = typeof result === 'object' && result !== null && !Array.isArray(result)
      return {
        content: [{ type: 'text', text: JSON.stringify(result ?? null) }],
        ...(isObject && { structuredContent: result as Record<string, unknown> }),
      }
    } catch (error) {
      const failure = failureOf(error)
      const quoted = failure.code === 'internal' && request ? `The request id is ${request}.` : null
      // An agent has the shape of what a tool takes at hand, and no pages to read.
      const next = failure.details?.issues
        ? `The input schema of ${tool.name} says what it takes.`
        : failure.next
      return said([sentence(failure.message), next, quoted].filter(Boolean).join(' '))
    }
  })
  return server
}

/** What a shape refuses is said without a full stop, and more follows. */
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)

const said = (text: string) => ({ isError: true, content: [{ type: 'text' as const, text }] })

/** Speaks on stdin and stdout until the other side closes; what was asked before that is still answered. */
export async function serveStdio(make: (run: Run) => Server, run: Run): Promise<void> {
  const asked = new Set<Promise<unknown>>()
  const server = make((name, input) => {
    const answer = run(name, input).finally(() => asked.delete(answer))
    asked.add(answer)
    return answer
  })
  const closed = new Promise<void>(resolve => {
    server.onclose = resolve
    process.stdin.once('end', resolve)
  })
  await server.connect(new StdioServerTransport())
  await closed
  while (asked.size > 0) await Promise.allSettled(asked)
  // The answers leave in the turn after they are there.
  await new Promise(resolve => setImmediate(resolve))
}

/** Answers one request of the streamable HTTP transport; nothing is kept between requests. */
export async function answerHttp(server: Server, request: Request): Promise<Response> {
  if (request.method !== 'POST')
    return Response.json(
      {
        jsonrpc: '2.0',
        id: null,
        error: { code: -32_000, message: 'This server keeps no streams: use POST.' },
      },
      { status: 405, headers: { allow: 'POST' } },
    )
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
  await server.connect(transport)
  try {
    return await transport.handleRequest(request)
  } finally {
    await server.close()
  }
}
