import type { Connector } from '#connectors/connector.ts'

/** Connectors that hardly wait, however long a vendor asks them to: the systems of tests have no time to wait for. `patience`, ms, is for those that never answer. */
export const hasty = (connectors: readonly Connector[], patience?: number): Connector[] =>
  connectors.map(one => ({
    ...one,
    open: (credentials, reach) =>
      one.open(credentials, {
        ...reach,
        sleep: ms => reach.sleep(Math.min(ms, 1)),
        ...(patience !== undefined && { patience }),
      }),
  }))
