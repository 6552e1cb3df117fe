import { approvalOperations } from './approval-operations.ts'
import { attachmentOperations } from './attachment-operations.ts'
import { budgetOperations } from './budget-operations.ts'
import { caseOperations } from './case-operations.ts'
import { closeOperations } from './close-operations.ts'
import { compareOperations } from './compare-operations.ts'
import { overlayOperations } from './overlay-operations.ts'
import { pacingOperations } from './pacing-operations.ts'
import { phasingOperations } from './phasing-operations.ts'
import { reforecastOperations } from './reforecast-operations.ts'
import { strategyOperations } from './strategy-operations.ts'
import { varianceOperations } from './variance-operations.ts'
import { versionOperations } from './version-operations.ts'
import { whatIfOperations } from './what-if-operations.ts'
import { workbookOperations } from './workbook-operations.ts'

export const plan = {
  ...versionOperations,
  ...approvalOperations,
  ...attachmentOperations,
  ...budgetOperations,
  ...caseOperations,
  ...closeOperations,
  ...compareOperations,
  ...overlayOperations,
  ...pacingOperations,
  ...phasingOperations,
  ...reforecastOperations,
  ...strategyOperations,
  ...varianceOperations,
  ...whatIfOperations,
  ...workbookOperations,
}
