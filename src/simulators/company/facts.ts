import { addDays, type Day, dayCount, yearOf } from '#kernel/day.ts'
import { easter, thanksgiving } from '#kernel/feasts.ts'
import type { Catalogue } from './catalogue.ts'

export interface Spell {
  from: Day
  to: Day
}

export interface Promotion extends Spell {
  name: string
  /** '' for one that needs no code. */
  code: string
  rate: number
  /** How much more is bought while it runs. */
  lift: number
  /** Share of orders that use it. */
  use: number
}

interface Initiative {
  day: Day
  store: string
  name: string
  /** What it multiplied conversion by; 1 is nothing. */
  conversion: number
}

type Defect = Spell & { store: string; device: string; conversion: number }

/** What is true of the company and can be found: the product is tested on whether it does. */
export interface PlantedFacts {
  /** The analytics tag lost most sessions; trade went on. */
  trackingOutage: Spell & { lost: number }
  priceRise: { day: Day; category: string; rise: number; units: number }
  checkoutDefect: Defect
  /** Goes on beyond the history's end; null where all is over by then. */
  openDefect: Defect | null
  initiativeWorked: Initiative
  initiativeFailed: Initiative
  stockOuts: (Spell & { variant: number; sku: string; cause: string })[]
  lateSupplier: { name: string; lateDays: number }
  /** After the history: seen only when the clock advances. */
  costRise: { day: Day; category: string; rise: number }
  promotions: Promotion[]
}

/**
 * Places the facts in the history: each at its usual distance from the end, nearer where the history is short. `unsolved`
 * adds a defect and a stock-out that are not over at its end.
 */
export function plant(start: Day, until: Day, catalogue: Catalogue, unsolved: boolean): PlantedFacts {
  const days = dayCount(start, until)
  const ago = (usual: number, share: number) => addDays(until, -Math.round(Math.min(usual, share * days)))
  const sold = catalogue.variants.filter(variant => variant.weight > 0)
  const out = (nth: number, from: Day, to: Day, cause: string) => {
    const variant = sold[nth % sold.length]
    return { variant: variant?.index ?? 0, sku: variant?.sku ?? '', from, to, cause }
  }
  return {
    trackingOutage: { from: ago(75, 0.6), to: ago(72, 0.54), lost: 0.85 },
    priceRise: { day: ago(180, 0.5), category: 'Kitchen', rise: 0.08, units: 0.86 },
    checkoutDefect: {
      store: 'larkfield-de',
      device: 'mobile',
      from: ago(40, 0.4),
      to: ago(29, 0.25),
      conversion: 0.35,
    },
    openDefect: unsolved
      ? {
          store: 'larkfield-us',
          device: 'mobile',
          from: ago(10, 0.1),
          to: addDays(until, 14),
          conversion: 0.3,
        }
      : null,
    initiativeWorked: {
      day: ago(120, 0.45),
      store: 'larkfield-uk',
      name: 'Delivery date on the product page',
      conversion: 1.1,
    },
    initiativeFailed: {
      day: ago(100, 0.35),
      store: 'larkfield-us',
      name: 'Film on the home page',
      conversion: 1,
    },
    stockOuts: [
      out(0, ago(60, 0.3), ago(38, 0.15), 'The supplier delivered late'),
      out(9, ago(410, 0.9), ago(390, 0.8), 'Demand at the promotion was underestimated'),
      ...(unsolved ? [out(3, ago(8, 0.08), addDays(until, 9), 'The supplier delivered late')] : []),
    ],
    lateSupplier: { name: 'Corrie Mills', lateDays: 9 },
    costRise: { day: addDays(until, 10), category: 'Textiles', rise: 0.05 },
    promotions: promotions(start, addDays(until, 400)),
  }
}

const promotion = (
  name: string,
  code: string,
  from: Day,
  to: Day,
  rate: number,
  lift: number,
  use: number,
): Promotion => ({ name, code, from, to, rate, lift, use })

function promotions(from: Day, to: Day): Promotion[] {
  const years = Array.from({ length: yearOf(to) - yearOf(from) + 1 }, (_, n) => yearOf(from) + n)
  return years.flatMap(year => {
    const friday = addDays(thanksgiving(year), 1)
    const sunday = easter(year)
    return [
      promotion(`January sale ${year}`, '', `${year}-01-02`, `${year}-01-14`, 0.15, 1.25, 0.7),
      promotion(`Easter ${year}`, 'EASTER10', addDays(sunday, -3), addDays(sunday, 1), 0.1, 1.2, 0.45),
      promotion(`Summer ${year}`, 'SUMMER10', `${year}-07-01`, `${year}-07-14`, 0.1, 1.12, 0.4),
      promotion(`Black Friday ${year}`, '', friday, addDays(friday, 3), 0.2, 2.4, 0.92),
    ]
  })
}

/** The promotion that runs on a day, if one does. */
export const promotionOn = (facts: PlantedFacts, day: Day): Promotion | null =>
  facts.promotions.find(one => one.from <= day && day <= one.to) ?? null

export const within = (spell: Spell, day: Day): boolean => spell.from <= day && day <= spell.to
