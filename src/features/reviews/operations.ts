import { deckOperations } from './deck-operations.ts'

export const reviews = { ...deckOperations }
