import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import {
  CallToolRequestSchema,
  type CallToolResult,
  ListToolsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import type { Operation } from '#features/base.ts'
import type { Actor } from '#kernel/actor.ts'
import { failureOf, sentence } from './failure.ts'
import { resultOf } from './mcp-answer.ts'
import { instructions, toolsOf } from './mcp-tools.ts'

/** Runs an operation by name on behalf of whoever the server was made for. */
export type Run = (name: string, input: unknown) => Promise<unknown>

/** A Model Context Protocol server over the operations, for one actor; `track` is handed every answer that is under way. */
export function mcpServer(
  operations: readonly Operation[],
  actor: Pick<Actor, 'role'>,
  run: Run,
  { request, track }: { request?: string; track?: (answer: Promise<CallToolResult>) => void } = {},
): Server {
  const tools = toolsOf(operations, actor)
  const server = new Server(
    { name: 'quarterdeck', version: '0.1.0' },
    {
      capabilities: { tools: {} },
      instructions,
    },
  )
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: tools.map(tool => ({
      name: tool.name,
      title: tool.operation.summary,
      description: tool.description,
      inputSchema: tool.inputSchema,
      annotations: { readOnlyHint: true, openWorldHint: false },
    })),
  }))
  const answer = async (name: string, given: Record<string, unknown>): Promise<CallToolResult> => {
    const tool = tools.find(one => one.name === name)
    if (!tool)
      return said(`There is no tool "${name}". The tools are ${tools.map(one => one.name).join(', ')}.`)
    try {
      const result = await run(tool.operation.name, tool.input(given))
      return await resultOf(tool.answer(result, given), tool.takes)
    } catch (error) {
      const failure = failureOf(error)
      const quoted = failure.code === 'internal' && request ? `The request id is ${request}.` : null
      // An agent has the shape of what a tool takes at hand, and no pages to read.
      const next = failure.details?.issues
        ? `The input schema of ${tool.name} says what it takes.`
        : failure.next
      return said([sentence(failure.message), next, quoted].filter(Boolean).join(' '))
    }
  }
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
    const answering = answer(params.name, params.arguments ?? {})
    track?.(answering)
    return answering
  })
  return server
}

const said = (text: string) => ({ isError: true, content: [{ type: 'text' as const, text }] })

/** Speaks on stdin and stdout until the other side closes; what was asked before that is still answered. */
export async function serveStdio(make: (track: (answer: Promise<unknown>) => void) => Server): Promise<void> {
  const asked = new Set<Promise<unknown>>()
  const server = make(answer => {
    asked.add(answer)
    void answer.finally(() => asked.delete(answer))
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
