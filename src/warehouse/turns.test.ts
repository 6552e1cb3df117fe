import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { turns } from './turns.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Work that ends when it is told to. */
const held = () => {
  const ends: ((failed?: boolean) => void)[] = []
  const started: number[] = []
  const work = (n: number) => () => {
    started.push(n)
    return new Promise<number>((resolve, reject) =>
      ends.push(failed => (failed ? reject(new Error('no')) : resolve(n))),
    )
  }
  return { work, ends, started }
}
const settled = () => vi.advanceTimersByTimeAsync(0)

describe('turns', () => {
  it('go on at once up to the most, the others in order of arrival, whatever fails', async () => {
    const { work, ends, started } = held()
    const inTurn = turns({ most: 2 })
    const all = [1, 2, 3, 4].map(n => inTurn.take(work(n)).catch(() => -n))
    await settled()
    expect(started).toEqual([1, 2])
    ends[1]?.(true)
    await settled()
    expect(started).toEqual([1, 2, 3])
    ends[0]?.()
    await settled()
    for (const end of ends.slice(2)) end()
    expect(await Promise.all(all)).toEqual([1, -2, 3, 4])
  })
  it('say once that a crowd has come, and that it has gone when nobody has waited for a while', async () => {
    const { work, ends } = held()
    const said: boolean[] = []
    const inTurn = turns({ most: 1, calm: 100, onCrowd: async crowded => said.push(crowded) })
    const first = inTurn.take(work(1))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(said).toEqual([])
    const rest = [2, 3].map(n => inTurn.take(work(n)))
    await vi.advanceTimersByTimeAsync(1_000)
    // They wait still.
    expect(said).toEqual([true])
    for (const _ of [1, 2, 3]) {
      ends.shift()?.()
      await settled()
    }
    await Promise.all([first, ...rest])
    await vi.advanceTimersByTimeAsync(90)
    expect(said).toEqual([true])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(said).toEqual([true, false])
  })
  it('go on where the crowd cannot be told of, and tell nobody once closed', async () => {
    const { work, ends } = held()
    const said: boolean[] = []
    const inTurn = turns({
      most: 1,
      calm: 100,
      onCrowd: async crowded => {
        said.push(crowded)
        throw new Error('closed')
      },
    })
    const all = [1, 2].map(n => inTurn.take(work(n)))
    await settled()
    ends.shift()?.()
    await settled()
    ends.shift()?.()
    expect(await Promise.all(all)).toEqual([1, 2])
    await inTurn.close()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(said).toEqual([true])
  })
})
