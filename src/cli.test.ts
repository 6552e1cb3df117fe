import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { restoreFrom } from '#server/restore.ts'
import { ended, program, type Serving, stage } from '../test/command.ts'

const { place, run, serve, clear } = stage()
const data = join(place, 'data')
/** A folder that a server holds: what commands are refused is refused by it. */
const held = join(place, 'held')
let first: Serving
beforeAll(async () => {
  first = await serve(held)
})
afterAll(clear)

describe('wrong use is told apart from failure', () => {
  it.each([
    [['nonsense'], /unknown command/],
    [['query'], /--metrics/],
    [['query', '--metrics', 'net_sales', '--grain', 'fortnight'], /--grain/],
    [['query', '--metrics', 'net_sales', '--format', 'pdf'], /--format/],
    [['query', '--metrics', 'sales_of_nonsense'], /no metric sales_of_nonsense/],
    [['query', '--metrics', 'net_sales', '--by', 'day'], /day is no dimension.*--grain day/],
    [['import', '/nowhere.csv', '--store', 'x'], /no file/],
    [['import', place, '--store', 'x'], /is a folder/],
    [['import', program, '--store', 'x'], /--preset NAME .* or --map FILE/],
    [['query', '--metrics', 'net_sales', '--json', '--format', 'csv'], /two formats/],
    [['simulate', '--fault', 'shopify:http_50'], /plays the failure.*\n?.*shopify:http_500/],
    [['call', 'members.nonsense'], /no operation/],
    [['call', 'members.me', '{'], /not JSON/],
    [['call', 'performance.values', '{"dimension":"country","serach":"F"}'], /"serach" is not known here/],
    [['import', program, '--preset', 'online-retail', '--store', 'Bad Store'], /store: is small letters/],
    [['connect', 'nonsense'], /no vendor nonsense/],
    [['start', '--port', 'many'], /port/],
    [['user', 'add', 'a@b.test', '--role', 'king'], /--role/],
  ])('%j', async (words, message) => {
    const ran = await run([...words, '--data', held])
    expect(ran.err).toMatch(message)
    expect(ran.code).toBe(2)
    expect(ran.out).toBe('')
  })

  it('also where no server could tell', async () => {
    expect(await run(['call', 'members.nonsense', '--data', data])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no operation'),
      out: '',
    })
  })

  it('help and version are fine', async () => {
    for (const words of [['--help'], ['query', '--help'], ['user', '--help'], ['--version'], ['call']]) {
      const ran = await run(words)
      expect(ran.code, words.join(' ')).toBe(0)
      expect(ran.out).not.toBe('')
    }
  })

  it('a failure is 1, with the next step, as JSON when asked', async () => {
    const ran = await run(['restore', place, '--data', data, '--json'])
    expect(ran.code).toBe(1)
    expect(JSON.parse(ran.err)).toMatchObject({ error: { code: 'invalid', next: expect.any(String) } })
  })

  it('the demo whose systems find their port taken says so, not that another is to be chosen', async () => {
    const folder = join(place, 'demo')
    mkdirSync(folder)
    writeFileSync(join(folder, 'systems.json'), JSON.stringify({ port: Number(new URL(first.url).port) }))
    const ran = await run(['demo', '--data', folder])
    expect(ran.code).toBe(1)
    expect(ran.err).toMatch(/systems of this demo .* is taken.\n.*--data and a new folder/)
  })
})

describe('commands on a folder of their own', () => {
  it('works through a symlink from anywhere', async () => {
    const link = join(place, 'qd')
    symlinkSync(program, link)
    const ran = await run(['doctor', '--data', data, '--json'], { as: link })
    expect(ran.code).toBe(0)
    const { checks } = JSON.parse(ran.out)
    expect(checks.map((check: { name: string }) => check.name)).toEqual(
      expect.arrayContaining(['node', 'ledger', 'granary', 'data folder', 'disk']),
    )
  })

  it('a query has rows, totals and meta, what has no data is null and says why; a folder that is not there is said to be new', async () => {
    const asked = ['query', '--metrics', 'net_sales', '--window', 'all_time', '--format', 'json']
    const ran = await run([...asked, '--data', join(place, 'misspelt')])
    const answer = JSON.parse(ran.out)
    expect(Object.keys(answer)).toEqual(expect.arrayContaining(['rows', 'totals', 'meta']))
    expect(answer.totals.net_sales).toBeNull()
    expect(answer.meta.missing.net_sales).toEqual(expect.any(String))
    expect(ran.err).toContain('misspelt was not there: it is new and empty')
    const refused = await run(['query', '--metrics', 'sales_of_nonsense', '--data', join(place, 'misspelt')])
    expect(refused.err).toMatch(/no metric sales_of_nonsense/)
    expect(refused.err).not.toContain('was not there')
    expect(refused).toMatchObject({ code: 2, out: '' })
  })

  it('ends quietly when its reader has read enough', async () => {
    const ends = await new Promise<{ code: number | null; err: string }>(done => {
      const listing = spawn(program, ['metrics', '--data', data])
      let err = ''
      listing.stderr.on('data', (some: Buffer) => {
        err += some.toString()
      })
      listing.stdout.destroy()
      listing.once('close', code => done({ code, err }))
    })
    expect(ends).toEqual({ code: 0, err: '' })
  })

  it('two at once wait for each other', async () => {
    const store = { store: 'uk', name: 'UK', currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' }
    const asked = [['members.me'], ['settings.saveStore', JSON.stringify(store)]]
    const both = await Promise.all(asked.map(words => run(['call', ...words, '--data', data])))
    for (const ran of both)
      expect({ ...ran, err: ran.err.replace(/waiting for .*\n/, '') }).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(both[0]?.out ?? '')).toMatchObject({ role: 'owner', kind: 'system' })
  })

  it('backs up and restores: the copy answers the same', async () => {
    const copy = join(place, 'copy')
    writeFileSync(join(data, 'secret'), 's'.repeat(43))
    expect((await run(['backup', copy, '--data', data])).code).toBe(0)
    expect((await run(['backup', copy, '--data', held])).err).toMatch(/exists already/)
    const back = join(place, 'back')
    const restored = await run(['restore', copy, '--data', back])
    expect(restored.err).toMatch(/whoever was erased after .* restore with --erased/)
    const read = async (folder: string) =>
      JSON.parse((await run(['call', 'settings.read', '--data', folder])).out)
    const { stores } = await read(back)
    expect(stores).toMatchObject([{ store: 'uk', name: 'UK' }])
    expect(stores).toEqual((await read(data)).stores)
    expect(readFileSync(join(back, 'secret'), 'utf8')).toBe(readFileSync(join(data, 'secret'), 'utf8'))
    expect((await run(['restore', copy, '--data', back])).err).toMatch(/not empty/)
  })

  it('restores no backup that lost a part, and leaves the folder as it was', async () => {
    const copy = join(place, 'copy')
    const into = join(place, 'back-of-parts')
    const broken = (name: string, breaking: (folder: string) => void) => {
      const folder = join(place, name)
      cpSync(copy, folder, { recursive: true })
      breaking(folder)
      return restoreFrom({}, folder, into)
    }
    const ledger = (folder: string) => join(folder, 'ledger.jsonl.gz')
    await expect(
      broken('no-granary', folder => rmSync(join(folder, 'granary'), { recursive: true })),
    ).rejects.toThrow('its granary is missing')
    await expect(broken('cut', folder => truncateSync(ledger(folder), 300))).rejects.toThrow(
      'not all can be read',
    )
    await expect(broken('no-ledger', folder => rmSync(ledger(folder)))).rejects.toThrow('not all can be read')
    expect(existsSync(into)).toBe(false)
  })

  it('restores nobody who was erased since', async () => {
    const copy = join(place, 'copy')
    const erase = ['call', 'connections.erasePerson', '{"email":"ada@example.com"}', '--data', data]
    expect((await run(erase)).err).toBe('')
    const list = join(data, 'erased.jsonl')
    expect(readFileSync(list, 'utf8')).toMatch(/"hash":"[0-9a-f]{32}"/)
    const back = join(place, 'back-without')
    const restored = await run(['restore', copy, '--data', back, '--erased', list, '--json'])
    expect(JSON.parse(restored.out)).toMatchObject({ erasedLists: 1, erasedSince: 1 })
    expect(restored.err).toContain('is erased here too')
  }, 60_000)
})

describe('a server on the folder', () => {
  it('is asked by commands instead of the files, survives being killed, and ends politely', async () => {
    expect(first.setUpLink).toContain('/set-up?token=')
    expect((await fetch(`${first.url}/healthz`)).status).toBe(200)
    const asked = await run(['doctor', '--data', held])
    expect(asked.out).toContain('asked over HTTP')
    expect((await run(['query', '--metrics', 'nonsense', '--data', held])).code).toBe(2)
    const second = await run(['start', '--data', held, '--port', '0'])
    expect(second.code).toBe(1)
    expect(second.err).toMatch(/already uses the data folder .*: `quarterdeck start` \(process \d+\)/)

    const killed = ended(first.child)
    first.child.kill('SIGKILL')
    await killed
    expect(existsSync(join(held, 'server.json'))).toBe(true)
    const again = await serve(held)
    const stopped = ended(again.child)
    again.child.kill('SIGTERM')
    expect(await stopped).toBe(0)
    expect(existsSync(join(held, 'server.json'))).toBe(false)
  })

  it('an agent on stdin gets the very answer of the command line', async () => {
    const lines: object[] = [
      {
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
      },
      { method: 'notifications/initialized' },
      { id: 2, method: 'tools/list' },
      {
        id: 3,
        method: 'tools/call',
        params: { name: 'query_metrics', arguments: { metrics: ['net_sales'], window: 'all_time' } },
      },
      {
        id: 4,
        method: 'tools/call',
        params: { name: 'query_metrics', arguments: { metrics: ['net_sale'] } },
      },
    ]
    const bad = [
      ['query_metrics', {}],
      ['query_metrics', { metrics: 'net_sales' }],
      ['settings_saveEvent', { name: 'x' }],
    ].map(([name, input], n) => ({ id: 5 + n, method: 'tools/call', params: { name, arguments: input } }))
    const ran = await run(['mcp', '--data', data], {
      input: [...lines, ...bad].map(line => `${JSON.stringify({ jsonrpc: '2.0', ...line })}\n`).join(''),
    })
    const said = ran.out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    const tools = said.find(one => one.id === 2).result.tools.map((tool: { name: string }) => tool.name)
    expect(tools).toEqual(
      expect.arrayContaining(['list_metrics', 'query_metrics', 'explain_metric', 'drill_rows']),
    )
    const refused = said.find(one => one.id === 4).result
    expect(refused).toMatchObject({ isError: true })
    expect(refused.content[0].text).toMatch(/^There is no metric net_sale\. Did you mean net_sales/)
    const texts = [5, 6, 7].map(id => said.find(one => one.id === id).result.content[0].text)
    expect(texts[0]).toBe('metrics: is missing. The input schema of query_metrics says what it takes.')
    expect(texts[1]).toMatch(/^metrics: .*expected array.* The input schema of query_metrics/)
    // What changes something is no tool, and agents are told which there are.
    expect(texts[2]).toMatch(/^There is no tool "settings_saveEvent"\. The tools are .*query_metrics/)
    const { rows, totals } = said.find(one => one.id === 3).result.structuredContent
    const told = await run([
      'query',
      '--metrics',
      'net_sales',
      '--window',
      'all_time',
      '--data',
      data,
      '--json',
    ])
    expect({ rows, totals }).toEqual({ rows: JSON.parse(told.out).rows, totals: JSON.parse(told.out).totals })
  })
})
