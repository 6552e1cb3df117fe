import { expect, it } from 'vitest'
import { rankOf, wordsTyped } from './finding.ts'

it('what is called so comes first, then what begins so, then what has the words in its name, then what is said of it', () => {
  const rank = (typed: string, name: string, about?: string) => rankOf(wordsTyped(typed), name, about)
  expect(rank('heath towel', 'Heath Towel')).toBe(4)
  expect(rank('heath', 'Heath Towel')).toBe(3)
  expect(rank('towel heath', 'Oat, Heath Towel')).toBe(2)
  expect(rank('towel textiles', 'Heath Towel', 'Textiles')).toBe(1)
  expect(rank('towel lamp', 'Heath Towel', 'Textiles')).toBe(0)
})
it('accents and case are as people type them, and nothing typed leaves nothing out', () => {
  expect(rankOf(wordsTyped('  CAFE creme '), 'Café Crème')).toBe(4)
  expect(rankOf(wordsTyped(' '), 'Anything')).toBe(1)
})
