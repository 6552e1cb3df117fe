import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Context } from '#features/context.ts'
import { Failure } from '#kernel/error.ts'
import { createVault, type Vault } from '#sync/vault.ts'
import { checkHealth } from './health.ts'

const folder = mkdtempSync(join(tmpdir(), 'health-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('says which part has stopped and what to do, and looks at the rest all the same', async () => {
  const ledger = new Failure('unavailable', 'The embedded ledger stopped.', { next: 'Free some space.' })
  const granary = new Failure('unavailable', 'The granary stopped.', { next: 'Free some space.' })
  const wrapped = () => Promise.reject(new Error('Failed query', { cause: ledger }))
  const context = {
    ledger: {
      execute: wrapped,
      select: () => ({
        from: () => Object.assign(Promise.resolve([]), { where: () => ({ orderBy: wrapped }) }),
      }),
    },
    granary: { describe: () => Promise.reject(granary) },
    folder,
    clock: () => new Date(),
  }
  const checks = await checkHealth(context as unknown as Context)
  const failed = (name: string, value: string) => ({ name, state: 'fail', value, next: 'Free some space.' })
  expect(checks).toContainEqual(failed('ledger', 'The embedded ledger stopped.'))
  expect(checks).toContainEqual(failed('granary', 'The granary stopped.'))
  expect(checks.map(check => check.name)).toContain('disk')
})

test('says whose credentials another secret keeps, and that data of days to come are not how fresh it is', async () => {
  const kept = createVault('a'.repeat(43))
  const rows = [{ id: 'shop-one', credentials: kept.lock('shop-one', { token: 'x' }) }]
  const asked = (vault: Vault) =>
    checkHealth({
      ledger: {
        execute: async () => ({ rows: [{ version: 'PostgreSQL 18' }] }),
        select: () => ({
          from: () => Object.assign(Promise.resolve(rows), { where: () => ({ orderBy: async () => [] }) }),
        }),
      },
      granary: {
        describe: async () => ({ engine: 'DuckDB', version: '1', place: folder, tables: { sales_lines: 1 } }),
        changes: async () => [
          { table: 'sales_lines', at: '2026-03-10T10:00:00Z', to: '2026-03-10' },
          { table: 'purchase_orders', at: '2026-03-10T10:00:00Z', to: '2026-03-31' },
        ],
      },
      vault,
      folder,
      clock: () => new Date('2026-03-10T12:00:00Z'),
    } as unknown as Context)
  const fine = await asked(kept)
  expect(fine).toContainEqual({ name: 'credentials', state: 'ok', value: 'of 1 connected systems, readable' })
  expect(fine.find(check => check.name === 'freshness')?.value).toMatch(/data up to 2026-03-10$/)
  expect(await asked(createVault('b'.repeat(43)))).toContainEqual({
    name: 'credentials',
    state: 'fail',
    value: 'cannot be read: shop-one',
    next: expect.stringMatching(/Start with the secret they were kept under/),
  })
})
