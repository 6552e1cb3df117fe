import { describe, expect, it } from 'vitest'
import { shownAtOnce } from './model.ts'

describe('what stands beside an exception', () => {
  it('is shown whole where it is short, and folds more than one where it is not', () => {
    expect([0, 1, 3, 4].map(shownAtOnce)).toEqual([0, 1, 3, 4])
    expect([5, 12].map(shownAtOnce)).toEqual([3, 3])
  })
})
