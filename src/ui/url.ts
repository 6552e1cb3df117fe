import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { Search } from '#kernel/view.ts'

export type SetUrl = (
  change: Readonly<Record<string, string | undefined>>,
  options?: { replace?: boolean; to?: string },
) => void

/** The URL's parameters, and the way to change them. `undefined` takes one away; Back undoes unless `replace` is said. */
export function useUrl(): [Search, SetUrl] {
  const search = useSearch({ strict: false }) as Search
  const navigate = useNavigate()
  const set: SetUrl = useCallback(
    (change, options = {}) => {
      navigate({
        to: options.to ?? '.',
        search: (before: Search) => ({ ...before, ...change }),
        replace: options.replace,
        resetScroll: options.to !== undefined,
      } as never)
    },
    [navigate],
  )
  return [search, set]
}
