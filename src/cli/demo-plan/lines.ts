import type { z } from 'zod'
import type { ItemShape } from '#features/plan/model.ts'
import { allocate } from '#kernel/money.ts'
import { type Desk, figuresOf, type Period, people } from './desk.ts'

type Item = z.input<typeof ItemShape>
/** A budget line, the line of the plan it is part of, and what share of it is really spent where no system tells. */
export interface Line extends Omit<Item, 'id' | 'version'> {
  id: string
  into?: 'crm' | 'software' | 'agencies' | 'people' | 'capex'
  spends?: number
}

/** What a pound costs in the budget: the rates the year is planned at. */
export const budgetRates = { USD: '0.77', EUR: '0.855' } as const

const owner = (who: keyof typeof people) => people[who].name
const every = (amount: number, periods = 1) =>
  ({ kind: 'every', amount: amount.toFixed(2), periods }) as const
const even = (total: number) => ({ kind: 'even', total: total.toFixed(2) }) as const

/**
 * Contracts, people and investments of a year, dearer by `rise` than they were first. They are the company's size, not its
 * season's: only media, fulfilment and fees follow what is sold.
 */
export function contractLines(periods: readonly Period[], rise = 1): Line[] {
  const cost = (amount: number) => Math.round((amount * rise) / 10) * 10
  /** What is paid by the year, for as much of it as is planned. */
  const share = (amount: number) => cost((amount * periods.length) / 12)
  /** The period a month is in; the first where the plan begins later. */
  const at = (month: number) =>
    (periods.find(one => Number(one.from.slice(5, 7)) === month) ?? periods[0])?.key ?? ''
  const steps = (...those: readonly (readonly [number, number])[]) => ({
    kind: 'step' as const,
    steps: those.map(([month, amount]) => ({ from: at(month), amount: cost(amount).toFixed(2) })),
  })
  const software = {
    kind: 'opex',
    department: 'Platform',
    costCentre: 'EC-210',
    owner: owner('site'),
  } as const
  const agency = {
    kind: 'opex',
    department: 'Marketing',
    costCentre: 'EC-310',
    owner: owner('marketing'),
  } as const
  const staff = { kind: 'people', department: 'People', costCentre: 'EC-110', currency: 'GBP' } as const
  const build = { kind: 'capex', department: 'Platform', costCentre: 'EC-510', owner: owner('site') } as const
  return [
    {
      ...software,
      ...{
        id: 'shopify',
        label: 'Shopify, three shops',
        vendor: 'Shopify',
        account: '7210',
        currency: 'USD',
      },
      ...{ pattern: every(cost(2_300)), into: 'software', spends: 1 },
    },
    {
      ...software,
      ...{ id: 'magento', label: 'Adobe Commerce, trade shop', vendor: 'Adobe', account: '7210' },
      ...{ currency: 'USD', market: 'Trade', pattern: even(share(38_400)), into: 'software', spends: 1 },
    },
    {
      ...software,
      ...{ id: 'search', label: 'Site search and monitoring', vendor: 'Fernhill Software', account: '7215' },
      ...{ currency: 'GBP', pattern: every(cost(1_450)), into: 'software', spends: 0.96 },
    },
    {
      ...software,
      ...{ id: 'tasks', label: 'Asana and Trello', vendor: 'Asana', account: '7220', currency: 'USD' },
      ...{ pattern: every(cost(3_900), 12), into: 'software', spends: 1 },
    },
    {
      ...software,
      ...{ id: 'hubspot', label: 'HubSpot licences', vendor: 'HubSpot', account: '7230', currency: 'EUR' },
      ...{ owner: owner('accounts'), pattern: every(cost(4_650), 3), into: 'crm', spends: 1 },
    },
    {
      ...software,
      ...{ id: 'marketo', label: 'Marketo licence', vendor: 'Adobe', account: '7230', currency: 'USD' },
      ...{ owner: owner('marketing'), pattern: every(cost(14_400), 6), into: 'crm', spends: 1 },
    },
    {
      ...agency,
      ...{ id: 'agency', label: 'Performance agency', vendor: 'Harbour Lane Media', account: '7310' },
      ...{ currency: 'GBP', pattern: steps([1, 6_500], [7, 7_200]), into: 'agencies', spends: 1 },
    },
    {
      ...agency,
      ...{ id: 'photos', label: 'Photography and copy', vendor: 'Studio Wren', account: '7320' },
      ...{ currency: 'GBP', pattern: even(share(42_000)), into: 'agencies', spends: 1.08 },
    },
    {
      ...agency,
      ...{ id: 'german', label: 'German copy and search', vendor: 'Kontor Sprachwerk', account: '7320' },
      ...{ market: 'Germany', currency: 'EUR', pattern: every(cost(1_850)), into: 'agencies', spends: 0.94 },
    },
    {
      ...staff,
      ...{ id: 'team', label: 'Ecommerce team', account: '6010', owner: owner('director') },
      ...{ pattern: steps([1, 27_500], [4, 29_200]), into: 'people', spends: 0.985 },
    },
    {
      ...staff,
      ...{ id: 'sales', label: 'Trade sales and service', account: '6020', owner: owner('accounts') },
      ...{ market: 'Trade', pattern: steps([1, 14_800], [4, 15_400]), into: 'people', spends: 1 },
    },
    {
      ...staff,
      ...{ id: 'temps', label: 'Peak temps, service desk', account: '6030', owner: owner('service') },
      ...{ amounts: Object.fromEntries([11, 12].map(month => [at(month), cost(4_800).toFixed(2)])) },
      ...{ into: 'people', note: 'Two people from mid-November, one until the January returns are done.' },
    },
    {
      ...build,
      ...{
        id: 'replatform',
        label: 'Trade shop rebuild, phase 1',
        vendor: 'Tidewater Digital',
        account: '0210',
      },
      ...{
        currency: 'GBP',
        market: 'Trade',
        pattern: steps([4, 11_500], [10, 6_000]),
        into: 'capex',
        spends: 0.97,
      },
    },
    {
      ...build,
      ...{
        id: 'studio',
        label: 'Photo studio equipment',
        vendor: 'Studio Wren',
        account: '0230',
        currency: 'GBP',
      },
      ...{
        owner: owner('marketing'),
        amounts: { [at(3)]: cost(9_500).toFixed(2) },
        into: 'capex',
        spends: 1,
      },
    },
  ]
}

const platforms: Readonly<Record<string, { label: string; vendor: string; owner: keyof typeof people }>> = {
  'google-ads': { label: 'Google Ads', vendor: 'Google', owner: 'marketing' },
  'meta-ads': { label: 'Meta Ads', vendor: 'Meta', owner: 'marketing' },
  marketo: { label: 'Customer letters', vendor: 'Adobe', owner: 'marketing' },
  hubspot: { label: 'Trade campaigns', vendor: 'HubSpot', owner: 'accounts' },
}
/** Cost of a platform below this share of all is in no line of its own. */
const least = 0.02

/**
 * Lines that follow what is sold, their actuals from the data: media by market and platform, shared as it was spent over the
 * last year so that together they are the media of the plan; fulfilment and payment fees as planned.
 */
export async function tradingLines(
  desk: Desk,
  version: string,
  periods: readonly Period[],
  currency: string,
): Promise<Line[]> {
  const client = desk.as('marketing')
  const planned = await figuresOf(client, version, ['media', 'fulfilment', 'payment_fees'])
  const { rows, totals, meta } = await client.performance.query({
    metrics: ['spend'],
    window: 'last_365_days',
    by: ['store', 'platform'],
    currency,
  })
  const spent = rows.flatMap(row => {
    const amount = Number(row.spend ?? 0)
    return amount > least * Number(totals.spend ?? 0) && amount > 0
      ? [{ store: String(row.store), platform: String(row.platform), amount }]
      : []
  })
  const shares = spent.map(one => one.amount.toFixed(2))
  const parts = Object.entries(planned.media ?? {}).map(([key, value]) => ({
    key,
    amounts: spent.length === 0 ? [] : allocate(value.toFixed(2), shares, currency),
  }))
  const media = spent.map(({ store, platform }, n): Line => {
    const known = platforms[platform] ?? { label: platform, vendor: '', owner: 'marketing' as const }
    const market = (meta.storeNames?.[store] ?? store).replace(/^Larkfield /, '')
    return {
      ...{ id: `media-${platform}-${store}`, label: `${known.label}, ${market}`, kind: 'media' },
      ...{ account: '7110', department: 'Marketing', costCentre: 'EC-320', owner: owner(known.owner) },
      ...{ vendor: known.vendor, market, currency },
      amounts: Object.fromEntries(parts.map(({ key, amounts }) => [key, amounts[n] ?? '0'])),
      actuals: [
        {
          metric: 'spend',
          where: [
            { dimension: 'platform', is: [platform] },
            { dimension: 'store', is: [store] },
          ],
        },
      ],
    }
  })
  const following = (id: string, label: string, line: string, metric: string, account: string): Line[] => {
    const amounts = Object.entries(planned[line] ?? {}).filter(([, value]) => value > 0)
    return amounts.length === 0
      ? []
      : [
          {
            ...{ id, label, kind: 'opex', account, department: 'Operations', costCentre: 'EC-410' },
            ...{ owner: owner('service'), currency },
            amounts: Object.fromEntries(amounts.map(([key, value]) => [key, value.toFixed(2)])),
            actuals: [{ metric }],
          },
        ]
  }
  return [
    ...media,
    ...following('fulfilment', 'Warehouse and carriers', 'fulfilment', 'fulfilment_cost', '5110'),
    ...following('fees', 'Payment fees', 'payment_fees', 'payment_fees', '5120'),
  ].map(line => ({ ...line, amounts: within(line.amounts ?? {}, periods) }))
}

const within = (amounts: Readonly<Record<string, string>>, periods: readonly Period[]) =>
  Object.fromEntries(Object.entries(amounts).filter(([key]) => periods.some(one => one.key === key)))
