import { keepPreviousData, type Query, QueryCache, QueryClient } from '@tanstack/react-query'
import { isRefused } from '#ui/words.ts'

/** When what is being asked was asked first: trying again by itself counts as the same question. */
const asked = new WeakMap<object, number>()
/** Why what stands could not be read again. */
const failed = new WeakMap<object, unknown>()

/** Whether what a query holds stands though a later reading of it failed. */
export const isOld = ({ state }: Query): boolean =>
  state.status === 'success' && state.errorUpdatedAt > state.dataUpdatedAt

/** Why a query that is old could not be read again. */
export const failureOf = (query: Query): unknown => failed.get(query)

/** For how long a question that has no answer yet has been waited for, in milliseconds; 0 for any other. */
export const waitedFor = (query: Query, now: number): number =>
  query.state.data === undefined && query.state.fetchStatus === 'fetching'
    ? now - (asked.get(query) ?? now)
    : 0

/**
 * The questions of all screens. The one rule of failing: an answer that stands keeps standing when a later reading of it fails,
 * with whatever somebody is writing beside it, and the foot of the screen says so; only who has no answer yet is shown an error.
 * Another question is another query: its failing is a first one. What one may not see any more does not stand.
 */
export function queryClient(onError: (error: unknown) => void): QueryClient {
  const queryCache = new QueryCache({
    onError: (error, query) => {
      onError(error)
      if (query.state.data === undefined || isRefused(error)) return
      failed.set(query, error)
      // Before anybody has drawn the error: those who look are told of both in one go.
      query.setState({ status: 'success', error: null })
    },
  })
  queryCache.subscribe(event => {
    if (event.type === 'updated' && event.action.type === 'fetch') asked.set(event.query, Date.now())
  })
  return new QueryClient({
    queryCache,
    defaultOptions: {
      queries: {
        staleTime: 60_000,
        placeholderData: keepPreviousData,
        refetchOnWindowFocus: true,
        // What a browser takes for offline says nothing of a server in the house; and what waits for it unseen is a screen that
        // never comes, or an act done an hour after the press.
        networkMode: 'always',
        refetchOnReconnect: true,
        retry: (count, error) => count < 2 && error instanceof TypeError,
      },
      mutations: { onError, networkMode: 'always' },
    },
  })
}
