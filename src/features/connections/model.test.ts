import { expect, it } from 'vitest'
import { type ImportRow, importsAnswer, restating } from './model.ts'

it('the title says what became of the latest file', () => {
  const row = (given: Partial<ImportRow>): ImportRow => ({
    id: '1',
    status: 'done',
    file: 'orders.csv',
    store: 'gifts',
    by: 'Ada',
    createdAt: '2026-11-26T09:00:00Z',
    finishedAt: null,
    progress: null,
    result: null,
    error: null,
    waits: null,
    ...given,
  })
  const brought = (accepted: number, rejected: number) =>
    row({ result: { accepted, rejected } as ImportRow['result'] })
  expect(importsAnswer([])).toBe('No file has come in yet')
  expect(importsAnswer([row({ status: 'running' }), brought(1, 0)])).toBe('orders.csv is coming in')
  expect(importsAnswer([row({ status: 'queued' }), row({ status: 'running' })])).toBe('2 files are coming in')
  expect(importsAnswer([row({ status: 'failed' })])).toMatch(
    /^The latest file, orders\.csv, did not come in on 26 Nov/,
  )
  expect(importsAnswer([brought(4312, 3)])).toMatch(
    /^The latest file, orders\.csv, brought 4,312 rows on 26 Nov.*; 3 were rejected$/,
  )
  expect(importsAnswer([brought(1, 0)])).toMatch(/brought 1 row on 26 Nov[^;]*$/)
})

it('a file is said to hold its orders whole, or nothing is said of it', () => {
  const mapping = { target: 'sales_lines', columns: { order_id: 'Nr' }, where: 'true' }
  expect(restating(mapping, true)).toEqual({ ...mapping, restates: true })
  expect(restating(restating(mapping, true), false)).toEqual(mapping)
})
