#!/usr/bin/env node
// Takes from a vendor's public contract (OpenAPI 3 or Swagger 2, JSON or YAML) the operations used here: paths,
// parameters and types, no prose. `node scripts/contract.mjs SPEC OUT --origin … --licence … --base /api METHOD:/path …`
import { readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'

const [, , specFile, outFile, ...rest] = process.argv
const flag = name => {
  const at = rest.indexOf(`--${name}`)
  return at < 0 ? '' : rest.splice(at, 2)[1]
}
const origin = flag('origin')
const licence = flag('licence')
const base = flag('base')
const spec = parse(readFileSync(specFile, 'utf8'))

const schemas = {}
const nameOf = ref => ref.split('/').at(-1)
const resolve = ref =>
  ref
    .slice(2)
    .split('/')
    .reduce((at, key) => at[key.replaceAll('~1', '/').replaceAll('~0', '~')], spec)
const deref = one => (one?.$ref ? deref(resolve(one.$ref)) : one)

/** Types without prose; schemas referred to are taken along under their names. */
function facts(schema) {
  if (Array.isArray(schema)) return schema.map(facts)
  if (typeof schema !== 'object' || schema === null) return schema
  if (schema.$ref) {
    const name = nameOf(schema.$ref)
    if (!(name in schemas)) {
      schemas[name] = {}
      schemas[name] = facts(resolve(schema.$ref))
    }
    return { $ref: `#/schemas/${name}` }
  }
  const out = {}
  for (const [key, value] of Object.entries(schema)) {
    if (
      [
        'description',
        'title',
        'example',
        'examples',
        'externalDocs',
        'default',
        'xml',
        'deprecated',
      ].includes(key) &&
      !isProperty(schema, key)
    )
      continue
    if (key.startsWith('x-')) continue
    out[key] =
      key === 'properties'
        ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, facts(one)]))
        : key === 'required' || key === 'enum'
          ? value
          : facts(value)
  }
  return out
}
// A member called "description" is a property only where its value is a schema and it stands under `properties`, which is handled there.
const isProperty = () => false

const operations = {}
for (const wanted of rest) {
  const [method, path] = [wanted.slice(0, wanted.indexOf(':')), wanted.slice(wanted.indexOf(':') + 1)]
  const at = spec.paths[path]
  const operation = at?.[method.toLowerCase()]
  if (!operation) {
    console.error(`${wanted}: not in ${specFile}`)
    process.exitCode = 1
    continue
  }
  const parameters = [...(at.parameters ?? []), ...(operation.parameters ?? [])].map(deref)
  const query = {}
  for (const one of parameters.filter(p => p.in === 'query')) {
    const { name, required, in: _, description: __, schema, collectionFormat, style, explode, ...type } = one
    query[name] = {
      ...(required && { required }),
      schema: facts(schema ?? type),
      ...((collectionFormat === 'csv' || explode === false) && { csv: true }),
    }
  }
  const body =
    deref(operation.requestBody)?.content?.['application/json']?.schema ??
    parameters.find(p => p.in === 'body')?.schema
  const responses = {}
  for (const [status, one] of Object.entries(operation.responses ?? {})) {
    const answer = deref(one)
    const schema =
      answer.schema ??
      answer.content?.['application/json']?.schema ??
      answer.content?.['application/json; charset=UTF-8']?.schema
    responses[status] = schema ? facts(schema) : null
  }
  operations[operation.operationId ?? wanted] = {
    method: method.toUpperCase(),
    path: base + path,
    query,
    ...(body && { body: facts(body) }),
    responses,
  }
}
writeFileSync(outFile, `${JSON.stringify({ origin, licence, operations, schemas }, null, 1)}\n`)
console.log(
  `${Object.keys(operations).length} operations, ${Object.keys(schemas).length} schemas → ${outFile}`,
)
