import { describe, expect, it } from 'vitest'
import { pdfText } from '../../../../test/pdf-text.ts'
import type { Card, Paper, Section } from './paper.ts'
import { press } from './press.ts'

const paper = (sections: Section[], more: Partial<Paper> = {}): Paper => ({
  name: 'paper',
  kind: 'Paper',
  headline: 'All is well',
  facts: ['Of everything'],
  warnings: [],
  trust: 'Data to today',
  landscape: true,
  made: new Date('2026-06-21T09:00:00Z'),
  sections,
  ...more,
})
const pagesOf = async (of: Paper) => pdfText(await press(of)).pages
const list = (name: string, count: number): Card => ({
  title: name,
  blocks: [{ kind: 'list', items: Array.from({ length: count }, (_, n) => ({ text: `${name} ${n + 1}` })) }],
})
const table = (count: number): Card => ({
  title: 'Long table',
  blocks: [
    {
      kind: 'table',
      caption: 'Long table',
      columns: [{ head: 'Name' }, { head: 'Figure' }],
      rows: Array.from({ length: count }, (_, n) => [{ text: `Row ${n + 1}` }, { text: `£${n + 1}` }]),
    },
  ],
})
const linesOf = (page: string | undefined) => (page ?? '').split('\n')

describe('pages', () => {
  it('take every row of a long table once, under its head', async () => {
    const pages = await pagesOf(paper([{ title: null, rows: [{ columns: [[table(120)]] }] }]))
    expect(pages.length).toBeGreaterThan(3)
    const rows = pages.flatMap(page => linesOf(page).filter(line => line.startsWith('Row ')))
    expect(rows).toEqual(Array.from({ length: 120 }, (_, n) => `Row ${n + 1}`))
    for (const page of pages) {
      expect(linesOf(page).filter(line => line === 'Name')).toHaveLength(1)
      // No one or two rows are alone with the head.
      expect(linesOf(page).filter(line => line.startsWith('Row ')).length).toBeGreaterThan(2)
    }
    // What goes on overleaf says there what it is.
    expect(pages.map(page => linesOf(page).includes('Long table, continued'))).toEqual(
      pages.map((_, n) => n > 0),
    )
  })

  it('let columns of different length go on overleaf, each where it was, and what follows stand below both', async () => {
    const pages = await pagesOf(
      paper([
        { title: 'First', rows: [{ columns: [[list('left', 60)], [list('right', 10)]] }] },
        { title: 'Second', rows: [{ columns: [[list('after', 3)]] }] },
      ]),
    )
    const at = (line: string) => pages.findIndex(page => linesOf(page).includes(line))
    expect([at('left 1'), at('right 1'), at('right 10')]).toEqual([0, 0, 0])
    expect(at('left 60')).toBeGreaterThan(0)
    expect(at('Second')).toBe(at('left 60'))
    expect(at('after 3')).toBe(at('Second'))
  })

  it('are begun by what asks for one of its own, unless that would leave no more than a rest on the one before', async () => {
    const second = { title: 'Second', fresh: true, rows: [{ columns: [[list('after', 3)]] }] }
    const place = async (count: number) => {
      const pages = await pagesOf(
        paper([{ title: null, rows: [{ columns: [[list('before', count)]] }] }, second]),
      )
      return [pages.length, pages.findIndex(page => linesOf(page).includes('Second'))]
    }
    expect(await place(3)).toEqual([2, 1])
    expect(await place(30)).toEqual([2, 1])
  })

  it('leave a part whole that one of them holds, where little more than half of the one before is left', async () => {
    const parts = (before: number, rows: number): Section[] => [
      { title: null, rows: [{ columns: [[list('before', before)]] }] },
      { title: 'Part', rows: [{ columns: [[table(rows)]] }] },
    ]
    const rowsOf = async (before: number, rows: number) =>
      (await pagesOf(paper(parts(before, rows)))).map(
        page => linesOf(page).filter(line => line.startsWith('Row ')).length,
      )
    expect(await rowsOf(14, 24)).toEqual([0, 24])
    // More than a page holds begins where there is room for some of it.
    expect((await rowsOf(14, 60))[0]).toBeGreaterThan(2)
  })

  it('never part a heading from what it is of', async () => {
    for (let count = 18; count < 32; count += 1) {
      const pages = await pagesOf(
        paper([{ title: null, rows: [{ columns: [[list('before', count)]] }, { columns: [[table(60)]] }] }]),
      )
      const page = pages.find(one => linesOf(one).includes('Long table'))
      expect(linesOf(page)).toEqual(expect.arrayContaining(['Long table', 'Name', 'Row 1', 'Row 2']))
    }
  })

  it('give words among figures lines of their own before they take the room of what a row is of', async () => {
    const long = 'A vendor with a name of many words that nobody would ever put on a sign'
    const row = ['Order 5 · Spinney Shade Large', long, '17 Nov', '1,440', '£3,306'].map(text => ({ text }))
    const columns = ['', 'Vendor', 'Due', 'Units to come', 'Worth'].map(head => ({ head }))
    const of: Card = { title: 'Late', blocks: [{ kind: 'table', caption: 'Late', columns, rows: [row] }] }
    const [page] = await pagesOf(paper([{ title: null, rows: [{ columns: [[of], []] }] }]))
    expect(linesOf(page)).toContain('Order 5 · Spinney Shade Large')
    expect(linesOf(page)).not.toContain(long)
    expect(linesOf(page).join(' ')).toContain(long)
    for (const figure of ['17 Nov', '1,440', '£3,306']) expect(linesOf(page)).toContain(figure)
  })

  it('say what is to be known first, and hold one who says nothing', async () => {
    const [page] = await pagesOf(paper([], { warnings: ['The data end on Monday.'] }))
    expect(linesOf(page)).toEqual([
      'Paper',
      'All is well',
      'Of everything',
      'The data end on Monday.',
      'Data to today',
      'Page 1 of 1',
    ])
  })
})
