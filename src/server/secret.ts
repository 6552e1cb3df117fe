import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '#kernel/error.ts'
import type { Config } from './config.ts'

/**
 * The secret of this installation, with which sessions are signed: given, or made once and kept beside the data for
 * its owner only. It is never in a database.
 * @throws Failure('invalid') when the one given is too short.
 */
export const secretOf = (config: Pick<Config, 'secret' | 'folder'>): string => {
  if (config.secret) {
    if (config.secret.length < 32)
      throw new Failure('invalid', 'QUARTERDECK_SECRET is too short.', {
        next: 'Use at least 32 random characters.',
      })
    return config.secret
  }
  if (config.folder === ':memory:') return randomBytes(32).toString('base64url')
  return keptOnce(join(config.folder, 'secret'))
}

/** A random text that is made the first time it is asked for, and is the same from then on. */
const keptOnce = (path: string): string => {
  if (!existsSync(path)) {
    // Made whole elsewhere and then linked: of two processes that start at once, both use the one that came first.
    const made = `${path}.${process.pid}`
    writeFileSync(made, randomBytes(32).toString('base64url'), { mode: 0o600 })
    try {
      linkSync(made, path)
    } catch (error) {
      if (!existsSync(path)) throw error
    } finally {
      rmSync(made)
    }
  }
  return readFileSync(path, 'utf8').trim()
}
