/** Questions in GraphQL. What a scope is needed for is asked only where it is granted: one refused field would fail an export whole. */

import type { About } from './session.ts'

/** Amounts in the currency of the shop; the currencies stand once in the order. */
const bag = () => '{ shopMoney { amount } }'
const both = '{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }'
const taxLines = `taxLines { title rate priceSet ${bag()} }`

type Scopes = ReadonlySet<string>
/** What of an order may be asked for. */
type Sight = Pick<About, 'scopes' | 'companies'>
const having = (scopes: Scopes, any: readonly string[], text: string): string =>
  any.some(scope => scopes.has(scope)) ? text : ''

/** How a connection is asked for: whole in an export, the first so many in a page. */
type Connect = (name: string, first: number, inner: string) => string
const exported: Connect = (name, _, inner) => `${name} { edges { node { ${inner} } } }`
const paged: Connect = (name, first, inner) =>
  `${name}(first: ${first}) { pageInfo { hasNextPage } nodes { ${inner} } }`

function orderFields({ scopes, companies }: Sight, connect: Connect): string {
  const item = having(
    scopes,
    ['read_inventory', 'read_products'],
    'inventoryItem { id updatedAt unitCost { amount currencyCode } }',
  )
  const variant = having(scopes, ['read_products'], `product { id } variant { id ${item} }`)
  return `__typename id legacyResourceId name createdAt updatedAt processedAt cancelledAt cancelReason closedAt test edited
    currencyCode presentmentCurrencyCode taxesIncluded displayFinancialStatus displayFulfillmentStatus returnStatus sourceName
    totalPriceSet ${both} currentTotalPriceSet ${bag()} totalTaxSet ${bag()} totalDiscountsSet ${bag()}
    totalShippingPriceSet ${bag()} totalRefundedSet ${bag()} refundDiscrepancySet ${bag()} netPaymentSet ${bag()}
    discountCodes tags paymentGatewayNames
    ${having(scopes, ['read_customers'], 'customer { id }')}
    ${companies ? 'purchasingEntity { ... on PurchasingCompany { company { id } } }' : ''}
    shippingAddress { countryCodeV2 provinceCode } billingAddress { countryCodeV2 provinceCode }
    ${having(scopes, ['read_locations', 'read_inventory'], 'retailLocation { id name address { countryCode } }')}
    customerJourneySummary { ready customerOrderIndex lastVisit { source utmParameters { source medium campaign } } }
    additionalFees { id name price ${bag()} ${taxLines} }
    transactions { id kind status gateway processedAt amountSet ${bag()} }
    refunds { id createdAt processedAt totalRefundedSet ${bag()} }
    ${connect(
      'lineItems',
      10,
      `__typename id name title variantTitle sku vendor quantity currentQuantity isGiftCard taxable
      originalUnitPriceSet ${bag()}
      discountAllocations { allocatedAmountSet ${bag()} discountApplication { __typename index ... on DiscountCodeApplication { code } ... on AutomaticDiscountApplication { title } ... on ManualDiscountApplication { title } ... on ScriptDiscountApplication { title } } }
      ${taxLines} duties { id price ${bag()} ${taxLines} } ${variant}`,
    )}
    ${connect('shippingLines', 2, `__typename id title isRemoved discountedPriceSet ${bag()} ${taxLines}`)}
    ${connect(
      'agreements',
      4,
      `__typename id happenedAt reason ${connect(
        'sales',
        10,
        `__typename id actionType lineType quantity
        ... on ProductSale { lineItem { id } } ... on GiftCardSale { lineItem { id } } ... on TipSale { lineItem { id } }
        ... on ShippingLineSale { shippingLine { id } }
        ... on FeeSale { totalAmount ${bag()} totalTaxAmount ${bag()} }`,
      )}`,
    )}`
}

const quoted = (text: string) => JSON.stringify(text)

/** Everything of the orders that a search finds, but what stands in lists: those are asked for one by one. */
export const ordersExport = (sight: Sight, search: string): string =>
  `{ orders(query: ${quoted(search)}, sortKey: UPDATED_AT) { edges { node { ${orderFields(sight, exported)} } } } }`

export const ordersCount = `query OrdersCount($query: String!) { ordersCount(query: $query, limit: null) { count precision } }`

export const orderIds = `query OrderIds($query: String!, $after: String) {
  orders(first: 250, after: $after, query: $query, sortKey: UPDATED_AT) { pageInfo { hasNextPage endCursor } nodes { id } }
}`

export const ordersById = (sight: Sight): string =>
  `query Orders($ids: [ID!]!) { nodes(ids: $ids) { ... on Order { ${orderFields(sight, paged)} } } }`

const page = 'pageInfo { hasNextPage endCursor }'
const refundParts = {
  refundLineItems: `id quantity restockType restocked lineItem { id } subtotalSet ${bag()} totalTaxSet ${bag()}`,
  refundShippingLines: `id subtotalAmountSet ${bag()} taxAmountSet ${bag()}`,
  orderAdjustments: `id reason amountSet ${bag()} taxAmountSet ${bag()}`,
}
export type RefundPart = keyof typeof refundParts
export const partsOfRefund = Object.keys(refundParts) as RefundPart[]

export const refundsById = (
  scopes: Scopes,
): string => `query Refunds($ids: [ID!]!) { nodes(ids: $ids) { ... on Refund {
  id createdAt processedAt note totalRefundedSet ${bag()} duties { amountSet ${bag()} }
  ${having(scopes, ['read_returns'], 'return { id }')}
  refundLineItems(first: 4) { ${page} nodes { ${refundParts.refundLineItems} } }
  refundShippingLines(first: 1) { ${page} nodes { ${refundParts.refundShippingLines} } }
  orderAdjustments(first: 2) { ${page} nodes { ${refundParts.orderAdjustments} } }
} } }`

/** The rest of a refund's list. */
export const refundPage = (part: RefundPart): string => `query RefundPage($id: ID!, $after: String) {
  refund(id: $id) { ${part}(first: 100, after: $after) { ${page} nodes { ${refundParts[part]} } } }
}`

const returnLine =
  'id quantity ... on ReturnLineItem { refundedQuantity returnReasonDefinition { name } fulfillmentLineItem { lineItem { id } } }'
const returned = (lines: number): string => `${page} nodes { id name status createdAt closedAt totalQuantity
    returnLineItems(first: ${lines}) { ${page} nodes { ${returnLine} } } }`

/** Returns of orders: few of each, which is nearly always all. */
export const returnsById = `query Returns($ids: [ID!]!) { nodes(ids: $ids) { ... on Order { id returns(first: 2) { ${returned(5)} } } } }`

/** All returns of one order. */
export const returnsPage = `query ReturnsPage($id: ID!, $after: String) {
  node(id: $id) { ... on Order { returns(first: 12, after: $after) { ${returned(20)} } } }
}`

/** The rest of a return's lines. */
export const returnLinesPage = `query ReturnLinesPage($id: ID!, $after: String) {
  node(id: $id) { ... on Return { returnLineItems(first: 100, after: $after) { ${page} nodes { ${returnLine} } } } }
}`

export const productsExport = (scopes: Scopes): string => `{ products(sortKey: UPDATED_AT) { edges { node {
  __typename id legacyResourceId title handle vendor productType status tags isGiftCard createdAt updatedAt publishedAt category { id fullName }
  variants { edges { node { __typename id legacyResourceId title sku barcode price compareAtPrice position inventoryQuantity createdAt updatedAt
    selectedOptions { name value } ${having(scopes, ['read_inventory', 'read_products'], 'inventoryItem { id tracked unitCost { amount currencyCode } }')} } } }
} } } }`

export const itemsExport = (search: string): string =>
  `{ inventoryItems(query: ${quoted(search)}) { edges { node { __typename id legacyResourceId sku tracked createdAt updatedAt unitCost { amount currencyCode } } } } }`

export const stockExport = `{ inventoryItems { edges { node { __typename id legacyResourceId sku tracked updatedAt unitCost { amount currencyCode }
  inventoryLevels { edges { node { __typename id updatedAt location { id name }
    quantities(names: ["available", "on_hand", "committed", "incoming", "reserved", "damaged", "safety_stock", "quality_control"]) { name quantity } } } }
} } } }`

const customerFields = `__typename id legacyResourceId createdAt updatedAt firstName lastName state tags
  defaultEmailAddress { emailAddress marketingState } defaultAddress { city countryCodeV2 provinceCode }`

export const customersExport = (search: string): string =>
  `{ customers(query: ${quoted(search)}) { edges { node { ${customerFields} } } } }`

export const customersCount = `query CustomersCount($query: String!) { customersCount(query: $query, limit: null) { count precision } }`

export const customersPage = `query Customers($query: String!, $after: String) {
  customers(first: 100, after: $after, query: $query, sortKey: UPDATED_AT) { ${page} nodes { ${customerFields} } }
}`

/** Companies with what their places agreed to. Whose contact they are is told only to who may see customers. */
export const companiesPage = (scopes: Scopes): string => `query Companies($after: String) {
  companies(first: 20, after: $after, sortKey: ID) { ${page} nodes { __typename id name createdAt customerSince updatedAt
    contactsCount { count } ${having(scopes, ['read_customers'], 'mainContact { id customer { id defaultEmailAddress { emailAddress } } }')}
    locations(first: 3) { nodes { id name currency billingAddress { countryCode } shippingAddress { countryCode }
      buyerExperienceConfiguration { paymentTermsTemplate { dueInDays } } } }
  } }
}`

/** Orders that are not paid in full, with what is outstanding and whose they are. */
export const openOrders = `query OpenOrders($query: String!, $after: String) {
  orders(first: 100, after: $after, query: $query, sortKey: ID) { ${page} nodes { id
    purchasingEntity { ... on PurchasingCompany { company { id } } } totalOutstandingSet { shopMoney { amount currencyCode } } } }
}`

/** Companies with no more than whether any of their places may pay later. */
export const companyTerms = `query CompanyTerms($after: String) {
  companies(first: 50, after: $after, sortKey: ID) { ${page} nodes { id
    locations(first: 3) { nodes { buyerExperienceConfiguration { paymentTermsTemplate { dueInDays } } } } } }
}`

export const deletionsPage = `query Deletions($query: String!, $after: String) {
  events(first: 250, after: $after, query: $query, sortKey: CREATED_AT) { ${page} nodes { id action createdAt ... on BasicEvent { subjectId subjectType } } }
}`

const discountBasics = 'title status startsAt endsAt asyncUsageCount'
const discountValue =
  'customerGets { value { ... on DiscountPercentage { percentage } ... on DiscountAmount { amount { amount currencyCode } } } }'
const withCodes = (of: string) => `
    ... on DiscountCodeBasic { ${discountBasics} usageLimit ${of} ${discountValue} }
    ... on DiscountCodeBxgy { ${discountBasics} usageLimit ${of} }
    ... on DiscountCodeFreeShipping { ${discountBasics} usageLimit ${of} }
    ... on DiscountCodeApp { ${discountBasics} usageLimit ${of} }`
const codes = (which: string) => `codes(${which}) { ${page} nodes { id code asyncUsageCount } }`

/** Discounts as they are set up, with the first of their codes. */
export const discountsPage = `query Discounts($after: String) {
  discountNodes(first: 10, after: $after, sortKey: ID) { ${page} nodes { id discount { __typename ${withCodes(codes('first: 25'))}
    ... on DiscountAutomaticBasic { ${discountBasics} ${discountValue} }
    ... on DiscountAutomaticBxgy { ${discountBasics} }
    ... on DiscountAutomaticFreeShipping { ${discountBasics} }
    ... on DiscountAutomaticApp { ${discountBasics} } } } }
}`

/** More codes of a discount: campaigns give thousands, one to a person. */
export const discountCodesPage = `query DiscountCodes($id: ID!, $after: String) {
  node(id: $id) { ... on DiscountNode { id discount { __typename ${withCodes(codes('first: 250, after: $after'))} } } }
}`

export const runBulk = `mutation Run($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: false) { bulkOperation { id status } userErrors { field message code } }
}`

export const pollBulk = `query Poll($id: ID!) {
  bulkOperation(id: $id) { id status errorCode objectCount rootObjectCount fileSize url partialDataUrl }
}`

export const report = `query Report($query: String!) { shopifyqlQuery(query: $query) { parseErrors tableData { columns { name dataType } rows } } }`

export const subscriptions = `query Subscriptions($after: String) {
  webhookSubscriptions(first: 100, after: $after) { ${page} nodes { id topic uri } }
}`

export const subscribe = `mutation Subscribe($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri, format: JSON }) { webhookSubscription { id } userErrors { field message } }
}`
