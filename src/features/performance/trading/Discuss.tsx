import { Button } from '@mantine/core'
import { chartSubject } from '#kernel/discussion.ts'
import type { Lens } from '../Lens.tsx'

/** Opens the conversation about a table of a trading screen, over the days and filters it shows. */
export function Discuss({ lens, id, days }: { lens: Lens; id: string; days: Days | null | undefined }) {
  return (
    <Button
      variant="subtle"
      disabled={!days}
      onClick={() => days && lens.setUrl({ talk: chartSubject(id, days, lens.filters) })}
    >
      Discuss
    </Button>
  )
}

interface Days {
  from: string
  to: string
}

/** The same, as an entry of a chart's menu. */
export const discuss = (lens: Lens, id: string, days: Days | null | undefined) => ({
  label: 'Discuss',
  onClick: () => days && lens.setUrl({ talk: chartSubject(id, days, lens.filters) }),
})
