import { expect, it } from 'vitest'
import { createCompany } from './company/company.ts'
import { spendTruth } from './company/traffic-truth.ts'
import { simulate } from './index.ts'
import { createWorld } from './world.ts'

const world = createWorld(createCompany({ seed: 3, days: 20, scale: 0.3, until: '2026-11-20' }))
const { app } = simulate(world)
const textOf = async (name: string) => (await app.request(`/files/${name}`)).text()

it('lists what no vendor tells, and how it is read', async () => {
  expect(await (await app.request('/files')).json()).toEqual([
    ...['larkfield-uk', 'larkfield-us', 'larkfield-de'].map(store => ({
      name: `meta-ads-${store}.csv`,
      store,
      preset: 'meta-ads',
    })),
    { name: 'purchase-orders.csv', store: 'larkfield-uk', target: 'purchase_orders' },
    { name: 'receipts.csv', store: 'larkfield-uk', target: 'receipts' },
  ])
  expect((await app.request('/files/none.csv')).status).toBe(404)
})

it('gives all that Meta billed for days that are over', async () => {
  const [heading, ...rows] = (await textOf('meta-ads-larkfield-uk.csv')).trim().split('\n')
  const cost = heading?.split(',').indexOf('"Amount spent (GBP)"') ?? -1
  const pence = rows.reduce((sum, row) => sum + Math.round(Number(row.split(',')[cost]) * 100), 0)
  const billed = [...spendTruth(world.company, world.now())]
    .filter(one => one.platform === 'meta-ads' && one.store === 'larkfield-uk')
    .reduce((sum, one) => sum + Math.round(Number(one.cost) * 100), 0)
  expect(pence).toBe(billed)
  expect(pence).toBeGreaterThan(0)
})

it('gives receipts of orders that are in the file of orders', async () => {
  const orders = new Set((await textOf('purchase-orders.csv')).split('\n').map(row => row.split(',')[0]))
  const receipts = (await textOf('receipts.csv')).trim().split('\n').slice(1)
  expect(receipts.length).toBeGreaterThan(0)
  for (const row of receipts) expect(orders).toContain(row.split(',')[0])
})
