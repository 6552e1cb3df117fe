import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { rawFolder, readRaw, writeRaw } from './raw.ts'

const folder = mkdtempSync(join(tmpdir(), 'raw-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const read = async (turn: string) => {
  let count = 0
  for await (const _ of readRaw(folder, 'toy', 'orders', turn)) count += 1
  return count
}

test('a file that is gone, cut short or damaged is told to whoever reads it, and to nobody else', async () => {
  const raw = writeRaw(folder, 'toy', 'orders', 'one')
  for (let n = 0; n < 50_000; n++) await raw.write({ n, noise: Math.sin(n) })
  await raw.keep()
  expect(await read('one')).toBe(50_000)
  await expect(read('none')).rejects.toThrow('ENOENT')
  const path = join(rawFolder(folder, 'toy', 'orders'), 'one.jsonl.zst')
  const whole = readFileSync(path)
  writeFileSync(path, whole.subarray(0, whole.length / 2))
  await expect(read('one')).rejects.toThrow('unexpected end of file')
  writeFileSync(path, whole.fill(7, whole.length / 2, whole.length / 2 + 1000))
  await expect(read('one')).rejects.toThrow()
})
