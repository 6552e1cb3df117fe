/** From nothing to the first number: start of the server on the real data, first look of a cold browser, size of what it loads. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { chromium as driver, type Page } from 'playwright-core'
import { chromium } from '../test/parts.ts'
import { median, table } from './measure.ts'

const [folder = ''] = process.argv.slice(2)
const data = join(folder, 'demo')
const port = 20_000 + (process.pid % 20_000)

/** Addresses of the scripts a page has loaded so far. */
const loaded = (page: Page) =>
  page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(one => one.name)
      .filter(name => name.endsWith('.js')),
  )

/** Starts the demo; gives the seconds until it said that it serves. */
async function start(): Promise<{ server: ChildProcess; seconds: number }> {
  const started = performance.now()
  const server = spawn('./quarterdeck', ['demo', '--real', '--data', data, '--port', `${port}`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await new Promise<void>((resolve, reject) => {
    server.stdout?.once('data', () => resolve())
    server.once('exit', code => reject(new Error(`the demo ended with ${code}`)))
  })
  return { server, seconds: (performance.now() - started) / 1000 }
}
const stop = (server: ChildProcess) =>
  new Promise<void>(resolve => {
    server.removeAllListeners('exit')
    server.once('exit', () => resolve())
    server.kill('SIGTERM')
  })

rmSync(data, { recursive: true, force: true })
const first = await start()
await stop(first.server)
const second = await start()

const program = chromium()
if (!program) {
  console.log('start: no Chromium, so no first look (Debian: apt-get install chromium)')
} else {
  const browser = await driver.launch({ executablePath: program, args: ['--no-sandbox'] })
  const looks: number[] = []
  let early: string[] = []
  let scripts: string[] = []
  for (let look = 0; look < 5; look++) {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage()
    const began = performance.now()
    await page.goto(`http://localhost:${port}/`, { waitUntil: 'commit' })
    await page.waitForFunction(() => /[£$€]\s?\d/.test(document.querySelector('main')?.textContent ?? ''))
    looks.push((performance.now() - began) / 1000)
    early = await loaded(page)
    await page.waitForLoadState('networkidle')
    scripts = await loaded(page)
    await page.context().close()
  }
  await browser.close()
  looks.sort((a, b) => a - b)
  const size = (name: string) =>
    gzipSync(readFileSync(join('dist', new URL(name).pathname)), { level: 9 }).length
  const kilobytes = (names: string[]) =>
    `${(names.reduce((sum, name) => sum + size(name), 0) / 1024).toFixed(0)} KB`
  table(
    'From nothing to the first number, two real years',
    ['what', 'measured', 'allowed'],
    [
      ['first start: make the folder, load a million lines, serve', `${first.seconds.toFixed(1)} s`, ''],
      ['second start to serving', `${second.seconds.toFixed(1)} s`, '5 s'],
      ['cold browser to the first painted number', `${median(looks).toFixed(2)} s`, '2 s'],
      ['JavaScript until the first number, gzipped', kilobytes(early), '350 KB'],
      ['JavaScript when the screen has come to rest, charts included', kilobytes(scripts), ''],
    ],
  )
}
await stop(second.server)
