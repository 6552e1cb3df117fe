import { approvalOperations } from './approval-operations.ts'
import { budgetOperations } from './budget-operations.ts'
import { caseOperations } from './case-operations.ts'
import { outlookOperations } from './outlook-operations.ts'
import { versionOperations } from './version-operations.ts'
import { workbookOperations } from './workbook-operations.ts'

export const plan = {
  ...versionOperations,
  ...approvalOperations,
  ...budgetOperations,
  ...caseOperations,
  ...outlookOperations,
  ...workbookOperations,
}
