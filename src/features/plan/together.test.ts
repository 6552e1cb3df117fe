import ExcelJS from 'exceljs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import { conflictsOf } from '#kernel/plan/rows.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'

const { plan } = operations

interface Made {
  by: 'ada' | 'bo'
  id: string
  line: string
  slice: string[]
  period: string
  value: string | null
  after: string[]
}

const places = [
  { line: 'media', slice: [], period: '2026-03' },
  { line: 'orders', slice: [], period: '2026-03' },
]

/** Edits of two people in two cells: who looks has seen all that was made there, who does not only their own. */
const edits = fc
  .array(
    fc.record({
      by: fc.constantFrom('ada' as const, 'bo' as const),
      place: fc.nat({ max: places.length - 1 }),
      value: fc.option(fc.integer({ min: 0, max: 3 }).map(String)),
      looks: fc.boolean(),
    }),
    { minLength: 2, maxLength: 9 },
  )
  .map(moves => {
    const made: Made[] = []
    const seen = new Map<string, string[]>()
    moves.forEach(({ by, place, value, looks }, n) => {
      const at = places[place] as (typeof places)[number]
      const here = made.filter(one => one.line === at.line)
      const replaced = new Set(here.flatMap(one => one.after))
      const after = looks
        ? here.map(one => one.id).filter(id => !replaced.has(id))
        : (seen.get(`${by} ${place}`) ?? [])
      const id = `edit-${n}`
      made.push({ by, id, ...at, value, after })
      seen.set(`${by} ${place}`, [id])
    })
    return made
  })

/** Edits in some order, some of them sent twice, in requests of several. */
const sendings = (made: readonly Made[]) => {
  const twice = [...made, ...made.slice(0, 2)]
  return fc
    .tuple(
      fc.shuffledSubarray(twice, { minLength: twice.length }),
      fc.array(fc.boolean(), { minLength: twice.length, maxLength: twice.length }),
    )
    .map(([all, cuts]) => {
      const requests: Made[][] = []
      all.forEach((one, n) => {
        const last = requests.at(-1)
        if (last?.[0]?.by === one.by && !cuts[n]) last.push(one)
        else requests.push([one])
      })
      return requests
    })
}

describe.each(ledgers)('two people’s edits, in the store of $name', place => {
  const room = planRoom(place)
  const { run, begun } = room
  const people = { ada: room.people.ada, bo: room.people.bo }
  let versions = 0

  it('end the same in whatever order they arrive, and none that nobody saw is lost', async () => {
    const cases = edits.chain(made => fc.tuple(fc.constant(made), sendings(made), sendings(made)))
    await fc.assert(
      fc.asyncProperty(cases, async ([made, ...orders]) => {
        for (const requests of orders) {
          const version = `together-${++versions}`
          await begun(version)
          // An id is one edit's in all versions.
          const named = (id: string) => `${version}-${id}`
          const told = new Map<string, string[]>()
          for (const request of requests) {
            const sent = request.map(({ by: _, ...one }) => ({
              ...one,
              id: named(one.id),
              after: one.after.map(named),
            }))
            const [{ by }] = request as [Made]
            const { conflicts } = await run(plan.edit, { version, edits: sent }, people[by])
            for (const { line } of request) told.set(line, [])
            for (const { line, heads } of conflicts)
              told.set(
                line,
                heads.map((head: { id: string }) => head.id),
              )
          }
          const rows = await room.rows(version)
          for (const { line } of places) {
            const here = made.filter(one => one.line === line)
            const replaced = new Set(here.flatMap(one => one.after))
            const stands = here.filter(one => !replaced.has(one.id))
            const heads = rows.find((row: { line: string }) => row.line === line)?.cells['2026-03'] ?? []
            expect(heads).toEqual(stands.flatMap(one => [named(one.id), one.value]))
            // Whatever contradicts is shown: in the cell, and in the answer to whoever came last.
            const contradict = new Set(stands.map(one => one.value)).size > 1
            const found = rows.filter((row: { line: string }) => row.line === line)
            expect(conflictsOf(found).size > 0).toBe(contradict)
            expect((told.get(line) ?? []).length > 0).toBe(contradict)
          }
          const { lines } = await run(plan.figures, { version, lines: ['media', 'orders'] })
          const shown = lines.map((one: { values: (string | null)[] }) => one.values[2])
          const wanted = ['orders', 'media'].map(line => {
            const here = made.filter(one => one.line === line)
            const replaced = new Set(here.flatMap(one => one.after))
            return here.filter(one => !replaced.has(one.id)).at(-1)?.value ?? null
          })
          expect(shown).toEqual(wanted)
        }
      }),
      { numRuns: 25 },
    )
  }, 240_000)

  it('are taken once however often they are sent, and an id is of one edit', async () => {
    await begun('again')
    const [first, second] = [
      room.set('media', '2026-03', '10', [], 'again-one-1'),
      room.set('media', '2026-03', '12', ['again-one-1'], 'again-two-2'),
    ]
    const send = (edit: object) => run(plan.edit, { version: 'again', edits: [edit] })
    await send(first)
    await send(second)
    expect(await send(first)).toMatchObject({ applied: 1, conflicts: [] })
    const rows = await room.rows('again')
    expect(rows[0]?.cells['2026-03']).toEqual(['again-two-2', '12'])
    await expect(send({ ...first, value: '11' })).rejects.toThrow('Another edit has the id again-one-1')
    await begun('elsewhere')
    await expect(run(plan.edit, { version: 'elsewhere', edits: [first] })).rejects.toThrow('Another edit')
  })

  it('name the number a version was read at instead of what they were made after', async () => {
    const version = 'numbered'
    await begun(version)
    await room.fill(version, { media: '100' })
    const opened = await run(plan.open, { version })
    const media = (of: typeof opened) => of.rows.find((row: { line: string }) => row.line === 'media')
    expect(media(opened)).toMatchObject({ slice: '', values: Array(12).fill('100').join(','), cells: null })
    const { heads } = await cellsOf(version)
    await run(plan.edit, { version, edits: [room.set('media', '2026-02', '2', heads('02'))] }, people.bo)
    const unnamed = (month: string, value: string | null) => {
      const { after: _, ...one } = room.set('media', `2026-${month}`, value)
      return one
    }
    const edits = [unnamed('01', '1'), unnamed('02', '20'), unnamed('12', null)]
    const seen = { version, edits, seen: opened.seq }
    const { conflicts } = await run(plan.edit, seen)
    expect(conflicts).toMatchObject([{ line: 'media', period: '2026-02' }])
    expect(await run(plan.edit, seen)).toMatchObject({ applied: 3, conflicts })
    const now = await cellsOf(version)
    expect(['01', '02', '03'].map(now.at)).toEqual([['1'], ['2', '20'], ['100']])
    const again = media(await run(plan.open, { version }))
    expect(again.values).toMatch(/^1,(2|20),100,.*,100,$/)
    expect(again.cells['2026-02'].filter((_: unknown, n: number) => n % 2 === 1).sort()).toEqual(['2', '20'])
    // Without a number, who names nothing saw nothing.
    const blind = await run(plan.edit, { version, edits: [unnamed('04', '4')] })
    expect(blind.conflicts).toHaveLength(1)
  })

  it('contradict what a version began with as they contradict each other, and go along into the next', async () => {
    await run(plan.start, {
      id: 'given',
      name: 'given',
      ...room.year,
      begin: { with: 'pasted', text: '\tJan\nRent\t100' },
    })
    const line = (await run(plan.open, { version: 'given' })).sheet.lines[0].name
    const { conflicts } = await run(plan.edit, {
      version: 'given',
      edits: [room.set(line, '2026-01', '120', [], 'given-edit-1')],
    })
    expect(conflicts[0].heads.map((head: { value: string }) => head.value).sort()).toEqual(['100', '120'])
    await run(plan.start, {
      id: 'next',
      name: 'next',
      ...room.year,
      begin: { with: 'version', version: 'given', closedPeriods: 0 },
    })
    expect(conflictsOf(await room.rows('next')).size).toBe(1)
    await expect(run(plan.submit, { version: 'next' })).rejects.toThrow('two people filled in differently')
  })

  const cellsOf = async (version: string) => {
    const rows = await room.rows(version)
    const media = rows.find(row => row.line === 'media')?.cells ?? {}
    const heads = (month: string) => media[`2026-${month}`] ?? []
    return {
      at: (month: string) =>
        heads(month)
          .filter((_, n) => n % 2 === 1)
          .sort(),
      heads: (month: string) => [String(heads(month)[0])],
      conflicts: conflictsOf(rows).size,
    }
  }

  it('and a workbook made before them are both kept where they contradict; what it leaves alone stays', async () => {
    const version = 'booked'
    await begun(version)
    await room.fill(version, { media: '100' })
    const book = new ExcelJS.Workbook()
    const file: File = await run(plan.exportSheet, { version })
    await book.xlsx.load(await file.arrayBuffer())
    const csv: File = await run(plan.exportSheet, { version, format: 'csv' })
    const row = book.getWorksheet('Plan')?.getRow(6)
    expect(row?.getCell(2).value).toBe('media')
    // Of January to April: changed by both, by both alike, in the grid alone, in the file alone.
    const typed: [string, string][] = [
      ['01', '111'],
      ['02', '222'],
      ['03', '333'],
    ]
    for (const [month, value] of typed) {
      const { heads } = await cellsOf(version)
      const edit = room.set('media', `2026-${month}`, value, heads(month))
      await run(plan.edit, { version, edits: [edit] }, people.bo)
    }
    for (const [column, value] of [
      [4, 110],
      [5, 222],
      [7, 440],
    ] as const)
      if (row) row.getCell(column).value = value
    const changed = new File([(await book.xlsx.writeBuffer()) as BlobPart], 'changed.xlsx')
    const found = await run(plan.differences, { version, file: changed })
    const media = { line: 'media', slice: [] }
    expect(found).toMatchObject({ left: 1, wrong: [], unknown: [] })
    expect(found.edits).toMatchObject([
      { ...media, period: '2026-01', before: '111', value: '110', after: [], meanwhile: { by: 'Bo' } },
      { ...media, period: '2026-04', before: '100', value: '440', meanwhile: null },
    ])
    // As CSV it says the same; and what it answers is what is sent to take it.
    const text = (await csv.text()).replace('media,media,100,100,100,100', 'media,media,110,222,100,440')
    const asCsv = await run(plan.differences, { version, file: new File([text], 'changed.csv') })
    const named = ({ edits }: { edits: { id: string }[] }) => edits.map(({ id: _, ...one }) => one)
    expect({ ...asCsv, edits: named(asCsv) }).toEqual({ ...found, edits: named(found) })
    const { conflicts } = await run(plan.edit, asCsv)
    expect(conflicts).toMatchObject([{ ...media, period: '2026-01' }])
    const now = await cellsOf(version)
    expect(['01', '02', '03', '04'].map(now.at)).toEqual([['110', '111'], ['222'], ['333'], ['440']])
    expect(now.conflicts).toBe(1)
    // What somebody types between the differences and their taking is not overwritten either.
    await run(plan.edit, { version, edits: [room.set('media', '2026-05', '5', now.heads('05'))] }, people.bo)
    const late = {
      ...media,
      period: '2026-05',
      value: '500',
      after: now.heads('05'),
      id: `${version}-late-file`,
    }
    expect((await run(plan.edit, { version, edits: [late] })).conflicts).toHaveLength(1)
    // Of a workbook of another version nobody knows what it was made on.
    await run(plan.start, {
      id: 'booked-2',
      name: 'booked-2',
      ...room.year,
      begin: { with: 'version', version, closedPeriods: 3 },
    })
    const other = await run(plan.differences, { version: 'booked-2', file: changed })
    expect(other.edits.every((one: { meanwhile: unknown }) => one.meanwhile === null)).toBe(true)
    expect(other).toMatchObject({
      of: version,
      wrong: expect.arrayContaining(['media (2026-03) is closed: it holds actuals']),
    })
  })

  it('and a suggestion made before them are both kept: taken, it replaces only what it saw', async () => {
    const version = 'suggested'
    await begun(version)
    await room.fill(version, { media: '100' })
    const suggested = (month: string, value: string) => ({
      line: 'media',
      slice: [],
      period: `2026-${month}`,
      value,
    })
    const { id } = await run(
      plan.propose,
      {
        version,
        why: 'media is late',
        edits: [suggested('01', '110'), suggested('02', '220'), suggested('03', '330')],
      },
      room.people.robot,
    )
    const { heads } = await cellsOf(version)
    for (const [month, value] of [
      ['01', '111'],
      ['02', '220'],
    ] as const)
      await run(
        plan.edit,
        { version, edits: [room.set('media', `2026-${month}`, value, heads(month))] },
        people.bo,
      )
    const [waiting] = await run(plan.proposals, { version })
    expect(waiting.meanwhile).toBe(2)
    expect(waiting.edits[0]).not.toHaveProperty('after')
    const { conflicts } = await run(plan.settle, { id, take: true })
    expect(conflicts).toMatchObject([{ line: 'media', period: '2026-01' }])
    const now = await cellsOf(version)
    expect(['01', '03'].map(now.at)).toEqual([['110', '111'], ['330']])
    // Two who say the same agree.
    expect(now.at('02')).toEqual(['220', '220'])
    expect(now.conflicts).toBe(1)
  })
})
