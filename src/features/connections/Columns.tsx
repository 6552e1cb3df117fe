import { Autocomplete, Button } from '@mantine/core'
import { useState } from 'react'
import css from './import.module.css'

/** Names of columns that do not read as words. */
const spelt: Readonly<Record<string, string>> = { at: 'Date and time', sku: 'SKU' }

/** "unit_price" as "Unit price". */
const labelOf = (name: string): string => {
  const words = name.replaceAll('_', ' ')
  return spelt[name] ?? `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

/** Where each meaning comes from: a column of the file, or an expression over its columns. */
export function Columns(props: {
  target: readonly { name: string; about: string; required: boolean }[]
  source: readonly { name: string; examples: string[] }[]
  mapping: Record<string, string>
  onChange: (mapping: Record<string, string>) => void
}) {
  const [all, setAll] = useState(false)
  const shown = props.target.filter(column => all || column.required || props.mapping[column.name])
  const change = (name: string, value: string) => {
    const { [name]: _, ...rest } = props.mapping
    props.onChange(value ? { ...rest, [name]: value } : rest)
  }
  return (
    <>
      <div className={css.columns}>
        {shown.map(column => {
          const from = props.mapping[column.name] ?? ''
          const example = props.source.find(s => s.name === from)?.examples[0]
          return (
            <div key={column.name} className={css.column}>
              <label
                htmlFor={`column-${column.name}`}
                className={column.required ? css.required : undefined}
                title={column.about}
              >
                {labelOf(column.name)}
              </label>
              <Autocomplete
                id={`column-${column.name}`}
                placeholder="not in this file"
                data={props.source.map(s => s.name)}
                value={from}
                onChange={value => change(column.name, value)}
              />
              <small>{example ? `e.g. ${example}` : column.about}</small>
            </div>
          )
        })}
      </div>
      {shown.length < props.target.length && (
        <Button className={css.more} variant="default" size="compact-sm" onClick={() => setAll(true)}>
          Show {props.target.length - shown.length} more
        </Button>
      )}
    </>
  )
}
