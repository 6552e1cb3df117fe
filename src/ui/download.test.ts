import { describe, expect, it } from 'vitest'
import { csv } from './download.ts'

describe('a CSV', () => {
  it('quotes, keeps numbers, and disarms formulas', () => {
    const text = csv({
      name: 'x',
      columns: [
        { key: 'a', label: 'Name' },
        { key: 'b', label: 'Value' },
      ],
      rows: [
        { a: '=1+1', b: '-5.5' },
        { a: 'Say "hi", now', b: null },
      ],
    })
    expect(text).toBe('\uFEFFName,Value\r\n\'=1+1,-5.5\r\n"Say ""hi"", now",\r\n')
  })
})
