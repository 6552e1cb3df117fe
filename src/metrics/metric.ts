import type { Definition } from './query.ts'

/** A metric is a sentence of data: everything said about it anywhere is said here once. */
export interface Metric extends Omit<Definition, 'sources'> {
  /** What would supply it where nothing in the model can yet; such a metric answers N/A. */
  awaits?: string
  /** What would supply it where there are sales, and yet it is N/A. */
  supply?: string
}

type Rest = Partial<Pick<Metric, 'additivity' | 'good' | 'owner' | 'awaits' | 'supply'>>

/** Shorthand of the vocabulary files: unit and good direction first, because they are read most. */
export const metric = (
  name: string,
  label: string,
  unit: Metric['unit'],
  good: Metric['good'],
  formula: string,
  description: string,
  rest: Rest = {},
): Metric => ({
  name,
  label,
  unit,
  good,
  formula,
  description,
  additivity: rest.additivity ?? (formula.includes('/') ? 'ratio' : 'additive'),
  owner: rest.owner ?? 'ecommerce',
  ...(rest.awaits && { awaits: rest.awaits }),
  ...(rest.supply && { supply: rest.supply }),
})

/** A metric the model cannot hold yet, declared so that it can be asked for and says what it waits for. */
export const awaiting = (
  name: string,
  label: string,
  unit: Metric['unit'],
  good: Metric['good'],
  description: string,
  awaits: string,
  owner = 'ecommerce',
): Metric => ({
  name,
  label,
  unit,
  good,
  formula: '',
  description,
  additivity: 'non_additive',
  owner,
  awaits,
})
