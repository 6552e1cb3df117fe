import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { deliverLines } from '../../test/small-ledger.ts'
import { openClickhouse } from './clickhouse.ts'

const folder = mkdtempSync(join(tmpdir(), 'clickhouse-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a delivery is on its way from the data folder, and leaves nothing there, nor does one that was killed', async () => {
  const work = join(folder, 'sending')
  mkdirSync(join(work, 'delivery-killed'), { recursive: true })
  writeFileSync(join(work, 'delivery-killed', 'rows.csv'), 'half')
  utimesSync(join(work, 'delivery-killed'), 0, 0)
  // Of another process that uses the same folder and server.
  mkdirSync(join(work, 'delivery-other'))
  const seen: string[][] = []
  // An engine that takes everything and holds nothing.
  const server = createServer((request, answer) => {
    request.resume().on('end', () => {
      if (
        /INSERT INTO\s+staged_/.test(
          new URL(request.url ?? '', 'http://here').searchParams.get('query') ?? '',
        )
      )
        seen.push(readdirSync(work).filter(name => name !== 'delivery-other'))
      answer.end()
    })
  }).listen(0, '127.0.0.1')
  await new Promise(done => server.once('listening', done))
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const granary = await openClickhouse({ url, work })
    expect(existsSync(join(work, 'delivery-killed'))).toBe(false)
    await deliverLines(granary, [{ order_id: 'a', day: '2011-01-03' }])
    expect(seen).toEqual([[expect.stringMatching(/^delivery-/)]])
    expect(readdirSync(work)).toEqual(['delivery-other'])
    await granary.close()
  } finally {
    server.close()
  }
})
