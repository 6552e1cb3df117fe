import type { Fact } from './fact.ts'
import { accounts } from './facts/accounts.ts'
import { costs } from './facts/costs.ts'
import { cover } from './facts/cover.ts'
import { customers } from './facts/customers.ts'
import { demand } from './facts/demand.ts'
import { linkedBuyers } from './facts/linked.ts'
import { operations } from './facts/operations.ts'
import { pipeline } from './facts/pipeline.ts'
import { sales } from './facts/sales.ts'
import { work } from './facts/work.ts'

export const facts: readonly Fact[] = [
  ...sales,
  ...costs,
  ...demand,
  ...operations,
  ...cover,
  ...pipeline,
  ...accounts,
  ...customers,
  ...linkedBuyers,
  ...work,
]

export const factByName: Readonly<Record<string, Fact>> = Object.fromEntries(
  facts.map(fact => [fact.name, fact]),
)
