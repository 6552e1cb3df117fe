import { asana } from './asana/index.ts'
import type { Connector } from './connector.ts'
import { ga4 } from './ga4/index.ts'
import { hubspot } from './hubspot/index.ts'
import { magento } from './magento/index.ts'
import { marketo } from './marketo/index.ts'
import { shopify } from './shopify/index.ts'
import { trello } from './trello/index.ts'

/** Every system that can be connected. */
export const connectors: readonly Connector[] = [shopify, magento, ga4, hubspot, marketo, asana, trello]
