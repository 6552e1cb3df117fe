import { describe, expect, it } from 'vitest'
import { isOfThese, migrationMarks } from './migrate.ts'

describe('an empty ledger made earlier', () => {
  const marks = migrationMarks()
  const [first = ''] = marks

  it('fits the program that made it, and one with more migrations', () => {
    expect(isOfThese(marks)).toBe(true)
    expect(isOfThese(marks.slice(0, -1))).toBe(true)
  })
  it('does not fit where a migration is another, is not known, or where nothing says what it was made of', () => {
    expect(isOfThese([first.replace(/.$/, last => (last === '0' ? '1' : '0')), ...marks.slice(1)])).toBe(
      false,
    )
    expect(isOfThese([...marks, first.replace('0000', '9999')])).toBe(false)
    expect(isOfThese([''])).toBe(false)
    expect(isOfThese([])).toBe(false)
  })
})
