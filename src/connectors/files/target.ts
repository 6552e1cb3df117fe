import { createHash } from 'node:crypto'
import type { TableName } from '#kernel/canonical.ts'
import type { Kind } from './compile.ts'

/** A column a mapping may fill, in everyday words. */
export interface TargetColumn {
  about: string
  /** code is text that identifies: 17850.0 becomes 17850. */
  kind: Kind | 'code'
  /** Header words this column goes by in exports, in several languages; compared without case, accents, signs; parted by blanks. */
  names: string
  /** Words that beside its own make it something else; parted by blanks. One with = before it must be all that stands there. */
  strangers?: string
  /** All it may say, in small letters; a column that says anything else is not suggested. */
  only?: readonly string[]
  /** Column of the products' table that it fills, where it says nothing of the row itself but of its product. */
  product?: string
}

/** What is given of a row, and what is not: SQL of friendly columns. */
export interface Given {
  has(column: string): boolean
  /** SQL of the column, or of `otherwise` where the mapping does not give it. */
  get(column: string, otherwise?: string): string
  /** The only texts the column can hold, where the mapping spells them out; null when the file decides. */
  says(column: string): readonly string[] | null
}

export interface Place {
  store: string
  currency: string
  timezone: string
  /** Import id. */
  source: string
  /** Salt of the installation for hashes of personal data; in no table. '' where there is none to keep. */
  salt?: string
  /** Day the import runs, store time: for files that carry no day of their own. */
  today: string
}

export interface Derived {
  /** Every column of the canonical table. */
  columns: Record<string, string>
  /** Columns told by the others, over the canonical columns as they are stored: identities. */
  last?: Record<string, string>
  /** Rows beside the one each record makes, such as the money given back for an order. */
  more?: { where: string; columns: Record<string, string>; last: Record<string, string> }
  /** Conditions that reject a row, with the reason, in order. */
  faults: readonly (readonly [condition: string, reason: string])[]
  /** Condition of rows that say something of others and make none of their own. */
  silent?: string
  /** Values on the way, computed once: name → SQL. */
  steps?: readonly Record<string, string>[]
}

/**
 * number: rows with equal keys are different things that look alike, and get occurrence numbers.
 * last: the last row of a key counts; earlier, different ones are rejected.
 * sum: rows of a key are parts of one figure and are added.
 */
export type Repeats = 'number' | 'last' | 'sum'

export interface Target {
  name: string
  label: string
  about: string
  table: TableName
  columns: Readonly<Record<string, TargetColumn>>
  /** What the mapping must give before anything is read; null when it is enough. */
  missing(has: (column: string) => boolean): string | null
  derive(given: Given, place: Place): Derived
  repeats(has: (column: string) => boolean): Repeats
  /** Column that occurrence numbers go into. */
  numbered?: string
  /** Numbers that are not added where rows are summed. */
  kept?: readonly string[]
  /** Money that each row brings for itself, by the canonical column it goes into; told where it looks like the order's. */
  perLine?: Readonly<Record<string, string>>
  /** replace_orders where a file restates whole orders. */
  mode?: 'merge' | 'replace_orders'
  /** Column whose rows are taken in together or not at all: each says something of the whole. */
  whole?: string
}

/**
 * Salted hash of an e-mail address, '' for none: HMAC-SHA256 (RFC 2104) of it in lower case, the first 16 bytes in
 * hex. Connected systems hash alike, so that the same person is known in a file and in a system.
 */
export const addressHash = (address: string, salt: string): string => {
  const block = 64
  const given = Buffer.from(salt)
  const key = Buffer.alloc(block)
  ;(given.length > block ? createHash('sha256').update(given).digest() : given).copy(key)
  const pad = (byte: number) => `unhex('${Buffer.from(key.map(one => one ^ byte)).toString('hex')}')`
  const inner = `unhex(sha256(${pad(0x36)} || encode(lower(trim(${address})))))`
  return `CASE WHEN trim(${address}) <> '' THEN left(sha256(${pad(0x5c)} || ${inner}), 32) ELSE '' END`
}

/** A stable 64-bit hash of text: the same in every version of every engine. */
export const hash = (...parts: string[]): string => hashOf(`concat_ws(chr(31), ${parts.join(', ')})`)

/** The same of one text. It is what `md5_number_lower` gives, which writes all bits out as text on the way. */
export const hashOf = (text: string): string => `CAST(md5_number(${text}) >> 64 AS UBIGINT)`
