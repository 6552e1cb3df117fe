import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver } from '../../test/small-ledger.ts'
import { over } from '../../test/small-world.ts'
import type { Query } from './query.ts'

describe('suppliers', () => {
  let granary: Warehouse
  let ask: Awaited<ReturnType<typeof over>>['ask']
  const march = { from: '2026-03-01', to: '2026-03-31' }
  const totals = async (query: Query) => (await ask(query)).totals
  const on = (day: string) => ({ stores: 'all' as const, now: new Date(`${day}T12:00:00Z`) })
  beforeAll(async () => {
    const made = await over([])
    granary = made.granary
    ask = (query, scope = on('2026-04-01')) => made.ask(query, scope)
  })
  afterAll(() => granary.close())

  const line = (po_line: string, vendor: string, due_day: string) => ({
    store: 'shop',
    po_id: 'po',
    po_line,
    vendor,
    product_id: 'p1',
    ordered_day: '2026-03-01',
    due_day,
    quantity: 10,
    unit_price: 2,
    standard_price: 1.5,
    currency: 'GBP',
    status: 'open',
    source: 'test',
  })
  const receipt = (
    po_line: string,
    receipt_id: string,
    received_day: string,
    received: number,
    rejected = 0,
  ) => ({
    store: 'shop',
    po_id: 'po',
    po_line,
    receipt_id,
    received_day,
    received,
    rejected,
    source: 'test',
  })
  const metrics = ['otif', 'on_time_rate', 'in_full_rate', 'defect_rate', 'lead_time', 'days_late']
  it('are not called late before any receipt is known', async () => {
    await deliver(granary, 'purchase_orders', [
      line('1', 'acme', '2026-03-08'),
      line('2', 'acme', '2026-03-08'),
      line('3', 'best', '2026-03-08'),
    ])
    expect(await totals({ metrics: ['otif', 'purchases', 'ppv'], ...march, stores: ['shop'] })).toMatchObject(
      {
        otif: null,
        purchases: '60',
        ppv: null,
      },
    )
  })
  it('are measured by what came when', async () => {
    await deliver(granary, 'receipts', [
      receipt('1', 'a', '2026-03-05', 12, 3),
      receipt('2', 'b', '2026-03-06', 4),
      receipt('2', 'c', '2026-03-10', 6),
    ])
    const { rows, totals: all } = await ask({ metrics, by: ['vendor'], ...march, stores: ['shop'] })
    expect(rows.find(r => r.vendor === 'acme')).toMatchObject({
      otif: '0.5',
      on_time_rate: '0.7',
      in_full_rate: '1',
      defect_rate: '0.1363636364',
      lead_time: '6',
      days_late: '0.5454545455',
    })
    expect(rows.find(r => r.vendor === 'best')).toMatchObject({ otif: '0', in_full_rate: '0' })
    expect(all.otif).toBe('0.3333333333')
    // 22 pieces came, at 2 where the standard is 1.5.
    expect((await totals({ metrics: ['ppv'], ...march, stores: ['shop'] })).ppv).toBe('11')
  })
  it('are late with no line before its due day is over', async () => {
    await deliver(granary, 'purchase_orders', [
      line('4', 'best', '2026-03-20'),
      line('5', 'best', '2026-04-09'),
    ])
    await deliver(granary, 'receipts', [receipt('5', 'd', '2026-03-12', 10)])
    const asked = { metrics: ['lines_due', 'otif', 'on_time_rate', 'in_full_rate'], stores: ['shop'] }
    const told = async (day: string, days: { from: string; to: string } = march) =>
      (await ask({ ...asked, ...days }, on(day))).totals
    // The same question as the days pass.
    expect(await told('2026-03-20')).toMatchObject({ lines_due: '4', otif: '0.3333333333' })
    expect(await told('2026-03-21')).toMatchObject({ lines_due: '4', otif: '0.25', in_full_rate: '0.5' })
    const april = { from: '2026-04-01', to: '2026-04-30' }
    expect(await told('2026-04-09', april)).toMatchObject({
      lines_due: '1',
      otif: null,
      on_time_rate: null,
      in_full_rate: null,
    })
    const { meta } = await ask({ ...asked, ...april }, on('2026-04-09'))
    expect(meta.missing.otif).toContain('whose due day is over')
    expect(await told('2026-04-10', april)).toMatchObject({ otif: '1', on_time_rate: '1' })
  })
})
