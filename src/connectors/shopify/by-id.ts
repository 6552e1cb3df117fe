import { Failure } from '#kernel/error.ts'
import { samePlace } from '../http.ts'
import { graph, type Session, TooDear } from './session.ts'

/** The vendor takes so many ids at once. */
const most = 250

/**
 * Things by their ids, as many at a time as one question may cost: the size is learnt from what the vendor refuses.
 * What is not there any more is left out. `name` remembers the size for the session.
 */
export async function byIds<T>(
  session: Session,
  name: string,
  query: string,
  ids: readonly string[],
  first: number,
): Promise<T[]> {
  const found: T[] = []
  for (let at = 0; at < ids.length; ) {
    const size = Math.min(most, session.sizes.get(name) ?? first)
    try {
      const { nodes } = await graph<{ nodes: (T | null)[] }>(session, query, {
        ids: ids.slice(at, at + size),
      })
      for (const one of nodes) if (one && Object.keys(one).length > 0) found.push(one)
      at += size
    } catch (error) {
      if (!(error instanceof TooDear)) throw error
      if (size === 1)
        throw new Failure('unavailable', `Shopify finds the question for one of the ${name} too costly.`, {
          next: 'This is a fault of ours: tell those who keep Quarterdeck.',
        })
      session.sizes.set(name, Math.max(1, Math.floor(size / error.factor)))
    }
  }
  return found
}

/** What a question is called, `OrderIds`. */
const nameOf = (query: string): string => /^\s*query\s+(\w+)/.exec(query)?.[1] ?? 'a list'

export interface Page<T> {
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
  nodes: T[]
}

/** All of a connection, page by page; what comes after a cursor where one is given. */
export async function* paged<T>(
  session: Session,
  query: string,
  variables: Readonly<Record<string, unknown>>,
  pick: (data: Record<string, unknown>) => Page<T> | null | undefined,
  from: string | null = null,
): AsyncGenerator<T[]> {
  for (let after = from; ; ) {
    const page: Page<T> | null | undefined = pick(
      await graph<Record<string, unknown>>(session, query, { ...variables, after }),
    )
    if (!page) return
    yield page.nodes
    const { hasNextPage, endCursor } = page.pageInfo
    if (!hasNextPage || endCursor === null) return
    if (endCursor === after) throw samePlace('Shopify', nameOf(query))
    after = endCursor
  }
}
