import { addDays, type Day, dayCount } from '#kernel/day.ts'
import { invalid } from '#kernel/error.ts'
import { type Catalogue, catalogueOf } from './catalogue.ts'
import { type PlantedFacts, plant } from './facts.ts'
import { type StoreFacts, shops } from './stores.ts'

export interface CompanyOptions {
  /** Whole number; the same seed, days, until and scale give the same company. */
  seed?: number
  /** Days of history up to `until`. */
  days?: number
  /** 1 is about fifty orders a day; the number of orders, sessions and customers grows with it. */
  scale?: number
  /** A defect and a stock-out go on when the history ends: there is something to find for whoever looks now. */
  unsolved?: boolean
  /** The last day of the history. Days after it come as the clock advances. */
  until: Day
}

/**
 * A merchant that exists only as its vendors would report it. Everything about it is a function of these few values and
 * an instant: what happened up to the instant is seen, what comes later is already decided but not yet visible.
 */
export interface Company {
  seed: number
  days: number
  scale: number
  start: Day
  until: Day
  shops: readonly StoreFacts[]
  catalogue: Catalogue
  facts: PlantedFacts
}

/** @throws Failure('invalid') for days or a scale that no company can have. */
export function createCompany({
  seed = 1,
  days = 1096,
  scale = 1,
  unsolved = false,
  until,
}: CompanyOptions): Company {
  if (!Number.isInteger(days) || days < 7 || days > 3653)
    throw invalid(`A company of ${days} days cannot be made.`, 'Give whole days from 7 to 3653.')
  if (!(scale > 0 && scale <= 1000))
    throw invalid(`A company of scale ${scale} cannot be made.`, 'Give a scale above 0 and at most 1000.')
  const start = addDays(until, 1 - days)
  const catalogue = catalogueOf(seed, start, days, scale)
  const facts = plant(start, until, catalogue, unsolved)
  return { seed, days, scale, start, until, shops, catalogue, facts }
}

/** 0 on the first day of the history. */
export const dayIndex = (company: Company, day: Day): number => dayCount(company.start, day) - 1

/** The shop with that store handle. @throws Failure('invalid') naming those there are. */
export function shopOf(company: Company, name: string): StoreFacts {
  const found = company.shops.find(shop => shop.store === name)
  if (!found)
    throw invalid(
      `The company has no shop "${name}".`,
      `It has ${company.shops.map(shop => shop.store).join(', ')}.`,
    )
  return found
}
