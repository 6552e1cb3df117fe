/** What metrics can be split by. Which tables hold each is said in facts.ts. */
export interface Dimension {
  name: string
  label: string
  description: string
}

const dimension = (name: string, label: string, description: string): Dimension => ({
  name,
  label,
  description,
})

export const dimensions: readonly Dimension[] = [
  dimension('store', 'Store', 'A shop or channel with its own till'),
  dimension('country', 'Country', 'Country of sale, as the source names it'),
  dimension(
    'channel',
    'Channel',
    'Online store, point of sale, marketplace, sales representative; for traffic and spend the marketing channel',
  ),
  dimension('product', 'Product', 'Product or SKU code'),
  dimension('product_title', 'Product title', 'Title in the product list'),
  dimension(
    'title',
    'Title as sold',
    'Product title as the sale carries it; a product may have been sold under several',
  ),
  dimension('category', 'Category', 'Category in the product list'),
  dimension('brand', 'Brand', 'Brand in the product list'),
  dimension('vendor', 'Vendor', 'Supplier in the product list'),
  dimension('order', 'Order', 'Order or invoice number'),
  dimension('return_reason', 'Reason of return', 'Why goods were asked to be returned, as the shop words it'),
  dimension('customer', 'Customer', 'Customer id; empty where the sale has no known customer'),
  dimension(
    'customer_kind',
    'New or returning',
    "new: the customer's first order in the shop; returning: a later one. What is returned counts where its order does",
  ),
  dimension('cohort', 'Month of first order', 'Month in which the customer first ordered in the shop'),
  dimension(
    'customer_group',
    'Customer group',
    'How a customer of a shop stands now, by recency, frequency and money: fifths of all its customers, equals together',
  ),
  dimension('recency', 'Recency', 'Fifth by day of last order: 5 the latest'),
  dimension('frequency', 'Frequency', 'Fifth by number of orders: 5 the most'),
  dimension('monetary', 'Money', 'Fifth by net sales to date: 5 the most'),
  dimension(
    'days_since_order',
    'Days since the order before',
    'Days from an order of a customer to the next',
  ),
  dimension('account', 'Account', 'B2B account; empty for B2C'),
  dimension('business', 'B2C or B2B', 'Whether an account bought'),
  dimension('discount_code', 'Discount code', 'Code or campaign that gave the discount'),
  dimension(
    'promotion',
    'Promotion',
    'Title of the discount that a code or an offer without one is of, as the shop has set it up; a code it does not list stands for itself',
  ),
  dimension('kind', 'Kind of entry', 'Sale, reversal, shipping, tax, duty, fee, adjustment…'),
  dimension('currency', 'Currency', 'Currency the money was booked in'),
  dimension('weekday', 'Weekday', '1 Monday … 7 Sunday'),
  dimension('hour', 'Hour', 'Hour of the day in store time, 0–23'),
  dimension('campaign', 'Campaign', 'Marketing campaign'),
  dimension('device', 'Device', 'Desktop, mobile, tablet'),
  dimension('landing_page', 'Landing page', 'First page of the session'),
  dimension('search_term', 'Search term', 'What was typed into the shop’s own search'),
  dimension('origin', 'Counter', 'Who counted the sessions: GA4, Shopify…'),
  dimension(
    'tracking',
    'Match with the ledger',
    'Purchases analytics saw: same day as the order; another day, where time zones cut days apart; not in the ledger, as test and deleted orders are not',
  ),
  dimension('platform', 'Platform', 'Ad or messaging platform'),
  dimension('ad_account', 'Ad account', 'Account on the ad platform'),
  dimension('message', 'Message', 'Send or flow'),
  dimension('message_kind', 'Campaign or flow', 'Sends and flows are never blended'),
  dimension(
    'lead_stage',
    'Lead stage',
    'Lead, MQL, SQL, opportunity, customer and stages of the account’s own',
  ),
  dimension('lead_source', 'Lead source', 'Channel or programme that brought the lead'),
  dimension('pipeline', 'Pipeline', 'Pipeline a deal goes through'),
  dimension('deal_owner', 'Deal owner', 'Who looks after a deal or quote'),
  dimension('deal_state', 'Deal state', 'Open, won or lost'),
  dimension(
    'account_segment',
    'Account segment',
    'Segment or trade of a B2B account, as the source names it',
  ),
  dimension('project', 'Project', 'Project or board of a task'),
  dimension('section', 'Section', 'Section or list of a task'),
  dimension('task_state', 'Task state', 'Open, done or archived'),
  dimension('location', 'Location', 'Warehouse or shop that holds the stock'),
]
