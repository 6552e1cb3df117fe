import { afterEach, describe, expect, it, vi } from 'vitest'
import { words } from './words.ts'

describe('an error in words', () => {
  afterEach(() => vi.unstubAllGlobals())
  const wire = (status: number, message: string, data: unknown) =>
    Object.assign(new Error(message), { status, data })

  it('is the server’s own, with its next step, and the request where it was our fault', () => {
    const data = { next: 'Ask an owner for a wider role.', request: 'r1' }
    expect(words(wire(403, 'This needs the role lead.', data))).toEqual({
      message: 'This needs the role lead.',
      next: data.next,
    })
    expect(words(wire(500, 'Something went wrong on our side.', data)).request).toBe('r1')
  })

  it('is never what a proxy, a library or the browser says', () => {
    vi.stubGlobal('navigator', { onLine: true })
    const foreign = [
      wire(502, 'Bad Gateway', { status: 502, headers: {}, body: undefined }),
      wire(403, 'Forbidden', { status: 403, headers: {}, body: undefined }),
      new Error('Invalid RPC response format.', { cause: new Error('Unexpected token <') }),
      new TypeError('Failed to fetch'),
    ]
    for (const error of foreign) {
      const { message, next } = words(error)
      expect(message).not.toContain(error.message)
      expect(next).toMatch(/\S\.$/)
    }
    vi.stubGlobal('navigator', { onLine: false })
    expect(words(new TypeError('Failed to fetch')).message).toBe('This device is offline.')
  })
})
