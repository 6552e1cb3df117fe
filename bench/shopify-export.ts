/** A bulk export of Shopify of any size: the made-up company's orders over and over, each time under numbers of its own. */

import { once } from 'node:events'
import { createWriteStream, existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Place } from '#connectors/connector.ts'
import { shopify } from '#connectors/shopify/index.ts'
import type { OrderRecord } from '#connectors/shopify/order-record.ts'
import { orders } from '#connectors/shopify/orders.ts'
import type { Session } from '#connectors/shopify/session.ts'
import { createCompany } from '#simulators/company/company.ts'
import { simulate, ways } from '#simulators/index.ts'
import { createWorld } from '#simulators/world.ts'
import { hasher, placeOf } from '#sync/place.ts'

const address = 'http://systems.bench'

/** Writes the export unless it is there, ungrouped as the vendor gives it; its path, and where its rows belong. */
export async function shopifyExport(folder: string, count: number): Promise<{ path: string; place: Place }> {
  const { world, app, simulators } = simulate(
    createWorld(createCompany({ seed: 1, days: 60, until: '2026-11-15' }), address),
  )
  const way = ways(world, simulators).find(one => one.vendor === 'shopify')
  if (!way) throw new Error('The company has no shop.')
  const session = shopify.open(way.credentials, {
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input)
      return app.request(url.pathname + url.search, init)
    },
    now: () => world.now(),
    sleep: async () => undefined,
    signal: new AbortController().signal,
    allowed: new Set([new URL(address).host]),
  }) as Session
  const { shops, facts } = await shopify.check(session)
  const [shop] = shops
  if (!shop) throw new Error('The shop is not there.')
  const home = { store: shop.key, currency: shop.currency, timezone: shop.timezone, hosts: shop.hosts }
  const place = placeOf({ home, shops: {}, stores: [home], privacy: false, hash: hasher('salt'), facts })
  const path = join(folder, `shopify-${count}.jsonl`)
  if (existsSync(path)) return { path, place }
  const some: OrderRecord[] = []
  const turn = { from: 0, to: world.now(), cursor: null, history: true }
  for await (const { records } of orders.read(session, turn)) some.push(...records)
  const file = createWriteStream(`${path}.part`)
  for (let number = 0; number < count; number++) {
    const text = linesOf(some[number % some.length] as unknown as Node)
      .map(line =>
        JSON.stringify(line).replaceAll(ids, `gid://shopify/$1/${1 + Math.floor(number / some.length)}00$2`),
      )
      .join('\n')
    if (!file.write(`${text}\n`)) await once(file, 'drain')
  }
  file.end()
  await once(file, 'close')
  renameSync(`${path}.part`, path)
  return { path, place }
}

/** Customers stay who they are: they buy again. */
const ids = /gid:\/\/shopify\/(?!Customer\/)(\w+)\/(\d+)/g

type Node = Record<string, unknown> & { id: string }

/** An order as an export has it: itself, then what belongs to it, each line naming what it belongs to. */
function linesOf({ lineItems, shippingLines, agreements, ...order }: Node): object[] {
  const below = (all: unknown, parent: string) =>
    ((all ?? []) as Node[]).map(one => ({ ...one, __parentId: parent }))
  const lines: object[] = [order, ...below(lineItems, order.id), ...below(shippingLines, order.id)]
  for (const { sales, ...agreement } of below(agreements, order.id) as (Node & { sales?: unknown })[])
    lines.push(agreement, ...below(sales, agreement.id))
  return lines
}
