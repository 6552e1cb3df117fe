import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { civilYear } from '#kernel/period.ts'
import { calculate, type Input } from '#kernel/plan/calculate.ts'
import { type Sheet, sheetPeriods } from '#kernel/plan/sheet.ts'
import { differencesIn } from './file-differences.ts'
import { csvOf, csvRead } from './sheet-csv.ts'

const line = { unit: 'money', roll: 'sum', good: 'up', formula: null, negative: true } as const
const sheetOf = (stores: string[], markets: string[]): Sheet => ({
  currency: 'GBP',
  periods: sheetPeriods(civilYear, '2027-01-01', '2027-03-31'),
  dimensions: [
    { name: 'store', label: 'Store', members: stores },
    { name: 'country', label: 'Market', members: markets },
  ],
  lines: [
    { ...line, name: 'sales', label: '=Sales, "net"', over: ['country', 'store'] },
    { ...line, name: 'rent', label: 'Rent', over: [] },
    { ...line, name: 'rate', label: 'Rate', unit: 'share', roll: 'none', over: ['store'] },
    { ...line, name: 'left', label: 'Left', over: [], formula: 'sales - rent' },
  ],
})
const small = sheetOf(['uk', 'us'], ['UK', 'France'])
const at = (name: string, slice: string[], month: string, value: string | null): Input => ({
  line: name,
  slice,
  period: `2027-${month}`,
  value,
})
const plan = calculate(small, [
  at('sales', ['UK', 'uk'], '01', '1234.567890123456'),
  at('sales', ['France', 'us'], '02', '-98765432.123456'),
  at('rent', [], '03', '100'),
  at('rate', ['uk'], '01', '0.021333333333'),
])
const bytes = (text: string) => new TextEncoder().encode(text)
const back = (text: string | Uint8Array) =>
  differencesIn(csvRead(typeof text === 'string' ? bytes(text) : text, small), plan)
const out = csvOf(plan, { version: 'budget', seq: 7 })
const same = { cells: [], wrong: [], unknown: [], mark: { version: 'budget', seq: 7 } }

describe('a version as CSV', () => {
  const word = fc.oneof(
    fc.constantFrom('', '=1+1', "'=x", '-5', "'", ' a ', 'a;b', '"q"', 'a, b · c', 'two\nlines', '@x', '007'),
    fc.string({ maxLength: 6 }).filter(text => !text.includes('\u001f') && !text.includes('\u001e')),
  )
  const words = fc.uniqueArray(word, { minLength: 1, maxLength: 4 })
  const figure = fc.option(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }))
  const text = (value: bigint) => {
    const digits = (value < 0n ? -value : value).toString().padStart(13, '0')
    return `${value < 0n ? '-' : ''}${digits.slice(0, -12)}.${digits.slice(-12)}`
  }

  it('comes back as it went, whatever stores are called and figures are', () => {
    fc.assert(
      fc.property(
        words,
        words,
        fc.array(figure, { minLength: 60, maxLength: 60 }),
        (stores, markets, all) => {
          const sheet = sheetOf(stores, markets)
          const left = [...all]
          const inputs = sheet.lines
            .filter(one => one.formula === null)
            .flatMap(one => {
              const slices = one.over.reduce<string[][]>(
                (found, name) =>
                  found.flatMap(slice =>
                    (sheet.dimensions.find(d => d.name === name)?.members ?? []).map(member => [
                      ...slice,
                      member,
                    ]),
                  ),
                [[]],
              )
              return slices.flatMap(slice => {
                const value = left.pop() ?? null
                return value === null ? [] : [at(one.name, slice, '02', text(value))]
              })
            })
          const made = calculate(sheet, inputs)
          const file = csvOf(made, { version: 'le.3', seq: 12 })
          expect(differencesIn(csvRead(bytes(file), sheet), made)).toEqual({
            ...same,
            mark: { version: 'le.3', seq: 12 },
          })
          // One figure changed is the one difference, in whatever order its rows stand.
          const [first, ...rest] = inputs
          if (!first) return
          const other = calculate(sheet, [{ ...first, value: '77.5' }, ...rest])
          const [head = '', ...rows] = csvOf(other, { version: 'le.3', seq: 12 }).trimEnd().split('\r\n')
          const turned = [head, ...rows.reverse()].join('\r\n')
          expect(differencesIn(csvRead(bytes(turned), sheet), made).cells).toMatchObject([
            { ...first, value: '77.5' },
          ])
        },
      ),
      { numRuns: 60 },
    )
  })

  it('is the same when a spreadsheet has saved it: semicolons, decimal commas, fewer digits, Jan-27, an old encoding', () => {
    expect(back(out)).toEqual(same)
    const saved = out
      .replace('\ufeff', '')
      .replace('"\'=Sales, ""net"""', "'=Sales net")
      .replaceAll('"\'=Sales, ""net"""', "'=Sales net")
      .replace('2027-01,2027-02,2027-03', 'Jan-27,Feb-27,Mar-27')
      .replaceAll(',', ';')
      .replace('1234.567890123456', '1234,56789')
      .replace('1234.567890123', '1234,56789')
      .replace('-98765432.123456', '-98765432,12')
      .replace('0.021333333333', '0,021333333')
    expect(saved).toContain('UK;1234,56789')
    expect(back(saved)).toEqual(same)
    const market = 'Fran\u00e7a'
    const old = saved.replaceAll('France', market)
    const latin = Uint8Array.from([...old].map(sign => sign.charCodeAt(0)))
    expect(back(latin).unknown).toEqual([`=Sales net ${market} uk`, `=Sales net ${market} us`])
  })

  it('shows what was changed, and says what cannot be taken', () => {
    const changed = out
      .replace('Rent,rent,,,,,100', 'Rent,rent,,,1e3,many,')
      .replace('Rate,rate,us,,', 'Rate,rate,us,,1.2E-05')
    const found = back(changed)
    expect(found.cells).toEqual([
      { ...at('rent', [], '01', '1000'), before: null },
      { ...at('rent', [], '03', null), before: '100' },
      { ...at('rate', ['us'], '01', '0.000012'), before: null },
    ])
    expect(found.wrong).toEqual(['Rent (Feb 2027): "many" is no number'])
    const [, ...rows] = out.split('\r\n')
    expect(
      back([out.split('\r\n')[0], ...rows, rows.find(row => row.startsWith('Rent'))].join('\n')).wrong,
    ).toEqual(['Rent stands in the file twice'])
    expect(() => back('a,b\n1,2')).toThrow('no column Name')
    expect(() => back('Line,Name\nRent,rent')).toThrow('which column is which period')
  })
})
