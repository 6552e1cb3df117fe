import {
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getVariableValues,
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  validate,
} from 'graphql'

/** A question of GraphQL and what it was answered. */
export interface GraphExchange {
  query: string
  variables: Readonly<Record<string, unknown>>
  answer: { data?: unknown; errors?: unknown[] }
}

type Thing = Record<string, unknown>

/**
 * Judges a question and its answer by a schema, without the engine that made the answer: fields that were not asked for or
 * do not exist, missing ones, nulls where none may be, leaves of a wrong type. In words; empty where nothing is wrong.
 */
export function judgeGraph(schema: GraphQLSchema, { query, variables, answer }: GraphExchange): string[] {
  const document = parse(query)
  const wrong = validate(schema, document).map(error => `question: ${error.message}`)
  const operation = document.definitions.find(one => one.kind === Kind.OPERATION_DEFINITION) as
    | OperationDefinitionNode
    | undefined
  if (!operation || wrong.length > 0) return wrong
  const { errors = [] } = getVariableValues(schema, operation.variableDefinitions ?? [], { ...variables })
  wrong.push(...errors.map(error => `variables: ${error.message}`))
  if (answer.data === undefined || answer.data === null)
    return answer.errors?.length ? wrong : [...wrong, 'answer: neither data nor errors']
  const root = schema.getRootType(operation.operation)
  if (root) walk(schema, root, operation.selectionSet, answer.data as Thing, root.name, wrong)
  return wrong
}

/** Judges one thing of an export, which stands alone: its type is in `__typename`, its parent in `__parentId`. */
export function judgeLine(schema: GraphQLSchema, line: Thing): string[] {
  const wrong: string[] = []
  const type = schema.getType(String(line.__typename))
  if (!type || !isObjectType(type)) return [`line: no type ${line.__typename}`]
  const { __parentId: parent, ...rest } = line
  if (parent !== undefined && typeof parent !== 'string') wrong.push('line: __parentId is no text')
  loose(schema, type, rest, type.name, wrong)
  return wrong
}

/** Fields that are selected, by the name they come under; `sure` where they are whatever the type turns out to be. */
function fieldsOf(schema: GraphQLSchema, type: GraphQLNamedType, selection: SelectionSetNode, own: unknown) {
  const found: {
    key: string
    name: string
    of: GraphQLNamedType
    inner?: SelectionSetNode
    sure: boolean
  }[] = []
  const add = (of: GraphQLNamedType, set: SelectionSetNode, sure: boolean) => {
    for (const one of set.selections) {
      if (one.kind === Kind.FIELD)
        found.push({
          key: one.alias?.value ?? one.name.value,
          name: one.name.value,
          of,
          ...(one.selectionSet && { inner: one.selectionSet }),
          sure,
        })
      else if (one.kind === Kind.INLINE_FRAGMENT) {
        const name = one.typeCondition?.name.value
        const on = (name && schema.getType(name)) || of
        const concrete = typeof own === 'string' ? own : isObjectType(type) ? type.name : undefined
        if (concrete !== undefined && isObjectType(on) && on.name !== concrete) continue
        add(on, one.selectionSet, sure && (on === of || concrete === on.name))
      }
    }
  }
  add(type, selection, true)
  return found
}

function walk(
  schema: GraphQLSchema,
  type: GraphQLNamedType,
  selection: SelectionSetNode,
  value: Thing,
  place: string,
  wrong: string[],
): void {
  const fields = fieldsOf(schema, type, selection, value.__typename)
  const asked = new Map(fields.map(one => [one.key, one]))
  for (const key of Object.keys(value)) if (!asked.has(key)) wrong.push(`${place}.${key}: was not asked for`)
  for (const { key, name, of, inner, sure } of asked.values()) {
    if (!(key in value)) {
      if (sure) wrong.push(`${place}.${key}: is missing`)
      continue
    }
    if (name === '__typename') continue
    const field = 'getFields' in of ? of.getFields()[name] : undefined
    if (!field) wrong.push(`${place}.${key}: ${of.name} has no such field`)
    else
      check(field.type as GraphQLOutputType, value[key], `${place}.${key}`, wrong, (kind, one, where) => {
        if (inner) walk(schema, kind, inner, one, where, wrong)
        else wrong.push(`${where}: is a thing whose fields were not asked for`)
      })
  }
}

/** As `walk`, where what was asked is not at hand: every member must be a field of the type, or of one it may be. */
function loose(schema: GraphQLSchema, type: GraphQLNamedType, value: Thing, place: string, wrong: string[]) {
  const own = typeof value.__typename === 'string' ? schema.getType(value.__typename) : undefined
  const may =
    own && isObjectType(own)
      ? [own]
      : isCompositeType(type) && !isObjectType(type)
        ? schema.getPossibleTypes(type)
        : [type]
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__typename') continue
    const field = may.flatMap(one => ('getFields' in one ? (one.getFields()[key] ?? []) : []))[0]
    if (!field) wrong.push(`${place}.${key}: ${type.name} has no such field`)
    else
      check(field.type as GraphQLOutputType, inner, `${place}.${key}`, wrong, (kind, one, where) =>
        loose(schema, kind, one, where, wrong),
      )
  }
}

function check(
  type: GraphQLOutputType,
  value: unknown,
  place: string,
  wrong: string[],
  thing: (type: GraphQLNamedType, value: Thing, place: string) => void,
): void {
  if (isNonNullType(type)) {
    if (value === null) wrong.push(`${place}: is null`)
    else check(type.ofType, value, place, wrong, thing)
    return
  }
  if (value === null) return
  if (isListType(type)) {
    if (!Array.isArray(value)) wrong.push(`${place}: is no list`)
    else for (const one of value) check(type.ofType, one, `${place}[]`, wrong, thing)
    return
  }
  const named = getNamedType(type)
  if (isCompositeType(named)) {
    if (typeof value !== 'object' || Array.isArray(value)) wrong.push(`${place}: is no thing`)
    else thing(named, value as Thing, place)
  } else if (isEnumType(named)) {
    if (!named.getValue(String(value))) wrong.push(`${place}: ${named.name} has no value ${value}`)
  } else if (leaves[named.name]?.(value) === false)
    wrong.push(`${place}: ${JSON.stringify(value)} is no ${named.name}`)
}

const text = (like?: RegExp) => (value: unknown) =>
  typeof value === 'string' && (like === undefined || like.test(value))

/** What the vendor's scalars look like in JSON; others may be anything. */
const leaves: Record<string, (value: unknown) => boolean> = {
  ID: text(/./),
  String: text(),
  Boolean: value => typeof value === 'boolean',
  Int: value => Number.isInteger(value),
  Float: value => typeof value === 'number',
  Decimal: text(/^-?\d+(\.\d+)?$/),
  Money: text(/^-?\d+(\.\d+)?$/),
  DateTime: text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/),
  Date: text(/^\d{4}-\d\d-\d\d$/),
  UnsignedInt64: text(/^\d+$/),
  URL: text(/^https?:\/\//),
}
