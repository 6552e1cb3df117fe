import { expect, it } from 'vitest'
import { columnsUnder } from './names-over.ts'

it('puts names over their figures where a table is cut and is whole without its names', () => {
  // Actual, planned, change and percent beside a name of 150 px in a card of 360 px.
  expect(columnsUnder([75, 77, 83, 73], 458, 360)).toBe('75fr 77fr 83fr 73fr')
})

it('leaves a table as it is that is whole, or that would be cut even so', () => {
  expect(columnsUnder([75, 77], 302, 360)).toBeUndefined()
  expect(columnsUnder([75, 77], 361, 360)).toBeUndefined()
  expect(columnsUnder([75, 77, 83, 67, 77, 83], 612, 360)).toBeUndefined()
  expect(columnsUnder([], 500, 360)).toBeUndefined()
})

it('counts that figures stand closer under their names', () => {
  // 362 px of columns, of which 5 times 4 are given up, and 10 px more beside them.
  expect(columnsUnder([75, 67, 75, 65, 80], 512, 352)).toBeDefined()
  expect(columnsUnder([75, 67, 75, 65, 80], 512, 351)).toBeUndefined()
})
