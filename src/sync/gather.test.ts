import { once } from 'node:events'
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { gathering } from './gather.ts'

test('what comes after a failure that nobody waited for is refused, not dropped', async () => {
  const taken: string[] = []
  const sink = new Writable({
    write(chunk, _, done) {
      taken.push(String(chunk))
      setImmediate(done, taken.length > 1 ? new Error('no space left') : null)
    },
  })
  const failed = once(sink, 'error')
  const lines = gathering(sink)
  await lines.write('first')
  await lines.flush()
  await lines.write('second')
  await lines.flush()
  await failed
  await lines.write('third')
  await expect(lines.flush()).rejects.toThrow('no space left')
  expect(taken).toEqual(['first', 'second'])
})
