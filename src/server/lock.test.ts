import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holderOf, makeDataFolder, takeLock, waitForLock } from './lock.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const leaveBehind = (more: object) =>
  writeFileSync(
    join(folder, 'server.json'),
    JSON.stringify({
      pid: 1,
      host: hostname(),
      born: '',
      url: null,
      token: 'old',
      command: 'start',
      ...more,
    }),
  )

describe('one process holds a data folder', () => {
  it('a second process is told who holds it, and gets it after release', () => {
    const first = takeLock(folder, 'start')
    expect(first).not.toBeNull()
    expect(takeLock(folder, 'import')).toBeNull()
    expect(holderOf(folder)).toMatchObject({ pid: process.pid, command: 'start', url: null })
    first?.serving('http://127.0.0.1:4680')
    expect(holderOf(folder)?.url).toBe('http://127.0.0.1:4680')
    first?.release()
    expect(holderOf(folder)).toBeNull()
    takeLock(folder, 'import')?.release()
  })

  it('is readable by the owner only, because it holds a token', () => {
    const lock = takeLock(folder, 'start')
    expect(statSync(join(folder, 'server.json')).mode & 0o077).toBe(0)
    lock?.serving('http://127.0.0.1:1')
    expect(statSync(join(folder, 'server.json')).mode & 0o077).toBe(0)
    expect(JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')).token).toHaveLength(43)
    lock?.release()
  })

  it('takes over what a killed process left behind', () => {
    const dead = spawnSync(process.execPath, ['-e', '0']).pid
    leaveBehind({ pid: dead })
    expect(holderOf(folder)).toBeNull()
    const lock = takeLock(folder, 'start')
    expect(lock).not.toBeNull()
    lock?.release()
  })

  it('is not fooled by a recycled process id', () => {
    leaveBehind({ pid: process.pid, born: 'another-boot:1' })
    expect(holderOf(folder)).toBeNull()
  })

  it('believes a holder on another machine only while its heart beats', () => {
    leaveBehind({ host: 'elsewhere', beat: Date.now() })
    expect(holderOf(folder)).not.toBeNull()
    leaveBehind({ host: 'elsewhere', beat: Date.now() - 60_000 })
    expect(holderOf(folder)).toBeNull()
  })

  it('takes over a file torn in the middle of writing', () => {
    writeFileSync(join(folder, 'server.json'), '{"pid":')
    expect(takeLock(folder, 'start')).not.toBeNull()
  })

  it('says so when the folder cannot be used', () => {
    writeFileSync(join(folder, 'a-file'), '')
    expect(() => takeLock(join(folder, 'a-file'), 'start')).toThrow(/cannot be used/)
  })

  it('waits in line, and goes through the holder once it serves', async () => {
    const first = takeLock(folder, 'start')
    const waited: string[] = []
    const second = waitForLock(folder, 'query', 5, holder => waited.push(holder.command))
    setTimeout(() => first?.serving('http://127.0.0.1:9'), 150)
    expect(await second).toMatchObject({ holder: { url: 'http://127.0.0.1:9' } })
    expect(waited).toEqual(['start'])
    first?.release()
  })

  it('gives up with a message that says who has it', async () => {
    const first = takeLock(folder, 'import')
    await expect(waitForLock(folder, 'query', 0.2, () => {})).rejects.toThrow(
      /in use by `quarterdeck import`/,
    )
    first?.release()
  })
  it.runIf(existsSync('/proc'))('says at once where no folder can be made, and what is none', () => {
    expect(() => makeDataFolder('/proc/x/y')).toThrow(/\/proc\/x\/y cannot be used: ENOENT/)
    writeFileSync(join(folder, 'file'), '')
    expect(() => takeLock(join(folder, 'file'), 'start')).toThrow('it is a file, not a folder')
    makeDataFolder(join(folder, 'a', 'b'))
    expect(statSync(join(folder, 'a', 'b')).isDirectory()).toBe(true)
  })
})
