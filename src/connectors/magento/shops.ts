import { Failure } from '#kernel/error.ts'
import type { Session } from './session.ts'

/** A website: what trades in one base currency, and becomes a store here. */
export interface Website {
  id: number
  code: string
  key: string
  name: string
  currency: string
  timezone: string
  hosts: readonly string[]
}

interface View {
  id: number
  code: string
  website_id: number
}
interface Config extends View {
  base_currency_code?: string
  timezone?: string
  secure_base_url?: string
  base_url?: string
}

/** Codes have no dashes, handles of stores do. */
export const keyOf = (code: string): string => code.toLowerCase().replaceAll('_', '-')

const list = async <T>(session: Session, path: string): Promise<T[]> => {
  const given = await session.get(path)
  if (!Array.isArray(given))
    throw new Failure('invalid', 'There is no Magento at this address.', {
      next: 'Give the address of the shop as its customers see it, without /rest.',
    })
  return given as T[]
}

/** The websites but the back office, which has id 0. */
export const websitesOf = (session: Session): Promise<Website[]> =>
  session.once('websites', async () => {
    const websites = await list<{ id: number; code: string; name: string }>(session, 'store/websites')
    const configs = await list<Config>(session, 'store/storeConfigs')
    return websites
      .filter(one => one.id !== 0)
      .map(({ id, code, name }) => {
        const own = configs.filter(one => one.website_id === id)
        const hosts = own
          .flatMap(one => [one.base_url, one.secure_base_url])
          .flatMap(url => (url && URL.canParse(url) ? [new URL(url).host] : []))
        return {
          id,
          code,
          key: keyOf(code),
          name,
          currency: own[0]?.base_currency_code ?? 'USD',
          timezone: own[0]?.timezone ?? 'UTC',
          hosts: [...new Set(hosts)],
        }
      })
  })

/** Finds the key of the website by the id of a store view; '' for a view that is not known (any more). */
export const websiteOfView = async (session: Session): Promise<(view: unknown) => string> => {
  const keys = await session.once('views', async () => {
    const websites = await websitesOf(session)
    const views = await list<View>(session, 'store/storeViews')
    return new Map(
      views.map(view => [view.id, websites.find(one => one.id === view.website_id)?.key ?? ''] as const),
    )
  })
  return view => keys.get(Number(view)) ?? ''
}

/** Keys of websites by their ids. */
export const keysOfWebsites = async (session: Session): Promise<ReadonlyMap<number, string>> =>
  new Map((await websitesOf(session)).map(one => [one.id, one.key]))
