import { plainName } from '#kernel/nearest.ts'

const languages = ['en', 'de', 'de-AT', 'fr', 'es', 'it', 'nl', 'pt', 'pl', 'sv', 'da', 'nb']
const monthNames = new Map([
  // As German spreadsheets shorten it, and no dictionary does.
  ['mrz', 3] as const,
  ...languages.flatMap(language =>
    (['short', 'long'] as const).flatMap(month => {
      const format = new Intl.DateTimeFormat(language, { month, timeZone: 'UTC' })
      return Array.from(
        { length: 12 },
        (_, i) => [plainName(format.format(Date.UTC(2024, i, 1))), i + 1] as const,
      )
    }),
  ),
])

/** The month a heading names, its year where it says one. */
export const monthOf = (heading: string): { month: number; year: number | null } | null => {
  const text = heading.trim()
  const numbers = /^(20\d{2})[-/. ]?(0[1-9]|1[0-2])(?:[-/.]01)?$/.exec(text)
  if (numbers) return { month: Number(numbers[2]), year: Number(numbers[1]) }
  const turned = /^(?:0?1[-/.])?(0?[1-9]|1[0-2])[-/.](20\d{2})$/.exec(text)
  if (turned) return { month: Number(turned[1]), year: Number(turned[2]) }
  const named = /^(\p{L}+)\.?[\s,’'-]*(20\d{2}|\d{2})?$/u.exec(text)
  const month = named && monthNames.get(plainName(named[1] ?? ''))
  if (!named || !month) return null
  const year = named[2] ? Number(named[2]) : null
  return { month, year: year !== null && year < 100 ? 2000 + year : year }
}
