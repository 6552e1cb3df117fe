import type { Fact } from './fact.ts'
import { demand } from './facts/demand.ts'
import { operations } from './facts/operations.ts'
import { sales } from './facts/sales.ts'

export const facts: readonly Fact[] = [...sales, ...demand, ...operations]

export const factByName: Readonly<Record<string, Fact>> = Object.fromEntries(
  facts.map(fact => [fact.name, fact]),
)
