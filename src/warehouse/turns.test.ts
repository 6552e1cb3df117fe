import { expect, it } from 'vitest'
import { turns } from './turns.ts'

/** Work that ends when it is told to, on a clock that stands still otherwise. */
const stage = (most: number) => {
  let time = 0
  const inTurn = turns(most, () => time)
  const begun: string[] = []
  const open = new Map<string, () => void>()
  const ask = (kind: string, name = kind) =>
    inTurn(kind, () => {
      begun.push(name)
      return new Promise<void>(resolve => open.set(name, resolve))
    })
  const settle = () => new Promise(resolve => setTimeout(resolve, 0))
  const end = async (name: string, after: number) => {
    time += after
    open.get(name)?.()
    await settle()
  }
  return { ask, begun, end, settle, pass: (ms: number) => (time += ms) }
}

it('answers so many at once, and those not seen before in order of arrival', async () => {
  const { ask, begun, end, settle } = stage(2)
  for (const kind of ['a', 'b', 'c', 'd']) void ask(kind)
  await settle()
  expect(begun).toEqual(['a', 'b'])
  await end('b', 5)
  await end('a', 5)
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
})

it('lets short ones by, but none for longer than its own length allows', async () => {
  const { ask, begun, end, settle, pass } = stage(1)
  void ask('long')
  await end('long', 100)
  void ask('short')
  await end('short', 1)
  begun.length = 0
  void ask('other')
  await settle()
  void ask('long')
  void ask('short', 'first')
  await end('other', 10)
  // Twenty times a hundred later the long one has been overtaken enough.
  pass(2_000)
  void ask('short', 'second')
  await end('first', 1)
  await end('long', 100)
  await end('second', 1)
  expect(begun).toEqual(['other', 'first', 'long', 'second'])
})

it('goes on after one that fails', async () => {
  const inTurn = turns(1)
  const failed = inTurn('bad', () => Promise.reject(new Error('no')))
  const next = inTurn('good', () => Promise.resolve('yes'))
  await expect(failed).rejects.toThrow('no')
  expect(await next).toBe('yes')
})
