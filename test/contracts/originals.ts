import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { buildClientSchema, type GraphQLSchema, type IntrospectionQuery } from 'graphql'
import { parse } from 'yaml'
import type { Contract, Operation, Schema } from './judge.ts'

/**
 * The vendors' own files, whole, where somebody has laid them beside the project: those of HubSpot and Trello are not
 * licensed for that. Read anew here, and not by the script that made the reduced contracts.
 */
const folder = new URL('../../../shared/specs/', import.meta.url)
const at = (name: string) => new URL(name, folder)

/** Files of each vendor. */
const files = {
  asana: ['asana/asana_oas.yaml'],
  ga4: ['ga4/analyticsdata.v1beta.json'],
  magento: ['magento/admin-schema-2.4.9.yaml'],
  marketo: ['marketo/swagger-mapi.json', 'marketo/swagger-asset.json', 'marketo/swagger-identity.json'],
  shopify: ['shopify/admin_2026-10.json.gz'],
} as const
export type Documented = keyof typeof files
export const documented = Object.keys(files) as Documented[]

/** Whether a vendor's own files are at hand. */
export const isAtHand = (vendor: Documented): boolean => files[vendor].every(name => existsSync(at(name)))

const bases: Partial<Record<Documented, string>> = { asana: '/api/1.0' }

/** A vendor's whole contract over HTTP; schemas are known by the last part of their name. */
export function originalOf(vendor: Exclude<Documented, 'shopify'>): Contract {
  const whole: Contract = { origin: vendor, licence: '', operations: {}, schemas: {} }
  for (const name of files[vendor]) {
    const spec = parse(readFileSync(at(name), 'utf8')) as Spec
    const { operations, schemas } = spec.resources ? discovered(spec) : described(spec, bases[vendor] ?? '')
    Object.assign(whole.operations, operations)
    Object.assign(whole.schemas, schemas)
  }
  return whole
}

export const originalSchema = (): GraphQLSchema => {
  const text = gunzipSync(readFileSync(at(files.shopify[0]))).toString()
  return buildClientSchema((JSON.parse(text) as { data: IntrospectionQuery }).data, { assumeValid: true })
}

type Loose = Record<string, unknown>
interface Spec {
  paths?: Record<string, Loose>
  definitions?: Record<string, Schema>
  components?: { schemas?: Record<string, Schema>; [kind: string]: unknown }
  resources?: Record<string, { methods?: Record<string, Method> }>
  schemas?: Record<string, Schema>
  parameters?: Record<string, Schema>
}
interface Parameter extends Schema {
  in: string
  name: string
}
interface Described {
  operationId?: string
  parameters?: Parameter[]
  requestBody?: Loose
  responses?: Record<string, Loose>
}
interface Method {
  id: string
  flatPath: string
  httpMethod: string
  parameters?: Record<string, { location: string }>
  request?: Schema
  response?: Schema
}

/** References to schemas as the judge knows them. */
const referred = <T>(value: T): T =>
  JSON.parse(
    JSON.stringify(value).replaceAll(/"#\/(?:components\/schemas|definitions)\//g, '"#/schemas/'),
  ) as T

const methods = new Set(['get', 'put', 'post', 'delete', 'patch'])

/** OpenAPI 3 and Swagger 2. */
function described(spec: Spec, base: string): Pick<Contract, 'operations' | 'schemas'> {
  const follow = (path: string): unknown =>
    path
      .slice(2)
      .split('/')
      .reduce<unknown>(
        (place, key) => (place as Loose)[key.replaceAll('~1', '/').replaceAll('~0', '~')],
        spec,
      )
  const plain = <T>(value: T): T => {
    const ref = (value as Loose | undefined)?.$ref
    return typeof ref === 'string' ? plain(follow(ref) as T) : value
  }
  const schemaOf = (value: Loose): Schema | undefined =>
    (value.schema as Schema | undefined) ??
    (Object.entries((value.content ?? {}) as Record<string, { schema: Schema }>).find(([type]) =>
      type.includes('json'),
    )?.[1].schema as Schema | undefined)
  const operations: Record<string, Operation> = {}
  for (const [path, own] of Object.entries(spec.paths ?? {}))
    for (const [method, found] of Object.entries(own)) {
      if (!methods.has(method)) continue
      const one = found as Described
      const parameters = [...((own.parameters ?? []) as Parameter[]), ...(one.parameters ?? [])].map(plain)
      const body = parameters.find(p => p.in === 'body')?.schema ?? schemaOf(plain(one.requestBody ?? {}))
      operations[one.operationId ?? `${method} ${path}`] = {
        method: method.toUpperCase(),
        path: base + path,
        query: Object.fromEntries(
          parameters
            .filter(p => p.in === 'query')
            .map(p => {
              const { in: _, name, required, schema, collectionFormat, explode, ...type } = p
              return [
                name,
                {
                  required: required === true,
                  schema: (schema ?? type) as Schema,
                  csv: collectionFormat === 'csv' || explode === false,
                },
              ]
            }),
        ),
        ...(body !== undefined && { body: body as Schema }),
        responses: Object.fromEntries(
          Object.entries(one.responses ?? {}).map(([status, answer]) => [
            status,
            schemaOf(plain(answer)) ?? null,
          ]),
        ),
      }
    }
  return referred({ operations, schemas: spec.components?.schemas ?? spec.definitions ?? {} })
}

/** Google's discovery document: no answer has a member it does not name, and errors are those of all its APIs. */
function discovered(spec: Spec): Pick<Contract, 'operations' | 'schemas'> {
  const named = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value).replaceAll(/"\$ref":"(?!#)/g, '"$ref":"#/schemas/')) as T
  const operations: Record<string, Operation> = {}
  for (const { methods: own = {} } of Object.values(spec.resources ?? {}))
    for (const one of Object.values(own))
      operations[one.id] = {
        method: one.httpMethod,
        path: `/${one.flatPath}`,
        query: Object.fromEntries(
          [
            ...Object.entries(spec.parameters ?? {}),
            ...Object.entries(one.parameters ?? {}).filter(([, { location }]) => location === 'query'),
          ].map(([name, schema]) => [name, { schema: schema as Schema }]),
        ),
        ...(one.request && { body: one.request }),
        responses: { 200: one.response ?? null, default: null },
      }
  // It calls its schemas by an `id`, which JSON Schema understands otherwise.
  const schemas = Object.fromEntries(
    Object.entries(spec.schemas ?? {}).map(([name, { id: _, ...schema }]) => [name, schema]),
  )
  return named({ operations, schemas })
}
