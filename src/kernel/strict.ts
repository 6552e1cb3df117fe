import { z } from 'zod'
import { nearest } from './nearest.ts'

/**
 * The same schema that refuses words it does not know, at every depth: passed over, a misspelt word would be another
 * question. What an object takes beyond its named words it must say itself, by a catch-all.
 */
export function strict<T extends z.ZodType>(schema: T): T {
  const made = strictOnes.get(schema)
  if (made) return made as T
  const { checks, error, ...parts } = schema._zod.def as Definition
  const def: Definition = { ...within(parts), ...(checks && { checks }), ...(error && { error }) }
  if (def.type === 'object' && (def.catchall ?? nothing)._zod.def.type === 'never') {
    const known = Object.keys(def.shape ?? {})
    def.catchall = nothing
    def.error = (issue: z.core.$ZodRawIssue) =>
      issue.code === 'unrecognized_keys'
        ? unknownWords(issue.keys as string[], known)
        : error?.(issue as never)
  }
  const copy = z.core.clone(schema, def as T['_zod']['def'])
  const { id: _, ...about } = z.globalRegistry.get(schema) ?? {}
  z.globalRegistry.add(copy, about)
  strictOnes.set(schema, copy)
  return copy
}

interface Definition extends z.core.$ZodTypeDef {
  shape?: Record<string, z.ZodType>
  catchall?: z.ZodType
}

const nothing = z.never()
const strictOnes = new WeakMap<z.ZodType, z.ZodType>()

/** Whatever a definition holds, with every schema in it made strict. */
function within<T>(value: T): T {
  if (value instanceof z.ZodType) return strict(value) as T
  if (Array.isArray(value)) return value.map(within) as T
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, within(part)])) as T
}

/** Says of words that are not known what was probably meant, and what there is. */
function unknownWords(words: readonly string[], known: readonly string[]): string {
  const quoted = words.map(word => `"${word.slice(0, 60)}"`).join(', ')
  const are = `${quoted} ${words.length > 1 ? 'are' : 'is'} not known here`
  if (known.length === 0) return `${are}: nothing is taken.`
  const near = [...new Set(words.flatMap(word => nearest(word.slice(0, 60), known, 1)))]
  return `${are}. Nearest: ${near.join(', ')}. Known: ${known.join(', ')}.`
}
