import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import { api } from '#features/client.ts'
import { titleOf } from '#kernel/capital.ts'
import { civilYear } from '#kernel/period.ts'
import { planComparison, planIn } from '#kernel/plan-comparison.ts'
import { valueName } from '#kernel/value-names.ts'
import {
  askedDays,
  askedPeriod,
  comparisonName,
  comparisonsFor,
  isBefore,
  knownOf,
  readView,
  spanWords,
} from '#kernel/view.ts'
import type { Answer, Definition, Query } from '#metrics/query.ts'
import { change, type Measure, show } from '#ui/number.ts'
import { useUrl } from '#ui/url.ts'
import {
  baseQuery,
  type Filter,
  fairComparisons,
  readFilters,
  type Say,
  titlesOf,
  writeFilters,
} from './model.ts'

const nothing: { metrics: Definition[]; dimensions: { name: string; label: string; metrics: string[] }[] } = {
  metrics: [],
  dimensions: [],
}

/** How often it is looked, ms, how far the past has come while it is being read. */
const whileComing = 30_000

/** Asks all figures anew when more of the past has come in: what was N/A for want of it is compared then. */
function useComing(wholeFrom: string | undefined) {
  const cache = useQueryClient()
  const before = useRef(wholeFrom)
  useEffect(() => {
    if (before.current && before.current !== wholeFrom)
      cache.invalidateQueries({ queryKey: api.performance.key() })
    before.current = wholeFrom
  }, [cache, wholeFrom])
}

/** Through what one looks at the figures: the view and filters of the URL, what is known of the data, and the vocabulary. */
export function useLens() {
  const [search, setUrl] = useUrl()
  const {
    data: span,
    isSuccess: spanKnown,
    error: spanError,
    refetch: spanAgain,
  } = useQuery({
    ...api.performance.query.queryOptions({ input: knownOf(readView(search)) }),
    refetchInterval: ({ state }) => (state.data?.meta.wholeFrom ? whileComing : false),
  })
  const {
    data: vocabulary,
    isSuccess: spoken,
    error: wordless,
    refetch: wordsAgain,
  } = useQuery(api.performance.definitions.queryOptions({ input: {}, staleTime: 300_000 }))
  const {
    data: settings,
    isSuccess: settled,
    error: unset,
    refetch: settingsAgain,
  } = useQuery(api.settings.read.queryOptions({ input: {}, staleTime: 300_000 }))
  useComing(span?.meta.wholeFrom)
  const lastDay = span?.meta.lastDay ?? null
  const firstDay = span?.meta.from
  // As the figures are counted: it may be tomorrow already where the store is.
  const today = span?.meta.today ?? new Date().toISOString().slice(0, 10)

  return useMemo(() => {
    const view = readView(search)
    const filters = readFilters(search.where)
    const known = lastDay && firstDay ? { firstDay, lastDay } : null
    const rule = settings ? settings.calendar : civilYear
    const asked = askedPeriod(view.period, known, today, rule)
    const days = askedDays(asked, today, rule)
    const { metrics, dimensions } = vocabulary ?? nothing
    const labels = new Map([...metrics, ...dimensions].map(one => [one.name, one.label]))
    return {
      search,
      setUrl,
      view,
      filters,
      asked,
      /** The days asked for, as far as is known before the answer. */
      days,
      rule,
      events: settings ? settings.events : [],
      known,
      today,
      /** Whether the data are known, so that a period can be asked for. */
      ready: spanKnown && spoken && settled,
      /** There has never been any data. */
      empty: spanKnown && lastDay === null,
      error: spanError ?? wordless ?? unset,
      retry: () => {
        spanAgain()
        wordsAgain()
        settingsAgain()
      },
      comparisons: comparisonsFor(
        view,
        known,
        asked.window === 'all_time' ? known && { from: known.firstDay, to: known.lastDay } : days,
      ),
      /** The comparisons of an answer that are whole. */
      fair: (answer: Answer | undefined) => fairComparisons(answer, known?.firstDay),
      metrics,
      dimensions,
      /** Names of stores by their handles. */
      stores: Object.fromEntries((settings?.stores ?? []).map(one => [one.store, one.name])) as Record<
        string,
        string
      >,
      /** Tiers of contribution, as the company layers them. */
      tiers: settings?.waterfall.tiers ?? [],
      /** What net sales are held against, as a comparison, where nobody chose what to compare with. */
      aim: view.compare === null && settings?.target ? planComparison(settings.target) : null,
      /** What a comparison is called; a plan by its own name. */
      compared: (comparison: string) =>
        comparisonName(comparison, { label: settings?.plans[planIn(comparison) ?? ''] }),
      /** What a plan is called, by its handle. */
      planName: (handle: string) => settings?.plans[handle] ?? handle,
      /** Whether anybody has said what orders cost. */
      rated: (settings?.costRates.length ?? 0) > 0,
      label: (name: string) => labels.get(name) ?? titleOf(name),
      ask: (query: Query) => ({ ...baseQuery(view, asked, filters), ...query }),
      setFilters: (next: readonly Filter[]) => setUrl({ where: writeFilters(next), page: undefined }),
    }
  }, [
    search,
    setUrl,
    lastDay,
    firstDay,
    today,
    vocabulary,
    spanKnown,
    spoken,
    spanError,
    wordless,
    spanAgain,
    wordsAgain,
    unset,
    settingsAgain,
    settings,
    settled,
  ])
}

export type Lens = ReturnType<typeof useLens>

/** A metric's unit, direction and currency, as an answer says. */
export function measureOf(answer: Answer | undefined, metric: string): Measure {
  const definition = answer?.meta.definitions[metric]
  return {
    unit: definition?.unit ?? 'quantity',
    good: definition?.good ?? 'none',
    currency: answer?.meta.currency ?? null,
  }
}

/** Says numbers in sentences with the formats of the screen. */
export const sayOf = (answer: Answer): Say => ({
  value: (value, { name }) => show(value, measureOf(answer, name), 'card'),
  change: (against, { name }) => {
    const moved = change(against, measureOf(answer, name))
    // A sentence needs no decimals: "42 % below", "3.4 % above".
    return moved.arrow
      ? moved.text.replace(/^\d{2,}\.\d(?=\s%$)/, text => String(Math.round(Number(text))))
      : null
  },
})

/** "vs last year", and the days it means. */
export function baseOf(answer: Answer | undefined, comparison: string) {
  const meant = answer?.meta.comparisons[comparison]
  const { short } = comparisonName(comparison, meant)
  return {
    base:
      meant && isBefore(comparison)
        ? `vs ${spanWords(meant.from, meant.to).replace(meant.to.slice(0, 4) === answer?.meta.to.slice(0, 4) ? /(?<=\D) \d{4}$/ : /$^/, '')}`
        : short,
    days: meant && `${meant.from} to ${meant.until ?? meant.to}${meant.note ? ` · ${meant.note}` : ''}`,
  }
}

/** What a comparison's line is called at its end: the days or the name, without "vs". */
export const lineName = (answer: Answer, comparison: string): string =>
  baseOf(answer, comparison)
    .base.replace(/^vs /, '')
    .replace(/^./, first => first.toUpperCase())

/** Of the dimensions of a table the one whose values have names to be asked for. */
export const nameable = (by: readonly string[]): string | undefined =>
  by.find(one => one === 'product' || one === 'account' || one === 'customer')

/**
 * What values of a dimension are called where that is not what the data say: titles of products, names of accounts,
 * customers, stores and systems. Asked once per set of values.
 */
export function useTitles(
  lens: Lens,
  dimension: string | undefined,
  ids: readonly string[],
): ReadonlyMap<string, string> {
  const known = dimension === 'product' && lens.dimensions.some(one => one.name === 'title')
  const wanted = ids.filter(Boolean).toSorted()
  const found = useQuery(
    api.performance.query.queryOptions({
      input: {
        ...lens.ask({ metrics: ['units_sold'], by: ['product', 'title'], limit: 1000 }),
        filters: [{ dimension: 'product', is: wanted }],
      },
      enabled: known && wanted.length > 0,
      staleTime: 300_000,
    }),
  )
  const sold = useMemo(() => titlesOf(found.data), [found.data])
  // What sold on the other side of a comparison alone has its title from the list of products.
  const unsold = known && found.isSuccess ? wanted.filter(id => !sold.has(id)) : []
  const people = dimension === 'account' || dimension === 'customer' ? dimension : null
  const asking = known ? unsold : people ? wanted : []
  const called = useQuery(
    api.performance.names.queryOptions({
      input: {
        dimension: people ?? 'product',
        ids: asking.slice(0, 500),
        ...(lens.view.stores.length && { stores: [...lens.view.stores] }),
      },
      enabled: asking.length > 0,
      staleTime: 300_000,
    }),
  )
  const values = JSON.stringify(wanted)
  return useMemo(() => {
    if (known) return new Map([...sold, ...Object.entries(called.data ?? {})])
    const own = people ? called.data : undefined
    const named = (JSON.parse(values) as string[]).flatMap((id): [string, string][] => {
      const name = own?.[id] ?? valueName(dimension ?? '', id, lens.stores)
      return name === id ? [] : [[id, name]]
    })
    return new Map(named)
  }, [known, sold, people, called.data, values, dimension, lens.stores])
}
