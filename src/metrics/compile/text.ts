import type { Parameters } from '#warehouse/warehouse.ts'

export interface Statement {
  about: string
  sql: string
  parameters: Parameters
}

/** Text that takes its values by name, so that nothing of a question is ever part of the statement. */
export class Text {
  readonly parameters: Record<string, string | number | boolean> = {}
  readonly #names = new Map<string, string>()

  bind(value: string | number, type: 'String' | 'Date' | 'Float64' | 'Int64'): string {
    const known = this.#names.get(`${type} ${value}`)
    if (known) return known
    const name = `${type[0]}${this.#names.size}`
    const placeholder = `{${name}:${type}}`
    this.#names.set(`${type} ${value}`, placeholder)
    this.parameters[name] = value
    return placeholder
  }
}

export const inList = (expression: string, values: readonly string[], text: Text): string =>
  values.length === 0 ? '1 = 0' : `${expression} IN (${values.map(v => text.bind(v, 'String')).join(', ')})`
