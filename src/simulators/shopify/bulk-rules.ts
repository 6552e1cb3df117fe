import {
  type FieldNode,
  type GraphQLOutputType,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
  validate,
} from 'graphql'
import { isConnection, isList, needed, schema } from './schema.ts'

export interface BulkQuery {
  /** The root connection. */
  field: FieldNode
  /** Scope lists of which each needs one. */
  scopes: string[][]
}

/**
 * Reads the query of a bulk operation. The rules (shopify.dev/docs/api/usage/bulk-operations/queries): one root connection,
 * at most five connections, nested at most two deep below the root, none inside a plain list, no `node` or `nodes` at the root.
 * @returns what is wrong, in words, as a string.
 */
export function bulkQuery(text: string): BulkQuery | string {
  let document: ReturnType<typeof parse>
  try {
    document = parse(text)
  } catch (error) {
    return `Invalid bulk query: ${(error as Error).message}`
  }
  const [wrong] = validate(schema(), document)
  if (wrong) return `Invalid bulk query: ${wrong.message}`
  const [operation] = document.definitions
  if (document.definitions.length !== 1 || operation?.kind !== Kind.OPERATION_DEFINITION)
    return 'Bulk queries must contain exactly one operation.'
  if (operation.operation !== 'query') return 'Bulk queries must be of type query.'
  const root = schema().getQueryType()
  const [field] = operation.selectionSet.selections
  if (!root || operation.selectionSet.selections.length !== 1 || field?.kind !== Kind.FIELD)
    return 'Bulk queries must select exactly one top-level field.'
  if (field.name.value === 'node' || field.name.value === 'nodes')
    return "Bulk queries cannot contain a top-level 'node' or 'nodes' field."
  const type = root.getFields()[field.name.value]?.type
  if (!type || !isConnection(type)) return 'Bulk queries must contain at least one connection.'
  const found: Found = { connections: 0, depth: 0, inList: null, scopes: [] }
  walk({ kind: Kind.SELECTION_SET, selections: [field] }, root, 0, false, found)
  if (found.connections > 5) return 'Bulk queries cannot contain more than 5 connections.'
  if (found.depth > 3) return 'Bulk queries cannot contain connections with a nesting depth greater than 2.'
  if (found.inList)
    return `Queries that contain a connection field within a list field are not currently supported: ${found.inList}.`
  return { field, scopes: found.scopes }
}

interface Found {
  connections: number
  depth: number
  inList: string | null
  scopes: string[][]
}

function walk(
  set: SelectionSetNode,
  type: GraphQLOutputType,
  depth: number,
  list: boolean,
  found: Found,
): void {
  const named = getNamedType(type)
  for (const one of set.selections) {
    if (one.kind === Kind.INLINE_FRAGMENT) {
      const on = one.typeCondition ? schema().getType(one.typeCondition.name.value) : named
      walk(one.selectionSet, on as GraphQLOutputType, depth, list, found)
      continue
    }
    if (one.kind !== Kind.FIELD || (!isObjectType(named) && !isInterfaceType(named))) continue
    const field = named.getFields()[one.name.value]
    if (!field) continue
    const scopes = needed(named.name, one.name.value, field.type)
    if (scopes) found.scopes.push(scopes)
    const connection = isConnection(field.type)
    if (connection) {
      found.connections += 1
      found.depth = Math.max(found.depth, depth + 1)
      if (list) found.inList = one.name.value
    }
    // `edges` and `nodes` are lists of the connection itself.
    const wrapper = named.name.endsWith('Connection')
    if (one.selectionSet)
      walk(
        one.selectionSet,
        field.type,
        connection ? depth + 1 : depth,
        connection || wrapper ? false : list || isList(field.type),
        found,
      )
  }
}
