import { planIn } from '#kernel/plan-comparison.ts'
import type { Query } from '../query.ts'
import { choose, type Found, type Limits, type Slice, type Unmet, unmet } from './search.ts'
import { figureOf, type Subject, some } from './subject.ts'

/** Times that causes are chosen anew once it is known what they have in common. */
const rounds = 4

/** The causes, once it is known of those that may be the same rows under two names whether they are. */
export async function chosen(
  of: Subject,
  slices: readonly Slice[],
  others: readonly Found[],
  limits: Limits,
): Promise<Found[]> {
  const meetings: Slice[] = []
  for (let round = 1; ; round++) {
    const causes = choose(slices, others, limits, meetings)
    const open = round > rounds ? [] : unmet(causes, slices, meetings)
    if (open.length === 0) return causes
    meetings.push(...(await some(open, one => meetingOf(of, one, slices))))
  }
}

/** What is where two places meet; where no table, or no plan, tells both, as if they were independent. */
async function meetingOf(of: Subject, { measure, where }: Unmet, slices: readonly Slice[]): Promise<Slice> {
  const known = slices.find(one => one.measure.name === measure) as Slice
  const { totals, meta } = await of.engine.ask(
    {
      ...of.base,
      metrics: [measure],
      compare: [of.comparison] as Query['compare'],
      filters: [
        ...(of.base.filters ?? []),
        ...where.map(({ dimension, value }) => ({ dimension, is: [value] })),
      ],
    },
    of.scope,
  )
  const untold = measure in meta.missing && totals[measure] === null
  const unplanned =
    planIn(of.comparison) !== null && totals.compare?.[of.comparison]?.values[measure]?.value == null
  if (untold || unplanned) {
    const parts = where.map(one =>
      slices.find(
        s =>
          s.measure.name === measure &&
          s.where.length === 1 &&
          s.where[0]?.dimension === one.dimension &&
          s.where[0].value === one.value,
      ),
    )
    const part = (side: 'before' | 'after') =>
      parts.reduce(
        (left, slice) => left * ((slice?.[side] ?? 0) / (known.measure[side] || 1)),
        known.measure[side],
      )
    const after = untold ? part('after') : figureOf(totals, measure, null)
    return { measure: known.measure, where, before: part('before'), after }
  }
  return {
    measure: known.measure,
    where,
    before: figureOf(totals, measure, of.comparison),
    after: figureOf(totals, measure, null),
  }
}
