import type { Context } from '#features/context.ts'
import { mad, median } from '#forecast/numbers.ts'
import { addDays, type Day, dayCount, earlier, later, yearOf } from '#kernel/day.ts'
import { type Feast, feasts } from '#kernel/feasts.ts'
import { inSentence, percent, placeOf, show, showDay } from '#kernel/format.ts'
import { spanWords } from '#kernel/view.ts'
import { bridge } from '#metrics/bridge/bridge.ts'
import type { Bridge } from '#metrics/bridge/shape.ts'
import * as settings from '#postgres/tables/settings.ts'
import type { Cause } from '#postgres/tables/watch.ts'
import { askAll, inHomeCurrency } from '../forecasts/course.ts'
import { type Asked, narrowed, type Weighed } from './asked.ts'
import { stockCauses } from './stock-causes.ts'

/** Explanations told at most. */
const most = 6
/** Slices among them, in the order the search found them. */
const slices = 4
/** A reason counts before places where it moved at least this part of the change. */
const material = 0.1

/**
 * What likely moved net sales in a stretch of days. First what is wrong with the data, then reasons that could be measured
 * (an event, stock that ran out), then where it happened (the slices the search finds, sharpest first), then what only
 * coincides. A place is no reason: among equals the reason comes first. Money in the company's currency.
 */
export async function causesOf(given: Context, asked: Asked): Promise<Cause[]> {
  const context = await inHomeCurrency(given)
  const { fair, words } = await fairDays(context, asked)
  const data = [asked.doubt, words].flatMap((one): Cause[] =>
    one
      ? [{ kind: 'data', words: one, evidence: 'Systems and their last reading', perDay: null, where: [] }]
      : [],
  )
  const events = await eventCauses(context, asked)
  const stock = await stockCauses(context, asked)
  const { change, found } = fair ? await sliceCauses(context, fair) : { change: 0, found: [] }
  const size = (one: Cause) => Math.abs(one.perDay ?? 0)
  const isReason = (one: Weighed) => one.sure && size(one) > 0 && size(one) >= material * Math.abs(change)
  const [reasons, others] = [true, false].map(is =>
    [...events, ...stock].filter(one => isReason(one) === is).toSorted((a, b) => size(b) - size(a)),
  ) as [Weighed[], Weighed[]]
  const told = reasons.slice(0, most - 2)
  // One matter told twice leaves no room for another: what ran out is why its place fell.
  const places = found.filter(({ where, perDay }) => !told.some(one => isWhy(one, where, perDay)))
  return [...data, ...told, ...places, ...others]
    .slice(0, most)
    .map(({ sure: _, ...cause }: Cause & { sure?: boolean }) => cause)
}

/** Whether stock that ran out is the reason for what a place lost. */
const isWhy = (reason: Cause, where: Cause['where'], perDay: number | null): boolean =>
  reason.kind === 'stock' &&
  (perDay ?? 0) < 0 &&
  reason.where.every(one => where.some(two => one.dimension === two.dimension && one.value === two.value))

/** How many days before it a stretch is compared with. */
const lagOf = ({ from, to, compare }: Asked): number =>
  compare === 'previous_days' ? dayCount(from, to) : compare === 'last_year' ? 365 : 364

/**
 * The part of a stretch whose counterpart is known: days compared with days from before the data begin, or are whole, would
 * explain everything by the beginning. Null where there is none; `words` says what was left out.
 */
async function fairDays(
  context: Context,
  asked: Asked,
): Promise<{ fair: Asked | null; words: string | null }> {
  const { meta } = await askAll(context, {
    metrics: ['net_sales'],
    window: 'all_time',
    ...(asked.store && { stores: [asked.store] }),
  })
  const known = meta.wholeFrom ?? meta.from
  if (meta.lastDay === null || addDays(asked.from, -lagOf(asked)) >= known)
    return { fair: asked, words: null }
  const weeks = 7 * Math.floor(dayCount(known, asked.to) / 14)
  const from = asked.compare === 'previous_days' ? addDays(asked.to, 1 - weeks) : addDays(known, lagOf(asked))
  const fair = from <= asked.to ? { ...asked, from } : null
  return {
    fair,
    words: `Sales are known from ${showDay(known)} on: ${fair ? `only the days from ${showDay(from)} on can be compared` : 'the days compared are not known'}.`,
  }
}

interface Spell {
  series: string
  name: string
  from: Day
  to: Day
  /** It is a feast that moves, or what people entered for the days of one. */
  moves: boolean
}

/** Feasts and events on one side of the comparison and not on the other, or that began or ended with the stretch. */
async function eventCauses(context: Context, asked: Asked): Promise<Weighed[]> {
  const { from, to, store } = asked
  const base = { from: addDays(from, -lagOf(asked)), to: addDays(to, -lagOf(asked)) }
  // Earlier years tell what a feast does, too.
  const years = Array.from({ length: yearOf(to) - yearOf(base.from) + 2 }, (_, n) => yearOf(to) - n)
  const yearly = asked.compare !== 'previous_days'
  const entered = (await context.ledger.select().from(settings.events)).filter(
    one => !store || one.stores.length === 0 || one.stores.includes(store),
  )
  const all = oneSpellEach(entered, years.flatMap(feasts))
  const within = (one: Spell, span: { from: Day; to: Day }) => one.from <= span.to && one.to >= span.from
  const [here, there] = [all.filter(one => within(one, { from, to })), all.filter(one => within(one, base))]
  const causes: Weighed[] = []
  const days = dayCount(from, to)
  const span = (side: 1 | -1) => (side > 0 ? { from, to } : base)
  for (const [own, others, side] of [
    [here, there, 1],
    [there, here, -1],
  ] as const)
    for (const one of own) {
      if (others.some(other => other.series === one.series)) continue
      const same = all.filter(other => other.series === one.series && other.from <= one.from)
      const effect = await effectOf(context, one, same, store)
      const shared = dayCount(later(one.from, span(side).from), earlier(one.to, span(side).to))
      causes.push({
        kind: 'event',
        words:
          side > 0
            ? `${one.name} fell into these days and not into those compared.`
            : `${one.name} fell into the days compared and not into these.`,
        evidence: effect
          ? `${spanWords(one.from, one.to)}: orders ${effect.share < 0 ? '−' : '+'}${percent(Math.abs(effect.share), 0)} against the weeks beside them${effect.times > 1 ? `, over ${effect.times} of them` : ''}${effect.sure ? '' : '; such days may differ as much by chance'}`
          : spanWords(one.from, one.to),
        rows: { metric: 'net_sales', from: one.from, to: one.to },
        perDay: effect && (side * effect.amount * shared) / dayCount(one.from, one.to) / days,
        where: [],
        // Years that a feast makes unlike are known to be: nobody searched for it, and its size says whether it is told.
        sure: effect !== null && (effect.sure || (yearly && one.moves)),
      })
    }
  return causes
}

type Entered = typeof settings.events.$inferSelect

/**
 * What people entered, and feasts that none of it stands for: a promotion of a feast's own days is the feast; a launch or an
 * outage that went on over them is not.
 */
function oneSpellEach(entered: readonly Entered[], known: readonly Feast[]): Spell[] {
  const holds = ({ kind, from, to }: Entered, feast: Feast) =>
    (kind === 'holiday' || kind === 'promotion') && from <= feast.from && feast.to <= to
  return [
    ...entered.map(one => ({ ...one, moves: known.some(feast => holds(one, feast)) })),
    ...known
      .filter(feast => !entered.some(one => holds(one, feast)))
      .map(feast => ({ ...feast, moves: true })),
  ]
}

/** Windows before an event and after it that say what its days differ by without it. */
const windows = 6
/**
 * Standard deviations from which an effect is taken for real: one. The calendar named the event beforehand, so it is one
 * guess, where the search for slices tries hundreds; and what is small beside the change counts for nothing in any case.
 */
const likely = 1
/** Of a feast that comes again, so many of its latest times are looked at. */
const latest = 4

interface Effect {
  /** Money, over the days of the event. */
  amount: number
  /** Of the orders that were usual. */
  share: number
  /** Times of the event it was measured on. */
  times: number
  /** More than such days usually differ from those beside them. */
  sure: boolean
}

/**
 * What an event does: orders on its days against the same weekdays just before and after, over all its times, and in money
 * by what those weekdays usually sell. Orders are counted because they scatter less than money does; how much windows
 * without it differ from their neighbours (a scaled median) says what is chance. Null for what lasts too long to have days
 * beside it, or where they are not known.
 */
async function effectOf(
  context: Context,
  event: Spell,
  times: readonly Spell[],
  store: string | undefined,
): Promise<Effect | null> {
  const measured: { share: number; usual: number; noise: number | null }[] = []
  for (const one of times.toSorted((a, b) => (a.from < b.from ? 1 : -1)).slice(0, latest)) {
    const found = await measure(context, one, store)
    if (found) measured.push(found)
    else if (one === event) return null
  }
  const own = measured[0]
  const noises = measured.flatMap(one => one.noise ?? [])
  if (!own) return null
  const share = measured.reduce((sum, one) => sum + one.share, 0) / measured.length
  const noise = noises.length === 0 ? Number.POSITIVE_INFINITY : median(noises) / Math.sqrt(measured.length)
  return {
    amount: share * own.usual,
    share,
    times: measured.length,
    sure: Math.abs(share) > likely * noise,
  }
}

/** One time of an event: its orders ÷ what is usual − 1, what its days usually sell, and what that share is by chance. */
async function measure(
  context: Context,
  event: Spell,
  store: string | undefined,
): Promise<{ share: number; usual: number; noise: number | null } | null> {
  const length = dayCount(event.from, event.to)
  if (length > 21) return null
  const step = 7 * Math.ceil((length + 2) / 7)
  const { rows, meta } = await askAll(context, {
    metrics: ['orders', 'net_sales'],
    grain: 'day',
    calendar: 'gregorian',
    from: addDays(event.from, -windows * step),
    to: addDays(event.to, windows * step),
    ...(store && { stores: [store] }),
  })
  const sold = new Map(rows.map(row => [String(row.period), row]))
  const begins = rows.find(row => row.orders != null && Number(row.orders) !== 0)?.period ?? '9999'
  const window = (n: number, metric: 'orders' | 'net_sales'): number | null => {
    const from = addDays(event.from, n * step)
    if (from < begins || addDays(from, length - 1) > (meta.lastDay ?? '')) return null
    const days = Array.from({ length }, (_, t) => Number(sold.get(addDays(from, t))?.[metric] ?? 0))
    return days.reduce((sum, value) => sum + value, 0)
  }
  const beside = (n: number, metric: 'orders' | 'net_sales'): number | null => {
    const known = [window(n - 1, metric), window(n + 1, metric)].filter(one => one !== null)
    return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0) / known.length
  }
  const shareAt = (n: number): number | null => {
    const [own, usual] = [window(n, 'orders'), beside(n, 'orders')]
    return own === null || !usual ? null : own / usual - 1
  }
  const [share, usual] = [shareAt(0), beside(0, 'net_sales')]
  if (share === null || usual === null) return null
  const others = Array.from({ length: 2 * windows + 1 }, (_, n) => n - windows)
    .filter(n => Math.abs(n) > 1)
    .flatMap(n => shareAt(n) ?? [])
  return { share, usual, noise: others.length < 3 ? null : mad(others, 0) }
}

/** The few slices that explain most, as the bridge finds them; and the whole change a day. */
async function sliceCauses(
  context: Context,
  { from, to, compare, store, within }: Asked,
): Promise<{ change: number; found: Cause[] }> {
  const { causes, totals, currency } = await bridge(
    context.metrics,
    {
      metric: 'net_sales',
      compare,
      from,
      to,
      ...(store && { stores: [store] }),
      ...narrowed(within),
    },
    { stores: 'all', now: context.clock() },
  )
  const days = dayCount(from, to)
  return {
    change: Number(totals.change ?? 0) / days,
    found: causes.slice(0, slices).map(one => ({
      kind: 'slice',
      words: one.words,
      evidence: evidenceOf(one, currency),
      perDay: Number(one.amount) / days,
      where: one.where,
      ...(one.from && { from: one.from }),
      rows: {
        metric: ['sessions', 'conversion_rate'].includes(one.measure) ? one.measure : 'net_sales',
        ...{ from, to, compare },
      },
    })),
  }
}

/** What a slice was and is, each as its unit reads: "Net sales £12,300 → £9,800", "Share of orders 4.0 % → 9.5 %". */
function evidenceOf(cause: Bridge['causes'][number], currency: string | null): string {
  const { kind, unit, measure, driver } = cause
  const figure =
    kind === 'mix' ? `share of ${driver ? inSentence(driver) : 'the whole'}` : measure.replaceAll('_', ' ')
  const both = [cause.before, cause.after]
  const [before, after] = both.map(value => show(value, { unit, currency }, placeOf(both, { unit })))
  return `${figure.charAt(0).toUpperCase()}${figure.slice(1)} ${before} → ${after}`
}
