/** One table asked for one side of a question: keys and columns as SQL over `rest`. */
export interface Part {
  keys: Record<string, string>
  columns: Record<string, string>
  rest: string
}

/** By position: keys come first in every branch, and expressions with parameters cannot be repeated. */
export const groupBy = (count: number) =>
  count === 0 ? '' : `\nGROUP BY ${Array.from({ length: count }, (_, i) => i + 1).join(', ')}`

/** Columns of few values: gathering by them first leaves little to compute keys for. */
const few = new Set(['store', 'day', 'hour', 'currency', 'country', 'channel'])

/**
 * Sums grouped by their keys. Where a key is computed (which period a day is in, a weekday's name), rows are first
 * gathered by the plain columns it is computed from: a few thousand groups instead of millions of rows go through
 * the computing. Keys that are `codes` are quick enough as they are.
 */
export const gathered = ({ keys, columns, rest }: Part, codes: readonly string[]): Part => {
  const names = Object.keys(keys)
  const grouped = { keys, columns, rest: `${rest}${groupBy(names.length)}` }
  const expressions = Object.values(keys)
  const plain = [
    ...new Set(expressions.flatMap(sql => [...sql.matchAll(/\bf\.(\w+)/g)].map(match => match[1] ?? ''))),
  ]
  const computed = names.some(name => !codes.includes(name) && !/^f\.\w+$/.test(keys[name] ?? ''))
  const foreign = expressions.some(sql => /\b[a-eg-z]\.\w/.test(sql))
  if (!computed || foreign || plain.length === 0 || !plain.every(name => few.has(name))) return grouped
  const inner = [
    ...plain.map(name => `f.${name} AS ${name}`),
    ...Object.entries(columns).map(([name, sql]) => `${sql} AS ${name}`),
  ]
  return {
    keys,
    columns: Object.fromEntries(Object.keys(columns).map(name => [name, `sum(f.${name})`])),
    rest: `FROM (SELECT ${inner.join(', ')} ${rest}${groupBy(plain.length)}) f${groupBy(names.length)}`,
  }
}

/** The same part with the keys among `codes` told as text: there are as many rows to spell out as there are groups. */
export const spelt = (part: Part, codes: readonly string[], text: (expression: string) => string): Part => {
  if (codes.length === 0) return part
  const inner = Object.entries({ ...part.keys, ...part.columns }).map(([name, sql]) => `${sql} AS ${name}`)
  return {
    keys: Object.fromEntries(
      Object.keys(part.keys).map(name => [name, codes.includes(name) ? text(`f.${name}`) : `f.${name}`]),
    ),
    columns: Object.fromEntries(Object.keys(part.columns).map(name => [name, `f.${name}`])),
    rest: `FROM (SELECT ${inner.join(', ')} ${part.rest}) f`,
  }
}

/** Parts of one side with the same keys as one part: what each tells of a key is added up. */
export const united = (parts: readonly Part[]): Part => {
  const keys = Object.keys(parts[0]?.keys ?? {})
  const names = [...new Set(parts.flatMap(part => Object.keys(part.columns)))]
  const each = parts.map(part => {
    const list = [
      ...keys.map(key => `${part.keys[key]} AS ${key}`),
      ...names.map(name => `${part.columns[name] ?? 'NULL'} AS ${name}`),
    ]
    return `SELECT ${list.join(', ')} ${part.rest}`
  })
  return {
    keys: Object.fromEntries(keys.map(key => [key, `v.${key}`])),
    columns: Object.fromEntries(names.map(name => [name, `sum(v.${name})`])),
    rest: `FROM (${each.join('\nUNION ALL\n')}) v${groupBy(keys.length)}`,
  }
}
