/**
 * Rows of a CSV file as it comes, each a record by the names of its first line. Values may be in quotes, with commas,
 * quotes and line ends in them; the word `null` is none; carriage returns and zero bytes are dirt and left out.
 */
export async function* csvRecords(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Record<string, string | null>> {
  const decoder = new TextDecoder('utf-8')
  let names: string[] | null = null
  let row: (string | null)[] = []
  let value = ''
  let wasQuoted = false
  let inside = false
  /** A quote inside quotes: an end, or the first of two. */
  let pending = false
  const field = () => {
    row.push(!wasQuoted && value === 'null' ? null : value)
    value = ''
    wasQuoted = false
  }
  const line = (): Record<string, string | null> | null => {
    field()
    const whole = row
    row = []
    if (names === null) {
      names = whole.map(one => one ?? '')
      return null
    }
    if (whole.length === 1 && !whole[0]) return null
    // A line cut short is not taken for a whole one.
    if (whole.length !== names.length) throw new Error('A line of the file has not the columns of its head.')
    return Object.fromEntries(names.map((name, index) => [name, whole[index] ?? null]))
  }
  for await (const part of bytes) {
    const text = decoder.decode(part, { stream: true })
    for (const sign of text) {
      if (sign === '\r' || sign === '\0') continue
      if (pending) {
        pending = false
        if (sign === '"') {
          value += '"'
          continue
        }
        inside = false
      }
      if (inside) {
        if (sign === '"') pending = true
        else value += sign
      } else if (sign === '"') {
        inside = true
        wasQuoted = true
      } else if (sign === ',') field()
      else if (sign === '\n') {
        const made = line()
        if (made) yield made
      } else value += sign
    }
  }
  if (value !== '' || row.length > 0) {
    if (inside && !pending) throw new Error('The file ends in the middle of a value.')
    const made = line()
    if (made) yield made
  }
}
