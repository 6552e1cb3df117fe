import { type Joined, joined, type Shape, type Thing } from './shape.ts'
import { spilling } from './spill.ts'

/** Up to so many bytes are joined in memory; more go through files, a part at a time. */
const inMemory = 10 * 1024 * 1024

export function joining(shape: Shape, bytes: number): Joined {
  if (bytes > inMemory) return spilling(shape, bytes)
  const lines: Thing[] = []
  return {
    add: line => void lines.push(JSON.parse(line) as Thing),
    async *all() {
      yield* joined(shape, lines)
    },
    async close() {
      lines.length = 0
    },
  }
}
