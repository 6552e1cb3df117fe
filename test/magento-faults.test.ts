import { describe, expect, it } from 'vitest'
import { magento } from '#connectors/magento/index.ts'
import { Failure } from '#kernel/error.ts'
import { magentoScene as scene } from './magento-scene.ts'
import { smallEngine } from './small-engine.ts'

const days = 60
const back = (days + 30) * 86_400_000
/** The whole ledger as one text, to be compared. */
const ledger = (engine: Awaited<ReturnType<typeof smallEngine>>) =>
  engine
    .rows('sales_lines')
    .map(row => JSON.stringify(row))
    .sort()
    .join('\n')

const fresh = async (faults: readonly [string, number?][] = [], during = true) => {
  const stage = scene(4, days)
  if (!during) for (const [name, times] of faults) stage.world.faults.arm(name, times)
  const engine = await smallEngine(magento, stage.credentials, { fetch: stage.fetch, back })
  if (during) for (const [name, times] of faults) stage.world.faults.arm(name, times)
  return { ...stage, engine }
}

/** What a stream asks through, of a Magento without faults. */
const opened = () => {
  const { credentials, fetch, world } = scene(4, days)
  return magento.open(credentials, {
    fetch,
    now: () => world.now(),
    sleep: async () => undefined,
    signal: new AbortController().signal,
    allowed: new Set(['sim.test']),
  })
}

const calm = await fresh()
await calm.engine.round(['orders'])
const right = ledger(calm.engine)

describe('Magento in trouble', () => {
  it('has a ledger to compare with', () => {
    expect(calm.engine.rows('sales_lines').length).toBeGreaterThan(300)
  })

  it.each([
    ['http_500', 3],
    ['http_503_html', 3],
    ['html', 2],
    ['empty', 2],
    ['truncated', 3],
    ['clock_skew', 2],
    ['nonce_used', 3],
    ['too_many_requests', 2],
    ['retry_after', 4],
    ['waf_429', 2],
    ['total_too_large', 50],
    ['total_too_small', 50],
    ['float_dust', 50],
  ] as const)('ends with the same rows after %s', async (fault, times) => {
    const { engine } = await fresh([[`magento:${fault}`, times]])
    await engine.round(['orders'])
    expect(engine.problems).toEqual([])
    expect(ledger(engine)).toBe(right)
  })

  it.each([
    ['signature_invalid', /secrets is wrong/],
    ['token_rejected', /Copy the access token/],
    ['token_revoked', /Reauthorize/],
    ['waf_403', /let this machine’s address through/],
    ['forbidden', /Tick it under API/],
  ] as const)('says in words what to do about %s', async (fault, next) => {
    const { engine } = await fresh([[`magento:${fault}`]])
    const failure = await engine.round(['orders']).then(
      () => null,
      (error: unknown) => error as Failure,
    )
    expect(failure).toBeInstanceOf(Failure)
    expect(failure?.code).toBe('forbidden')
    expect(failure?.next).toMatch(next)
    expect(engine.rows('sales_lines')).toEqual([])
  })

  it('leaves out the one order that breaks every page, and names it', async () => {
    const { engine, asked } = await fresh([['magento:bad_order']])
    const before = asked()
    await engine.round(['orders'])
    const [remark, ...others] = engine.remarks
    expect(remark).toMatch(/^Magento breaks on orders entity_id 10001/)
    expect(others).toEqual([])
    const without = right
      .split('\n')
      .filter(line => !line.includes('"00010001"') && !line.includes('"200010001"'))
    expect(new Set(ledger(engine).split('\n'))).toEqual(new Set(without.filter(line => line)))
    expect(asked() - before).toBeLessThan(120)
  })

  it('says which features an edition lacks, and takes orders all the same', async () => {
    const { engine } = await fresh([['magento:open_source']], false)
    expect(engine.checked.limits.join('\n')).toMatch(/no returns.*\n|no negotiable quotes/)
    expect(engine.checked.limits).toHaveLength(4)
    await engine.round()
    expect(engine.problems).toEqual([])
    expect(engine.rows('deals')).toEqual([])
    expect(engine.rows('accounts')).toEqual([])
    expect(ledger(engine)).toBe(right)
  })

  it('takes orders without their shipments where those may not be read, and says so', async () => {
    const { engine } = await fresh([['magento:no_shipments']], false)
    expect(engine.checked.limits.join()).toContain('may not see shipments')
    await engine.round(['orders'])
    expect(engine.rows('shipments')).toEqual([])
    expect(ledger(engine)).toBe(right)
  })

  it('reads stock as one number for each product where there are no sources', async () => {
    const { engine } = await fresh()
    await engine.round(['stock'])
    const sums = new Map<string, number>()
    for (const row of engine.rows('stock_days'))
      sums.set(String(row.product_id), (sums.get(String(row.product_id)) ?? 0) + Number(row.on_hand))
    const old = await fresh([['magento:no_sources']])
    await old.engine.round(['stock'])
    expect(new Map(old.engine.rows('stock_days').map(row => [row.product_id, Number(row.on_hand)]))).toEqual(
      sums,
    )
    expect(new Set(old.engine.rows('stock_days').map(row => row.location))).toEqual(new Set(['default']))
  })

  it('refuses wrong secrets, a signature used again and a time ahead of its clock', async () => {
    const { credentials, fetch } = scene(4, days)
    const open = (more: Record<string, string>) =>
      smallEngine(magento, { ...credentials, ...more }, { fetch })
    await expect(open({ access_token_secret: 'x' })).rejects.toThrow('signature does not fit')
    await expect(open({ consumer_key: 'x' })).rejects.toThrow('does not know the consumer key')
    await expect(open({ consumer_secret: '' })).rejects.toThrow('needs consumer_secret')
    const sent: Request[] = []
    await smallEngine(magento, credentials, {
      fetch: (async (input: string, init?: RequestInit) => {
        sent.push(new Request(input, init))
        return fetch(input, init)
      }) as typeof globalThis.fetch,
    })
    const again = await fetch(sent[0]?.url ?? '', { headers: sent[0]?.headers ?? {} })
    expect(again.status).toBe(401)
    expect(await again.text()).toContain('nonce is already being used')
  })

  it('works with a token alone where the shop allows it, and says why where it does not', async () => {
    const { credentials, fetch, world } = scene(4, days)
    const alone = { access_token: credentials.access_token ?? '', base_url: credentials.base_url ?? '' }
    const engine = await smallEngine(magento, alone, { fetch, back })
    await engine.round(['orders'])
    expect(ledger(engine)).toBe(right)
    world.faults.arm('magento:bearer_off')
    await expect(smallEngine(magento, alone, { fetch })).rejects.toMatchObject({
      next: expect.stringContaining('Since 2.4.4 an access token alone is refused'),
    })
  })

  it('works as the cloud service, and gets a new token when one has run out', async () => {
    const { cloud, fetch, world } = scene(4, days)
    const engine = await smallEngine(magento, cloud, { fetch, back })
    world.faults.arm('magento:token_expired', 1)
    await engine.round(['orders'])
    expect(ledger(engine)).toBe(right)
    await expect(smallEngine(magento, { ...cloud, client_secret: 'x' }, { fetch })).rejects.toThrow(
      'Adobe refuses the client ID',
    )
  })

  it('keeps nothing personal in privacy mode', async () => {
    const { credentials, fetch } = scene(4, days)
    const engine = await smallEngine(magento, credentials, { fetch, back, privacy: true })
    await engine.round(['orders', 'customers', 'companies'])
    expect(engine.rows('sales_lines').length).toBe(right.split('\n').length)
    expect(engine.rows('customers').every(row => row.name === '' && row.email_hash !== '')).toBe(true)
    for (const { personal = [] } of magento.streams.filter(one => one.personal))
      expect(personal).toEqual(expect.arrayContaining(['city', 'lastname', 'street']))
    const channels = new Set(engine.rows('sales_lines').map(row => row.channel))
    expect(channels).toEqual(new Set(['Online Store', 'Sales representative']))
  })

  it('days that are read again bring their orders whole, also those that changed after them', async () => {
    const session = opened()
    const stream = magento.streams.find(one => one.name === 'orders')
    const [from, to] = [Date.parse('2026-10-12'), Date.parse('2026-10-20')]
    const read = async (history: boolean) => {
      const found = new Map<string, string>()
      for await (const { records } of stream?.read(session, { from, to, cursor: null, history }) ?? [])
        for (const { order } of records as { order: Record<string, unknown> }[])
          found.set(String(order.increment_id), String(order.created_at))
      return found
    }
    const placed = (found: Map<string, string>) =>
      [...found].filter(([, at]) => at >= '2026-10-12' && at < '2026-10-20').map(([id]) => id)
    // What changes later is read where it changes, and only there.
    const fresh = placed(await read(false))
    const again = placed(await read(true))
    expect(again.length).toBeGreaterThan(fresh.length)
    const all = new Set(
      calm.engine
        .rows('sales_lines')
        .filter(row => String(row.ordered_day) > '2026-10-12' && String(row.ordered_day) < '2026-10-19')
        .map(row => row.order_id),
    )
    expect([...all].filter(id => !again.includes(String(id)))).toEqual([])
    expect(all.size).toBeGreaterThan(3)
  })

  it('tells its own totals by the heads of orders, which are those of the rows', async () => {
    const session = opened()
    let orders = 0
    for await (const total of magento.totals?.(session, { from: '2026-10-01', to: '2026-10-31' }) ?? []) {
      const own = calm.engine.rows('sales_lines').filter(row => row.ordered_day === total.day)
      const sum = (column: string) => own.reduce((all, row) => all + Number(row[column]), 0)
      expect(total.shop).toBe('larkfield-trade')
      expect(Number(total.values.orders)).toBe(new Set(own.map(row => row.order_id)).size)
      expect(Number(total.values.gross_sales)).toBeCloseTo(sum('gross'), 6)
      expect(Number(total.values.discounts)).toBeCloseTo(sum('discounts'), 6)
      orders += Number(total.values.orders)
    }
    expect(orders).toBeGreaterThan(20)
  })
})
