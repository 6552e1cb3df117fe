import { createHmac } from 'node:crypto'
import type { Checked, Place, PlaceStore } from '#connectors/connector.ts'

/** Marks an address that was hashed before it was kept, so that it is not hashed twice. */
const marked = 'hash:'

/** Salted hash of an e-mail address: HMAC-SHA256, the first 16 bytes in hex. '' for none. */
export const hasher =
  (salt: string): Place['hash'] =>
  email => {
    const plain = email?.trim().toLowerCase() ?? ''
    if (plain === '' || plain.startsWith(marked)) return plain.slice(plain === '' ? 0 : marked.length)
    return createHmac('sha256', salt).update(plain).digest('hex').slice(0, 32)
  }

/** Where rows of a connection belong. `shops` maps the vendor's keys of the connection's own shops to stores. */
export function placeOf(parts: {
  home: PlaceStore
  shops: Readonly<Record<string, string>>
  stores: readonly PlaceStore[]
  privacy: boolean
  hash: Place['hash']
  facts: Checked['facts']
}): Place {
  const byName = new Map<string, PlaceStore>()
  for (const one of parts.stores) {
    byName.set(one.store, one)
    for (const host of one.hosts) byName.set(host, one)
  }
  for (const [key, handle] of Object.entries(parts.shops)) {
    const found = byName.get(handle)
    if (found) byName.set(key, found)
  }
  const { home, privacy, hash, facts } = parts
  return { home, privacy, hash, facts, storeOf: keyOrHost => byName.get(keyOrHost) ?? home }
}

/** A record without what is personal in it: members so named hold a hash (addresses) or nothing. */
export function scrubbed(record: unknown, personal: readonly string[], hash: Place['hash']): unknown {
  const names = new Set(personal)
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, names.has(name) ? hidden(inner) : walk(inner)]),
    )
  }
  const hidden = (value: unknown): unknown => {
    if (typeof value !== 'string' || value === '') return value === '' ? '' : null
    return value.includes('@') ? marked + hash(value) : ''
  }
  return walk(record)
}
