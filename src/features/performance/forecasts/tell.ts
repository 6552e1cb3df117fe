import { and, desc, eq } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { bias, coverage, wape } from '#forecast/grade.ts'
import { seesAll } from '#kernel/actor.ts'
import { addDays, type Day, dayCount } from '#kernel/day.ts'
import { Failure } from '#kernel/error.ts'
import { percent } from '#kernel/format.ts'
import { forecasts } from '#postgres/tables/watch.ts'
import { company } from './course.ts'
import { sliceText, splits } from './lines.ts'
import type { Stored } from './make.ts'
import type { ForecastTold, Grade } from './shape.ts'

/** Earlier forecasts that are graded: those of about a year. */
const graded = 400
/** Days of the past shown before the forecast. */
const shown = 56

/** The latest forecast of a figure, what came before it, and how good earlier ones were. */
export async function tellForecast(
  context: Context,
  {
    metric,
    store = company,
    slice = {},
  }: { metric: string; store?: string | undefined; slice?: Partial<Record<string, string>> | undefined },
): Promise<ForecastTold> {
  const { ledger, actor, metrics } = context
  if (!seesAll(actor, store === company ? 'all' : [store]))
    throw new Failure('forbidden', 'This forecast is of stores that you cannot see.', {
      next: `Name a store among yours: ${[actor.stores].flat().join(', ')}.`,
    })
  const inOrder = Object.fromEntries(splits.flatMap(by => (slice[by] ? [[by, slice[by]]] : [])))
  const all = await ledger
    .select()
    .from(forecasts)
    .where(
      and(eq(forecasts.metric, metric), eq(forecasts.store, store), eq(forecasts.slice, sliceText(inOrder))),
    )
    .orderBy(desc(forecasts.asOf), desc(forecasts.madeAt))
    .limit(graded)
  const kept = all.filter(one => !one.inputs.partial)
  const latest = kept[0]
  if (!latest)
    throw new Failure(
      'not_found',
      `There is no forecast of ${metric}${[...Object.values(slice), store]
        .filter(Boolean)
        .map(one => ` in ${one}`)
        .join('')} yet.`,
      {
        next:
          Object.keys(slice).length === 0
            ? 'It is made within minutes of a load, once there are some weeks of whole days.'
            : 'Categories and channels with less than a hundredth of sales, and the smallest beyond a dozen or where too many cross, are forecast together, as what is left of the whole.',
      },
    )
  const definition = (await metrics.definitions()).metrics.find(one => one.name === metric)
  const grades = gradesOf(lastOfEachDay(kept))
  return {
    metric,
    label: definition?.label ?? metric,
    unit: definition?.unit ?? 'count',
    store,
    currency: latest.currency || null,
    asOf: latest.asOf,
    madeAt: new Date(latest.madeAt).toISOString(),
    model: latest.model,
    why: latest.why,
    beatsNaive: latest.beatsNaive,
    course: [...(await past(context, latest, kept)), ...ahead(latest)],
    forecasts: kept.filter(one => one.actuals.some(value => value !== null)).length,
    hindsight: kept.filter(one => one.hindsight).length,
    grades,
    sentence: sentenceOf(latest, grades),
  }
}

/** Of forecasts from the same day the one made last, for late data make another. */
const lastOfEachDay = (kept: readonly Stored[]): Stored[] => [
  ...new Map(kept.toReversed().map(one => [one.asOf, one])).values(),
]

/** What was last forecast of a day before it began, of forecasts with the latest first. */
function foretold(kept: readonly Stored[], day: Day) {
  const one = kept.find(own => own.asOf < day)
  return quantilesOf(one?.points[dayCount(one.asOf, day) - 2] ?? [])
}

const quantilesOf = ([p2_5 = null, p10 = null, p50 = null, p90 = null, p97_5 = null]: readonly (
  | number
  | null
)[]) => ({ p2_5, p10, p50, p90, p97_5 })

async function past(
  { metrics, clock }: Context,
  latest: Stored,
  kept: readonly Stored[],
): Promise<ForecastTold['course']> {
  const { metric, store, asOf, currency } = latest
  const slice: Record<string, string> = latest.slice === '' ? {} : JSON.parse(latest.slice)
  const answer = await metrics.ask(
    {
      metrics: [metric],
      grain: 'day',
      from: addDays(asOf, 1 - shown),
      to: asOf,
      calendar: 'gregorian',
      ...(store !== company && { stores: [store] }),
      ...(currency && { currency }),
      filters: Object.entries(slice).map(([dimension, value]) => ({ dimension, is: [value] })),
    },
    { stores: 'all', now: clock() },
  )
  return answer.rows.map(row => {
    const value = row[metric]
    const day = String(row.period)
    return { day, actual: typeof value === 'string' ? Number(value) : null, ...foretold(kept, day) }
  })
}

const ahead = ({ asOf, points }: Stored): ForecastTold['course'] =>
  points.map((point, h) => ({ day: addDays(asOf, h + 1), actual: null, ...quantilesOf(point) }))

const bands = [
  { label: 'a week ahead', from: 1, to: 7 },
  { label: '2 to 4 weeks ahead', from: 8, to: 28 },
  { label: '5 to 13 weeks ahead', from: 29, to: 91 },
]

/** Grades by how far ahead a day was forecast; bands without any day that is over are left out. */
export function gradesOf(kept: readonly Pick<Stored, 'points' | 'naive' | 'actuals'>[]): Grade[] {
  return bands.flatMap(band => {
    const days = kept.flatMap(({ points, naive, actuals }) =>
      actuals.slice(band.from - 1, band.to).flatMap((actual, i) => {
        const at = band.from - 1 + i
        return actual === null ? [] : [{ actual, point: points[at] ?? [], naive: naive[at] ?? 0 }]
      }),
    )
    if (days.length === 0) return []
    const actual = days.map(one => one.actual)
    const column = (n: number) => days.map(one => one.point[n] ?? 0)
    return [
      {
        ...band,
        days: days.length,
        wape: wape(actual, column(2)),
        bias: bias(actual, column(2)),
        cover80: coverage(actual, column(1), column(3)),
        cover95: coverage(actual, column(0), column(4)),
        naiveWape: wape(
          actual,
          days.map(one => one.naive),
        ),
      },
    ]
  })
}

const rounded = (share: number) => percent(share, share < 0.0995 ? 1 : 0)

function sentenceOf(latest: Stored, grades: readonly Grade[]): string {
  const fallen = latest.beatsNaive === false
  const head = fallen ? 'No model beats copying the last week or year here, so that is what is given.' : ''
  const [first] = grades
  if (!first || first.wape === null)
    return `${head || 'Not graded yet:'} grades come with the days that were forecast.`.trim()
  const against =
    first.naiveWape === null
      ? ''
      : first.wape < first.naiveWape
        ? `, where copying the last week was off by ${rounded(first.naiveWape)}`
        : `, no better than copying the last week (${rounded(first.naiveWape)})`
  const lean =
    first.bias !== null && Math.abs(first.bias) >= 0.02
      ? ` It said too ${first.bias > 0 ? 'much' : 'little'} by ${rounded(Math.abs(first.bias))}.`
      : ''
  const held = first.cover80 === null ? '' : ` ${rounded(first.cover80)} of days fell into the 80 % range.`
  return `${head} Days a week ahead were off by ${rounded(first.wape)}${against}.${lean}${held}`.trim()
}
