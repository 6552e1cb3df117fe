import {
  type FieldNode,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql'
import { fieldOf, type Node } from './node.ts'
import { isConnection, isList, nodeTypeOf, schema } from './schema.ts'

/** Writes the fields that were selected of a node into `into`; children of its connections go to `child`. */
type Picker = (node: Node, into: Record<string, unknown>, child: (node: Node, pick: Picker) => void) => void

/** The selection of a connection's nodes, through `edges { node }` or `nodes`. */
export function nodeSelection(field: FieldNode): SelectionSetNode | null {
  for (const one of field.selectionSet?.selections ?? []) {
    if (one.kind !== Kind.FIELD) continue
    if (one.name.value === 'nodes') return one.selectionSet ?? null
    if (one.name.value === 'edges')
      for (const inner of one.selectionSet?.selections ?? [])
        if (inner.kind === Kind.FIELD && inner.name.value === 'node') return inner.selectionSet ?? null
  }
  return null
}

/** A selection made into functions once, so that a million nodes are written out quickly. */
export function pickerOf(set: SelectionSetNode, type: GraphQLOutputType): Picker {
  const named = getNamedType(type)
  const picks: Picker[] = set.selections.map(one => {
    if (one.kind === Kind.INLINE_FRAGMENT) {
      const on = one.typeCondition?.name.value ?? named.name
      const inner = pickerOf(one.selectionSet, schema().getType(on) as GraphQLOutputType)
      return (node, into, child) => {
        if (isOf(node.__typename, on)) inner(node, into, child)
      }
    }
    if (one.kind !== Kind.FIELD) throw new Error('Named fragments are not answered here.')
    return fieldPicker(one, named as GraphQLOutputType)
  })
  return (node, into, child) => {
    for (const pick of picks) pick(node, into, child)
  }
}

const kinds = new Map<string, boolean>()
const isOf = (own: string, wanted: string): boolean => {
  if (own === wanted) return true
  const key = `${own} ${wanted}`
  const known = kinds.get(key)
  if (known !== undefined) return known
  const [type, other] = [schema().getType(own), schema().getType(wanted)]
  const is = isObjectType(type) && isAbstractType(other) && schema().isSubType(other, type)
  kinds.set(key, is)
  return is
}

function fieldPicker(field: FieldNode, parent: GraphQLOutputType): Picker {
  const name = field.name.value
  const key = field.alias?.value ?? name
  if (name === '__typename')
    return (node, into) => {
      into[key] = node.__typename
    }
  const named = getNamedType(parent)
  const type = isObjectType(named) || isInterfaceType(named) ? named.getFields()[name]?.type : undefined
  if (!type) throw new Error(`${named.name} has no field ${name}.`)
  const args: Record<string, unknown> = {}
  for (const one of field.arguments ?? []) args[one.name.value] = valueFromASTUntyped(one.value)
  if (isConnection(type)) {
    const inner = nodeSelection(field)
    if (!inner) throw new Error(`${name} selects no nodes.`)
    const pick = pickerOf(inner, nodeTypeOf(type))
    return (node, _, child) => {
      for (const one of (fieldOf(node, name, args) as Node[] | null) ?? []) child(one, pick)
    }
  }
  if (!field.selectionSet || !isCompositeType(getNamedType(type)))
    return (node, into) => {
      into[key] = fieldOf(node, name, args) ?? null
    }
  const pick = pickerOf(field.selectionSet, type)
  const one = (value: unknown, child: Parameters<Picker>[2]): unknown => {
    if (value === null || value === undefined) return null
    const made: Record<string, unknown> = {}
    pick(value as Node, made, child)
    return made
  }
  return isList(type)
    ? (node, into, child) => {
        into[key] = ((fieldOf(node, name, args) as unknown[] | null) ?? []).map(value => one(value, child))
      }
    : (node, into, child) => {
        into[key] = one(fieldOf(node, name, args), child)
      }
}

/** The lines of a root node in a bulk export: itself and all children, each with its parent's id. */
export function linesOf(root: Node, pick: Picker): string[] {
  const lines: string[] = []
  const write = (node: Node, by: Picker, parent: string | null): void => {
    const made: Record<string, unknown> = {}
    const children: (readonly [Node, Picker])[] = []
    by(node, made, (child, picker) => children.push([child, picker]))
    if (parent !== null) made.__parentId = parent
    lines.push(JSON.stringify(made))
    for (const [child, picker] of children) write(child, picker, String(node.id))
  }
  write(root, pick, null)
  return lines
}
