import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { startJobs } from './jobs.ts'

let open: OpenLedger
beforeAll(async () => {
  open = await openLedger({ folder: ':memory:' })
})
afterAll(() => open.close())

const until = async (done: () => boolean) => {
  for (let i = 0; i < 100 && !done(); i++) await sleep(100)
}

describe('the queue on the ledger', () => {
  it('does what it is sent, one at a time, in order, and hears of failures', async () => {
    const seen: string[] = []
    const errors: unknown[] = []
    let running = 0
    let most = 0
    const jobs = await startJobs(
      open.queue,
      open.kind,
      {
        import: {
          run: async ({ id }) => {
            most = Math.max(most, ++running)
            await sleep(20)
            running--
            seen.push(String(id))
            if (id === 'b') throw new Error('b fails')
          },
        },
      },
      error => errors.push(error),
    )
    for (const id of ['a', 'b', 'c']) await jobs.send('import', { id })
    await until(() => seen.length === 3)
    expect(seen).toEqual(['a', 'b', 'c'])
    expect(most).toBe(1)
    expect(errors).toHaveLength(1)
    await jobs.close(5)
  })

  it('tells of a ledger that does not answer once, not at each look', async () => {
    const errors: unknown[] = []
    let looks = 0
    let down = false
    const executeSql: typeof open.queue.executeSql = async (...asked) => {
      if (!down) return open.queue.executeSql(...asked)
      looks += 1
      throw new Error('The disk is full.')
    }
    const workers = { import: { run: async () => undefined } }
    const jobs = await startJobs({ ...open.queue, executeSql }, open.kind, workers, error =>
      errors.push(error),
    )
    down = true
    await until(() => looks >= 3)
    expect(looks).toBeGreaterThanOrEqual(3)
    expect(errors).toHaveLength(1)
    down = false
    await jobs.close(5)
  })

  it('starts clean: what an earlier process left in it is not run by itself', async () => {
    await open.queue.executeSql('SELECT 1')
    const idle = await startJobs(open.queue, open.kind, {}, () => undefined)
    await idle.send('import', { id: 'left over' })
    await idle.close(1)
    const seen: unknown[] = []
    const jobs = await startJobs(
      open.queue,
      open.kind,
      { import: { run: async data => void seen.push(data) } },
      () => undefined,
    )
    await jobs.send('import', { id: 'new' })
    await until(() => seen.length > 0)
    expect(seen).toEqual([{ id: 'new' }])
    await jobs.close(5)
  })
})
