import {
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql'
import { isConnection, nodeTypeOf, schema } from './schema.ts'

/**
 * The cost of a question before it is answered, by the vendor's published rules: scalars 0, objects 1, a connection as
 * many as are asked for, interfaces and unions the dearest choice, mutations 10. A plain list counts once.
 */
export function requestedCost(document: DocumentNode, variables: Readonly<Record<string, unknown>>): number {
  let cost = 0
  for (const definition of document.definitions)
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      const root = definition.operation === 'mutation' ? schema().getMutationType() : schema().getQueryType()
      if (definition.operation === 'mutation') cost += 10 * definition.selectionSet.selections.length
      if (root) cost += selected(definition.selectionSet, root, variables)
    }
  return cost
}

const givenBy = (node: ValueNode | undefined, variables: Readonly<Record<string, unknown>>): unknown => {
  if (node?.kind === Kind.VARIABLE) return variables[node.name.value]
  if (node?.kind === Kind.INT) return Number(node.value)
  if (node?.kind === Kind.LIST) return node.values
  return undefined
}

const argument = (field: FieldNode, name: string, variables: Readonly<Record<string, unknown>>): unknown =>
  givenBy(field.arguments?.find(one => one.name.value === name)?.value, variables)

function selected(
  set: SelectionSetNode,
  type: GraphQLOutputType,
  variables: Readonly<Record<string, unknown>>,
): number {
  const named = getNamedType(type)
  let own = 0
  let dearest = 0
  for (const one of set.selections) {
    if (one.kind === Kind.FIELD) own += fieldCost(one, named as GraphQLObjectType, variables)
    else if (one.kind === Kind.INLINE_FRAGMENT) {
      const on = one.typeCondition ? schema().getType(one.typeCondition.name.value) : named
      const cost = selected(one.selectionSet, on as GraphQLObjectType, variables)
      // Choices of a union exclude one another.
      if (isAbstractType(named)) dearest = Math.max(dearest, cost)
      else own += cost
    }
  }
  return own + dearest
}

function fieldCost(
  field: FieldNode,
  parent: GraphQLObjectType,
  variables: Readonly<Record<string, unknown>>,
): number {
  if (!isObjectType(parent) && !isInterfaceType(parent)) return 0
  const type = parent.getFields()[field.name.value]?.type
  if (!type || !field.selectionSet || !isCompositeType(getNamedType(type))) return 0
  if (isConnection(type)) {
    const first = Number(argument(field, 'first', variables) ?? 1)
    return 1 + first * (1 + nodesCost(field.selectionSet, type, variables))
  }
  const ids = field.name.value === 'nodes' ? argument(field, 'ids', variables) : undefined
  const times = Array.isArray(ids) ? ids.length : Number(argument(field, 'first', variables) ?? 1)
  return times * (1 + selected(field.selectionSet, type, variables))
}

/** What one node of a connection costs, through `nodes` or `edges { node }`; the wrapping itself is free. */
function nodesCost(
  set: SelectionSetNode,
  type: GraphQLOutputType,
  variables: Readonly<Record<string, unknown>>,
): number {
  let cost = 0
  for (const one of set.selections) {
    if (one.kind !== Kind.FIELD || !one.selectionSet) continue
    if (one.name.value === 'nodes') cost += selected(one.selectionSet, nodeTypeOf(type), variables)
    if (one.name.value === 'edges')
      for (const inner of one.selectionSet.selections)
        if (inner.kind === Kind.FIELD && inner.name.value === 'node' && inner.selectionSet)
          cost += selected(inner.selectionSet, nodeTypeOf(type), variables)
  }
  return cost
}

const wrapping = new Set(['edges', 'nodes', 'pageInfo'])

/** The cost of an answer: its objects, counted. */
export function actualCost(data: unknown, name = ''): number {
  if (Array.isArray(data)) {
    let sum = 0
    for (const one of data) sum += actualCost(one, name === 'nodes' ? '' : name)
    return sum
  }
  if (typeof data !== 'object' || data === null) return 0
  let sum = wrapping.has(name) ? 0 : 1
  for (const key in data) sum += actualCost((data as Record<string, unknown>)[key], key)
  return sum
}
