import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Context } from '#features/context.ts'
import { Failure } from '#kernel/error.ts'
import { checkHealth } from './health.ts'

const folder = mkdtempSync(join(tmpdir(), 'health-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('says which part has stopped and what to do, and looks at the rest all the same', async () => {
  const ledger = new Failure('unavailable', 'The embedded ledger stopped.', { next: 'Free some space.' })
  const granary = new Failure('unavailable', 'The granary stopped.', { next: 'Free some space.' })
  const wrapped = () => Promise.reject(new Error('Failed query', { cause: ledger }))
  const context = {
    ledger: { execute: wrapped, select: () => ({ from: () => ({ where: () => ({ orderBy: wrapped }) }) }) },
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
