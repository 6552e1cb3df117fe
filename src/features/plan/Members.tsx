import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api } from '#features/client.ts'

/** What members of a plan's dimensions are called: stores by their names, others as they are. */
export function useMembers(): (member: string) => string {
  const { data } = useQuery(api.settings.read.queryOptions({ input: {}, staleTime: 300_000 }))
  return useCallback(member => data?.stores.find(one => one.store === member)?.name || member, [data])
}
