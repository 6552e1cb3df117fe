import { GraphQLError } from 'graphql'
import type { Node } from './node.ts'

/** Things in an order, each with a key that sorts as they stand: a page goes on after the key it ended with. */
export interface Listing {
  keys: readonly string[]
  node(index: number): Node
}

export const listed = (nodes: readonly Node[]): Listing => ({
  keys: nodes.map((_, index) => String(index).padStart(8, '0')),
  node: index => nodes[index] as Node,
})

const cursorOf = (key: string): string => Buffer.from(key).toString('base64url')

/** The first index whose key is beyond a key. */
function beyond(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((keys[middle] ?? '') > key) high = middle
    else low = middle + 1
  }
  return low
}

const refuse = (message: string): never => {
  throw new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })
}

/** One page of a connection. */
export function pageOf(
  type: string,
  listing: Listing,
  args: { first?: number | null; last?: number | null; after?: string | null; before?: string | null },
): Node {
  const { first, last, after, before } = args
  if (last != null || before != null) refuse('Paging backwards is not answered here.')
  if (first == null) return refuse('you must provide one of first or last')
  if (first < 0 || first > 250) refuse('first must be between 0 and 250.')
  const from = after == null ? 0 : beyond(listing.keys, Buffer.from(after, 'base64url').toString())
  const to = Math.min(from + first, listing.keys.length)
  const made = Array.from({ length: to - from }, (_, n) => listing.node(from + n))
  const cursor = (index: number) => cursorOf(listing.keys[index] ?? '')
  return {
    __typename: type,
    nodes: made,
    edges: made.map((node, n) => ({
      __typename: type.replace(/Connection$/, 'Edge'),
      cursor: cursor(from + n),
      node,
    })),
    pageInfo: {
      __typename: 'PageInfo',
      hasNextPage: to < listing.keys.length,
      hasPreviousPage: from > 0,
      startCursor: to > from ? cursor(from) : null,
      endCursor: to > from ? cursor(to - 1) : null,
    },
  }
}
