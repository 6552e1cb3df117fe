import { beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '#kernel/actor.ts'
import { connections } from '#postgres/tables/connections.ts'
import { user } from '#postgres/tables/members.ts'
import * as plan from '#postgres/tables/plan.ts'
import { decks } from '#postgres/tables/reviews.ts'
import { events, stores } from '#postgres/tables/settings.ts'
import { alerts } from '#postgres/tables/watch.ts'
import { ledgers } from '../../test/ledgers.ts'
import { planRoom } from '../../test/plan-room.ts'
import { deliver, lineRow } from '../../test/small-ledger.ts'
import { operations } from './operations.ts'

const [place] = ledgers
if (!place) throw new Error('there is no ledger')
const room = planRoom(place)
const { cy, ada, someone } = room.people

const find = async (words: string, actor: Actor = cy, more = {}): Promise<string[]> =>
  (await room.run(operations.everywhere.find, { words, ...more }, actor)).map(
    (one: { kind: string; label: string }) => `${one.kind}: ${one.label}`,
  )
const at = (stores: string[], role: Actor['role'] = 'director'): Actor => ({ ...someone('di', role), stores })

beforeAll(async () => {
  const { ledger, granary } = room.context(cy)
  const own = { source: 'test', currency: 'GBP' }
  const product = (store: string, product_id: string, title: string, vendor = 'Corrie Mills') => ({
    ...{
      store,
      product_id,
      parent_id: '',
      title,
      category: 'Textiles',
      brand: store === 'shop' && product_id === 'TEX-1' ? 'Hearthside' : '',
      vendor,
      status: '',
      ...own,
    },
  })
  await deliver(granary, 'products', [
    product('shop', 'TEX-1', 'Heath Towel Oat'),
    product('trade', 'TEX-1', 'Heath Towel Oat'),
    product('trade', 'TEX-2', 'Towel Heath, large', "O'Hara & Sons"),
    ...Array.from({ length: 70 }, (_, n) => product('shop', `MUG-${n}`, `Mug number ${n} of a long row`, '')),
  ])
  await deliver(granary, 'accounts', [
    {
      store: 'shop',
      account_id: '1',
      name: 'Heath Hotels',
      segment: 'Hotels',
      owner: '',
      country: '',
      ...own,
    },
    { store: 'trade', account_id: '1', name: 'Heath Spa', segment: 'Spas', owner: '', country: '', ...own },
  ])
  const deal = { platform: 'crm', pipeline: 'p', stage: 's', state: 'open', owner: 'Jo', account_id: '' }
  const made = { ...deal, ...own, created_day: '2026-03-02', order_id: '' }
  await deliver(granary, 'deals', [
    { ...made, store: 'shop', deal_id: 'd1', kind: 'deal', name: 'Heath Hotels, winter linen' },
    { ...made, store: 'trade', deal_id: 'q1', kind: 'quote', name: 'Quote 17' },
  ])
  await deliver(granary, 'tasks', [
    {
      ...{ store: 'shop', platform: 'asana', task_id: 't1', project: 'Site', section: '', parent_id: '' },
      ...{
        title: 'Photograph heath towels',
        assignee: 'Jo',
        state: 'open',
        labels: '',
        fields: '{}',
        url: '',
      },
      source: 'test',
    },
  ])
  await ledger
    .insert(stores)
    .values({ store: 'trade', name: 'Trade', currency: 'GBP', timezone: 'Europe/London', kind: 'b2b' })
  await ledger.insert(user).values([
    { id: 'jo', name: 'Jo Heath', email: 'jo@example.com', role: 'lead', stores: null },
    { id: 'sam', name: 'Sam Heath', email: 'sam@example.com', role: 'viewer', stores: ['trade'] },
  ])
  await ledger.insert(events).values({
    ...{
      id: 'e1',
      name: 'Heath launch',
      series: 'heath',
      kind: 'launch',
      from: '2026-05-01',
      to: '2026-05-02',
    },
    stores: ['trade'],
  })
  await ledger
    .insert(decks)
    .values({ id: 'dk', name: 'Heath weekly', stores: ['trade'], rule: {}, sections: [] })
  await ledger.insert(connections).values({
    ...{
      id: 'c1',
      vendor: 'shopify',
      account: 'heath.example.com',
      credentials: '',
      given: {},
      home: 'shop',
    },
    ...{ shops: [], facts: {}, limits: [], backDays: 1, by: 'cy' },
  })
  await ledger.insert(plan.strategies).values({
    revision: 1,
    content: {
      ambition: 'A',
      pillars: [
        { name: 'P', objectives: [{ name: 'O', initiatives: [{ name: 'Heath range', case: null }] }] },
      ],
    },
    why: 'first',
    byId: 'cy',
    byName: 'Cy',
  })
  const sheet = { currency: 'GBP', periods: [], lines: [], dimensions: [], results: [] } as never
  await ledger.insert(plan.versions).values({
    ...{ id: 'heath-2026', name: 'Heath budget', kind: 'budget', sheet, createdBy: 'cy' },
  })
  await ledger.insert(plan.items).values({
    ...{ id: 'i1', version: 'heath-2026', label: 'Photography', kind: 'opex', account: '', department: '' },
    ...{ costCentre: '', owner: '', vendor: 'Heath Studio', market: '', currency: 'GBP', amounts: {} },
  })
}, 120_000)

describe('finding everywhere', () => {
  it('finds what every room has a name for, those that begin so before those that only have the word', async () => {
    const found = await find('heath')
    expect(found.toSorted()).toEqual([
      'Accounts: Heath Hotels',
      'Accounts: Heath Spa',
      'Budget lines: Photography',
      'Deals: Heath Hotels, winter linen',
      'Events: Heath launch',
      'Initiatives: Heath range',
      'Members: Jo Heath',
      'Members: Sam Heath',
      'Plan versions: Heath budget',
      'Products: Heath Towel Oat',
      'Products: Towel Heath, large',
      'Systems: heath.example.com',
      'Tasks: Photograph heath towels',
      'Weekly reviews: Heath weekly',
    ])
    expect(found.indexOf('Products: Heath Towel Oat')).toBeLessThan(found.indexOf('Members: Jo Heath'))
    expect(found.at(-1)).toBe('Budget lines: Photography')
  })

  it('takes words in any order, in the name or beside it, and by the id itself', async () => {
    expect(await find('towel oat')).toEqual(['Products: Heath Towel Oat'])
    expect(await find('large HEATH')).toEqual(['Products: Towel Heath, large'])
    expect(await find('hearthside')).toEqual(['Products: Heath Towel Oat'])
    expect(await find('tex-2')).toEqual(['Products: Towel Heath, large'])
    expect(await find('shopify')).toEqual(['Systems: heath.example.com'])
    expect(await find('jo site')).toEqual(['Tasks: Photograph heath towels'])
    expect(await find('quote 17')).toEqual(['Quotes: Quote 17'])
    expect(await find("o'hara")).toEqual(["Vendors: O'Hara & Sons"])
    expect(await find('corrie mills')).toEqual(['Vendors: Corrie Mills'])
  })

  it('gives the nearest few of many, and more when more are asked for', async () => {
    expect(await find('mug')).toHaveLength(5)
    expect(await find('mug number 3 row', cy, { most: 1 })).toEqual(['Products: Mug number 3 of a long row'])
    expect(await find('mug', cy, { most: 50 })).toHaveLength(50)
  })

  it('shows who sees some stores what is of those, and nothing of the whole company', async () => {
    expect((await find('heath', at(['trade']))).toSorted()).toEqual([
      'Accounts: Heath Spa',
      'Events: Heath launch',
      'Members: Jo Heath',
      'Members: Sam Heath',
      'Products: Heath Towel Oat',
      'Products: Towel Heath, large',
      'Weekly reviews: Heath weekly',
    ])
    expect(await find('heath', at([], 'viewer'))).toEqual([])
    expect(await find('trade', at(['shop']))).toEqual([])
    expect(await find('corrie', at(['trade']))).toEqual(['Vendors: Corrie Mills'])
    expect(await find('hara', at(['shop']))).toEqual([])
  })

  it('finds products of a shop without a product list by their titles as sold, within its stores', async () => {
    const sold = (store: string, title: string) => ({
      ...lineRow({ order_id: `of ${store}`, day: '2026-03-02', store, gross: 5 }),
      title,
    })
    await room
      .context(cy)
      .ledger.insert(stores)
      .values({
        ...{ store: 'bare', name: 'Bare', currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' },
      })
    room.context(cy).settled?.()
    await deliver(room.context(cy).granary, 'sales_lines', [
      sold('bare', 'White hanging heart'),
      sold('other', 'Red hanging heart'),
    ])
    expect(await find('heart hanging', at(['bare']))).toEqual(['Products: White hanging heart'])
    expect(await find('heart hanging')).toEqual([])
  })

  it('finds customers by number or the start of their name, for people, and none of whom nothing personal is kept', async () => {
    const { granary } = room.context(cy)
    const customer = (store: string, customer_id: string, name: string) => ({
      ...{ store, customer_id, name, email_hash: 'h', country: 'GB', city: 'Leeds', tags: '' },
      ...{ accepts_marketing: null, created_day: null, source: 'test' },
    })
    await deliver(granary, 'customers', [
      customer('shop', '7001', 'Oona Marsh'),
      customer('trade', '7002', 'Oona Marshall'),
      customer('shop', '7003', 'Tess Oona'),
      customer('shop', '7004', ''),
    ])
    expect(await find('oona mar')).toEqual(['Customers: Oona Marsh', 'Customers: Oona Marshall'])
    expect(await find('7001')).toEqual(['Customers: Oona Marsh'])
    expect(await find('7004')).toEqual([])
    expect(await find('oo')).toEqual([])
    expect(await find('oona', at(['trade']))).toEqual(['Customers: Oona Marshall'])
    expect(await find('oona', at([], 'viewer'))).toEqual([])
    expect(await find('oona', { ...cy, kind: 'key' })).toEqual([])
  })

  it('finds orders by how their number begins, over the days anything happened to them', async () => {
    await deliver(room.context(cy).granary, 'sales_lines', [
      lineRow({ order_id: 'W-90017', day: '2026-03-02', store: 'shop', gross: 5 }),
      lineRow({ order_id: 'W-90018', day: '2026-03-04', store: 'trade', gross: 5 }),
      lineRow({ order_id: 'WEST', day: '2026-03-04', store: 'trade', gross: 5 }),
    ])
    expect((await find('w-9001')).toSorted()).toEqual(['Orders: W-90017', 'Orders: W-90018'])
    expect(await find('w-9001', at(['trade']))).toEqual(['Orders: W-90018'])
    // Without a digit it is no number: millions of orders are not looked through for a word.
    expect(await find('west')).toEqual([])
    const [order] = await room.run(operations.everywhere.find, { words: 'W-90017' }, cy)
    expect(order.search).toMatchObject({
      where: 'order=W-90017',
      period: '2026-03-02..2026-03-02',
      store: 'shop',
    })
  })

  it('finds alerts one may see, also those that are over', async () => {
    const { ledger } = room.context(cy)
    const found = (id: string, more: object) => ({
      ...{
        id,
        rule: 'r',
        metric: 'sessions',
        slice: {},
        stores: ['trade'],
        kind: 'shift',
        direction: 'below',
      },
      ...{
        since: '2026-03-02',
        until: null,
        seenOn: '2026-03-09',
        score: 1,
        moneyPerDay: -5,
        currency: 'GBP',
      },
      finding: { unit: 'count', expected: 100, actual: 40, perDay: -60, causes: [], check: '' },
      ...{ doubt: null, state: 'open', firstAt: new Date(), updatedAt: new Date() },
      ...more,
    })
    await ledger
      .insert(alerts)
      .values([found('a1', {}), found('a2', { stores: [], state: 'resolved', metric: 'orders' })] as never)
    expect(await find('sessions below usual')).toEqual(['Alerts: Sessions 60 % below usual'])
    expect(await find('orders below usual')).toEqual(['Alerts: Orders 60 % below usual'])
    expect(await find('sessions below usual', at(['shop']))).toEqual([])
    expect(await find('orders below usual', at(['trade']))).toEqual([])
    const [alert] = await room.run(operations.everywhere.find, { words: 'sessions below usual' }, cy)
    expect(alert).toMatchObject({ path: '/alerts', search: { alert: 'a1' } })
  })

  it('shows people only to who may see who is there', async () => {
    expect(await find('jo example', ada)).toEqual(['Members: Jo Heath'])
    expect(await find('jo example', someone('vi', 'viewer'))).toEqual([])
    expect(await find('jo example', someone('bo', 'contributor'))).toEqual([])
  })

  it('says where each is seen', async () => {
    const [found] = await room.run(operations.everywhere.find, { words: "o'hara" }, cy)
    expect(found).toMatchObject({ path: '/products', search: { where: "vendor=O'Hara & Sons" } })
    const [deal] = await room.run(operations.everywhere.find, { words: 'winter linen' }, cy)
    expect(deal.search).toMatchObject({ metrics: 'deals_created', period: '2026-03-02..2026-03-02' })
  })
})
