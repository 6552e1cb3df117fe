import type { Preset } from '../preset.ts'

export const ga4Exploration: Preset = {
  name: 'ga4-exploration',
  label: 'GA4 exploration',
  about:
    'Explore → Export data → CSV, free form with Date in the rows. Comment lines and totals are left out.',
  target: 'traffic',
  needs: [
    'Date|Day',
    'Sessions',
    'Session default channel group|Session default channel grouping|Session source / medium|Engaged sessions|Total users|Active users|Key events|Purchase revenue|Total revenue|Device category|Landing page',
  ],
  mapping(pick, has) {
    const day = pick('Date', 'Day')
    const given = (target: string, ...names: string[]) =>
      names.some(has) ? { [target]: pick(...names) } : {}
    return {
      name: 'GA4 exploration',
      target: 'traffic',
      where: `${day} is not empty and not starts_with(lower(${day}), 'total') and not starts_with(lower(${day}), 'grand')`,
      reason: 'a row of totals',
      columns: {
        day,
        origin: "'ga4'",
        sessions: 'Sessions',
        ...given(
          'channel',
          'Session default channel group',
          'Session default channel grouping',
          'Session primary channel group (Default Channel Group)',
          'Session primary channel group (Default channel group)',
          'Session source / medium',
        ),
        ...given('campaign', 'Session campaign', 'Campaign'),
        ...given('device', 'Device category'),
        ...given('country', 'Country'),
        ...given('landing_page', 'Landing page', 'Landing page + query string'),
        ...given('engaged_sessions', 'Engaged sessions'),
        ...given('key_events', 'Key events', 'Conversions'),
        ...given('page_views', 'Views'),
        ...given('new_users', 'New users'),
        ...given('transactions', 'Transactions', 'Purchases', 'Ecommerce purchases'),
        ...given('purchase_revenue', 'Purchase revenue'),
        ...given('total_revenue', 'Total revenue'),
        ...given('item_revenue', 'Item revenue'),
      },
    }
  },
}

export const ga4SearchTerms: Preset = {
  name: 'ga4-search-terms',
  label: 'GA4 search terms',
  about:
    'Explore → Export data → CSV, free form with Date and Search term in the rows. Rows without a term are left out.',
  target: 'searches',
  needs: ['Date|Day', 'Search term', 'Sessions'],
  mapping(pick, has) {
    const day = pick('Date', 'Day')
    const given = (target: string, ...names: string[]) =>
      names.some(has) ? { [target]: pick(...names) } : {}
    return {
      name: 'GA4 search terms',
      target: 'searches',
      where: `${day} is not empty and not starts_with(lower(${day}), 'total') and not starts_with(lower(${day}), 'grand') and "Search term" is not empty and "Search term" <> '(not set)'`,
      reason: 'a row of totals, or without a search term',
      columns: {
        day,
        origin: "'ga4'",
        term: 'Search term',
        sessions: 'Sessions',
        ...given('channel', 'Session default channel group', 'Session default channel grouping'),
        ...given('device', 'Device category'),
        ...given('country', 'Country'),
        ...given('engaged_sessions', 'Engaged sessions'),
        ...given('searches', 'Event count'),
      },
    }
  },
}

export const googleAds: Preset = {
  name: 'google-ads',
  label: 'Google Ads',
  about: 'Campaign report segmented by day, as CSV. Title rows and totals are left out.',
  target: 'spend',
  needs: ['Day', 'Campaign', 'Cost', 'Impr.|Impressions', 'Clicks'],
  mapping(pick, has) {
    const given = (target: string, ...names: string[]) =>
      names.some(has) ? { [target]: pick(...names) } : {}
    return {
      name: 'Google Ads',
      target: 'spend',
      where:
        "Day is not empty and not starts_with(Day, 'Total') and not starts_with(Campaign, 'Total') and Campaign <> '--'",
      reason: 'a row of totals',
      columns: {
        day: 'Day',
        platform: "'google-ads'",
        campaign: 'Campaign',
        cost: 'Cost',
        impressions: pick('Impr.', 'Impressions'),
        clicks: 'Clicks',
        ...given('account', 'Account', 'Account name', 'Customer ID'),
        ...given('channel', 'Campaign type'),
        ...given('country', 'Country/Territory', 'Country'),
        ...given('conversions', 'Conversions'),
        ...given('conversion_value', 'Conv. value', 'Conversion value', 'Total conv. value'),
        ...given('currency', 'Currency code', 'Currency'),
      },
    }
  },
}

export const metaAds: Preset = {
  name: 'meta-ads',
  label: 'Meta Ads',
  about: 'Ads Manager → Reports → Export, broken down by day.',
  target: 'spend',
  needs: ['Day|Reporting starts', 'Campaign name', 'Amount spent (*', 'Impressions'],
  mapping(pick, has) {
    const day = pick('Day', 'Reporting starts')
    const byDay = has('Day') || !has('Reporting ends')
    const given = (target: string, ...names: string[]) =>
      names.some(has) ? { [target]: pick(...names) } : {}
    return {
      name: 'Meta Ads',
      target: 'spend',
      // Without a column of days a row may be of a whole month: its money is not of the first.
      where: `"Campaign name" is not empty and ${day} is not empty${byDay ? '' : ` and ${day} = "Reporting ends"`}`,
      reason: byDay ? 'a row of totals' : 'a row of totals, or of several days: break the report down by day',
      columns: {
        day,
        platform: "'meta-ads'",
        // As analytics calls the channel that these ads bring people by.
        channel: "'Paid Social'",
        campaign: 'Campaign name',
        cost: pick('Amount spent (*'),
        currency: `upper(substr('${pick('Amount spent (*').replaceAll("'", "''")}', 16, 3))`,
        impressions: 'Impressions',
        ...given('account', 'Account name'),
        ...given('country', 'Country'),
        ...given('clicks', 'Link clicks', 'Clicks (all)'),
        ...given('conversions', 'Purchases', 'Results'),
        ...given('conversion_value', 'Purchases conversion value', 'Purchase conversion value'),
      },
    }
  },
}
