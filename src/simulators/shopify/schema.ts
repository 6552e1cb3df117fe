import { readFileSync } from 'node:fs'
import {
  buildSchema,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import facts from './contract/admin-2026-10.json' with { type: 'json' }

let built: GraphQLSchema | undefined

/** The part of the vendor's schema that is played; built at the first question. */
export const schema = (): GraphQLSchema => {
  built ??= buildSchema(readFileSync(new URL('./contract/admin-2026-10.graphql', import.meta.url), 'utf8'), {
    assumeValid: true,
  })
  return built
}

export const isConnection = (type: GraphQLOutputType): boolean =>
  getNamedType(type).name.endsWith('Connection')

/** Whether a type is a list, apart from being a connection's. */
export const isList = (type: GraphQLOutputType): boolean =>
  isListType(isNonNullType(type) ? type.ofType : type)

/** The type of a connection's nodes. */
export function nodeTypeOf(type: GraphQLOutputType): GraphQLOutputType {
  const named = getNamedType(type)
  if (!isObjectType(named) && !isInterfaceType(named)) return type
  const nodes = named.getFields().nodes
  return nodes ? nodes.type : type
}

const scopes = facts.scopes as Record<string, string[] | undefined>

/** Scopes of which one is needed to see a field of a type; null where none is. */
export function needed(parent: string, field: string, type: GraphQLOutputType): string[] | null {
  const node = isConnection(type) ? nodeTypeOf(type) : type
  return scopes[`${parent}.${field}`] ?? scopes[getNamedType(node).name] ?? null
}
