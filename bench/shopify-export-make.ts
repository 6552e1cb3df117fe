/** Bulk exports of Shopify of any size: the made-up company's orders over and over, under numbers and dates of their own. */

import { once } from 'node:events'
import { createWriteStream, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { shopify } from '#connectors/shopify/index.ts'
import type { OrderRecord } from '#connectors/shopify/order-record.ts'
import { orders } from '#connectors/shopify/orders.ts'
import type { Session } from '#connectors/shopify/session.ts'
import { createCompany } from '#simulators/company/company.ts'
import { simulate, ways } from '#simulators/index.ts'
import { createWorld } from '#simulators/world.ts'
import { madeExport } from './shopify-export.ts'

const address = 'http://systems.bench'
const companyDays = 60
/** What Quarterdeck asks for at once is half a year: three times the company's days. */
const copiesOfSlice = 3
const slices = 6

/** Makes the exports of three years, ungrouped as the vendor gives them, unless they are there. */
export async function makeExport(folder: string, count: number): Promise<void> {
  if (madeExport(folder, count)) return
  const { world, app, simulators } = simulate(
    createWorld(createCompany({ seed: 1, days: companyDays, until: '2026-11-15' }), address),
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
  const some: OrderRecord[] = []
  const turn = { from: 0, to: world.now(), cursor: null, history: true }
  for await (const { records } of orders.read(session, turn)) some.push(...records)

  const place = join(folder, `shopify-${count}`)
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
  const paths: string[] = []
  let number = 0
  for (let slice = 0; slice < slices; slice++) {
    const path = join(place, `slice-${slice}.jsonl`)
    const file = createWriteStream(path)
    for (const last = Math.round((count * (slice + 1)) / slices); number < last; number++) {
      const copy = Math.floor(number / some.length)
      const back = (slice * copiesOfSlice + (copy % copiesOfSlice)) * companyDays
      const text = linesOf(some[number % some.length] as unknown as Node)
        .map(line =>
          JSON.stringify(line)
            .replaceAll(ids, `gid://shopify/$1/${copy + 1}00$2`)
            .replace(legacy, `"legacyResourceId":"${copy + 1}00$1"`)
            .replaceAll(dates, (_, day: string) => `"${earlier(day, back)}T`),
        )
        .join('\n')
      if (!file.write(`${text}\n`)) await once(file, 'drain')
    }
    file.end()
    await once(file, 'close')
    paths.push(path)
  }
  writeFileSync(join(place, 'about.part'), JSON.stringify({ home, facts, paths }))
  renameSync(join(place, 'about.part'), join(place, 'about.json'))
}

/** Customers stay who they are: they buy again. Articles are those of the shop. */
const ids = /gid:\/\/shopify\/(?!Customer\/|Product|InventoryItem)(\w+)\/(\d+)/g
const legacy = /"legacyResourceId":"(\d+)"/
const dates = /"(\d{4}-\d\d-\d\d)T/g

const known = new Map<string, string>()
function earlier(day: string, days: number): string {
  const key = `${day} ${days}`
  const found = known.get(key)
  if (found) return found
  const made = new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10)
  known.set(key, made)
  return made
}

type Node = Record<string, unknown> & { id: string }

/** An order as an export has it: itself, then what belongs to it, each line naming what it belongs to. */
function linesOf({ lineItems, shippingLines, agreements, ...order }: Node): object[] {
  const below = (all: unknown, parent: string) =>
    // The parent stands last, as it does in the vendor's files.
    ((all ?? []) as (Node & { __parentId?: string })[]).map(({ __parentId, ...one }) => ({
      ...one,
      __parentId: parent,
    }))
  const lines: object[] = [order, ...below(lineItems, order.id), ...below(shippingLines, order.id)]
  for (const { sales, ...agreement } of below(agreements, order.id) as (Node & { sales?: unknown })[])
    lines.push(agreement, ...below(sales, agreement.id))
  return lines
}
