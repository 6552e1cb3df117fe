import { notifyManager, QueryObserver } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'
import { failureOf, isOld, queryClient, waitedFor } from './queries.ts'

const refusal = (status: number) => Object.assign(new Error('Not for you.'), { status, data: {} })

describe('what a screen asks', () => {
  const asking = () => {
    const heard: unknown[] = []
    const client = queryClient(error => heard.push(error))
    let answer: () => Promise<string>
    const observer = new QueryObserver<string>(client, {
      queryKey: ['week 1'],
      queryFn: () => answer(),
      retry: false,
      enabled: false,
    })
    // What is drawn: what stands when a screen is told to look, which is told as screens are.
    const drawn: unknown[] = []
    observer.subscribe(notifyManager.batchCalls(() => void drawn.push(observer.getCurrentResult().error)))
    const query = () => client.getQueryCache().find({ queryKey: ['week 1'] })
    const read = async (next: () => Promise<string>) => {
      answer = next
      await observer.refetch()
      // Clocks count whole milliseconds.
      await new Promise(done => setTimeout(done, 2))
    }
    return { client, observer, drawn, heard, query, read }
  }
  const failing = (error: unknown) => () => Promise.reject(error)

  it('stands when a later reading fails, and is old until one succeeds', async () => {
    const { observer, drawn, heard, query, read } = asking()
    await read(async () => 'then')
    const lost = new TypeError('Failed to fetch')
    await read(failing(lost))
    expect(observer.getCurrentResult()).toMatchObject({ data: 'then', error: null, isSuccess: true })
    expect(drawn.filter(Boolean)).toEqual([])
    expect(heard).toEqual([lost])
    const old = query()
    expect(old && [isOld(old), failureOf(old)]).toEqual([true, lost])
    await read(async () => 'now')
    expect(observer.getCurrentResult().data).toBe('now')
    expect(old && isOld(old)).toBe(false)
  })

  it('shows the error of a first reading, and of another question, instead of the answer to the former', async () => {
    const { observer, read, query } = asking()
    await read(failing(new Error('No.')))
    expect(observer.getCurrentResult()).toMatchObject({ data: undefined, isError: true })
    await read(async () => 'then')
    observer.setOptions({ queryKey: ['week 2'], queryFn: failing(new Error('No.')), retry: false })
    await expect.poll(() => observer.getCurrentResult().isError).toBe(true)
    expect(observer.getCurrentResult().data).toBeUndefined()
    const former = query()
    expect(former && isOld(former)).toBe(false)
  })

  it('does not stand where one may not see it any more, but does where only a proxy says so', async () => {
    const { observer, read } = asking()
    await read(async () => 'then')
    await read(failing(Object.assign(refusal(403), { data: { body: undefined } })))
    expect(observer.getCurrentResult().isError).toBe(false)
    await read(failing(refusal(403)))
    expect(observer.getCurrentResult().isError).toBe(true)
  })

  it('knows how long a question without an answer is waited for', async () => {
    const { client, read, query } = asking()
    await read(async () => 'then')
    const answered = query()
    expect(answered && waitedFor(answered, Date.now() + 60_000)).toBe(0)
    client.prefetchQuery({ queryKey: ['silent'], queryFn: () => new Promise<string>(() => {}) })
    const silent = client.getQueryCache().find({ queryKey: ['silent'] })
    expect(silent && waitedFor(silent, Date.now() + 60_000)).toBeGreaterThanOrEqual(60_000)
  })
})
