import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OpenAPIGenerator } from '@orpc/openapi'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import type { Env, Hono } from 'hono'
import { operationsOf } from '#features/base.ts'
import { operations } from '#features/operations.ts'
import { failureCodes } from '#kernel/error.ts'

interface Described {
  paths?: Record<string, Record<string, Partial<Record<string, unknown>>>>
}

/** What the answer to a request that failed looks like, whatever failed. */
const failure = {
  type: 'object',
  required: ['code', 'status', 'message', 'defined'],
  properties: {
    defined: { type: 'boolean' },
    code: { enum: Object.keys(failureCodes) },
    status: { type: 'integer' },
    message: { type: 'string', description: 'What is wrong, to be shown' },
    data: {
      type: 'object',
      properties: {
        next: { type: 'string', description: 'What helps' },
        details: { type: 'object', description: 'Of refused input: which fields, and why' },
        request: { type: 'string', description: 'Of this request, as the log and the audit name it' },
      },
    },
  },
}

/** The OpenAPI 3.1 document of every operation, with what each answers when it fails. */
export async function openApi(): Promise<object> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] })
  const document = await generator.generate(operations, {
    info: {
      title: 'Quarterdeck',
      version: '1',
      description:
        'Every operation of the system. Authenticate with x-api-key. What fails answers with a code, what is wrong and what helps.',
    },
    servers: [{ url: '/api/v1' }],
    security: [{ key: [] }],
    components: {
      securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'x-api-key' } },
      schemas: { Failure: failure },
      responses: Object.fromEntries(
        Object.entries(failureCodes).map(([code, { about }]) => [
          code,
          {
            description: about,
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } },
          },
        ]),
      ),
    } as never,
  })
  const { paths = {} } = document as Described
  const failing = Object.fromEntries(
    Object.entries(failureCodes).map(([code, { status }]) => [
      status,
      { $ref: `#/components/responses/${code}` },
    ]),
  )
  for (const path of Object.values(paths))
    for (const one of Object.values(path)) one.responses = { ...(one.responses as object), ...failing }
  for (const { name, role, effect } of operationsOf(operations))
    Object.assign(paths[`/${name.replaceAll('.', '/')}`]?.post ?? {}, {
      description: `${effect === 'read' ? 'Changes nothing' : 'Changes what is kept, and is audited'}. Needs the role ${role}.`,
      'x-role': role,
      'x-effect': effect,
    })
  return document
}

/** The OpenAPI document and the page that shows it; open to all, as neither holds data. */
export function reference<E extends Env>(app: Hono<E>): void {
  const place = join(import.meta.dirname, 'reference')
  let document: Promise<object> | undefined
  app.get('/api/openapi.json', async c => {
    document ??= openApi()
    return c.json(await document)
  })
  const files = {
    '/api/docs': ['page.html', 'text/html; charset=utf-8'],
    '/api/docs/app.js': ['app.js', 'text/javascript; charset=utf-8'],
    '/api/docs/style.css': ['style.css', 'text/css; charset=utf-8'],
  } as const
  for (const [path, [file, type]] of Object.entries(files)) {
    const text = readFileSync(join(place, file), 'utf8')
    app.get(path, c => c.body(text, 200, { 'content-type': type, 'cache-control': 'no-cache' }))
  }
}
