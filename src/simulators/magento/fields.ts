/** What `fields=items[entity_id,items[sku]],total_count` asks for: names, each with what is asked of it. */
type Wanted = Map<string, Wanted>

/** Reads the list; brackets that do not close are taken as closed at the end. */
export function readFields(text: string): Wanted {
  let at = 0
  const list = (): Wanted => {
    const found: Wanted = new Map()
    let name = ''
    const take = (inner: Wanted) => {
      if (name.trim()) found.set(name.trim(), inner)
      name = ''
    }
    while (at < text.length) {
      const letter = text[at++]
      if (letter === '[') take(list())
      else if (letter === ']') break
      else if (letter === ',') take(new Map())
      else name += letter
    }
    take(new Map())
    return found
  }
  return list()
}

/** An answer with only what was asked for. Of a list every member is. */
export function only(value: unknown, wanted: Wanted): unknown {
  if (wanted.size === 0) return value
  if (Array.isArray(value)) return value.map(one => only(one, wanted))
  if (typeof value !== 'object' || value === null) return value
  const given = value as Record<string, unknown>
  return Object.fromEntries(
    [...wanted].flatMap(([name, inner]) => (name in given ? [[name, only(given[name], inner)]] : [])),
  )
}
