import { createHash } from 'node:crypto'
import { Failure } from '#kernel/error.ts'

/** What stands in the notes of something made for a key, so that it is found again and never made twice. */
export const markOf = (key: string): string =>
  `Quarterdeck ${createHash('sha256').update(key).digest('hex').slice(0, 20)}`

/** A text with the mark at its end. */
export const withMark = (text: string, mark: string): string => (text ? `${text}\n\n${mark}` : mark)

/** Finds what was made or makes it, a few times. */
export async function surely<T>(find: () => Promise<T | null>, make: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    const found = await find()
    if (found) return found
    try {
      return await make()
    } catch (error) {
      if (tries >= 3 || !(error instanceof Failure) || error.code !== 'unavailable') throw error
    }
  }
}
