import { deckOperations } from './deck-operations.ts'
import { documentOperations } from './document-operations.ts'
import { packOperations } from './pack-operations.ts'
import { threadOperations } from './thread-operations.ts'

export const reviews = { ...deckOperations, ...packOperations, ...documentOperations, ...threadOperations }
