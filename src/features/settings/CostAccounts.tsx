import { Button, TagsInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { api, words } from '#features/client.ts'
import { MayChange } from '#features/May.tsx'
import { Card } from '#ui/Card.tsx'
import { Form, FormActions, FormRow } from '#ui/Form.tsx'
import { useSaved } from './Editor.tsx'
import { ratedCostNames, type Settings } from './model.ts'

type Cost = keyof typeof ratedCostNames
const costs = Object.keys(ratedCostNames) as Cost[]

/** On which accounts of the general ledger each cost is booked: what it really was, once a month’s books are closed. */
export function CostAccounts({ kept }: { kept: z.output<typeof Settings>['costAccounts'] }) {
  const known = useQuery(api.settings.ledgerAccounts.queryOptions({ input: {} }))
  return (
    <Card
      title="Costs in the general ledger"
      note="of a closed month (Plan, Close) what was posted on these accounts is the actual, shared among orders as the rates share it; the rates hold for all other days"
    >
      <MayChange atLeast="director">
        {costs.map(cost => (
          <Accounts
            key={cost}
            cost={cost}
            kept={kept.find(one => one.cost === cost)}
            known={known.data ?? []}
          />
        ))}
      </MayChange>
    </Card>
  )
}

function Accounts(props: {
  cost: Cost
  kept: z.output<typeof Settings>['costAccounts'][number] | undefined
  known: string[]
}) {
  const { cost, kept, known } = props
  const [accounts, setAccounts] = useState(kept?.accounts ?? [])
  const saved = useSaved(() => undefined)
  const save = useMutation(api.settings.saveCostAccounts.mutationOptions({ onSuccess: saved }))
  const changed = JSON.stringify(accounts) !== JSON.stringify(kept?.accounts ?? [])
  return (
    <Form onSubmit={() => changed && save.mutate({ cost, accounts, version: kept?.version })}>
      <FormRow label={ratedCostNames[cost]} for={`accounts-${cost}`}>
        <TagsInput
          id={`accounts-${cost}`}
          value={accounts}
          onChange={setAccounts}
          data={known}
          placeholder={accounts.length === 0 ? 'No account: the rate stands' : ''}
        />
      </FormRow>
      {save.error && <p role="alert">{words(save.error).message}</p>}
      {changed && (
        <FormActions>
          <Button type="submit" loading={save.isPending}>
            Save the accounts of {ratedCostNames[cost].toLowerCase()}
          </Button>
        </FormActions>
      )}
    </Form>
  )
}
