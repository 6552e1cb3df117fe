import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver } from '../../test/small-ledger.ts'
import { calledIn, namesIn, namesOf, partsIn } from './names.ts'

let granary: Warehouse
beforeAll(async () => {
  granary = await openDuckdb({ folder: ':memory:' })
  const account = (store: string, account_id: string, name: string) => ({
    store,
    account_id,
    name,
    segment: '',
    owner: '',
    country: 'GB',
    currency: 'GBP',
    source: 'test',
  })
  await deliver(granary, 'accounts', [
    account('trade', '1', 'Acme Hotels'),
    account('trade', '2', 'Bell & Co'),
    account('trade', '3', ''),
    account('other', '2', 'Somebody else'),
  ])
})
afterAll(() => granary.close())

it('accounts are called by their names within the stores one sees; an id of two is nobody’s name', async () => {
  const ask = (stores: 'all' | string[], asked: { stores?: string[]; ids?: string[] } = {}) =>
    namesOf(granary, { dimension: 'account', ids: ['1', '2', '3', '9'], ...asked }, { stores })
  expect(await ask('all')).toEqual({ 1: 'Acme Hotels' })
  expect(await ask(['trade'])).toEqual({ 1: 'Acme Hotels', 2: 'Bell & Co' })
  expect(await ask('all', { stores: ['other'] })).toEqual({ 2: 'Somebody else' })
  expect(await ask(['trade'], { stores: ['other'] })).toEqual({})
  expect(await ask('all', { ids: [] })).toEqual({})
})

it('words call products and customers by their names, and leave codes that only begin alike', async () => {
  await deliver(granary, 'products', [
    {
      store: 'trade',
      product_id: 'LAMP-1',
      parent_id: '',
      title: 'Dale Lamp',
      category: '',
      brand: '',
      vendor: '',
      status: '',
      price: null,
      currency: 'GBP',
      source: 'test',
    },
  ])
  const where = [
    { dimension: 'product', value: 'LAMP-1' },
    { dimension: 'account', value: '1' },
    { dimension: 'country', value: 'GB' },
  ]
  const nameOf = await namesIn(granary, { stores: 'all' }, where)
  expect(calledIn('+£2k: AOV +£3k (LAMP-1 +£4k), returns −£1k (Account 1 −£1k).', where, nameOf)).toBe(
    '+£2k: AOV +£3k (Dale Lamp +£4k), returns −£1k (Acme Hotels −£1k).',
  )
  // A shift names what it went from as well.
  const shift = {
    where: [{ dimension: 'account', value: '1' }],
    from: { dimension: 'product', value: 'LAMP-1' },
  }
  const inShift = await namesIn(granary, { stores: 'all' }, partsIn(shift))
  expect(calledIn('Shift from LAMP-1 to Account 1: −£1k by mix.', partsIn(shift), inShift)).toBe(
    'Shift from Dale Lamp to Acme Hotels: −£1k by mix.',
  )
  expect(calledIn('LAMP-10 and Account 12: up 1 %', where, nameOf)).toBe('LAMP-10 and Account 12: up 1 %')
})
