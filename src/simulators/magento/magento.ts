import { type Context, Hono } from 'hono'
import { sellers } from '../company/people.ts'
import { tradeShop } from '../company/trade-basket.ts'
import { plainTrouble, type Simulator, type World } from '../world.ts'
import { accountShelves } from './accounts.ts'
import { createGate, keysOf } from './auth.ts'
import { catalogueShelves, stockItems } from './catalogue.ts'
import {
  boundsOf,
  type Criteria,
  MagentoError,
  matches,
  pageOf,
  type Row,
  readCriteria,
  sorted,
  told,
} from './criteria.ts'
import { reasonAttribute } from './documents.ts'
import { only, readFields } from './fields.ts'
import { type Shelf, salesShelves } from './sales.ts'
import { groupsJson, storeConfigs, storeViews, websites } from './stores.ts'

/** Failures of Magento's own, on demand. `bad_order` stays until it is disarmed: any page with the first order of the tenth day breaks. */
const faults = [
  'bad_order',
  'total_too_large',
  'total_too_small',
  'nonce_used',
  'signature_invalid',
  'token_rejected',
  'token_revoked',
  'token_expired',
  'bearer_off',
  'forbidden',
  'no_shipments',
  'too_many_requests',
  'retry_after',
  'waf_403',
  'waf_429',
  'open_source',
  'no_sources',
  'float_dust',
] as const

const b2b = ['Magento_Company', 'Magento_CompanyCredit', 'Magento_NegotiableQuote']
const modules = [
  'Magento_Store',
  'Magento_Sales',
  'Magento_Catalog',
  'Magento_Customer',
  'Magento_SalesRule',
  'Magento_Enterprise',
  'Magento_Rma',
  ...b2b,
]
const msi = ['Magento_Inventory', 'Magento_InventoryApi', 'Magento_InventoryExportStockApi']
const page = (code: number) =>
  `<!DOCTYPE html><html><head><title>${code}</title></head><body><h1>Request blocked</h1><p>Access denied by the firewall.</p></body></html>`

/** Magento 2.4 with B2B, and the same shop as the cloud service, answering from the company's B2B arm. */
export function magentoSimulator(world: World): Simulator {
  const { company } = world
  const keys = keysOf(company.seed)
  const gate = createGate(world, keys)
  const shelves: Record<string, Shelf> = {
    ...salesShelves(company),
    ...catalogueShelves(company),
    ...accountShelves(company),
  }
  const strikes = (fault: (typeof faults)[number]) => world.faults.strikes('magento', fault)
  const found = createFinds()
  const app = new Hono()

  const search = (path: string, shelf: Shelf, query: URLSearchParams): Record<string, unknown> => {
    const criteria = readCriteria(query)
    const now = world.now()
    const rows = found(path, shelf, criteria, now)
    const shown = pageOf(sorted(rows, criteria, shelf.id), criteria)
    if (path === '/V1/orders' && shown.some(broken) && strikes('bad_order'))
      throw new MagentoError(
        500,
        'Internal Error. Details are available in Magento log file. Report ID: webapi-0000',
      )
    const off = strikes('total_too_large') ? 7 : strikes('total_too_small') ? -rows.length : 0
    const dusty = strikes('float_dust')
    const items = shown.map(row => shelf.show(row, now))
    return {
      items: dusty ? dust(items) : items,
      search_criteria: told(criteria),
      total_count: rows.length + off,
    }
  }

  const answer = (path: string, query: URLSearchParams): unknown => {
    if (path === '/V1/modules') {
      const without = strikes('open_source')
      return [...modules.filter(one => !without || !(b2b.includes(one) || one === 'Magento_Rma')), ...msi]
    }
    if (path === '/V1/store/websites') return websites
    if (path === '/V1/store/storeGroups') return groupsJson
    if (path === '/V1/store/storeViews') return storeViews
    if (path === '/V1/store/storeConfigs') return storeConfigs()
    if (/^\/V1\/(returns|company\/|companyCredits\/)$/.test(path) && strikes('open_source')) throw nothing()
    if (path === '/V1/returnsAttributeMetadata/reason') return reasonAttribute
    if (path.startsWith('/V1/inventory/') && strikes('no_sources')) throw nothing()
    const shelf = shelves[path]
    if (shelf) return search(path, shelf, query)
    const order = /^\/V1\/orders\/(\d+)$/.exec(path)?.[1]
    if (order) return one('/V1/orders', 'entity_id', order)
    if (path === '/V1/stockItems/lowStock/') return lowStock(query)
    const sku = /^\/V1\/stockItems\/([^/]+)$/.exec(path)?.[1]
    if (sku) {
      const item = stockItems(company, world.now()).find(one => one.sku === decodeURIComponent(sku))
      if (!item)
        throw new MagentoError(
          404,
          "The product that was requested doesn't exist. Verify the product and try again.",
        )
      return item.json
    }
    throw nothing()
  }

  const one = (path: string, field: string, value: string): unknown => {
    const criteria: Criteria = {
      groups: [[{ field, condition: 'eq', value }]],
      sorts: [],
      pageSize: 1,
      page: 1,
    }
    const shelf = shelves[path]
    const now = world.now()
    const row = shelf && [...shelf.rows(criteria, now)].find(each => matches(each, criteria.groups))
    if (!shelf || !row)
      throw new MagentoError(
        404,
        "The entity that was requested doesn't exist. Verify the entity and try again.",
      )
    return shelf.show(row, now)
  }

  const lowStock = (query: URLSearchParams) => {
    const size = Number(query.get('pageSize') ?? 10)
    const current = Math.max(1, Number(query.get('currentPage') ?? 1))
    if (!query.has('scopeId') || !query.has('qty'))
      throw new MagentoError(400, '"%fieldName" is required. Enter and try again.', { fieldName: 'qty' })
    const low = stockItems(company, world.now()).filter(
      one => Number(one.json.qty) <= Number(query.get('qty')),
    )
    const last = Math.max(1, Math.ceil(low.length / size))
    const from = (Math.min(current, last) - 1) * size
    return {
      items: low.slice(from, from + size).map(one => one.json),
      search_criteria: {
        mapper_interface_name:
          'Magento\\CatalogInventory\\Model\\ResourceModel\\Stock\\Item\\StockItemCriteriaMapper',
        criteria_list: [],
        filters: [],
        orders: [],
        limit: [],
      },
      total_count: low.length,
    }
  }

  const respond = (context: Context, path: string, cloud: boolean): Response => {
    try {
      if (strikes('waf_403')) return context.html(page(403), 403)
      if (strikes('waf_429')) return context.html(page(429), 429)
      if (strikes('too_many_requests'))
        return context.json({ message: 'Too Many Requests', trace: null }, 429)
      if (strikes('retry_after')) {
        context.header('retry-after', '3')
        return context.json({ message: 'Too Many Requests' }, 429)
      }
      gate.admit(context.req.raw, cloud)
      if (strikes('forbidden'))
        throw new MagentoError(401, "The consumer isn't authorized to access %resources.", {
          resources: 'Magento_Sales::actions_view',
        })
      if (path === '/V1/shipments' && strikes('no_shipments'))
        throw new MagentoError(401, "The consumer isn't authorized to access %resources.", {
          resources: 'Magento_Sales::shipment',
        })
      if (context.req.method !== 'GET') throw nothing()
      const query = new URL(context.req.url).searchParams
      const fields = query.get('fields')
      const whole = answer(path, query)
      return context.json((fields ? only(whole, readFields(fields)) : whole) as object)
    } catch (error) {
      if (!(error instanceof MagentoError)) throw error
      return context.json(
        { message: error.message, ...(error.parameters !== undefined && { parameters: error.parameters }) },
        error.status as 400,
      )
    }
  }

  app.use(plainTrouble(world, 'magento'))
  app.post('/ims/token/v3', async context => {
    try {
      return context.json(gate.token(new URLSearchParams(await context.req.text())))
    } catch (error) {
      if (!(error instanceof MagentoError)) throw error
      return context.json({ error: error.message }, error.status as 400)
    }
  })
  // Whatever it is mounted below, the path is read from where Magento's begins.
  app.all('*', context => {
    const { pathname } = new URL(context.req.url)
    const [, store, rest = ''] = /\/rest\/([^/]+)(\/V1\/.*)$/.exec(pathname) ?? []
    if (store !== undefined) {
      if (!['all', 'default', ...storeViews.map(one => one.code)].includes(store))
        return context.json({ message: 'Request does not match any route.' }, 404)
      return respond(context, rest, false)
    }
    const cloud = /\/([^/]+)(\/V1\/.*)$/.exec(pathname)
    if (cloud?.[1] === keys.tenant) return respond(context, cloud[2] ?? '', true)
    return context.json({ message: 'Request does not match any route.' }, 404)
  })

  return {
    vendor: 'magento',
    app,
    connections: [
      {
        label: tradeShop.name,
        credentials: {
          consumer_key: keys.consumerKey,
          consumer_secret: keys.consumerSecret,
          access_token: keys.accessToken,
          access_token_secret: keys.tokenSecret,
          sales_people: sellers.map((name, n) => `${n + 2}=${name}`).join(', '),
        },
      },
    ],
    faults,
  }
}

const nothing = () => new MagentoError(404, 'Request does not match any route.')

/** The order that breaks every page it is on. */
const broken = (row: Row): boolean => row.entity_id === 10_001

/** Sums as floats come out of PHP with too many digits. */
const dust = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value), (_, one) =>
    typeof one === 'number' && !Number.isInteger(one) ? one + 1e-12 : one,
  )

/**
 * The last few searches' finds. Who reads along a field asks for what comes after the last page: that is cut from what
 * was found before, and not searched for anew.
 */
function createFinds() {
  const kept = new Map<string, { least: string; rows: readonly Row[] }>()
  return (path: string, shelf: Shelf, criteria: Criteria, now: number): readonly Row[] => {
    const along = criteria.sorts[0]?.field ?? shelf.id
    const isLower = (group: Criteria['groups'][number]) =>
      group.length === 1 && group[0]?.field === along && ['gt', 'gteq'].includes(group[0].condition)
    const isCut = (group: Criteria['groups'][number]) =>
      group.length === 1 &&
      group[0]?.field === shelf.id &&
      ['nin', 'gt', 'gteq', 'lteq'].includes(group[0].condition)
    const fixed = criteria.groups.filter(group => !isLower(group) && !isCut(group))
    const key = JSON.stringify([path, fixed, criteria.sorts, now])
    const least = boundsOf({ ...criteria, groups: criteria.groups.filter(isLower) }, along).least ?? ''
    const known = kept.get(key)
    if (known && (known.least === '' || isAtLeast(least, known.least)))
      return known.rows.filter(row => matches(row, criteria.groups))
    const base = { ...criteria, groups: criteria.groups.filter(group => !isCut(group) || isLower(group)) }
    const rows = sorted(
      [...shelf.rows(base, now)].filter(row => matches(row, base.groups)),
      criteria,
      shelf.id,
    )
    if (kept.size >= 6) kept.delete(kept.keys().next().value ?? '')
    kept.set(key, { least, rows })
    return rows.filter(row => matches(row, criteria.groups))
  }
}

const isAtLeast = (value: string, bound: string): boolean =>
  /^\d+$/.test(value) && /^\d+$/.test(bound) ? Number(value) >= Number(bound) : value >= bound
