import { afterEach, describe, expect, it, vi } from 'vitest'
import { isFault, isRefused, isSaid, plainWords, words } from './words.ts'

describe('an error in words', () => {
  afterEach(() => vi.unstubAllGlobals())
  const wire = (status: number, message: string, data: unknown) =>
    Object.assign(new Error(message), { status, data })

  it('is the server’s own, with its next step, and the request where it was our fault', () => {
    const data = { next: 'Ask an owner for a wider role.', request: 'r1' }
    expect(words(wire(403, 'This needs the role lead.', data))).toEqual({
      message: 'This needs the role lead.',
      next: data.next,
      refused: true,
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

  it('says that a wait was given up, also where the answer had begun', () => {
    const late = new DOMException('The server has not answered for 5 minutes.', 'TimeoutError')
    for (const error of [late, new Error('Cannot parse response.', { cause: late })])
      expect(words(error)).toEqual({
        message: 'The server has not answered for 5 minutes.',
        next: 'Check that Quarterdeck is running, then try again.',
      })
  })

  it('is a fault where the server is silent or failed, none where it refused or does not know the thing', () => {
    const own = (status: number) => wire(status, 'No.', { next: 'Do.' })
    const proxy = (status: number) => wire(status, 'No.', { body: undefined })
    expect(
      [own(500), own(503), proxy(502), proxy(403), new TypeError('Failed to fetch')].map(isFault),
    ).toEqual(Array(5).fill(true))
    expect([own(403), own(404), own(422), own(501), proxy(404)].map(isFault)).toEqual(Array(5).fill(false))
    expect([own(401), own(403), proxy(403), own(500)].map(isRefused)).toEqual([true, true, false, false])
  })

  it('is known to be shown once it was put into words', () => {
    const error = wire(500, 'No.', {})
    expect(isSaid(error)).toBe(false)
    plainWords(error)
    expect(isSaid(error)).toBe(false)
    words(error)
    expect(isSaid(error)).toBe(true)
  })
})
