import { type Filter, writeFilters } from './address.ts'
import type { Day } from './day.ts'

/** A figure of some days and a slice, and what it is held against. */
export interface Explored {
  metric: string
  from: Day
  to: Day
  compare?: string | undefined
  /** Split by it; over time where absent. */
  by?: string | null | undefined
  where?: readonly { dimension: string; value: string }[]
  /** What the screen is narrowed to already: a slice's own values stand in place of others on their dimensions. */
  filters?: readonly Filter[]
  stores?: readonly string[]
  currency?: string | null | undefined
}

/** The explorer at a figure, as an address: its metric, days, comparison and slice; from there its rows open. */
export function exploreLink(of: Explored): string {
  const where = of.where ?? []
  const filters = writeFilters([
    ...(of.filters ?? []).filter(
      one => !('dimension' in one && where.some(w => w.dimension === one.dimension)),
    ),
    ...where.map(({ dimension, value }) => ({ dimension, is: [value] })),
  ])
  const search = {
    metrics: of.metric,
    period: `${of.from}..${of.to}`,
    compare: of.compare,
    by: of.by || undefined,
    store: of.stores?.length ? of.stores.join(',') : undefined,
    currency: of.currency || undefined,
    where: filters,
  }
  const told = Object.entries(search).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))
  return `/explore?${new URLSearchParams(told)}`
}
