import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ended, program, type Serving, stage } from '../../test/command.ts'
import { Reading } from '../features/connections/model.ts'
import { failureOf } from './import.ts'

const { place, run, serve, clear } = stage()
const data = join(place, 'data')
afterAll(clear)

const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country'
const file = (name: string, lines: string[]) => {
  writeFileSync(join(place, name), `${lines.join('\n')}\n`)
  return name
}
const sales = [
  '536365,85123A,"HEART, WHITE",6,2010-12-01 08:26:00,2.55,17850,United Kingdom',
  '536365,85123A,"HEART, WHITE",6,2010-12-01 08:26:00,2.55,17850,United Kingdom',
  '536366,22633,HAND WARMER,2,2010-12-31 08:28:00,1.85,,France',
  'C536367,85123A,"HEART, WHITE",-1,2011-01-02 09:00:00,2.55,17850,United Kingdom',
]
it('says what an import failed by: a full disk is no wrong file', () => {
  const full = { code: 'unavailable', message: 'The disk is full.', next: 'Free some space.' }
  expect(failureOf(full)).toMatchObject(full)
  expect(failureOf({ code: 'invalid', message: 'No.' })).toMatchObject({ code: 'invalid', message: 'No.' })
  expect(failureOf({ code: 'of another version', message: 'No.' }).code).toBe('internal')
})

it('its help names all that --read takes', async () => {
  const { out } = await run(['import', '--help'])
  for (const word of Object.keys(Reading.shape)) expect(out).toContain(`${word}=`)
})

const shop = ['--preset', 'online-retail', '--store', 'gifts', '--data', data, '--json']
const whole = ['--currency', 'GBP', '--timezone', 'Europe/London']
const net = async (store = 'gifts', folder = data) => {
  const asked = ['query', '--metrics', 'net_sales,orders', '--window', 'all_time', '--stores', store]
  return JSON.parse((await run([...asked, '--data', folder, '--json'])).out).totals
}

describe('importing on the command line', () => {
  // Each command asks the server that holds the folder; those on a killed import's folder, below, open theirs themselves.
  let server: Serving
  beforeAll(async () => {
    server = await serve(data)
  })
  afterAll(async () => {
    const stopped = ended(server.child)
    server.child.kill('SIGTERM')
    await stopped
  })

  it('maps an import again from the kept file, once the mapping is mended', async () => {
    const base = { order_id: 'InvoiceNo', at: 'InvoiceDate', sku: 'StockCode', quantity: 'Quantity' }
    const mapping = (name: string, unit_price: string) => {
      const target = { target: 'sales_lines', columns: { ...base, unit_price } }
      writeFileSync(join(place, name), JSON.stringify(target))
      return join(place, name)
    }
    const path = file('again.csv', [header, ...sales])
    const into = ['--store', 'again', ...whole, '--data', data, '--json']
    const first = await run(['import', path, '--map', mapping('wrong.json', 'Quantity'), ...into])
    expect(await net('again')).toMatchObject({ net_sales: '77' })
    const { id } = JSON.parse(first.out)
    const again = ['import', '--replaces', id, '--data', data, '--json', '--map']
    const mended = await run([...again, mapping('right.json', 'UnitPrice')])
    expect(JSON.parse(mended.out)).toMatchObject({
      rows: 4,
      accepted: 4,
      warnings: [expect.stringMatching(/^4 rows .* gone/)],
    })
    expect(await net('again')).toMatchObject({ net_sales: '31.75', orders: '2' })
    const late = await run([...again, join(place, 'wrong.json')])
    expect(late.code).not.toBe(0)
    expect(late.err).toContain('was mapped again since')
  })
  it('takes in lines with the orders beside them, and maps both again from what is kept', async () => {
    const lines = join(
      place,
      file('lines.csv', ['order_id,sku,quantity,price', '1,MUG,2,10.50', '2,CUP,1,4.00']),
    )
    const heads = join(place, file('heads.csv', ['order_id;placed', '1;01.03.2026', '2;14.03.2026']))
    const both = ['import', lines, '--with', heads]
    const guess = await run([...both, '--suggest', '--data', data])
    const mapping = join(place, 'with.json')
    writeFileSync(mapping, guess.out)
    const into = ['--store', 'with', ...whole, '--data', data, '--json']
    const came = await run([...both, '--map', mapping, ...into])
    expect(came.code).toBe(0)
    expect(JSON.parse(came.out)).toMatchObject({ rows: 2, accepted: 2, from: '2026-03-01', to: '2026-03-14' })
    expect(await net('with')).toMatchObject({ net_sales: '25', orders: '2' })
    writeFileSync(mapping, guess.out.replace('"price"', '"price * 2"'))
    const { id } = JSON.parse(came.out)
    const again = ['import', '--replaces', id, '--map', mapping, '--data', data]
    expect((await run(again)).code).toBe(0)
    expect(await net('with')).toMatchObject({ net_sales: '50', orders: '2' })
    const turned = await run(['import', heads, '--with', lines, '--suggest', '--data', data])
    expect(turned.code).toBe(0)
    const none = await run([
      ...both.slice(0, 2),
      '--with',
      join(place, 'none.csv'),
      '--suggest',
      '--data',
      data,
    ])
    expect(none.code).toBe(2)
    expect(none.err).toContain('none.csv')
  })
  it('accounts for every row, keeps repeats within the file, and changes nothing the second time', async () => {
    const path = file('sales.csv', [header, ...sales])
    const first = await run(['import', path, ...shop, ...whole])
    expect(first.code).toBe(0)
    expect(JSON.parse(first.out)).toMatchObject({
      file: 'sales.csv',
      table: 'sales_lines',
      store: 'gifts',
      rows: 4,
      accepted: 4,
      rejected: 0,
      repeats: 0,
      from: '2010-12-01',
      to: '2011-01-02',
    })
    expect(await net()).toMatchObject({ net_sales: '31.75', orders: '2' })
    const again = await run(['import', path, ...shop])
    expect(JSON.parse(again.out)).toMatchObject({ rows: 4, accepted: 0, repeats: 4 })
    expect(await net()).toMatchObject({ net_sales: '31.75', orders: '2' })
  })

  it('gives rows, totals and meta by month and country, as JSON, CSV and a table', async () => {
    const asked = [
      'query',
      '--metrics',
      'net_sales',
      '--grain',
      'month',
      '--by',
      'country',
      '--window',
      'all_time',
    ]
    const json = JSON.parse((await run([...asked, '--data', data, '--format', 'json'])).out)
    expect(json.rows).toContainEqual({ period: '2010-12', country: 'France', net_sales: '3.7' })
    expect(json.meta.definitions.net_sales.formula).toEqual(expect.any(String))
    const csv = await run([...asked, '--data', data, '--format', 'csv'])
    expect(csv.out).toContain('2010-12,France,3.7\r\n')
    const table = await run([...asked, '--data', data, '--filter', 'country=France'])
    expect(table.out).toMatch(/total +3\.7/)
  })

  it('suggests a mapping that imports', async () => {
    const path = file('own.csv', ['Order ID;Date;SKU;Quantity;Unit price', '9;13.02.2012;A;2;1.000,50'])
    const guess = await run(['import', path, '--suggest', '--data', data])
    expect(guess.code).toBe(0)
    writeFileSync(join(place, 'own.json'), guess.out)
    const taken = await run([
      'import',
      path,
      '--map',
      'own.json',
      '--store',
      'own',
      ...whole,
      '--data',
      data,
      '--json',
    ])
    expect(taken.err).not.toMatch(/quarterdeck:/)
    expect(JSON.parse(taken.out)).toMatchObject({ rows: 1, accepted: 1 })
  })

  it('refuses a mapping with a word it does not know, and reads below as many lines as one says', async () => {
    const columns = { order_id: 'no', at: 'day', sku: 'item', unit_price: 'price' }
    const mapping = (more: object) => {
      writeFileSync(join(place, 'm.json'), JSON.stringify({ target: 'sales_lines', columns, ...more }))
      return ['--map', join(place, 'm.json'), '--store', 'gifts', '--data', data, '--json']
    }
    const path = file('titled.csv', ['no,day,item,price', 'no,day,item,price', 'T1,2011-07-01,A,2.50'])
    const misspelt = await run(['import', path, ...mapping({ wher: "item = 'B'" })])
    expect(misspelt.err).toContain('\\"wher\\" is not known here. Nearest: where. ')
    const taken = await run(['import', path, ...mapping({ reading: { skip: 1 } })])
    expect(JSON.parse(taken.out)).toMatchObject({ rows: 1, accepted: 1, rejected: 0 })
  })

  it('lists the columns a target takes, by its name or that of a preset', async () => {
    expect((await run(['presets', 'meta-ads', '--data', data])).out).toMatch(/^day +yes /m)
    expect((await run(['presets', 'nonsense', '--data', data])).code).toBe(2)
  })

  it('writes what it rejects to a file, with the reason', async () => {
    const path = file('faults.csv', [
      header,
      '1,A,x,1,2010-02-30 10:00:00,1,,France',
      '2,A,x,1,2011-05-01 10:00:00,1,,France',
    ])
    const result = JSON.parse((await run(['import', path, ...shop])).out)
    expect(result).toMatchObject({ rows: 2, accepted: 1, rejected: 1 })
    expect(readFileSync(result.rejectsFile, 'utf8')).toContain('2010-02-30')
  })

  it('fails where no row is in, and notes the rejected ones beside others', async () => {
    const bad = '1,A,x,1,2010-02-30 10:00:00,1,,France'
    const into = ['--preset', 'online-retail', '--store', 'none', ...whole, '--data', data, '--json']
    const none = await run(['import', file('none.csv', [header, bad]), ...into])
    expect(none.code).toBe(1)
    expect(JSON.parse(none.out)).toMatchObject({ rows: 1, accepted: 0, rejected: 1 })
    expect(JSON.parse(none.err.trim().split('\n').at(-1) ?? '').error).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('1 of 1 rows'),
      next: expect.stringContaining('InvoiceDate is not a date'),
    })
    const asked = ['query', '--metrics', 'net_sales', '--window', 'all_time', '--stores', 'none']
    expect((await run([...asked, '--data', data])).err).toContain('There is no store none')
    const some = await run(['import', file('some.csv', [header, bad, sales[0] ?? '']), ...into])
    expect(some).toMatchObject({ code: 0, err: expect.stringContaining('rejected 1 of 2 rows') })
    // What an earlier import brought is in.
    const again = await run(['import', 'some.csv', ...into])
    expect(again.code).toBe(0)
    expect(JSON.parse(again.out)).toMatchObject({ accepted: 0, repeats: 1, rejected: 1 })
  })

  it('is told how to read a file beside a preset', async () => {
    const path = file('carets.csv', ['Sales', header.replaceAll(',', '^'), '1^A^x^1^02/03/2010^1,5^^France'])
    const into = ['--preset', 'online-retail', '--store', 'carets', ...whole, '--data', data, '--json']
    const reads = ['delimiter=^', 'skip=1', 'decimal=,', 'dateOrder=mdy'].flatMap(one => ['--read', one])
    const came = await run(['import', path, ...into, ...reads])
    expect(JSON.parse(came.out)).toMatchObject({ accepted: 1, from: '2010-02-03' })
    for (const wrong of ['delimeter=;', 'delimiter=ab', 'header=perhaps', 'skip'])
      expect(await run(['import', path, ...into, '--read', wrong])).toMatchObject({ code: 2 })
    const spaced = file('spaced.csv', ['a  day         price', '1  2010-02-03  7'])
    const map = join(place, 'spaced.json')
    const columns = { order_id: 'a', at: 'day', unit_price: 'price' }
    writeFileSync(map, JSON.stringify({ target: 'sales_lines', columns, reading: { delimiter: 'spaces' } }))
    const by = ['--map', map, '--store', 'carets', '--data', data, '--json']
    expect(JSON.parse((await run(['import', spaced, ...by])).out)).toMatchObject({ accepted: 1 })
  })

  it.each([
    ['nothing.csv', [], 1],
    ['header.csv', [header], 1],
  ] as const)('%s is refused with words, and nothing changes', async (name, lines, code) => {
    writeFileSync(join(place, name), lines.join('\n'))
    const before = await net()
    const ran = await run(['import', name, ...shop])
    expect(ran.code).toBe(code)
    expect(JSON.parse(ran.err.trim().split('\n').at(-1) ?? '').error.message).not.toBe('')
    expect(await net()).toEqual(before)
  })

  it('a new store without currency is told what is missing and is not made', async () => {
    const ran = await run([
      'import',
      'sales.csv',
      '--preset',
      'online-retail',
      '--store',
      'new',
      '--data',
      data,
    ])
    expect(ran.code).toBe(2)
    expect(ran.err).toContain('currency and time zone are not known')
    expect((await run(['call', 'settings.read', '{}', '--data', data])).out).not.toContain('"new"')
  })

  it('answers an agent with a key for the stores of its key only, over HTTP and MCP alike, and may not write', async () => {
    file('other.csv', [header, '1,A,x,1,2011-05-01 10:00:00,7.00,,France'])
    const shown = ['--preset', 'online-retail', '--store', 'other', ...whole, '--data', data, '--json']
    expect((await run(['import', 'other.csv', ...shown])).code).toBe(0)
    const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
      fetch(`${server.url}${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', origin: server.url, 'x-quarterdeck': '1', ...headers },
      })
    const token = new URL(server.setUpLink ?? '').searchParams.get('token')
    const person = { token, name: 'Olga', email: 'olga@shop.test', password: 'a long enough password' }
    const signedIn = await post('/api/auth/set-up', person)
    expect(signedIn.status).toBe(200)
    expect((await post('/api/auth/set-up', person)).status).toBe(422)
    const cookie = signedIn.headers
      .getSetCookie()
      .map(one => one.split(';')[0])
      .join('; ')
    const made = await post(
      '/api/v1/members/createKey',
      { name: 'agent', role: 'viewer', stores: ['other'] },
      { cookie },
    )
    const { key } = (await made.json()) as { key: string }

    const asked = { metrics: ['net_sales'], window: 'all_time' }
    const agent = { 'x-api-key': key, accept: 'application/json, text/event-stream' }
    const direct = await (await post('/api/v1/performance/query', asked, agent)).json()
    expect(direct).toMatchObject({ totals: { net_sales: '7' }, meta: { stores: ['other'] } })
    const params = { name: 'query_metrics', arguments: asked }
    const told = await post('/mcp', { jsonrpc: '2.0', id: 1, method: 'tools/call', params }, agent)
    const { result } = (await told.json()) as { result: { structuredContent: unknown } }
    expect(result.structuredContent).toMatchObject({
      totals: { net_sales: '7' },
      meta: { stores: ['other'] },
    })

    const beyond = await post('/api/v1/performance/query', { ...asked, stores: ['gifts'] }, agent)
    expect(beyond.status).toBeGreaterThanOrEqual(400)
    const write = await post('/api/v1/members/invite', { email: 'x@y.test', role: 'owner' }, agent)
    expect(write.status).toBe(403)
    const path = await post('/api/v1/connections/import', { path: '/etc/passwd', store: 'other' }, { cookie })
    expect(path.status).toBe(403)
  })
})

describe('an import killed in the middle', () => {
  it('is told as cut short by whichever command comes next, and is taken in once when asked for again', async () => {
    const folder = join(place, 'cut')
    const lines = Array.from(
      { length: 20_000 },
      (_, i) => `${100000 + (i >> 2)},P${i % 700},Thing,1,2011-03-1${i % 9} 10:00:00,1.25,${i % 900},France`,
    )
    const words = ['import', file('cut.csv', [header, ...lines]), '--preset', 'online-retail']
    const into = [...words, '--store', 'gifts', ...whole, '--data', folder, '--json']
    const child = spawn(program, into, { cwd: place, stdio: 'ignore' })
    const over = ended(child)
    const begun = () =>
      existsSync(join(folder, 'work')) &&
      readdirSync(join(folder, 'work')).some(name => name.startsWith(`${child.pid}-`))
    while (child.exitCode === null && !begun()) await sleep(5)
    child.kill('SIGKILL')
    expect(await over).toBe(null)
    const told = async () =>
      JSON.parse((await run(['call', 'connections.imports', '{}', '--data', folder])).out)
    expect(await told()).toMatchObject([
      {
        status: 'failed',
        error: {
          message: 'The import was cut short.',
          next: expect.stringContaining('nothing comes in twice'),
        },
      },
    ])
    // Of what was cut short nothing was in: no row is a repeat.
    const taken = JSON.parse((await run(into)).out)
    expect(taken).toMatchObject({ rows: 20_000, accepted: 20_000, repeats: 0 })
    expect((await told()).map((one: { status: string }) => one.status)).toEqual(['done', 'failed'])
    expect(await net('gifts', folder)).toEqual({ net_sales: '25000', orders: '5000' })
  })
})

describe('a server killed in the middle of an import', () => {
  const killed = join(place, 'killed')
  const many = 30_000

  const ask = async ({ url }: Serving, path: string, body: unknown) => {
    const { token } = JSON.parse(readFileSync(join(killed, 'server.json'), 'utf8'))
    const response = await fetch(`${url}/api/v1/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    })
    return response.json()
  }

  it('takes it in whole at the next start: nothing lost, nothing twice', async () => {
    const lines = Array.from(
      { length: many },
      (_, i) =>
        `${100000 + (i >> 2)},P${i % 700},Thing,1,2011-0${1 + (i % 9)}-1${i % 9} 10:00:00,1.25,${i % 900},France`,
    )
    file('many.csv', [header, ...lines])
    const path = join(place, 'many.csv')
    let server = await serve(killed)
    const request = {
      path,
      preset: 'online-retail',
      store: 'gifts',
      currency: 'GBP',
      timezone: 'Europe/London',
    }
    const { id } = await ask(server, 'connections/import', request)
    const state = async () =>
      (await ask(server, 'connections/progress', { id })) as { status: string; result: unknown }
    for (let i = 0; i < 400 && (await state()).status === 'queued'; i++) await sleep(10)
    expect((await state()).status).toBe('running')
    const dead = ended(server.child)
    server.child.kill('SIGKILL')
    await dead

    server = await serve(killed)
    for (let i = 0; i < 300 && (await state()).status !== 'done'; i++) await sleep(100)
    expect(await state()).toMatchObject({ status: 'done', result: { rows: many, rejected: 0 } })
    expect(await net('gifts', killed)).toEqual({ net_sales: String(many * 1.25), orders: String(many / 4) })
    const stopped = ended(server.child)
    server.child.kill('SIGTERM')
    expect(await stopped).toBe(0)
  })
})
