import { Button, Select, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { client, words } from '#features/client.ts'
import type { Calculation, Input } from '#kernel/plan/calculate.ts'
import { addressKey, type Line } from '#kernel/plan/sheet.ts'
import { type SpreadBy, spreadDown } from '#kernel/plan/spread.ts'
import { figureOf } from '#kernel/plan/typed.ts'

/** A total brought down to the cells it is made of: asked for where the cursor is. */
export function SpreadDown(props: Parameters<typeof Spreading>[0]) {
  const [opened, setOpened] = useState(false)
  // What is chosen how is drawn when it is wanted: the cursor passes over many cells.
  return opened ? (
    <Spreading {...props} />
  ) : (
    <Button variant="default" onClick={() => setOpened(true)}>
      Spread a total
    </Button>
  )
}

/** Of one period over its parts, or of the plan over its open periods. */
function Spreading(props: {
  plan: Calculation
  version: string
  line: Line
  members: Readonly<Record<string, string | null>>
  /** Whether the row is a total over parts. */
  parted: boolean
  /** Position of the period the cursor is in. */
  period: number
  closed: ReadonlySet<string>
  onEdit: (inputs: Input[]) => void
}) {
  const { plan, line } = props
  const { periods } = plan.sheet
  const [total, setTotal] = useState('')
  const [by, setBy] = useState<SpreadBy>('proportional')
  const [over, setOver] = useState<'period' | 'plan'>(props.parted ? 'period' : 'plan')
  const [busy, setBusy] = useState(false)
  const where = props.parted ? over : 'plan'
  const open = periods.findIndex(period => !props.closed.has(period.key))
  const spread = async () => {
    setBusy(true)
    try {
      const part =
        where === 'period'
          ? { members: props.members, first: props.period, last: props.period }
          : { members: props.members, first: Math.max(0, open), last: periods.length - 1 }
      const value = figureOf(total, line, line.label) ?? '0'
      const before =
        by === 'history' ? await client.plan.yearBefore({ version: props.version, line: line.name }) : []
      const was = new Map(before.map(one => [addressKey({ ...one, line: line.name }), one.value]))
      props.onEdit(
        spreadDown(
          plan,
          line.name,
          part,
          value,
          by,
          // Orders and sessions are whole.
          line.unit === 'money' || !Number.isInteger(Number(value)) ? 2 : 0,
          (slice, period) => was.get(addressKey({ line: line.name, slice, period })) ?? null,
        ),
      )
    } catch (error) {
      const { message, next } = words(error)
      notifications.show({
        color: 'bad',
        title: 'That cannot be spread',
        message: [message, next].filter(Boolean).join(' '),
      })
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <TextInput
        aria-label="Total to spread"
        placeholder={`${line.label}, ${where === 'period' ? (periods[props.period]?.label ?? '') : 'in all'}`}
        value={total}
        onChange={event => setTotal(event.currentTarget.value)}
        w={190}
      />
      {props.parted && (
        <Select
          aria-label="What to spread over"
          w={160}
          allowDeselect={false}
          data={[
            { value: 'period', label: 'over this period' },
            { value: 'plan', label: 'over all periods' },
          ]}
          value={over}
          onChange={value => setOver((value ?? 'period') as typeof over)}
        />
      )}
      <Select
        aria-label="How to spread"
        w={190}
        allowDeselect={false}
        data={[
          { value: 'proportional', label: 'in proportion' },
          { value: 'even', label: 'evenly' },
          { value: 'history', label: 'as the year before' },
        ]}
        value={by}
        onChange={value => setBy((value ?? 'proportional') as SpreadBy)}
      />
      <Button variant="default" disabled={total.trim() === ''} loading={busy} onClick={spread}>
        Spread down
      </Button>
    </>
  )
}
