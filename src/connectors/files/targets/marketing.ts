import { quote } from '../reading.ts'
import type { Given, Place, Target } from '../target.ts'
import { dayOf, empty, money } from './catalogue.ts'
import { number, text, time, words } from './column.ts'

const none = 'NULL'
const same = (place: Place) => ({ store: quote(place.store), source: quote(place.source) })
const counts = (given: Given, ...names: string[]) =>
  Object.fromEntries(names.map(name => [name, given.has(name) ? `round(${given.get(name)})` : none]))
const sums = (given: Given, ...names: string[]) =>
  Object.fromEntries(names.map(name => [name, given.get(name, none)]))
const dated = (given: Given) => [`${given.get('day')} IS NULL`, 'there is no day'] as const

export const traffic: Target = {
  name: 'traffic',
  label: 'Traffic',
  about: 'Sessions and their funnel by day and whatever else the export splits by.',
  table: 'traffic_days',
  columns: {
    day: time('Day', words.day),
    origin: text('Which counter: ga4, shopify…', 'origin counter property'),
    channel: text('Channel', words.channel),
    campaign: text('Campaign', words.campaign),
    device: text('Device', 'device devicecategory gerat geraet appareil dispositivo'),
    country: text('Country', words.country),
    landing_page: text('Landing page', 'landingpage landingpagequerystring pagepath landingpath entrypage'),
    sessions: number(
      'Sessions',
      'sessions visits sitzungen besuche sesiones sessioni sessies onlinestorevisitors',
    ),
    engaged_sessions: number('Engaged sessions', 'engagedsessions'),
    product_view_sessions: number('Sessions that saw a product', 'productviewsessions itemviewsessions'),
    cart_sessions: number(
      'Sessions with a cart',
      'cartsessions addedtocart sessionswithcartadditions addtocarts',
    ),
    checkout_sessions: number(
      'Sessions that reached checkout',
      'checkoutsessions reachedcheckout sessionsthatreachedcheckout checkouts',
    ),
    completed_sessions: number(
      'Sessions that completed checkout',
      'completedsessions sessionsthatcompletedcheckout sessionsconverted',
    ),
    key_event_sessions: number('Sessions with a key event', 'keyeventsessions'),
    key_events: number('Key events', 'keyevents conversions goalcompletions'),
    page_views: number('Page views', 'pageviews views screenpageviews seitenaufrufe'),
    new_users: number('New users', 'newusers neuenutzer'),
    transactions: number('Purchases', 'transactions purchases ecommercepurchases orders'),
    purchase_revenue: number('Purchase revenue', 'purchaserevenue ecommercerevenue'),
    total_revenue: number('Total revenue', 'totalrevenue revenue umsatz'),
    item_revenue: number('Item revenue', 'itemrevenue'),
    currency: text('Currency of the revenue', words.currency),
  },
  missing: has => (has('day') && has('sessions') ? null : 'day and sessions: map `day` and `sessions`'),
  repeats: () => 'sum',
  derive: (given, place) => ({
    faults: [dated(given), [`${given.get('sessions')} IS NULL`, 'there is no count of sessions']],
    columns: {
      ...same(place),
      day: dayOf(given, 'day'),
      origin: given.get('origin', "'file'"),
      channel: given.get('channel', empty),
      campaign: given.get('campaign', empty),
      device: given.get('device', empty),
      country: given.get('country', empty),
      landing_page: given.get('landing_page', empty),
      ...counts(
        given,
        'sessions',
        'engaged_sessions',
        'product_view_sessions',
        'cart_sessions',
        'checkout_sessions',
        'completed_sessions',
      ),
      ...counts(given, 'key_event_sessions', 'key_events', 'page_views', 'new_users', 'transactions'),
      ...sums(given, 'purchase_revenue', 'total_revenue', 'item_revenue'),
      currency: money(given, place),
      quality: empty,
    },
  }),
}

export const searches: Target = {
  name: 'searches',
  label: 'Site search',
  about: 'What people typed into the shop’s own search, by day, and what came of it.',
  table: 'search_days',
  columns: {
    day: time('Day', words.day),
    term: text('Search term', 'searchterm searchquery suchbegriff termederecherche searchkeyword sitesearch'),
    origin: text('Which counter: ga4, shopify…', 'origin counter property'),
    channel: text('Channel', words.channel),
    device: text('Device', 'device devicecategory gerat geraet appareil dispositivo'),
    country: text('Country', words.country),
    sessions: number(
      'Sessions that searched for it',
      'sessions searchsessions sitzungen sesiones sessioni sessies',
    ),
    engaged_sessions: number('Engaged sessions', 'engagedsessions'),
    searches: number('Searches', 'searches totalsearches eventcount suchanfragen recherches'),
    fruitless_searches: number(
      'Searches that found nothing',
      'fruitlesssearches searcheswithoutresults searcheswithnoresults noresults noresultsearches',
    ),
    exit_sessions: number('Sessions that ended at the results', 'exitsessions searchexits exits'),
    completed_sessions: number(
      'Sessions that completed checkout',
      'completedsessions sessionsthatcompletedcheckout',
    ),
  },
  missing: has =>
    has('day') && has('term') && has('sessions')
      ? null
      : 'day, term and sessions: map `day`, `term` and `sessions`',
  repeats: () => 'sum',
  derive: (given, place) => ({
    faults: [
      dated(given),
      [`${given.get('sessions')} IS NULL`, 'there is no count of sessions'],
      [`coalesce(trim(${given.get('term')}), '') = ''`, 'there is no search term'],
    ],
    columns: {
      ...same(place),
      day: dayOf(given, 'day'),
      origin: given.get('origin', "'file'"),
      channel: given.get('channel', empty),
      device: given.get('device', empty),
      country: given.get('country', empty),
      term: `lower(trim(${given.get('term')}))`,
      ...counts(given, 'sessions', 'engaged_sessions', 'searches'),
      ...counts(given, 'fruitless_searches', 'exit_sessions', 'completed_sessions'),
      quality: empty,
    },
  }),
}

export const spend: Target = {
  name: 'spend',
  label: 'Media spend',
  about: 'What advertising cost by day and campaign, and what the platform says it brought.',
  table: 'spend_days',
  columns: {
    day: time('Day', `${words.day} byday reportingstarts gregoriandate startdateinutc berichtsstart`),
    platform: text('Platform', 'platform source network publisherplatform'),
    account: text('Account', 'account accountname customer customername adaccount'),
    channel: text('Channel', words.channel),
    campaign: text('Campaign', words.campaign),
    country: text('Country', words.country),
    cost: number(
      'Cost',
      'cost spend amountspent kosten ausgaben depense cout gasto coste spesa costo kost amountspentusd amountspenteur amountspentgbp totalspent totalspend totalcost spendinaccountcurrency advertisercost mediacost adspend adcost ausgegebenerbetrag montantdepense importegastado importospeso besteedbedrag',
    ),
    impressions: number('Impressions', 'impressions impr impressionen impresiones displays'),
    clicks: number(
      'Clicks',
      'clicks linkclicks linkklicks klicks clics clic interactions clicksall outboundclicks clicksdestination',
    ),
    conversions: number('Conversions', 'conversions conv purchases results conversionen totalconversions'),
    conversion_value: number(
      'Conversion value',
      'conversionvalue convvalue purchasesconversionvalue totalconvvalue totalconversionvalue revenue allconvvalue totalordervalue',
    ),
    currency: text('Currency', words.currency),
  },
  missing: has => (has('day') && has('cost') ? null : 'day and cost: map `day` and `cost`'),
  repeats: () => 'sum',
  derive: (given, place) => ({
    faults: [dated(given), [`${given.get('cost')} IS NULL`, 'there is no cost']],
    columns: {
      ...same(place),
      day: dayOf(given, 'day'),
      platform: given.get('platform', "'file'"),
      account: given.get('account', empty),
      channel: given.get('channel', empty),
      campaign: given.get('campaign', empty),
      country: given.get('country', empty),
      cost: given.get('cost'),
      ...counts(given, 'impressions', 'clicks'),
      ...sums(given, 'conversions', 'conversion_value'),
      currency: money(given, place),
    },
  }),
}

export const messages: Target = {
  name: 'messages',
  label: 'Messages',
  about: 'E-mails and automations by send day.',
  table: 'message_days',
  columns: {
    day: time('Day it was sent', `${words.day} senttime sentat senddate sendtime`),
    platform: text('Platform', 'platform source tool'),
    kind: text('campaign or flow', 'kind type messagetype'),
    message: text(
      'Name of the send or flow',
      'message campaign campaignname name subject flow flowname title emailname',
    ),
    sent: number('Sent', 'sent recipients totalrecipients sends gesendet envoyes'),
    delivered: number('Delivered', 'delivered deliveries zugestellt successfuldeliveries'),
    opens: number('Unique opens', 'opens uniqueopens opened'),
    clicks: number('Unique clicks', 'clicks uniqueclicks clicked'),
    orders: number('Recipients who ordered', 'orders placedorder conversions uniqueplacedorder'),
    revenue: number('Revenue attributed', 'revenue attributedrevenue conversionvalue placedordervalue'),
    unsubscribes: number('Unsubscribes', 'unsubscribes unsubscribed optouts abmeldungen'),
    spam_reports: number('Spam reports', 'spam spamreports spamcomplaints complaints abusereports'),
    bounces: number('Not delivered', 'bounces bounced totalbounces unzustellbar'),
    currency: text('Currency of the revenue', words.currency),
  },
  missing: has => (has('day') && has('sent') ? null : 'day and count: map `day` and `sent`'),
  repeats: () => 'sum',
  derive: (given, place) => ({
    faults: [dated(given), [`${given.get('sent')} IS NULL`, 'there is no count of messages']],
    columns: {
      ...same(place),
      day: dayOf(given, 'day'),
      platform: given.get('platform', "'file'"),
      kind: given.has('kind')
        ? `CASE WHEN lower(${given.get('kind')}) LIKE '%flow%' OR lower(${given.get('kind')}) LIKE '%auto%' THEN 'flow' ELSE 'campaign' END`
        : "'campaign'",
      message: given.get('message', empty),
      ...counts(
        given,
        'sent',
        'delivered',
        'opens',
        'clicks',
        'orders',
        'unsubscribes',
        'spam_reports',
        'bounces',
      ),
      ...sums(given, 'revenue'),
      currency: money(given, place),
    },
  }),
}
