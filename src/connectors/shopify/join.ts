import { textsOf } from '../whole-lines.ts'
import { type Joined, joined, type Shape } from './shape.ts'
import { spilling } from './spill.ts'

/** Up to so many bytes are joined in memory; more go through files in `work`, a part at a time. */
const inMemory = 10 * 1024 * 1024

export function joining(shape: Shape, bytes: number, work?: string): Joined {
  if (work !== undefined && bytes > inMemory) return spilling(shape, bytes, work)
  const pieces: Buffer[] = []
  return {
    async add(lines) {
      pieces.push(lines, lineEnd)
      return textsOf(lines).length
    },
    async *all() {
      yield* joined(shape, Buffer.concat(pieces))
    },
    async close() {
      pieces.length = 0
    },
  }
}

/** Behind a piece whose last line may lack it; an empty line is none. */
const lineEnd = Buffer.from('\n')
