import { Failure } from '#kernel/error.ts'
import type { Parameters } from './warehouse.ts'

const placeholder = /\{(\w+):(\w+)\}/g

/** Portable parameter types and what DuckDB casts the bound text to. */
const casts: Record<string, string> = {
  String: 'VARCHAR',
  Date: 'DATE',
  DateTime: 'TIMESTAMP',
  Int64: 'BIGINT',
  Float64: 'DOUBLE',
  Bool: 'BOOLEAN',
}

/**
 * The portable text with its `{name:Type}` parameters as DuckDB spells them, and the values it uses.
 * @throws Failure('internal') when a parameter has no value or an unknown type: the caller's text is wrong.
 */
export const forDuckdb = (sql: string, parameters: Parameters) => {
  const used: Parameters = {}
  const text = sql.replace(placeholder, (_, name: string, type: string) => {
    const cast = casts[type]
    const value = parameters[name]
    if (!cast) throw new Failure('internal', `Parameter ${name} has the unknown type ${type}.`)
    if (value === undefined) throw new Failure('internal', `Parameter ${name} has no value.`)
    used[name] = value
    return `CAST($${name} AS ${cast})`
  })
  return { text, used }
}
