import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { civilYear } from '../period.ts'
import {
  applied,
  type CellState,
  type Content,
  difference,
  type Edit,
  inConflict,
  shown,
  untouched,
  withDifference,
} from './edits.ts'
import { addressKey, type Line, type Sheet, sheetPeriods } from './sheet.ts'

/** Edits that have come, one after another. */
const run = (edits: readonly Edit[], cell: CellState = untouched): CellState => {
  const there = new Set<string>()
  return edits.reduce((now, edit) => {
    if (there.has(edit.id)) return now
    const next = applied(now, edit, there)
    there.add(edit.id)
    return next
  }, cell)
}
const idsOf = ({ heads }: CellState) => heads.filter((_, n) => n % 2 === 0) as string[]

/** Two people typing in one cell, each seeing what they saw: edits that name what they were made on top of. */
const typed = (moves: readonly { by: 'ada' | 'bo'; value: string | null; looks: boolean }[]): Edit[] => {
  const edits: Edit[] = []
  const seen: Record<string, string[]> = { ada: [], bo: [] }
  moves.forEach(({ by, value, looks }, n) => {
    // Who looks sees everything made so far; who does not goes on from their own last edit.
    if (looks) seen[by] = idsOf(run(edits))
    edits.push({ id: `e${n}`, after: seen[by] ?? [], value, line: 'x', slice: [], period: 'p' })
    seen[by] = [`e${n}`]
  })
  return edits
}

describe('two people at once', () => {
  it('end the same in any order of their edits, come they once or twice, and lose none that was not seen', () => {
    const move = fc.record({
      by: fc.constantFrom('ada' as const, 'bo' as const),
      value: fc.option(fc.integer({ min: 0, max: 5 }).map(String)),
      looks: fc.boolean(),
    })
    fc.assert(
      fc.property(
        fc.array(move, { maxLength: 8 }).chain(moves => {
          const edits = typed(moves)
          const twice = [...edits, ...edits.slice(0, 3)]
          return fc.tuple(fc.constant(edits), fc.shuffledSubarray(twice, { minLength: twice.length }))
        }),
        ([edits, shuffled]) => {
          expect(run(shuffled)).toEqual(run(edits))
          expect(run(shuffled).awaited).toEqual([])
          const gone = new Set(edits.flatMap(edit => edit.after))
          expect(new Set(idsOf(run(edits)))).toEqual(
            new Set(edits.map(edit => edit.id).filter(id => !gone.has(id))),
          )
        },
      ),
      { numRuns: 400 },
    )
  })
  it('show a conflict until somebody who saw both chooses', () => {
    const [first, second] = typed([
      { by: 'ada', value: '10', looks: true },
      { by: 'bo', value: '12', looks: false },
    ]) as [Edit, Edit]
    expect(inConflict(run([first, second]).heads)).toBe(true)
    const chosen = run([first, second, { ...first, id: 'e9', after: ['e0', 'e1'], value: '11' }])
    expect(inConflict(chosen.heads)).toBe(false)
    expect(shown(chosen.heads)).toBe('11')
    // The same figure from both is agreement, however it is written.
    expect(inConflict(run([first, { ...second, value: '10.00' }]).heads)).toBe(false)
  })
})

describe('the difference between two versions', () => {
  const line = (name: string, formula: string | null): Line => ({
    name,
    label: name,
    unit: 'money',
    formula,
    over: [],
    roll: 'sum',
    good: 'up',
  })
  const base: Sheet = {
    currency: 'GBP',
    periods: sheetPeriods(civilYear, '2027-01-01', '2027-03-31'),
    dimensions: [],
    lines: [],
  }
  const content = fc.record({
    names: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 }),
    formula: fc.constantFrom(null, 'a * 2', 'a * 3'),
    cells: fc.dictionary(fc.constantFrom('2027-01', '2027-02', '2027-03'), fc.integer().map(String)),
  })
  const made = ({
    names,
    formula,
    cells,
  }: {
    names: string[]
    formula: string | null
    cells: Record<string, string>
  }): Content => ({
    sheet: { ...base, lines: names.map(name => line(name, name === 'd' ? formula : null)) },
    figures: new Map(
      Object.entries(cells).map(([period, value]) => {
        const address = { line: 'a', slice: [], period }
        return [addressKey(address), { ...address, value }]
      }),
    ),
  })
  it('applied to the first gives the second', () => {
    fc.assert(
      fc.property(content, content, (x, y) => {
        const [a, b] = [made(x), made(y)]
        const { content: c, refused } = withDifference(
          a,
          difference(a, b),
          b.sheet.lines.map(one => one.name),
        )
        expect(refused).toEqual([])
        expect(c.sheet).toEqual(b.sheet)
        expect(new Map([...c.figures].sort())).toEqual(new Map([...b.figures].sort()))
        expect(difference(c, b)).toEqual({ cells: [], lines: [] })
      }),
    )
  })
  it('leaves a cell that has something newer in it', () => {
    const [a, b, other] = [
      made({ names: ['a'], formula: null, cells: { '2027-01': '1' } }),
      made({ names: ['a'], formula: null, cells: { '2027-01': '2' } }),
      made({ names: ['a'], formula: null, cells: { '2027-01': '5' } }),
    ]
    const { content: kept, refused } = withDifference(other, difference(a, b))
    expect(refused).toHaveLength(1)
    expect([...kept.figures.values()][0]?.value).toBe('5')
  })
})
