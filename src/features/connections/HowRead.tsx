import { Button, NumberInput, Select } from '@mantine/core'
import type { ReactNode } from 'react'
import { Card } from '#ui/Card.tsx'
import css from './import.module.css'
import { type Reads, readingChoices, withChoice } from './model.ts'

/** How a file is read, as recognised, each point to be overruled; also where nothing could be read at all yet. */
export function HowRead(props: {
  /** What was recognised; null where it could not be read. */
  seen: Reads | null
  /** What was overruled. */
  reading: Reads
  sheets: readonly string[]
  members: readonly string[]
  lists: { records: readonly string[]; lines: readonly string[] }
  /** It was made of several files, each read as recognised: how they were laid out is no question any more. */
  several: boolean
  stale: boolean
  onChange: (reading: Reads) => void
  children?: ReactNode
}) {
  const { sheets, members, lists, onChange } = props
  const now: Reads = { ...props.seen, ...props.reading }
  const overruled = Object.keys(props.reading).length > 0
  const text = !props.several && (now.format === undefined || now.format === 'csv')
  const table = text || (!props.several && now.format === 'xlsx')
  const set = (change: Reads) => onChange({ ...props.reading, ...change })
  return (
    <Card
      title={props.several ? 'How the files are read' : 'How the file is read'}
      stale={props.stale}
      actions={
        overruled && (
          <Button variant="default" size="compact-sm" onClick={() => onChange({})}>
            As recognised
          </Button>
        )
      }
    >
      <div className={css.readings}>
        {members.length > 1 && (
          <Choice
            label="File in the archive"
            data={members.map(value => ({ value, label: value }))}
            value={now.member ?? members[0]}
            onChange={member => onChange({ member })}
          />
        )}
        {sheets.length > 1 && (
          <Choice
            label="Sheet"
            data={sheets.map(value => ({ value, label: value }))}
            value={now.sheet ?? sheets[0]}
            onChange={sheet => onChange({ sheet })}
          />
        )}
        {(text || now.format === 'jsonl') && (
          <>
            <Choice
              label="The text is"
              data={readingChoices.format}
              value={now.format}
              onChange={format => set({ format: format as Reads['format'] })}
            />
            <Choice
              label="Letters are written in"
              data={withChoice(readingChoices.encoding, now.encoding)}
              value={now.encoding}
              onChange={encoding => set({ encoding })}
            />
          </>
        )}
        {now.format === 'jsonl' && (
          <>
            <Choice
              label="Records are in"
              data={lists.records.map(value => ({ value, label: value || 'the file itself' }))}
              value={now.records}
              onChange={records => onChange({ ...without(props.reading, 'lines'), records })}
            />
            <Choice
              label="A row is"
              data={lists.lines.map(value => ({ value, label: value ? `each of ${value}` : 'a record' }))}
              value={now.lines}
              onChange={lines => set({ lines })}
            />
          </>
        )}
        {text && (
          <>
            <Choice
              label="Columns are parted by"
              data={withChoice(readingChoices.delimiter, now.delimiter)}
              value={now.delimiter}
              onChange={delimiter => set({ delimiter })}
            />
            <Choice
              label="Texts stand in"
              data={withChoice(readingChoices.quote, now.quote)}
              value={now.quote}
              onChange={quote => set({ quote })}
            />
          </>
        )}
        {table && (
          <>
            <NumberInput
              label="Lines above the headings"
              allowNegative={false}
              allowDecimal={false}
              clampBehavior="strict"
              max={10_000}
              value={now.skip ?? ''}
              onChange={value => typeof value === 'number' && set({ skip: value })}
            />
            <Choice
              label="The first row"
              data={readingChoices.header}
              value={now.header === undefined ? undefined : String(now.header)}
              onChange={value => set({ header: value === 'true' })}
            />
          </>
        )}
        {table && now.turned !== undefined && (
          <Choice
            label="Months, currencies or places in headings"
            data={readingChoices.turned}
            value={String(now.turned)}
            onChange={value => set({ turned: value === 'true' })}
          />
        )}
        {table && now.filled !== undefined && (
          <Choice
            label="Cells below the first row of an order"
            data={readingChoices.filled}
            value={String(now.filled)}
            onChange={value => set({ filled: value === 'true' })}
          />
        )}
        <Choice
          label="Decimals are written"
          data={readingChoices.decimal}
          value={now.decimal}
          onChange={value => set({ decimal: value === ',' ? ',' : '.' })}
        />
        <Choice
          label="Dates are written"
          data={readingChoices.dateOrder}
          value={now.dateOrder}
          onChange={value => set({ dateOrder: value as Reads['dateOrder'] })}
        />
      </div>
      {props.children}
    </Card>
  )
}

const without = (reading: Reads, key: keyof Reads): Reads => {
  const { [key]: _, ...rest } = reading
  return rest
}

function Choice(props: {
  label: string
  data: readonly { value: string; label: string }[]
  value: string | undefined
  onChange: (value: string) => void
}) {
  return (
    <Select
      label={props.label}
      allowDeselect={false}
      data={[...props.data]}
      value={props.value ?? null}
      onChange={value => value !== null && props.onChange(value)}
    />
  )
}
