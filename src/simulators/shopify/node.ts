/**
 * Things as the vendor's schema shows them: fields by name, plain or a function of the field's arguments, worked out only
 * when asked for. A connection is the array of its nodes; who answers a query pages it, a bulk export writes it out.
 */
export type Node = { __typename: string; [field: string]: unknown }

/** The value of a field. */
export const fieldOf = (node: Node, field: string, args: Readonly<Record<string, unknown>> = {}): unknown => {
  const value = node[field]
  return typeof value === 'function' ? (value as (args: unknown) => unknown)(args) : value
}
