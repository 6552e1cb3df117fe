import type { ReturnRecord } from './returns.ts'

/** What is kept of an order: the vendor's own shape, with its connections as lists. Anything may be absent or new. */
interface Money {
  amount: string
  currencyCode?: string
}
export interface Bag {
  shopMoney: Money
  presentmentMoney?: Money
}
interface Ref {
  id: string
}

export interface TaxLine {
  rate?: number | null
  priceSet: Bag
}

export interface LineItem {
  __typename?: string
  id: string
  name?: string | null
  title?: string | null
  sku?: string | null
  quantity: number
  currentQuantity?: number
  isGiftCard?: boolean
  originalUnitPriceSet: Bag
  discountAllocations?: {
    allocatedAmountSet: Bag
    discountApplication?: { __typename?: string; code?: string; title?: string } | null
  }[]
  taxLines?: TaxLine[]
  duties?: { id?: string; price: Bag; taxLines?: TaxLine[] }[]
  product?: Ref | null
  variant?: {
    id: string
    inventoryItem?: { updatedAt?: string; unitCost?: Money | null } | null
  } | null
  /** Added here: cost of a unit at the time of sale, and how it is known. */
  cost?: { unit: string | null; by: 'item' | 'report' | 'estimate' }
}

export interface ShippingLine {
  id?: string | null
  discountedPriceSet: Bag
  taxLines?: TaxLine[]
  isRemoved?: boolean
}

export interface Sale {
  __typename?: string
  id: string
  actionType?: string
  lineType?: string
  quantity?: number | null
  lineItem?: Ref | null
  shippingLine?: { id?: string | null } | null
  totalAmount?: Bag
  totalTaxAmount?: Bag
}

export interface Agreement {
  id: string
  happenedAt: string
  reason?: string
  sales: Sale[]
}

export interface Refund {
  id: string
  createdAt?: string | null
  processedAt?: string | null
  refundLineItems: {
    id?: string | null
    quantity: number
    restockType?: string
    lineItem: Ref
    subtotalSet: Bag
    totalTaxSet?: Bag
  }[]
  refundShippingLines: { id?: string; subtotalAmountSet: Bag; taxAmountSet?: Bag }[]
  orderAdjustments: { id: string; reason?: string | null; amountSet: Bag; taxAmountSet?: Bag }[]
  duties?: { amountSet: Bag }[] | null
}

interface Address {
  countryCodeV2?: string | null
}

export interface OrderRecord {
  id: string
  legacyResourceId: string
  name?: string
  createdAt: string
  updatedAt: string
  processedAt: string
  cancelledAt?: string | null
  test?: boolean
  taxesIncluded?: boolean
  currencyCode?: string
  sourceName?: string | null
  returnStatus?: string
  discountCodes?: string[]
  customer?: Ref | null
  /** The company that bought, where one did. */
  purchasingEntity?: { company?: Ref | null } | null
  shippingAddress?: Address | null
  billingAddress?: Address | null
  retailLocation?: { address?: { countryCode?: string | null } | null } | null
  additionalFees?: { id: string; price: Bag; taxLines?: TaxLine[] }[]
  lineItems: LineItem[]
  shippingLines: ShippingLine[]
  agreements: Agreement[]
  refunds: Refund[]
  /** Absent where they may not be read, and of orders of which nothing was sent back. */
  returns?: ReturnRecord[]
}
