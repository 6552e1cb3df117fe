import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort, listening } from '#server/listen.ts'
import { createCompany } from '#simulators/company/company.ts'
import { draw } from '#simulators/company/draw.ts'
import { simulate } from '#simulators/index.ts'
import { createWorld } from '#simulators/world.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import { ended, forked } from './command.ts'
import { everyRow } from './played.ts'

/**
 * A process that reads systems, killed at random moments and started again each time, ends with the same granary as one
 * that was left alone. `KILLS=50 npm test -- test/killed.test.ts` kills oftener, and reads every system.
 */

const kills = Number(process.env.KILLS ?? 2)
const seed = Number(process.env.KILLS_SEED ?? 1)
const long = kills > 10
const place = mkdtempSync(join(tmpdir(), 'killed-'))
let address: string
let close: () => Promise<unknown>

beforeAll(async () => {
  const port = await freePort('127.0.0.1')
  const company = createCompany({ seed: 5, days: 7, scale: 0.05, until: '2026-11-15' })
  address = `http://127.0.0.1:${port}`
  const { app } = simulate(createWorld(company, address))
  close = (await listening(app.fetch, '127.0.0.1', port)).close
})
afterAll(async () => {
  for (const child of started) child.kill('SIGKILL')
  await close()
  rmSync(place, { recursive: true, force: true })
})

const started: ChildProcess[] = []
const start = (folder: string): ChildProcess => {
  const env = long ? {} : { KILLED_VENDORS: 'shopify,marketo' }
  const child = forked('sync-forever.ts', [folder, address], env)
  started.push(child)
  return child
}
const says = (child: ChildProcess, word: string) =>
  new Promise<boolean>(done => {
    child.on('message', said => {
      if (said === word) done(true)
    })
    child.once('exit', () => done(false))
  })
const stored = async (folder: string) => {
  const granary = await openDuckdb({ folder: join(folder, 'granary') })
  try {
    return await everyRow(granary)
  } finally {
    await granary.close()
  }
}
const leftovers = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => /\.part$|^work\/./.test(name))

describe('reading that is killed', () => {
  it(`${kills} times at random moments ends with the same rows as reading left alone`, {
    timeout: kills * 90_000 + 300_000,
  }, async () => {
    const calm = join(place, 'calm')
    const first = start(calm)
    expect(await says(first, 'reading')).toBe(true)
    const began = performance.now()
    expect(await ended(first)).toBe(0)
    const taken = performance.now() - began

    const killed = join(place, 'killed')
    const chance = draw(seed, 99)
    for (let kill = 0; kill < kills; kill++) {
      const child = start(killed)
      const over = ended(child)
      // Now and then in the middle of opening, mostly while it reads.
      if (chance.chance(0.9)) await says(child, 'reading')
      await Promise.race([sleep(chance.between(0, taken)), over])
      child.kill('SIGKILL')
      await over
    }
    const last = start(killed)
    expect(await ended(last)).toBe(0)
    const rows = await stored(killed)
    expect(rows).toEqual(await stored(calm))
    expect(Object.values(rows).flat().length).toBeGreaterThan(100)
    expect(leftovers(killed)).toEqual([])
  })
})
