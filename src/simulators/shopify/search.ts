import facts from './contract/admin-2026-10.json' with { type: 'json' }

/** What a `query:` argument asks: every part must hold. Only what this vendor documents is known. */
export interface Search {
  terms: readonly Term[]
}

export interface Term {
  field: string
  not: boolean
  compare: '=' | '<' | '<=' | '>' | '>='
  value: string
}

/** A `query:` that the vendor would not take. */
export class SearchTrouble extends Error {}

const filters = facts.filters as Record<string, string[] | undefined>

/**
 * Reads `updated_at:>='2026-01-01T00:00:00Z' AND action:destroy`: terms joined by AND or blanks, `-` or NOT before one
 * that must not hold. @throws SearchTrouble for a filter the connection does not have, for OR and for free text.
 */
export function searchOf(connection: string, text: string | null | undefined): Search {
  const known = filters[connection]
  const terms: Term[] = []
  let not = false
  const token =
    /\s*(?:(AND|OR|NOT)\b|(-?)([A-Za-z_.]+)\s*:\s*(<=|>=|<|>|)\s*(?:'([^']*)'|"([^"]*)"|([^\s()]+))|(\S+))/gy
  for (const [, word, minus, field, compare, single, double, bare, rest] of (text ?? '')
    .trim()
    .matchAll(token)) {
    if (word === 'NOT') not = true
    else if (word === 'OR') throw new SearchTrouble('OR is not answered here.')
    else if (rest !== undefined) throw new SearchTrouble(`"${rest}" is no term of a search.`)
    else if (field) {
      if (!known?.includes(field)) throw new SearchTrouble(`Invalid search field: ${field}`)
      terms.push({
        field,
        not: not || minus === '-',
        compare: (compare || '=') as Term['compare'],
        value: single ?? double ?? bare ?? '',
      })
      not = false
    }
  }
  return { terms }
}

const timeOf = (value: string, now: number): number => {
  if (value === 'now') return now
  const at = Date.parse(/^\d{4}$/.test(value) ? `${value}-01-01T00:00:00Z` : value)
  if (Number.isNaN(at)) throw new SearchTrouble(`"${value}" is no date.`)
  return at
}

/** The span of time a field is asked within, ms; from 0 to beyond now where it is not. */
export function spanOf({ terms }: Search, field: string, now: number): { from: number; to: number } {
  let from = 0
  let to = Number.MAX_SAFE_INTEGER
  for (const term of terms)
    if (term.field === field && !term.not) {
      const at = timeOf(term.value, now)
      if (term.compare === '>=') from = Math.max(from, at)
      else if (term.compare === '>') from = Math.max(from, at + 1)
      else if (term.compare === '<') to = Math.min(to, at)
      else if (term.compare === '<=') to = Math.min(to, at + 1)
      else {
        from = Math.max(from, at)
        to = Math.min(to, at + 1)
      }
    }
  return { from, to }
}

/** Whether a thing with these values fits; values are times in ms or text. A field without value here is refused. */
export function fits(
  { terms }: Search,
  values: Readonly<Record<string, string | number>>,
  now: number,
): boolean {
  return terms.every(({ field, not, compare, value }) => {
    const own = values[field]
    if (own === undefined) throw new SearchTrouble(`The filter ${field} is not answered here.`)
    const asked =
      typeof own !== 'number'
        ? value.toLowerCase()
        : /^\d+$/.test(value) && field === 'id'
          ? Number(value)
          : timeOf(value, now)
    const mine = typeof own === 'number' ? own : own.toLowerCase()
    const holds =
      compare === '='
        ? mine === asked
        : compare === '<'
          ? mine < asked
          : compare === '<='
            ? mine <= asked
            : compare === '>'
              ? mine > asked
              : mine >= asked
    return holds !== not
  })
}
