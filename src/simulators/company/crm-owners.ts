import { sellers } from './people.ts'

/** Somebody who sold for us until he left: his records still name him. */
export const formerSeller = 'Tom Prior'
export const crmOwners: readonly string[] = [...sellers, formerSeller]
/** Owner's id in the CRM by name. */
export const ownerId = (name: string): number => 41_000 + crmOwners.indexOf(name)
