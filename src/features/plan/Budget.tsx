import { Button, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { z } from 'zod'
import { api, words } from '#features/client.ts'
import { May } from '#features/May.tsx'
import { showDay } from '#kernel/format.ts'
import { Card } from '#ui/Card.tsx'
import { Page, Row } from '#ui/Page.tsx'
import { ErrorState, Skeleton } from '#ui/State.tsx'
import { StatTile, TileRow } from '#ui/StatTile.tsx'
import { UrlTabs } from '#ui/UrlTabs.tsx'
import { useUrl } from '#ui/url.ts'
import { BudgetLines } from './BudgetLines.tsx'
import { Commitments } from './Commitments.tsx'
import { FromFiles } from './FromFiles.tsx'
import { type BudgetShape, budgetAnswer, showSum, type Version } from './model.ts'
import { WithVersion } from './WithVersion.tsx'

const question = 'What will it cost, and what is left?'
const modes = [
  { value: 'actual', label: 'At actual rates' },
  { value: 'budget', label: 'At budget rates' },
  { value: 'constant', label: 'At constant rates' },
] as const

/** Budget lines: spent and spoken for against what may be spent, and the day it runs out. */
export function Budget() {
  return (
    <WithVersion
      question={question}
      promise="Once there is one, what is spent and committed stands here against what may be spent."
    >
      {(version, select) => <Open version={version} select={select} />}
    </WithVersion>
  )
}

function Open({ version, select }: { version: Version; select: ReactNode }) {
  const [search, setUrl] = useUrl()
  const mode = modes.find(one => one.value === search.rates)?.value ?? 'actual'
  const [adding, setAdding] = useState(false)
  const asked = useQuery(api.plan.budget.queryOptions({ input: { version: version.id, rates: mode } }))
  if (asked.error)
    return (
      <Page question={question} title="The budget cannot be shown" actions={select}>
        <ErrorState
          title="The budget could not be read"
          {...words(asked.error)}
          onRetry={() => asked.refetch()}
        />
      </Page>
    )
  const budget = asked.data
  return (
    <Page
      question={question}
      title={budget ? budgetAnswer(budget) : 'Reading the budget…'}
      note={budget && `${version.name}, as of ${showDay(budget.today)}, in ${budget.currency}`}
      actions={
        <Row>
          {select}
          {budget && isMixed(budget) && (
            <Select
              aria-label="Rates of other currencies"
              allowDeselect={false}
              data={[...modes]}
              value={mode}
              onChange={value => setUrl({ rates: value === 'actual' ? undefined : (value ?? undefined) })}
            />
          )}
          {budget && budget.shut === null && (
            <May atLeast="contributor">
              <Button variant="filled" onClick={() => setAdding(true)}>
                Add a line
              </Button>
            </May>
          )}
        </Row>
      }
    >
      {budget ? (
        <>
          {budget.lines.length + budget.unbudgeted.length > 0 && <Whole budget={budget} mode={mode} />}
          <UrlTabs
            tabs={[
              {
                name: 'lines',
                label: 'Lines',
                show: () => (
                  <BudgetLines
                    budget={budget}
                    version={version}
                    adding={adding}
                    onAdded={() => setAdding(false)}
                  />
                ),
              },
              {
                name: 'commitments',
                label: 'Commitments',
                show: () => <Commitments budget={budget} />,
              },
              {
                name: 'files',
                label: 'Files and rates',
                show: () => <FromFiles budget={budget} version={version} />,
              },
            ]}
          />
        </>
      ) : (
        <Skeleton height={320} />
      )}
    </Page>
  )
}

type BudgetData = z.output<typeof BudgetShape>

const isMixed = ({ currency, lines }: BudgetData) =>
  lines.some(
    line => line.currency !== currency || line.commitments.some(one => one.currency !== line.currency),
  ) || lines.some(line => line.sources.length > 0)

/** The budget in five figures, and what currencies or missing rates do to it. */
function Whole({ budget, mode }: { budget: BudgetData; mode: string }) {
  const { total, currency, currencyEffect, missing } = budget
  const money = (value: string) => showSum(value, currency)
  const share = (part: string) =>
    Number(total.budget) > 0
      ? `${Math.round((100 * Number(part)) / Number(total.budget))} % of the budget`
      : ''
  const without = budget.unbudgeted.filter(one => Number(one.committed) > 0).map(one => one.label)
  const committedWords =
    without.length > 0
      ? `without a line here: ${without.slice(0, 3).join(', ')}${without.length > 3 ? ' …' : ''}`
      : share(total.committed)
  return (
    <>
      <TileRow label="The budget as a whole">
        <StatTile
          label="Budget"
          value={money(total.budget)}
          deltas={`${money(total.budgetToDate)} to date`}
        />
        <StatTile label="Spent" value={money(total.actual)} deltas={share(total.actual)} />
        <StatTile label="Committed" value={money(total.committed)} deltas={committedWords} />
        <StatTile label="Left" value={money(total.remaining)} deltas={share(total.remaining)} />
        {currencyEffect !== null && (
          <StatTile
            label="Currencies alone"
            value={Number(currencyEffect) === 0 ? 'nothing' : money(currencyEffect)}
            deltas={mode === 'actual' ? 'of what was spent, against budget rates' : 'not in these figures'}
          />
        )}
      </TileRow>
      {missing.length > 0 && (
        <Card title="Not in these figures">
          {missing.map(one => (
            <p key={one}>{one}</p>
          ))}
        </Card>
      )}
    </>
  )
}
