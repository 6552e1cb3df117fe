import { Autocomplete, Button, Checkbox, TextInput } from '@mantine/core'
import { useState } from 'react'
import { titleOf } from '#kernel/capital.ts'
import css from './import.module.css'
import { type Guess, restating } from './model.ts'

/** Names of columns that do not read as words. */
const spelt: Readonly<Record<string, string>> = { at: 'Date and time', sku: 'SKU' }

const labelOf = (name: string): string => spelt[name] ?? titleOf(name)

/** Where each meaning comes from: a column of the file, or an expression over its columns; and which rows are meant. */
export function Columns(props: {
  target: readonly { name: string; about: string; required: boolean; product: boolean }[]
  /** Whether its file may hold orders whole. */
  restates: boolean
  source: readonly { name: string; examples: string[] }[]
  mapping: Guess
  onChange: (mapping: Guess) => void
}) {
  const { mapping, onChange } = props
  const [all, setAll] = useState(false)
  const shown = props.target.filter(column => all || column.required || mapping.columns[column.name])
  const change = (name: string, value: string) => {
    const { [name]: _, ...rest } = mapping.columns
    onChange({ ...mapping, columns: value ? { ...rest, [name]: value } : rest })
  }
  const onlyWhere = (text: string) => {
    const { where: _, reason: __, gone, ...rest } = mapping
    onChange(text ? { ...rest, where: text, ...(gone && { gone }) } : rest)
  }
  const field = (column: (typeof shown)[number]) => {
    const from = mapping.columns[column.name] ?? ''
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
  }
  // Without a number of the order nobody could say whose lines they are.
  const asksWhole = props.restates && (mapping.columns.order_id || mapping.restates)
  const ofProducts = shown.filter(column => column.product)
  return (
    <>
      <div className={css.columns}>
        {shown.filter(column => !column.product).map(field)}
        <div className={css.column}>
          <label htmlFor="column-where">Only rows where</label>
          <TextInput
            id="column-where"
            placeholder="all rows"
            value={mapping.where ?? ''}
            onChange={event => onlyWhere(event.currentTarget.value)}
          />
          <small>e.g. Status &lt;&gt; 'test'; the others are left out and counted</small>
        </div>
        {asksWhole && (
          <div className={css.column}>
            <span>Orders</span>
            <Checkbox
              label="Each order is whole in this file"
              checked={mapping.restates === true}
              onChange={event => onChange(restating(mapping, event.currentTarget.checked))}
            />
            <small className={css.long}>
              then it takes the place of what earlier files said of the same order: a line it no longer has
              goes
            </small>
          </div>
        )}
      </div>
      {ofProducts.length > 0 && (
        <section aria-labelledby="of-products">
          <h3 id="of-products" className={css.part}>
            What the rows say of their products
          </h3>
          <div className={css.columns}>{ofProducts.map(field)}</div>
        </section>
      )}
      {shown.length < props.target.length && (
        <Button className={css.more} variant="default" size="compact-sm" onClick={() => setAll(true)}>
          Show {props.target.length - shown.length} more
        </Button>
      )}
    </>
  )
}
