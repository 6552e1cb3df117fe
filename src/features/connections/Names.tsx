import { useQuery } from '@tanstack/react-query'
import { api } from '#features/client.ts'
import type { ConnectionRow } from './systems-model.ts'

/** A store, or several, by the names people gave them; by its handle where the reader may not see it. */
export function StoreName({ of }: { of: string | readonly string[] }) {
  const settings = useQuery(api.settings.read.queryOptions({ input: {}, staleTime: 300_000 }))
  const nameOf = (store: string) => settings.data?.stores.find(one => one.store === store)?.name ?? store
  return <>{(typeof of === 'string' ? [of] : of).map(nameOf).join(', ')}</>
}

/** The stores a connection has rows of. */
export function StoresOf({ row }: { row: Pick<ConnectionRow, 'stores' | 'byHost'> }) {
  const named = <StoreName of={row.stores} />
  return row.byHost ? <>Each store by its pages, {named} where none is known</> : named
}

/** A kind of system as its maker writes it: `hubspot` is HubSpot. */
export function SystemName({ of }: { of: string }) {
  const vendors = useQuery({ ...api.connections.vendors.queryOptions(), staleTime: Number.POSITIVE_INFINITY })
  return <>{vendors.data?.find(one => one.vendor === of)?.name ?? of}</>
}
