#!/usr/bin/env node
// Takes from Shopify's introspection (gzipped JSON with `data` and `offline_scopes`) the types used here: fields, arguments
// and types, no prose; besides, which scope each needs and which filters each `query:` knows.
// `node scripts/shopify-contract.mjs admin_2026-10.json.gz src/simulators/shopify/contract/admin-2026-10`
import { readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { buildClientSchema, isEnumType, isInputObjectType, isScalarType, printType } from 'graphql'

const [, , from, to] = process.argv
const file = JSON.parse(gunzipSync(readFileSync(from)))
const whole = buildClientSchema(file.data)

const roots = {
  QueryRoot: `bulkOperation bulkOperations companies currentAppInstallation customers customersCount discountNodes events
    inventoryItems node nodes order orders ordersCount products publicApiVersions refund shop shopifyqlQuery
    webhookSubscriptions`,
  Mutation: 'bulkOperationCancel bulkOperationRunQuery webhookSubscriptionCreate webhookSubscriptionDelete',
}
const kept = new Set(
  `QueryRoot Mutation Node PageInfo Count MoneyBag MoneyV2 Shop ShopPlan ShopAddress Domain ApiVersion AppInstallation
  AccessScope Order OrderConnection OrderEdge LineItem LineItemConnection LineItemEdge TaxLine DiscountAllocation
  DiscountApplication DiscountApplicationConnection DiscountApplicationEdge DiscountCodeApplication
  AutomaticDiscountApplication ManualDiscountApplication ScriptDiscountApplication PricingValue PricingPercentageValue
  ShippingLine ShippingLineConnection ShippingLineEdge Duty AdditionalFee OrderTransaction OrderTransactionConnection
  OrderTransactionEdge CustomerJourneySummary CustomerVisit UTMParameters MailingAddress Location LocationAddress
  SalesAgreement SalesAgreementConnection SalesAgreementEdge OrderAgreement OrderEditAgreement RefundAgreement
  ReturnAgreement Sale SaleConnection SaleEdge ProductSale GiftCardSale TipSale ShippingLineSale DutySale
  AdditionalFeeSale AdjustmentSale FeeSale UnknownSale Fee RestockingFee ReturnShippingFee Refund RefundLineItem
  RefundLineItemConnection RefundLineItemEdge RefundShippingLine RefundShippingLineConnection RefundShippingLineEdge
  OrderAdjustment OrderAdjustmentConnection OrderAdjustmentEdge RefundDuty Return ReturnConnection ReturnEdge
  ReturnLineItem ReturnLineItemType ReturnLineItemTypeConnection ReturnLineItemTypeEdge ReturnReasonDefinition FulfillmentLineItem Customer
  CustomerConnection CustomerEdge CustomerEmailAddress Product ProductConnection ProductEdge ProductVariant
  ProductVariantConnection ProductVariantEdge SelectedOption TaxonomyCategory InventoryItem InventoryItemConnection
  InventoryItemEdge InventoryLevel InventoryLevelConnection InventoryLevelEdge InventoryQuantity Event EventConnection
  EventEdge BasicEvent Company CompanyConnection CompanyEdge CompanyContact CompanyLocation CompanyLocationConnection
  CompanyLocationEdge CompanyAddress BuyerExperienceConfiguration PaymentTermsTemplate PurchasingEntity PurchasingCompany
  DiscountNode DiscountNodeConnection DiscountNodeEdge Discount DiscountCodeBasic DiscountCodeBxgy DiscountCodeFreeShipping
  DiscountCodeApp DiscountAutomaticBasic DiscountAutomaticBxgy DiscountAutomaticFreeShipping DiscountAutomaticApp
  DiscountRedeemCode DiscountRedeemCodeConnection DiscountRedeemCodeEdge DiscountCustomerGets DiscountCustomerGetsValue
  DiscountPercentage DiscountAmount
  BulkOperation
  BulkOperationConnection BulkOperationEdge BulkOperationRunQueryPayload BulkOperationCancelPayload
  BulkOperationUserError UserError DisplayableError WebhookSubscription WebhookSubscriptionConnection
  WebhookSubscriptionEdge WebhookSubscriptionCreatePayload WebhookSubscriptionDeletePayload WebhookSubscriptionInput
  ShopifyqlQueryResponse ShopifyqlTableData ShopifyqlTableDataColumn`.split(/\s+/),
)
const bare = type => String(type).replaceAll(/[[\]!]/g, '')
/** Scalars and enumerations come along with the fields that use them. */
const isLeaf = name => {
  const type = whole.getType(name)
  return isScalarType(type) || isEnumType(type)
}
const leaves = new Set()
const keep = type => {
  const name = bare(type)
  if (isLeaf(name)) leaves.add(name)
  return kept.has(name) || isLeaf(name)
}
const filters = {}
/** Names in the first column of the table that stands in the description of a `query` argument. */
const filtersOf = text =>
  [...(text ?? '').matchAll(/^\| ([\w.]+) \| \w/gm)]
    .map(([, name]) => name)
    .filter(name => name !== 'name' && name !== 'default')

const printed = []
for (const name of kept) {
  const type = whole.getType(name)
  if (!type) throw new Error(`${name} is no type of this version`)
  const only = roots[name]?.split(/\s+/)
  if (only)
    for (const field of only)
      if (!type.getFields()[field]) throw new Error(`${name}.${field} is no field of this version`)
  const config = type.toConfig()
  if (config.fields) {
    for (const [field, one] of Object.entries(config.fields)) {
      if (!keep(one.type) || (only && !only.includes(field)) || one.deprecationReason) {
        delete config.fields[field]
        continue
      }
      for (const [argument, about] of Object.entries(one.args ?? {})) {
        if (!keep(about.type)) delete one.args[argument]
        else if (argument === 'query' && filtersOf(about.description).length > 0)
          filters[`${name}.${field}`] = filtersOf(about.description)
        about.description = undefined
      }
      one.description = undefined
    }
  }
  if (config.interfaces) config.interfaces = config.interfaces.filter(one => kept.has(one.name))
  if (config.types) config.types = config.types.filter(one => kept.has(one.name))
  config.description = undefined
  config.extensionASTNodes = []
  config.astNode = undefined
  const made = new type.constructor(config)
  if (!isInputObjectType(made) && config.fields && Object.keys(made.getFields()).length === 0)
    throw new Error(`${name} keeps no field`)
  printed.push(printType(made))
}
for (const name of [...leaves].sort()) {
  if (['String', 'Int', 'Float', 'Boolean', 'ID'].includes(name)) continue
  const config = whole.getType(name).toConfig()
  config.description = undefined
  for (const value of Object.values(config.values ?? {})) {
    value.description = undefined
    value.deprecationReason = undefined
  }
  config.specifiedByURL = undefined
  const Kind = whole.getType(name).constructor
  printed.push(printType(new Kind(config)))
}
const origin = `# Reduced from the Admin GraphQL introspection of version 2026-10 in @shopify/dev-mcp 1.16.0 (ISC, Shopify Inc.; see NOTICE)
# by scripts/shopify-contract.mjs: types and arguments without their prose. It is the snapshot of the release candidate.
schema {
  query: QueryRoot
  mutation: Mutation
}
`
writeFileSync(`${to}.graphql`, `${origin}\n${printed.join('\n\n')}\n`)

const scopes = {}
for (const { type, typeName, fieldName, offlineScopes } of file.offline_scopes.items)
  if (kept.has(typeName) && offlineScopes.length > 0)
    scopes[type === 'type' ? typeName : `${typeName}.${fieldName}`] = offlineScopes
writeFileSync(
  `${to}.json`,
  `${JSON.stringify({ origin: '@shopify/dev-mcp 1.16.0, admin 2026-10', licence: 'ISC', filters, scopes }, null, 1)}\n`,
)
console.log(
  `${kept.size} types, ${leaves.size} scalars and enumerations, ${Object.keys(filters).length} filters → ${to}`,
)
