import type { Fact } from '../fact.ts'
import { day, product } from './shared.ts'

/** Days within which somebody must reach the next stage to count for the cohort of the one he entered. */
export const cohortDays = 90

const dayOf = (stage: string) => `min(CASE WHEN stage = '${stage}' THEN day END) AS ${stage}_day`
/** 1 where a stage was reached in time after the one of the row. */
const reached = (from: string, to: string) =>
  `CASE WHEN f.stage = '${from}' AND j.${to}_day >= f.day AND j.${to}_day - f.day <= ${cohortDays} THEN 1 ELSE 0 END`

const deal = {
  store: 'f.store',
  currency: 'f.currency',
  platform: 'f.platform',
  pipeline: 'f.pipeline',
  deal_owner: 'f.owner',
  deal_state: 'f.state',
  account: 'f.account_id',
}
/** What a deal or quote came to. A quote is taken up when it became an order, whatever it is called. */
const outcome = {
  kind: 'f.kind',
  state: 'f.state',
  deals: '1',
  won: `CASE WHEN f.state = 'won' THEN 1 ELSE 0 END`,
  closed: `CASE WHEN f.state = 'open' THEN 0 ELSE 1 END`,
  won_amount: `CASE WHEN f.state = 'won' THEN f.amount END`,
  open_amount: `CASE WHEN f.state = 'open' THEN f.amount END`,
  weighted_amount: `CASE WHEN f.state = 'open' THEN CAST(f.amount * f.probability AS DECIMAL(18,4)) END`,
  won_days: `CASE WHEN f.state = 'won' THEN f.close_day - f.created_day ELSE 0 END`,
  ordered: `CASE WHEN f.state = 'won' OR f.order_id <> '' THEN 1 ELSE 0 END`,
  ordered_amount: `CASE WHEN f.state = 'won' OR f.order_id <> '' THEN f.amount END`,
}
const kept = { platform: 'who keeps leads and deals' }
const dealMoney = ['amount', 'won_amount', 'open_amount', 'weighted_amount', 'ordered_amount']

export const pipeline: readonly Fact[] = [
  {
    name: 'leads',
    label: 'Leads by the day they entered a stage',
    table: 'leads',
    means: kept,
    sources: [
      {
        table: 'leads',
        day: 'day',
        join: `LEFT JOIN (SELECT store, platform, lead_id, ${['mql', 'sql', 'opportunity', 'customer'].map(dayOf).join(', ')}
  FROM leads GROUP BY store, platform, lead_id) j
  ON j.store = f.store AND j.platform = f.platform AND j.lead_id = f.lead_id`,
        dimensions: {
          store: 'f.store',
          ...day,
          country: 'f.country',
          platform: 'f.platform',
          lead_stage: 'f.stage',
          lead_source: 'f.origin',
          account: 'f.account_id',
        },
        columns: {
          stage: 'f.stage',
          people: '1',
          to_mql: reached('lead', 'mql'),
          to_sql: reached('mql', 'sql'),
          to_opportunity: reached('sql', 'opportunity'),
          to_customer: reached('opportunity', 'customer'),
        },
      },
    ],
    whenever: true,
    money: [],
    optional: [],
    ranked: 'new_leads',
    supply: 'HubSpot or Marketo',
  },
  {
    name: 'deals',
    label: 'Deals and quotes by the day they were made',
    table: 'deals',
    means: kept,
    sources: [{ table: 'deals', day: 'created_day', dimensions: deal, columns: outcome }],
    money: dealMoney,
    optional: ['won_amount', 'open_amount', 'weighted_amount', 'ordered_amount', 'amount'],
    ranked: 'deals_created',
    supply: 'HubSpot, or Adobe Commerce with quotes',
  },
  {
    name: 'closed_deals',
    label: 'Deals by the day they were closed',
    table: 'deals',
    means: kept,
    sources: [
      { table: 'deals', day: 'close_day', where: `f.state <> 'open'`, dimensions: deal, columns: outcome },
    ],
    whenever: true,
    money: dealMoney,
    optional: ['won_amount', 'open_amount', 'weighted_amount', 'ordered_amount', 'amount'],
    ranked: 'deals_won',
    supply: 'HubSpot',
  },
  {
    name: 'deal_lines',
    label: 'Products of deals by the day the deals were made',
    table: 'deal_lines',
    means: kept,
    sources: [
      {
        table: 'deal_lines',
        day: 'created_day',
        join: 'JOIN deals d ON d.store = f.store AND d.platform = f.platform AND d.deal_id = f.deal_id',
        dimensions: {
          ...{ store: 'f.store', currency: 'f.currency', platform: 'f.platform' },
          ...{
            pipeline: 'd.pipeline',
            deal_owner: 'd.owner',
            deal_state: 'd.state',
            account: 'd.account_id',
          },
          ...{ ...product, title: 'f.title' },
        },
        columns: { state: 'd.state' },
      },
    ],
    also: ['deals'],
    money: ['amount'],
    optional: ['amount'],
    ranked: 'deal_products',
    supply: 'HubSpot',
  },
]
