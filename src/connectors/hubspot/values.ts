/** How HubSpot writes values, all of them text. */

/** An instant in ms: written as a date of ISO 8601 or as milliseconds; null for none and for nonsense. */
export const instantOf = (text: string | null | undefined): number | null => {
  if (text === null || text === undefined || text === '') return null
  const at = /^-?\d{9,}$/.test(text) ? Number(text) : Date.parse(text)
  return Number.isFinite(at) ? at : null
}

/** A plain decimal number as text; null for none and for what is no number. */
export const amountOf = (text: string | null | undefined): string | null =>
  text && /^-?\d+(\.\d+)?$/.test(text.trim()) ? text.trim() : null
