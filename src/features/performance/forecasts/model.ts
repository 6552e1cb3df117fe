import { percent } from '#kernel/format.ts'
import type { Grade } from './shape.ts'

/** How good forecasts were, so far ahead, in plain words: each a cell of a table, "N/A" where nothing is known. */
export interface GradeWords {
  /** "5 to 13 weeks ahead" */
  ahead: string
  days: string
  /** How far off, and beside it what copying the last week was. */
  off: string
  copying: string
  /** "3 % too high", "level" */
  lean: string
  held80: string
  held95: string
}

const none = 'N/A'
const said = (share: number | null) =>
  share === null ? none : percent(share, share > 0 && share < 0.0995 ? 1 : 0)

/** A share of less than this is no lean: half of it would be said as nothing. */
const level = 0.0005

/** Grades by how far ahead, as a table says them: shares as percentages. */
export const gradeWords = (grades: readonly Grade[]): GradeWords[] =>
  grades.map(({ label, days, wape, naiveWape, bias, cover80, cover95 }) => ({
    ahead: label.replace(/^./, first => first.toUpperCase()),
    days: days.toLocaleString('en-GB'),
    off: said(wape),
    copying: said(naiveWape),
    lean:
      bias === null
        ? none
        : Math.abs(bias) < level
          ? 'level'
          : `${said(Math.abs(bias))} too ${bias > 0 ? 'high' : 'low'}`,
    held80: said(cover80),
    held95: said(cover95),
  }))

/** How many forecasts a grade is of, and how they came: "8 earlier forecasts, all made afterwards from what was known then". */
export function madeWords({ forecasts, hindsight }: { forecasts: number; hindsight: number }): string {
  const said = (n: number) => n.toLocaleString('en-GB')
  const earlier = `${said(forecasts)} earlier ${forecasts === 1 ? 'forecast' : 'forecasts'}`
  if (hindsight === 0) return earlier
  const which = hindsight < forecasts ? `${said(hindsight)} of them ` : forecasts === 1 ? '' : 'all '
  return `${earlier}, ${which}made afterwards from what was known then`
}
