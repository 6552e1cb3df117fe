import { describe, expect, it } from 'vitest'
import { readAhead } from './read-ahead.ts'

/** Gives 1, 2, 3 …, noting what is asked for; fails instead of giving `fails`. */
function counting(upTo: number, fails = 0) {
  const noted: string[] = []
  async function* numbers() {
    try {
      for (let n = 1; n <= upTo; n++) {
        noted.push(`asked ${n}`)
        await new Promise(resolve => setTimeout(resolve, 1))
        if (n === fails) throw new Error(`no ${n}`)
        yield n
      }
    } finally {
      noted.push('closed')
    }
  }
  return { noted, numbers: readAhead(numbers()) }
}

describe('reading ahead', () => {
  it('asks for the next while one is worked on, and for no more than that', async () => {
    const { noted, numbers } = counting(3)
    const seen: number[] = []
    for await (const n of numbers) {
      seen.push(n)
      await new Promise(resolve => setTimeout(resolve, 10))
      noted.push(`did ${n}`)
    }
    expect(seen).toEqual([1, 2, 3])
    expect(noted).toEqual(['asked 1', 'asked 2', 'did 1', 'asked 3', 'did 2', 'closed', 'did 3'])
  })

  it('throws a failure behind all that came before it', async () => {
    const { numbers } = counting(3, 2)
    const seen: number[] = []
    const read = async () => {
      for await (const n of numbers) {
        seen.push(n)
        await new Promise(resolve => setTimeout(resolve, 10))
      }
    }
    await expect(read()).rejects.toThrow('no 2')
    expect(seen).toEqual([1])
  })

  it('closes what it reads when nobody wants more', async () => {
    const { noted, numbers } = counting(9)
    for await (const n of numbers) if (n === 2) break
    expect(noted.at(-1)).toBe('closed')
    expect(noted).not.toContain('asked 4')
  })
})
