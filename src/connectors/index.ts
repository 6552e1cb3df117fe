import type { Connector } from './connector.ts'
import { ga4 } from './ga4/index.ts'
import { magento } from './magento/index.ts'

/** Every system that can be connected. */
export const connectors: readonly Connector[] = [magento, ga4]
