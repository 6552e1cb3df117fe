import { Failure } from '#kernel/error.ts'
import type { Checked } from '../connector.ts'
import { bargains, modulesOf } from './quotes.ts'
import { list, member } from './raw.ts'
import { page, stamp } from './search.ts'
import type { Session } from './session.ts'
import { websitesOf } from './shops.ts'

/** What is asked for one row of, and what is missing without it. */
const needs: readonly { path: string; unique: string; what: string; costs: string; module?: string }[] = [
  { path: 'creditmemos', unique: 'entity_id', what: 'credit memos', costs: 'reversals cannot be known' },
  {
    path: 'shipments',
    unique: 'entity_id',
    what: 'shipments',
    costs: 'how soon and how whole orders leave is not known',
  },
  {
    path: 'products',
    unique: 'entity_id',
    what: 'products',
    costs: 'there are no categories, prices and costs',
  },
  {
    path: 'customers/search',
    unique: 'entity_id',
    what: 'customers',
    costs: 'customers have no countries and groups',
  },
  {
    path: 'inventory/source-items',
    unique: 'source_code',
    what: 'sources of stock',
    costs: 'stock is told as one number for each product',
  },
  {
    path: 'company/',
    unique: 'entity_id',
    what: 'B2B companies',
    costs: 'orders have no accounts by name',
    module: 'Magento_Company',
  },
  {
    path: 'companyCredits/',
    unique: 'entity_id',
    what: 'company credit',
    costs: 'accounts have no credit limits',
    module: 'Magento_CompanyCredit',
  },
  {
    path: 'carts/search',
    unique: 'entity_id',
    what: 'carts',
    costs: 'there are no negotiable quotes',
    module: 'Magento_NegotiableQuote',
  },
  {
    path: 'returns',
    unique: 'entity_id',
    what: 'returns',
    costs: 'returns and their reasons are not known; credit memos are',
    module: 'Magento_Rma',
  },
  {
    path: 'salesRules/search',
    unique: 'rule_id',
    what: 'price rules',
    costs: 'promotions have no titles, terms and uses, and discounts without a code no name',
  },
]

const lacking = ({ what, costs }: (typeof needs)[number]): string => `This edition has no ${what}: ${costs}.`

/** What a stream gives whose list is not there: nothing, of which nothing is taken for gone. */
export const unlisted = (path: string): { records: never[]; unread: string } => {
  const need = needs.find(one => one.path === path)
  return { records: [], unread: need ? lacking(need) : `This edition has no list ${path}.` }
}

/** Asks everything once, for a row each. @throws Failure where orders cannot be read. */
export async function check(session: Session): Promise<Checked> {
  const websites = await websitesOf(session)
  if (websites.length === 0)
    throw new Failure('invalid', 'This Magento has no website.', {
      next: 'Give the address of the shop that sells.',
    })
  // The orders of the last month: counting all of them would take large shops long.
  const lately = stamp(session.http.clock() - 30 * 86_400_000)
  const orders = await page(
    session,
    { path: 'orders', along: 'entity_id', unique: 'entity_id' },
    [{ field: 'created_at', condition: 'gteq', value: lately }],
    20,
  )
  if (orders === null)
    throw new Failure('invalid', 'There are no orders at this address.', {
      next: 'Give the address of the shop itself, without /rest.',
    })
  const limits: string[] = []
  const modules = await modulesOf(session).catch(() => new Set<string>())
  const asked = new Set<string>()
  for (const need of needs) {
    const { path, unique, what, costs, module } = need
    if (module && modules.size > 0 && !modules.has(module)) {
      limits.push(lacking(need))
      continue
    }
    try {
      // No row has this: what counts is whether it may be asked for.
      const found = await page(
        session,
        { path, along: unique, unique },
        [{ field: unique, condition: 'eq', value: '0' }],
        1,
      )
      if (found === null) limits.push(lacking(need))
      else asked.add(path)
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'forbidden') throw error
      limits.push(`The integration may not see ${what}: ${costs}. ${error.message}`)
    }
  }
  const business = await bargains(session).catch(() => false)
  const all = orders.items.length > 0 && orders.items.every(companyOf)
  return {
    account: websites[0]?.hosts[0] ?? websites[0]?.name ?? 'Magento',
    shops: websites.map(({ key, name, currency, timezone, hosts }) => ({
      key,
      name,
      currency,
      timezone,
      hosts,
      kind: all ? ('b2b' as const) : business ? ('both' as const) : ('b2c' as const),
    })),
    limits,
    facts: { salesPeople: peopleOf(session.credentials.sales_people) },
  }
}

const companyOf = (order: Readonly<Record<string, unknown>>): boolean =>
  Number(member(order, 'extension_attributes', 'company_order_attributes', 'company_id') ?? 0) > 0 &&
  list(order.items).length > 0

/** `2=Nadia Clarke, 3=Ben Whitlock`: Magento does not tell the names of its own users. */
const peopleOf = (text = ''): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/(\d+)\s*=\s*([^,;]+)/g)].map(([, id, name]) => [id, name?.trim()]))
