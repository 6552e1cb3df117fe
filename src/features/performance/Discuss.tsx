import { Button } from '@mantine/core'
import { chartSubject } from '#kernel/discussion.ts'
import type { Lens } from './Lens.tsx'

/** Opens the conversation about a table of a trading screen, over the days and filters it shows. */
export function Discuss({ lens, id, days }: { lens: Lens; id: string; days: Days | null | undefined }) {
  const { label, ...act } = discuss(lens, id, days)
  return (
    <Button variant="subtle" {...act}>
      {label}
    </Button>
  )
}

interface Days {
  from: string
  to: string
}

/** The same, as an entry of a chart's menu. */
export const discuss = (lens: Lens, id: string, days: Days | null | undefined) =>
  discussing(lens, days && chartSubject(id, days, lens.filters))

/** The entry that opens the conversation about a subject. What is not there yet cannot be talked about. */
export const discussing = (lens: Lens, subject: string | null | undefined, label = 'Discuss') => ({
  label,
  disabled: !subject,
  onClick: () => lens.setUrl({ talk: subject ?? undefined }),
})
