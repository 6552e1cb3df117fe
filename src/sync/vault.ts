import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { Credentials } from '#connectors/connector.ts'
import { Failure } from '#kernel/error.ts'

/** Keeps credentials so that the database alone gives nothing away. */
export interface Vault {
  /** Credentials as they are kept, bound to the connection they are for. */
  lock(connection: string, credentials: Credentials): string
  /** @throws Failure('unavailable') when the key is another one, or the text was changed or moved. */
  unlock(connection: string, kept: string): Credentials
  /** Salt of the hashes of personal data; of this installation, and in no table. */
  salt: string
}

/**
 * AES-256-GCM with a fresh 96-bit nonce for each text (NIST SP 800-38D), the connection's id as associated data, and keys
 * derived from the installation's secret by HKDF-SHA256 (RFC 5869).
 */
export function createVault(secret: string): Vault {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, 'quarterdeck', purpose, 32))
  const key = derive('credentials')
  return {
    salt: derive('personal data').toString('hex'),
    lock(connection, credentials) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(connection))
      const text = Buffer.concat([cipher.update(JSON.stringify(credentials), 'utf8'), cipher.final()])
      return ['v1', nonce, cipher.getAuthTag(), text]
        .map(part => (typeof part === 'string' ? part : part.toString('base64url')))
        .join('.')
    },
    unlock(connection, kept) {
      try {
        const [version, nonce = '', tag = '', text = ''] = kept.split('.')
        if (version !== 'v1') throw new Error('unknown version')
        const part = (from: string) => Buffer.from(from, 'base64url')
        const decipher = createDecipheriv('aes-256-gcm', key, part(nonce))
          .setAAD(Buffer.from(connection))
          .setAuthTag(part(tag))
        return JSON.parse(Buffer.concat([decipher.update(part(text)), decipher.final()]).toString('utf8'))
      } catch (cause) {
        throw new Failure('unavailable', 'The credentials of this connection cannot be read.', {
          next: 'Start with the secret they were kept under (QUARTERDECK_SECRET, or the file “secret” in the data folder), or give them anew.',
          cause,
        })
      }
    },
  }
}
