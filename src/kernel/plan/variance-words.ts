import { inSentence, type Measure, percent, placeOf, showSigned, type Unit } from '../format.ts'

/** A figure beside what it is compared with, as `plan.variance` answers it. */
export interface Row {
  metric: string
  label: string
  unit: string
  currency: string | null
  actual: string | null
  bases: Record<
    string,
    {
      value: string | null
      delta: string | null
      ratio: string | null
      verdict: string
      /** Of a cost that follows sales: the part of its change that is judged. */
      flexed: { rate: string } | null
    }
  >
}

export const measureOf = (row: Row): Pick<Measure, 'unit' | 'currency'> => ({
  unit: row.unit as Unit,
  currency: row.currency,
})

/** One precision for a figure, what it is compared with and its changes: they are read along the row. */
export const placeIn = (row: Row): 'table' | 'whole' =>
  placeOf([row.actual, ...Object.values(row.bases).map(one => one.value)], measureOf(row))

/** A change with its sign; of a share in percentage points. */
export function changeIn(row: Row, base: string): string {
  const delta = row.bases[base]?.delta
  if (row.unit !== 'share' || delta == null) return showSigned(delta, measureOf(row), placeIn(row))
  const size = Number(delta)
  return `${size > 0 ? '+' : size < 0 ? '−' : ''}${percent(Math.abs(size)).replace('%', 'pp')}`
}

/** Of a cost that follows sales, what of its change more or fewer sales do not account for: "−£2,640"; null of all others. */
export function rateIn(row: Row, base: string): string | null {
  const rate = row.bases[base]?.flexed?.rate
  return rate === undefined ? null : showSigned(rate, measureOf(row), placeIn(row))
}

/** The bases that say something of any figure, and those that say nothing of all of them. */
export function saying(rows: readonly Row[], bases: readonly string[]): { told: string[]; silent: string[] } {
  const says = (base: string) => rows.some(row => row.bases[base]?.value != null)
  return { told: bases.filter(says), silent: bases.filter(base => !says(base)) }
}

/**
 * "Net sales 30.6 % above Budget 2026; unfavourable: cost of goods sold +£22,347, media spend +£2,093": the first figure,
 * then the two largest amounts that went the wrong way (changes of other units where no amount did); of a cost that follows
 * sales by its rate alone. Null where there is nothing to compare with.
 */
export function whereOff(rows: readonly Row[], base: string | undefined, named: string): string | null {
  const first = rows[0]
  const of = base === undefined ? undefined : first?.bases[base]
  if (!first || base === undefined || of?.ratio == null) return null
  const size = Number(of.ratio)
  const far =
    Math.abs(size) < 0.0005
      ? `level with ${named}`
      : `${percent(Math.abs(size))} ${size < 0 ? 'below' : 'above'} ${named}`
  const off = rows.slice(1).filter(row => row.bases[base]?.verdict === 'unfavourable')
  const amounts = off
    .filter(row => row.unit === 'money' && row.metric !== 'aov')
    .toSorted((a, b) => Math.abs(judged(b, base)) - Math.abs(judged(a, base)))
  const worst = (amounts.length > 0 ? amounts : off).slice(0, 2).map(row => {
    const rate = rateIn(row, base)
    return `${inSentence(row.label)} ${rate === null ? changeIn(row, base) : `${rate} by rate`}`
  })
  return `${first.label} ${far}; ${worst.length > 0 ? `unfavourable: ${worst.join(', ')}` : 'nothing is unfavourable'}`
}

/** What of a change is judged: of a cost that follows sales its rate. */
const judged = ({ bases }: Row, base: string): number => {
  const of = bases[base]
  return Number(of?.flexed?.rate ?? of?.delta)
}
