import type { Connector } from './connector.ts'

/** Every system that can be connected. */
export const connectors: readonly Connector[] = []
