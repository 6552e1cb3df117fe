import { deckOperations } from './deck-operations.ts'
import { packOperations } from './pack-operations.ts'

export const reviews = { ...deckOperations, ...packOperations }
