import { call } from '@orpc/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectors } from '#connectors/index.ts'
import type { Context } from '#features/context.ts'
import { operations } from '#features/operations.ts'
import { rememberWorld } from '#features/settings/world.ts'
import type { Actor } from '#kernel/actor.ts'
import { createEngine } from '#metrics/create-engine.ts'
import type { OpenLedger } from '#postgres/open.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { ledgers } from '../../../../test/ledgers.ts'
import { pdfText } from '../../../../test/pdf-text.ts'
import { planRoom } from '../../../../test/plan-room.ts'
import type { Flash, Monday } from '../pack-shape.ts'
import { documentOf } from './document.ts'

const { reviews, settings } = operations

const read = async (file: File) => {
  const { pages, ...more } = pdfText(new Uint8Array(await file.arrayBuffer()))
  return { name: file.name, type: file.type, text: pages.join('\n'), pages, ...more }
}

// The language is tried here; that the ledgers agree, in the threads' test.
describe.each(ledgers.slice(0, 1))('a document on $name', place => {
  const room = planRoom(place)
  const { run, sell } = room
  const { bo, cy } = room.people
  const week = '2026-06-14'
  const local = { ...bo, stores: ['elsewhere'] }
  const made = async (input: object, actor: Actor = cy) => read(await run(reviews.document, input, actor))

  it('of the flash says what the screen says, on pages that are numbered', async () => {
    const flash: Flash = await run(reviews.flash, { day: '2026-06-20' }, cy)
    expect(flash.figures[0]).toMatchObject({ metric: 'net_sales', value: '200' })
    const { name, type, text, pages, catalog } = await made({ which: 'flash', day: '2026-06-20' })
    expect([name, type]).toEqual(['flash-2026-06-20.pdf', 'application/pdf'])
    expect(text).toContain('Saturday, 20 June 2026: net sales £200.00, level with the week before')
    expect(text).toContain('Shop · in GBP')
    for (const { metric } of flash.figures) expect(text).toContain(flash.definitions[metric]?.label)
    expect(text).toMatch(
      /Data to 20 Jun 2026 · loaded .* · figures whole · made 21 Jun 2026, 10:00 \(Europe\/London\)/,
    )
    for (const [n, page] of pages.entries()) expect(page).toContain(`Page ${n + 1} of ${pages.length}`)
    // Who listens to it is told its language and its order.
    expect(catalog).toContain('/Lang (en-GB)')
    expect(catalog).toContain('/StructTreeRoot')
  })

  it('of the Monday pack has its headline on one page and every part after it', async () => {
    const pack: Monday = await run(reviews.monday, { week }, cy)
    const { name, pages, text } = await made({ which: 'monday', week })
    expect(name).toBe(`monday-pack-${week}.pdf`)
    expect(pages[0]).toMatch(/^Monday trading pack\nWeek 24 2026: net sales £700\.00/)
    expect(pages[0]).toContain('Top three levers of the week')
    expect(pages[0]).not.toContain('Why it moved')
    const parts = ['Why it moved', 'Where it moved', 'Products', 'Stock', 'Marketing', 'Site and service']
    const places = parts.map(part => text.indexOf(`\n${part}\n`))
    expect(places).toEqual(places.filter(at => at > 0).sort((a, b) => a - b))
    expect(places).toHaveLength(parts.length)
    // Its figures are those of the screen: of United Kingdom all that was sold.
    expect(pack.grids.find(one => one.dimension === 'country')?.rows[0]?.value).toBe('700')
    expect(text).toMatch(/\n(United Kingdom|UK)\n£700\.00\n/)
    for (const { words } of pack.missing) expect(text.replaceAll('\n', ' ')).toContain(words.slice(0, 40))
  })

  it('of an issued review is of what was issued, whatever came since', async () => {
    const which = { deck: 'weekly', week }
    const { content } = await run(reviews.review, which, cy)
    for (const { key } of content.exceptions)
      await run(reviews.writeNote, { ...which, exception: key, text: 'Nobody knows yet.' })
    const before = await made({ which: 'review', week })
    expect(before.text).not.toContain('Issued by')
    await run(reviews.issue, which, cy)
    await sell('late', '2026-06-12', 5000)
    expect((await run(reviews.monday, { week }, cy)).headline[0].value).toBe('5700')
    const { name, text, contents } = await made({ which: 'review', week })
    expect(name).toBe(`weekly-review-${week}.pdf`)
    expect(text).toMatch(/Issued by Cy on 21 Jun 2026; figures, notes and actions as they were then/)
    expect(text).toContain('£700.00')
    expect(text).not.toContain('5,700')
    // Charts are vectors with their values, and words for who does not see them.
    expect(text).toMatch(/\nwk 24\n/)
    expect(contents).toMatch(/\/Figure <<\s*\/MCID/)
  })

  it('shows its reader the stores that are theirs, and nobody else’s', async () => {
    const { text } = await made({ which: 'flash', day: '2026-06-20' }, local)
    expect(text).not.toContain('£200')
    expect(text).not.toContain('Shop')
    await run(
      settings.saveStore,
      {
        ...{ store: 'paris', name: 'Paris', currency: 'EUR', timezone: 'Europe/Paris', kind: 'b2c' },
      },
      cy,
    )
    await sell('there', '2026-06-20', 80, { store: 'paris', currency: 'EUR' })
    const paris = await made({ which: 'flash', day: '2026-06-20' }, { ...bo, stores: ['paris'] })
    expect(paris.text).toMatch(/net sales (€80|£64)\.00/)
    expect(paris.text).toContain('20 Jun 2026 · Paris · in ')
    expect(paris.text).not.toContain('Shop')
    await expect(made({ which: 'review' }, { ...bo, stores: ['paris'] })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('has every currency’s sign, and names as people write them', async () => {
    const pack: Monday = await run(reviews.monday, { week }, cy)
    const [row] = pack.products.find(one => one.list === 'best')?.rows ?? []
    if (!row) throw new Error('Nothing was sold.')
    const named = async (names: string[], currency: string) =>
      read(
        await documentOf(room.context(cy), {
          which: 'monday',
          told: {
            ...pack,
            currency,
            products: [{ list: 'best', rows: names.map(name => ({ ...row, name })) }],
          },
        }),
      )
    for (const [currency, sign] of [
      ['EUR', '€'],
      ['TRY', '₺'],
      ['INR', '₹'],
      ['PLN', 'zł'],
      ['UAH', '₴'],
    ] as const)
      expect((await named(['Cup'], currency)).text).toContain(sign)
    const known = ['Łódź – čajník «Ďábel»', 'Самовар', 'Καφετιέρα', 'Bình trà Việt', 'Crème & <b>brûlée</b>']
    const { text } = await named(known, 'GBP')
    for (const name of known) expect(text).toContain(name)
    expect(text).not.toContain('□')
  })

  it('has a box for a character it has no type for, says so, and keeps the name for who copies or listens', async () => {
    const pack: Monday = await run(reviews.monday, { week }, cy)
    const [row] = pack.products.find(one => one.list === 'best')?.rows ?? []
    if (!row) throw new Error('Nothing was sold.')
    const names = ['茶壺 No. 5', 'كوب', '👩‍🚀 mug', 'Line\u0000 one\nand two', 'endless'.repeat(60)]
    const { text, contents } = await read(
      await documentOf(room.context(cy), {
        which: 'monday',
        told: { ...pack, products: [{ list: 'best', rows: names.map(name => ({ ...row, name })) }] },
      }),
    )
    expect(text).toContain('□□ No. 5')
    expect(text).toContain('\n□□□\n')
    expect(text).toContain('□ mug')
    expect(text).toContain('Line one and two')
    // Broken into lines, none of it lost.
    expect(text.replaceAll('\n', '')).toContain('endless'.repeat(60))
    expect(text).toContain('□ stands for a character of a script this document has no type for')
    const hidden = Buffer.from(`\ufeff${names[0]}`, 'utf16le').swap16().toString('latin1')
    expect(contents.replaceAll(/\\(.)/g, '$1')).toContain(hidden)
  })

  it('is refused where what is asked for fits no document', async () => {
    await expect(run(reviews.document, { which: 'flash', week }, cy)).rejects.toMatchObject({
      code: 'invalid',
    })
    await expect(run(reviews.document, { which: 'monday', day: week }, cy)).rejects.toMatchObject({
      code: 'invalid',
    })
    await expect(run(reviews.document, { which: 'review', deck: 'nobody', week }, cy)).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})

describe('a document of a company that has sold nothing', () => {
  let open: OpenLedger
  let granary: Warehouse
  beforeAll(async () => {
    granary = await openDuckdb({ folder: ':memory:' })
    open = (await ledgers[0]?.open()) as OpenLedger
  }, 120_000)
  afterAll(async () => {
    await open.close()
    await granary.close()
  })
  it.each(['flash', 'monday', 'review'] as const)('says so: the %s', async which => {
    const clock = () => new Date('2026-06-21T09:00:00Z')
    const world = rememberWorld(open.ledger, connectors, clock)
    const actor: Actor = { kind: 'person', id: 'cy', name: 'Cy', role: 'director', stores: 'all' }
    const metrics = createEngine({ granary, world: world.told })
    const context = { actor, ledger: open.ledger, granary, metrics, clock } as unknown as Context
    const file = await call(reviews.document, { which }, { context })
    const { text, pages } = await read(file as File)
    expect(pages).toHaveLength(1)
    expect(text).toMatch(
      which === 'flash'
        ? /There are no sales yet\.[\s\S]*Nothing is known of Saturday/
        : /Connect a shop or import/,
    )
    expect(text).toContain('No data yet')
  })
})
