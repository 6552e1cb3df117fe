/** Dimensions and metrics of the property, and which go together. Names and types are Google's (Data API schema). */

type Scope = 'session' | 'event' | 'item' | 'ad' | 'time'

interface DimensionFacts {
  name: string
  label: string
  category: string
  scope: Scope
}

interface MetricFacts {
  name: string
  label: string
  category: string
  type: 'TYPE_INTEGER' | 'TYPE_FLOAT' | 'TYPE_CURRENCY'
  scope: Scope
}

const d = (name: string, label: string, category: string, scope: Scope): DimensionFacts => ({
  name,
  label,
  category,
  scope,
})
const m = (
  name: string,
  label: string,
  category: string,
  scope: Scope,
  type: MetricFacts['type'] = 'TYPE_INTEGER',
): MetricFacts => ({ name, label, category, type, scope })

export const dimensions: readonly DimensionFacts[] = [
  d('date', 'Date', 'Time', 'time'),
  d('yearMonth', 'Year month', 'Time', 'time'),
  d('year', 'Year', 'Time', 'time'),
  d('hostName', 'Hostname', 'Page / Screen', 'event'),
  d('country', 'Country', 'Geography', 'session'),
  d('countryId', 'Country ID', 'Geography', 'session'),
  d('deviceCategory', 'Device category', 'Platform / Device', 'session'),
  d('sessionDefaultChannelGroup', 'Session default channel group', 'Traffic Source', 'session'),
  d('sessionSourceMedium', 'Session source / medium', 'Traffic Source', 'session'),
  d('sessionSource', 'Session source', 'Traffic Source', 'session'),
  d('sessionMedium', 'Session medium', 'Traffic Source', 'session'),
  d('sessionCampaignName', 'Session campaign', 'Traffic Source', 'session'),
  d('sessionGoogleAdsCampaignId', 'Session Google Ads campaign ID', 'Traffic Source', 'session'),
  d('sessionGoogleAdsCampaignName', 'Session Google Ads campaign', 'Traffic Source', 'session'),
  d('landingPagePlusQueryString', 'Landing page + query string', 'Page / Screen', 'session'),
  d('landingPage', 'Landing page', 'Page / Screen', 'session'),
  d('eventName', 'Event name', 'Event', 'event'),
  d('searchTerm', 'Search term', 'General', 'event'),
  d('transactionId', 'Transaction ID', 'Ecommerce', 'event'),
  d('itemId', 'Item ID', 'Ecommerce', 'item'),
  d('itemName', 'Item name', 'Ecommerce', 'item'),
]

export const metrics: readonly MetricFacts[] = [
  m('sessions', 'Sessions', 'Session', 'session'),
  m('engagedSessions', 'Engaged sessions', 'Session', 'session'),
  m('engagementRate', 'Engagement rate', 'Session', 'session', 'TYPE_FLOAT'),
  m('bounceRate', 'Bounce rate', 'Session', 'session', 'TYPE_FLOAT'),
  m('sessionKeyEventRate', 'Session key event rate', 'Session', 'session', 'TYPE_FLOAT'),
  m('totalUsers', 'Total users', 'User', 'session'),
  m('activeUsers', 'Active users', 'User', 'session'),
  m('newUsers', 'New users', 'User', 'session'),
  m('keyEvents', 'Key events', 'Event', 'event', 'TYPE_FLOAT'),
  m('eventCount', 'Event count', 'Event', 'event'),
  m('screenPageViews', 'Views', 'Page / Screen', 'event'),
  m('itemViewEvents', 'Item view events', 'Ecommerce', 'event'),
  m('addToCarts', 'Add to carts', 'Ecommerce', 'event'),
  m('checkouts', 'Checkouts', 'Ecommerce', 'event'),
  m('ecommercePurchases', 'Ecommerce purchases', 'Ecommerce', 'event'),
  m('transactions', 'Transactions', 'Ecommerce', 'event'),
  m('purchaseRevenue', 'Purchase revenue', 'Revenue', 'event', 'TYPE_CURRENCY'),
  m('totalRevenue', 'Total revenue', 'Revenue', 'event', 'TYPE_CURRENCY'),
  m('itemsViewed', 'Items viewed', 'Ecommerce', 'item'),
  m('itemsAddedToCart', 'Items added to cart', 'Ecommerce', 'item'),
  m('itemsCheckedOut', 'Items checked out', 'Ecommerce', 'item'),
  m('itemsPurchased', 'Items purchased', 'Ecommerce', 'item'),
  m('itemRevenue', 'Item revenue', 'Revenue', 'item', 'TYPE_CURRENCY'),
  m('advertiserAdCost', 'Ads cost', 'Advertising', 'ad', 'TYPE_CURRENCY'),
  m('advertiserAdClicks', 'Ads clicks', 'Advertising', 'ad'),
  m('advertiserAdImpressions', 'Ads impressions', 'Advertising', 'ad'),
]

/** Ad cost goes with campaigns and their sources alone; with the month it is taken but repeated (ga-dev-tools #1681). */
const withAds = new Set([
  'yearMonth',
  'sessionSourceMedium',
  'sessionSource',
  'sessionMedium',
  'sessionCampaignName',
  'sessionGoogleAdsCampaignId',
  'sessionGoogleAdsCampaignName',
])
/** What items can be split by besides themselves. */
const withItems = new Set(['date', 'yearMonth', 'year', 'hostName', 'countryId', 'country', 'deviceCategory'])

/** Whether two names may stand in one report. `without` are pairs (`a+b`) that this property refuses besides. */
export function goTogether(one: string, other: string, without: ReadonlySet<string> = new Set()): boolean {
  if (one === other) return true
  if (without.has(`${one}+${other}`) || without.has(`${other}+${one}`)) return false
  const facts = (name: string) =>
    dimensions.find(it => it.name === name) ?? metrics.find(it => it.name === name)
  const isMetric = (name: string) => metrics.some(it => it.name === name)
  for (const [a, b] of [
    [one, other],
    [other, one],
  ] as const) {
    const scope = facts(a)?.scope
    if (scope === 'ad' && facts(b)?.scope !== 'ad' && !withAds.has(b)) return false
    if (scope === 'item' && facts(b)?.scope !== 'item' && (isMetric(b) || !withItems.has(b))) return false
  }
  return true
}

/** The first metric (or dimension) that must go for the rest to stand in one report; null when nothing must. */
export function misfit(
  dims: readonly string[],
  mets: readonly string[],
  without: ReadonlySet<string>,
): string | null {
  const all = [...dims, ...mets]
  for (const name of [...mets, ...dims]) if (all.some(other => !goTogether(name, other, without))) return name
  return null
}
