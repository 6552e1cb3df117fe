import { type Day, dayNumber } from '#kernel/day.ts'
import type { Company } from './company.ts'
import { unitOf } from './draw.ts'
import type { Visits } from './traffic.ts'
import { property } from './traffic-ways.ts'

/** What sessions of one way in typed into a shop's search on a day, as it was typed. */
export interface Search {
  visit: Visits
  term: string
  sessions: number
  engaged: number
  /** Searches: some ask the same twice. */
  searches: number
}

/** Share of the sessions that search: of those that saw a product, and of the others. */
const searching = { found: 0.11, lost: 0.02 }
/** What people look for that the shop does not sell or its search does not know. */
const unknown = ['delivery', 'returns', 'gift wrap', 'doormat', 'student discount'] as const

/** The best-known products of a day, by their names. */
const wantedOn = (company: Company, day: Day): string[] =>
  company.catalogue.products
    .filter(one => one.launched <= day && (one.deleted === null || one.deleted > day) && !one.giftCard)
    .slice(0, 24)
    .map(one => one.title)

/** One of a list, the first most often. */
const pick = (list: readonly string[], unit: number): string =>
  list[Math.min(list.length - 1, Math.floor(unit * unit * list.length))] ?? ''

/** Searches of a day among its visits, each row of which gives some of its sessions. */
export function* searchesIn(company: Company, day: Day, visits: readonly Visits[]): Generator<Search> {
  const number = dayNumber(day)
  const titles = wantedOn(company, day)
  const codes = company.catalogue.variants.slice(0, 20).map(one => one.sku)
  for (const [index, visit] of visits.entries()) {
    const unit = (of: number, nth: number) => unitOf(company.seed, 811, number, index, of, nth)
    const found = Math.min(visit.views, Math.floor(visit.views * searching.found + unit(0, 0)))
    const others = visit.sessions - visit.views
    const lost = Math.min(others, Math.floor(others * searching.lost + unit(1, 0)))
    const terms = new Map<string, Search>()
    for (let nth = 0; nth < found + lost; nth += 1) {
      const list = nth >= found ? unknown : visit.host === property.tradeHost ? codes : titles
      const name = pick(list, unit(2, nth))
      const term = unit(3, nth) < 0.7 ? name.toLowerCase() : name
      const one = terms.get(term) ?? { visit, term, sessions: 0, engaged: 0, searches: 0 }
      terms.set(term, one)
      one.sessions += 1
      one.engaged += nth < found || unit(4, nth) < 0.35 ? 1 : 0
      one.searches += unit(5, nth) < 0.2 ? 2 : 1
    }
    yield* terms.values()
  }
}
