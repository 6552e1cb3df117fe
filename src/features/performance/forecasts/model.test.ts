import { expect, it } from 'vitest'
import { gradeWords, madeWords } from './model.ts'

it('says of each time ahead how far off, which way, and how many days the ranges held', () => {
  const grade = { from: 1, to: 7, days: 1204, wape: 0.163, naiveWape: 0.21, bias: -0.034 }
  const [near, far] = gradeWords([
    { ...grade, label: 'a week ahead', cover80: 0.79, cover95: 0.94 },
    {
      ...{ ...grade, label: '5 to 13 weeks ahead', days: 12, wape: 0.0951, bias: 0.0002 },
      ...{ naiveWape: null, cover80: 0, cover95: 1 },
    },
  ])
  expect(near).toEqual({
    ahead: 'A week ahead',
    days: '1,204',
    off: '16 %',
    copying: '21 %',
    lean: '3.4 % too low',
    held80: '79 %',
    held95: '94 %',
  })
  // What is not known is N/A, and what is next to nothing no lean.
  expect(far).toMatchObject({ off: '9.5 %', copying: 'N/A', lean: 'level', held80: '0 %', held95: '100 %' })
})

it('says once how forecasts came that were all made afterwards', () => {
  expect(madeWords({ forecasts: 8, hindsight: 8 })).toBe(
    '8 earlier forecasts, all made afterwards from what was known then',
  )
  expect(madeWords({ forecasts: 9, hindsight: 8 })).toBe(
    '9 earlier forecasts, 8 of them made afterwards from what was known then',
  )
  expect(madeWords({ forecasts: 1, hindsight: 1 })).toBe(
    '1 earlier forecast, made afterwards from what was known then',
  )
  expect(madeWords({ forecasts: 5, hindsight: 0 })).toBe('5 earlier forecasts')
})
