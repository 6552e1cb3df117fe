import { type Tier, usualWaterfall } from '#kernel/plan/templates.ts'
import { awaiting, type Metric, metric } from '../metric.ts'
import type { RatedCost } from '../world.ts'
import { goodsSupply } from './sales.ts'

/** The costs of a plan's waterfall by the name the plan gives them, as metrics: what they really came to. */
export const costMetrics: Readonly<Record<string, string>> = {
  cogs: 'cost_of_goods',
  fulfilment: 'fulfilment_cost',
  payment_fees: 'payment_fees',
  return_handling: 'return_handling_cost',
  media: 'media_cost',
}

/** How the costs are called in a sentence. */
const words: Readonly<Record<string, string>> = {
  cogs: 'cost of goods',
  fulfilment: 'fulfilment',
  payment_fees: 'payment fees',
  return_handling: 'return handling',
  media: 'media',
}

const listed = (names: readonly string[]) =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

const owner = { owner: 'finance' }
const supplyOf = (costs: readonly string[]) =>
  `rates for ${listed(costs.map(cost => words[cost] ?? cost))} would supply it, for every store and from the first of these days on (Settings, Costs)`

const rated = (cost: RatedCost, name: string, label: string, description: string): Metric =>
  metric(name, label, 'money', 'down', `known(sum(costs.${cost}), sum(costs.${cost}_gaps))`, description, {
    ...owner,
    supply: supplyOf([cost]),
  })

const costs: readonly Metric[] = [
  rated(
    'fulfilment',
    'fulfilment_cost',
    'Fulfilment',
    'Picking, packing and shipping by the company’s rates: an amount an order and a unit. The amount of an order is shared among its products as their sales are.',
  ),
  rated(
    'payment_fees',
    'payment_fees',
    'Payment fees',
    'What taking the money costs by the company’s rates: a part of sales and an amount an order, shared among its products as their sales are.',
  ),
  rated(
    'return_handling',
    'return_handling_cost',
    'Return handling',
    'What taking goods back costs by the company’s rates: an amount a returned unit and a part of what came back, on the day it was processed.',
  ),
  metric(
    'media_cost',
    'Media',
    'money',
    'down',
    'sum(media.cost)',
    'Media spend. Which order it brought is not known: the media of a store’s day is shared among all that was sold there that day, as gross sales less discounts are.',
    owner,
  ),
]

/** What each cost comes to of what it follows, by the names a plan gives its rates. */
const rates: readonly Metric[] = [
  metric(
    'fulfilment_per_order',
    'Fulfilment per order',
    'money',
    'down',
    'fulfilment_cost / orders',
    'Fulfilment ÷ orders.',
    { ...owner, supply: supplyOf(['fulfilment']) },
  ),
  metric(
    'payment_fee_rate',
    'Payment fees, share of sales',
    'share',
    'down',
    'payment_fees / sales_after_discounts',
    'Payment fees ÷ sales after discounts.',
    { ...owner, supply: supplyOf(['payment_fees']) },
  ),
  metric(
    'return_handling_rate',
    'Return handling, share of returns',
    'share',
    'down',
    'return_handling_cost / (0 - sales_reversals)',
    'Return handling ÷ the value of what came back.',
    { ...owner, supply: supplyOf(['return_handling']) },
  ),
]

/**
 * The metrics of a cost waterfall: each tier as its formula, with its layering for a description, and each as a share of
 * net sales. The usual tiers a company has taken out can still be asked for, and say so.
 */
export const contribution = (tiers: readonly Tier[] = usualWaterfall): Metric[] => {
  const every = tiers.flatMap(tier => tier.less).filter(cost => cost in costMetrics)
  // Without goods in the waterfall, sales without a cost count like all others.
  const base = every.includes('cogs')
    ? { name: 'net_sales_costed', words: 'net sales with cost recorded' }
    : { name: 'net_sales', words: 'net sales' }
  const before = every.filter(cost => cost !== 'media')
  const less = (from: string, names: readonly string[]) =>
    [from, ...names.flatMap(cost => costMetrics[cost] ?? [])].join(' - ')
  const spelt = (from: string, names: readonly string[]) =>
    [from, ...names.map(cost => words[cost] ?? cost)].join(' − ')
  const ratesOf = (names: readonly string[]) =>
    names.filter(cost => cost !== 'cogs' && cost !== 'media' && cost in costMetrics)
  const supply = (names: readonly string[]) => {
    const needed = ratesOf(names)
    if (needed.length > 0) return { supply: supplyOf(needed) }
    return names.includes('cogs') ? { supply: goodsSupply } : {}
  }
  let from = base
  const taken: string[] = []
  const steps = tiers.flatMap(({ name, label, less: names }) => {
    taken.push(...names)
    const more = { ...owner, ...supply(taken) }
    const tier = metric(
      name,
      label,
      'money',
      'up',
      less(from.name, names),
      `${spelt(from.words, names)}. Tiers are not standard: these are the company’s own.`,
      more,
    )
    const share = metric(
      `${name}_share`,
      `${label}, share of net sales`,
      'share',
      'up',
      `${name} / ${base.name}`,
      `${label} ÷ ${base.words}.`,
      more,
    )
    from = { name, words: lower(label) }
    return [tier, share]
  })
  const known = new Set(steps.map(step => step.name))
  return [
    ...costs,
    ...rates,
    ...steps,
    metric(
      'contribution_before_media',
      'Contribution before media',
      'money',
      'up',
      less(base.name, before),
      `${spelt(base.words, before)}: what is left to pay media from.`,
      { ...owner, ...supply(before) },
    ),
    metric(
      'cohort_contribution',
      'Contribution by first order',
      'money',
      'up',
      before
        .map(
          cost =>
            ` - ${cost === 'cogs' ? 'sum(lives.cost)' : `known(sum(lives.${cost}), sum(lives.${cost}_gaps))`}`,
        )
        .join('')
        .replace(/^/, every.includes('cogs') ? 'sum(lives.net_costed)' : 'cohort_sales'),
      `${spelt(base.words, before)}, of known customers, to be split by the month of their first order. Before media, which is what they are set against.`,
      { ...owner, ...supply(before) },
    ),
    ...usualWaterfall
      .filter(({ name }) => !known.has(name))
      .map(({ name, label }) =>
        awaiting(
          name,
          tiers.some(tier => tier.label === label) ? `${label}, usual` : label,
          'money',
          'up',
          'A tier of contribution the company does not use.',
          'a tier of this name in the cost waterfall (Settings, Costs)',
        ),
      ),
  ]
}

const lower = (text: string) =>
  /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
