import type { Preset } from '../preset.ts'
import { shopifyOrdersJson, wooOrdersJson } from './interfaces.ts'
import { magentoOrders } from './magento.ts'
import { ga4Exploration, ga4SearchTerms, googleAds, metaAds } from './marketing.ts'
import { amazonOrders, amazonSettlement, amazonSettlementFees } from './marketplaces.ts'
import { onlineRetail } from './online-retail.ts'
import { shopifyCustomers, shopifyOrders, shopifyProducts } from './shopify.ts'

/** Exports people really have. */
export const presets: readonly Preset[] = [
  shopifyOrders,
  shopifyProducts,
  shopifyCustomers,
  shopifyOrdersJson,
  wooOrdersJson,
  magentoOrders,
  amazonOrders,
  amazonSettlement,
  amazonSettlementFees,
  ga4SearchTerms,
  ga4Exploration,
  googleAds,
  metaAds,
  onlineRetail,
]
