import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { mayAct, type Role } from '#kernel/actor.ts'
import { Fields } from '#ui/Fields.tsx'
import { api } from './client.ts'

/** Whether whoever looks has this role or one above; not until it is known who that is. */
export function useMay(atLeast: Role): boolean {
  const me = useQuery(api.members.me.queryOptions({ input: {} }))
  return me.data !== undefined && mayAct(me.data.role, atLeast)
}

/** Whether whoever looks sees all stores: what is of the whole company refuses the others. Not until it is known who that is. */
export function useWhole(): boolean {
  const me = useQuery(api.members.me.queryOptions({ input: {} }))
  return me.data?.stores === 'all'
}

/** What only this role and those above may do: whoever may not sees no button that would refuse them. */
export const May = ({ atLeast, children }: { atLeast: Role; children: ReactNode }): ReactNode =>
  useMay(atLeast) ? children : null

/** A form that only this role and those above may change: whoever may not reads it, and has no button to end it. */
export const MayChange = ({ atLeast, children }: { atLeast: Role; children: ReactNode }): ReactNode => (
  <Fields readOnly={!useMay(atLeast)}>{children}</Fields>
)
