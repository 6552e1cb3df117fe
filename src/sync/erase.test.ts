import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { erased } from '#postgres/tables/connections.ts'
import { type Played, played } from '../../test/played.ts'
import { deliver } from '../../test/small-ledger.ts'
import { addErasures, erasedFile } from './erasures.ts'
import { forgetting } from './forget.ts'
import { rawFolder, writeRaw } from './raw.ts'
import { createVault } from './vault.ts'

/** A customer of a shop, erased: what is known of whom, where, and what stays. */

let open: OpenLedger
let one: Played
beforeAll(async () => {
  open = await openLedger({ folder: ':memory:' })
})
afterAll(() => open.close())
beforeEach(async () => {
  one = await played(open, 'magento', { streams: ['orders', 'customers'] })
  await one.syncs.round(one.id, { all: true, whole: true })
})
afterEach(() => one.close())

/** Everything that is kept as vendors gave it. */
const raw = () =>
  readdirSync(join(one.folder, 'raw'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.zst'))
    .map(name => zstdDecompressSync(readFileSync(join(one.folder, 'raw', name))).toString())
    .join('\n')
const figures = () =>
  one.granary.query(
    `SELECT store, day, count(*) AS n, sum(gross) AS gross, count(DISTINCT customer_id) AS people
     FROM sales_lines GROUP BY ALL ORDER BY ALL`,
  )
const firstTimers = () =>
  one.granary.query('SELECT day, count(*) AS n FROM order_days GROUP BY ALL ORDER BY ALL')

/** A customer with an account who bought, and the address as the shop tells it. */
async function somebody(): Promise<{ id: string; email: string; name: string }> {
  const [row] = await one.granary.query(
    `SELECT customer_id, name FROM customers WHERE customer_id IN (SELECT customer_id FROM sales_lines) ORDER BY 1 LIMIT 1`,
  )
  const id = String(row?.customer_id)
  const told = raw()
    .split('\n')
    .find(line => line.includes(`"id":${id},`) && line.includes('"email":"'))
  const email = /"email":"([^"]+)"/.exec(told ?? '')?.[1] ?? ''
  expect(email).toContain('@')
  return { id, email, name: String(row?.name) }
}
const erase = async (wanted: { email?: string; id?: string; store?: string }) => {
  const held = await one.syncs.findPerson(wanted)
  await open.ledger.transaction(tx => one.syncs.noteErased(tx as unknown as typeof open.ledger, wanted, held))
  return one.syncs.eraseAll()
}

describe('a person', () => {
  test('is found by address or number, with their orders', async () => {
    const { id, email, name } = await somebody()
    const byId = await one.syncs.findPerson({ id })
    expect(byId.some(row => row.id === id && row.name === name && row.count > 0)).toBe(true)
    expect(await one.syncs.findPerson({ email: email.toUpperCase() })).toEqual(
      expect.arrayContaining([expect.objectContaining({ kind: 'customer', id })]),
    )
    expect(await one.syncs.findPerson({ email: 'nobody@nowhere.example' })).toEqual([])
  })

  test('is erased from rows and records, and every figure stays', async () => {
    const { id, email } = await somebody()
    const [before, first] = [await figures(), await firstTimers()]
    expect(raw()).toContain(email)
    const done = await erase({ email })
    expect(done.rows).toBeGreaterThan(1)
    expect(done.records).toBeGreaterThan(0)
    expect(raw()).not.toContain(email)
    expect(await one.syncs.findPerson({ email })).toEqual([])
    expect(await one.syncs.findPerson({ id })).toEqual([])
    expect(await figures()).toEqual(before)
    expect(await firstTimers()).toEqual(first)
    const [row] = await one.granary.query(
      "SELECT count(*) AS n FROM customers WHERE customer_id LIKE 'erased-%' AND name = '' AND email_hash = '' AND city = ''",
    )
    expect(Number(row?.n)).toBeGreaterThan(0)
    // Once more finds nothing to do.
    expect(await one.syncs.eraseAll()).toEqual({ rows: 0, records: 0, files: 0 })
  })

  test('is taken out of titles that people wrote, now and later', async () => {
    const { email, name } = await somebody()
    const title = (task_id: string, text: string) => ({
      store: 'home',
      platform: 'trello',
      task_id,
      project: 'Board',
      section: 'Doing',
      parent_id: '',
      assignee: '',
      labels: '',
      fields: '',
      title: text,
      state: 'open',
      url: `https://trello.com/c/x/1-call-${name.toLowerCase().replace(' ', '-')}`,
      source: 'trello-toy',
    })
    await deliver(one.granary, 'tasks', [
      title('1', `Call ${name.toUpperCase()} back (${email})`),
      title('2', `Thank ${name.split(' ')[0]} and the others`),
    ])
    await erase({ email })
    const titles = await one.granary.query('SELECT title, url FROM tasks ORDER BY task_id')
    expect(titles[0]).toEqual({
      title: 'Call [erased] back ([erased])',
      url: 'https://trello.com/c/x/1-call-[erased]',
    })
    expect(titles[1]?.title).toBe(`Thank ${name.split(' ')[0]} and the others`)
    const forget = await forgetting(open.ledger, createVault('a secret of the tests').salt)
    expect(forget?.row('deals', { name: `${name}: 40 chairs` })).toEqual({ name: '[erased]: 40 chairs' })
  })

  test('is erased from what was kept of a system that is connected no more', async () => {
    const { id, email } = await somebody()
    await open.ledger.transaction(tx =>
      one.syncs.disconnect(tx as unknown as typeof open.ledger, one.id, true),
    )
    expect(raw()).toContain(email)
    const lines = raw().split('\n').length
    const done = await erase({ id })
    expect(done.records).toBeGreaterThan(0)
    expect(raw()).not.toContain(email)
    expect(raw().split('\n').length).toBe(lines)
    expect(await one.syncs.findPerson({ email })).toEqual([])
  })

  test.each([
    'as its connection wrote down when it ended',
    'by the name of a connection that wrote nothing down',
  ])('known by a number alone is erased from what was kept of such a system, %s', async how => {
    await open.ledger.transaction(tx =>
      one.syncs.disconnect(tx as unknown as typeof open.ledger, one.id, true),
    )
    if (how.startsWith('by the name')) rmSync(join(rawFolder(one.folder, one.id), 'connection.json'))
    const kept = writeRaw(one.folder, one.id, 'customers', '9')
    for (const [id, firstname] of [
      [990001, 'Zenobia'],
      [990002, 'Zacharias'],
    ])
      await kept.write({ website: '', customer: { id, firstname, lastname: '', email: '' }, group: '' })
    await kept.keep()
    expect(await one.syncs.findPerson({ id: '990001' })).toEqual([])
    expect((await erase({ id: '990001' })).records).toBe(1)
    expect(raw()).not.toContain('Zenobia')
    expect(raw()).toContain('Zacharias')
  })

  test('is erased by a number in one store alone, where others know somebody else by it', async () => {
    const { id, name } = await somebody()
    await deliver(one.granary, 'customers', [
      {
        store: 'home',
        customer_id: id,
        name: 'Otto Else',
        email_hash: '',
        country: '',
        city: '',
        tags: '',
        source: 'files',
      },
    ])
    const [held] = await one.syncs.findPerson({ id, store: 'home' })
    expect(held?.name).toBe('Otto Else')
    await erase({ id, store: 'home' })
    expect((await one.syncs.findPerson({ id })).map(row => row.name)).toEqual([name])
  })

  test('stays erased when a ledger of an earlier day takes the place of today’s', async () => {
    const { id, email } = await somebody()
    const backup = await one.granary.query('SELECT * FROM customers WHERE customer_id = {id:String}', { id })
    await erase({ email })
    // As after bringing a backup back: neither the list nor the rows know of the erasing.
    await open.queue.executeSql('TRUNCATE erased')
    await deliver(one.granary, 'customers', backup)
    expect(await one.syncs.findPerson({ email })).not.toEqual([])
    expect((await one.syncs.eraseAll()).rows).toBeGreaterThan(0)
    expect(await one.syncs.findPerson({ email })).toEqual([])
    // Under another installation's salt the list says nothing, and a line that was cut short spoils no other.
    const path = join(one.folder, erasedFile)
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"hash":"0123`)
    await addErasures(path, [{ hash: 'f'.repeat(32), at: '2026-11-15', of: 'elsewhere' }])
    await open.queue.executeSql('TRUNCATE erased')
    await one.syncs.eraseAll()
    const list = await open.ledger.select().from(erased)
    expect(list.length).toBeGreaterThan(0)
    expect(list.some(({ hash }) => hash === 'f'.repeat(32))).toBe(false)
  })

  test('stays erased when the shop tells of them again, or what is kept is mapped anew', async () => {
    const { id, email } = await somebody()
    const before = await figures()
    await erase({ id })
    await open.queue.executeSql('UPDATE streams SET bookmark = NULL, edge = NULL, start = NULL')
    await one.syncs.round(one.id, { all: true, whole: true })
    expect(await one.syncs.findPerson({ email })).toEqual([])
    expect(raw()).not.toContain(email)
    expect(await figures()).toEqual(before)
    for (const stream of ['orders', 'customers']) await one.syncs.replay(one.id, stream)
    expect(await one.syncs.findPerson({ id })).toEqual([])
    expect(await figures()).toEqual(before)
  })
})
