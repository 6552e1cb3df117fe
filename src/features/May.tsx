import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { mayAct, type Role } from '#kernel/actor.ts'
import { api } from './client.ts'

/** What only this role and those above may do: whoever may not sees no button that would refuse them. Nothing until it is known who one is. */
export function May({ atLeast, children }: { atLeast: Role; children: ReactNode }) {
  const me = useQuery(api.members.me.queryOptions({ input: {} }))
  return me.data && mayAct(me.data.role, atLeast) ? children : null
}
