import { isMoney } from '#kernel/field-values.ts'
import { TextRow } from '#ui/Form.tsx'

/** What an alert must be worth a day; empty: nothing. `but` says what becomes of those that are worth less. */
export function LeastMoneyRow(props: { value: string; but: string; onChange: (value: string) => void }) {
  return (
    <TextRow
      label="Least money a day"
      value={props.value}
      decimal
      placeholder="none"
      help={`In the company's currency. What is worth less ${props.but}.`}
      error={!isMoney(props.value.trim()) && 'Give an amount, such as 250.'}
      onChange={props.onChange}
    />
  )
}
