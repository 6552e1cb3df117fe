/** A text as it begins a sentence: its first letter large, the rest as it is. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** A name of a metric, dimension or column as a heading: `unit_price` is “Unit price”. */
export const titleOf = (name: string): string => capital(name.replaceAll('_', ' '))

/** A label as it stands within a sentence: its first letter small, unless it is a short form such as MER. */
export const uncapital = (text: string): string =>
  /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
