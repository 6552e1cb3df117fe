import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'

/**
 * A vendor's contract as far as it is used here: facts taken from the vendor's public file by `scripts/contract.mjs`.
 * Schemas are those of OpenAPI 3 (`nullable` and all), referred to as `#/schemas/Name`.
 */
export interface Contract {
  origin: string
  licence: string
  operations: Record<string, Operation>
  schemas: Record<string, Schema>
}
export type Schema = { [key: string]: unknown }
export interface Operation {
  method: string
  /** With `{names}` for parts of the path. */
  path: string
  /** Query parameters by name; those that are not here may not be sent. */
  query: Record<string, { required?: boolean; schema: Schema; csv?: boolean }>
  body?: Schema
  /** By status, or `default`. */
  responses: Record<string, Schema | null>
}

/** Where a contract and the vendor differ: what is changed, and who says so. */
export interface Overlay {
  /** Path into the contract, as keys. */
  at: string[]
  /** Merged into what is there; null removes it. */
  set: unknown
  why: string
  source: string
}

export interface Judge {
  /** What is wrong with a request, in words; empty when nothing is. `path` is below the vendor's base address. */
  request(method: string, path: string, query: URLSearchParams, body?: unknown): string[]
  /** What is wrong with the answer to it. */
  response(method: string, path: string, status: number, body: unknown): string[]
}

const read = (file: URL): unknown => JSON.parse(readFileSync(file, 'utf8'))

/** Judges traffic by a contract and its overlays. */
export const judgeBy = (file: URL, overlayFile?: URL): Judge =>
  judgeOf(read(file) as Contract, overlayFile ? (read(overlayFile) as Overlay[]) : [])

/** The same for a contract at hand, which is changed by the overlays. */
export function judgeOf(contract: Contract, overlays: readonly Overlay[]): Judge {
  for (const overlay of overlays) lay(contract, overlay)
  const options = { strict: false, allErrors: true, validateFormats: false, validateSchema: false } as const
  const ajv = new Ajv({ ...options, coerceTypes: false })
  const loose = new Ajv({ ...options, coerceTypes: true })
  for (const one of [ajv, loose]) one.addSchema({ $id: 'contract', schemas: plain(contract.schemas) })
  const compiled = new Map<string, ValidateFunction>()
  const check = (key: string, schema: Schema, value: unknown, by = ajv): string[] => {
    let validate = compiled.get(key)
    if (!validate) {
      validate = by.compile(plain(schema) as Schema)
      compiled.set(key, validate)
    }
    if (validate(value)) return []
    return (validate.errors ?? []).map(error => `${key}${error.instancePath}: ${error.message}`)
  }
  const operations = Object.entries(contract.operations).map(([id, operation]) => ({
    id,
    operation,
    pattern: new RegExp(
      `^${operation.path.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`,
    ),
    holes: (operation.path.match(/\{/g) ?? []).length,
  }))
  const find = (method: string, path: string) =>
    operations
      .filter(one => one.operation.method === method.toUpperCase() && one.pattern.test(path))
      .sort((a, b) => a.holes - b.holes)[0]

  return {
    request(method, path, query, body) {
      const found = find(method, path)
      if (!found) return [`${method} ${path}: no such operation in the contract`]
      const { id, operation } = found
      const wrong: string[] = []
      for (const name of new Set(query.keys())) {
        const known = operation.query[name]
        if (!known) {
          wrong.push(`${id}: unknown query parameter ${name}`)
          continue
        }
        const isList = known.schema.type === 'array'
        const values = known.csv ? (query.get(name) ?? '').split(',') : query.getAll(name)
        const value = isList ? values : query.get(name)
        // Text of the address is read as the type the contract names.
        wrong.push(...check(`${id}?${name}`, wrapped(known.schema), { value }, loose))
      }
      for (const [name, { required }] of Object.entries(operation.query))
        if (required && !query.has(name)) wrong.push(`${id}: query parameter ${name} is missing`)
      if (operation.body && body !== undefined) wrong.push(...check(`${id} body`, operation.body, body))
      return wrong
    },
    response(method, path, status, body) {
      const found = find(method, path)
      if (!found) return [`${method} ${path}: no such operation in the contract`]
      const { id, operation } = found
      const schema = operation.responses[String(status)] ?? operation.responses.default
      if (schema === undefined) return [`${id}: status ${status} is not in the contract`]
      return schema === null ? [] : check(`${id} ${status}`, schema, body)
    },
  }
}

const wrapped = (schema: Schema): Schema => ({ type: 'object', properties: { value: schema } })

/** OpenAPI 3's schemas as JSON Schema: `nullable` allows null, also beside `$ref`, `allOf` and `enum`. */
function plain(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plain)
  if (typeof schema !== 'object' || schema === null) return schema
  const { nullable, example: _, discriminator: __, xml: ___, ...rest } = schema as Schema
  const copy: Schema = {}
  for (const [key, value] of Object.entries(rest))
    copy[key] = key === '$ref' ? String(value).replace(/^#\//, 'contract#/') : plain(value)
  return nullable === true ? { anyOf: [copy, { type: 'null' }] } : copy
}

function lay(contract: Contract, { at, set }: Overlay): void {
  let place = contract as unknown as Record<string, unknown>
  for (const key of at.slice(0, -1)) {
    place[key] ??= {}
    place = place[key] as Record<string, unknown>
  }
  const last = at.at(-1) ?? ''
  if (set === null) delete place[last]
  else if (typeof set === 'object' && !Array.isArray(set) && typeof place[last] === 'object')
    Object.assign(place[last] as object, set)
  else place[last] = set
}
