/** A text as every store takes it: without NUL, and without half a letter, such as an emoji that a vendor cut through. */
export const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed()

/** The same for every text in a value. */
export const storableValue = (value: unknown): unknown => {
  const text = JSON.stringify(value, (_, one) => (typeof one === 'string' ? storable(one) : one))
  return text === undefined ? null : JSON.parse(text)
}
