import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import { useMay, useWhole } from '#features/May.tsx'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import css from '../attention.module.css'
import { sensitivities, sensitivityOf } from './model.ts'
import { RuleForm } from './RuleForm.tsx'

/** What is watched for, how often it was told, and how often that was worth it. */
export function AlertRules() {
  const [search, setUrl] = useUrl()
  const found = useQuery(api.performance.alertRules.queryOptions({ input: {} }))
  const known = useQuery(api.performance.definitions.queryOptions({ input: {}, staleTime: 300_000 }))
  // What the company is watched for is decided by who sees all of it.
  const mayChange = [useMay('lead'), useWhole()].every(Boolean)
  if (found.error)
    return (
      <ErrorState
        title="The rules could not be read"
        {...words(found.error)}
        onRetry={() => found.refetch()}
      />
    )
  // Figures are called by their names, which come apart.
  if (!found.data || known.isPending) return <Skeleton lines={8} />
  const figure = (name: string) => known.data?.metrics.find(one => one.name === name)?.label ?? name
  const split = (name: string) => known.data?.dimensions.find(one => one.name === name)?.label ?? name
  const edited = found.data.find(one => one.id === search.rule)
  return (
    <>
      <Card
        flush
        title="Rules"
        note="what is looked at after each load"
        actions={
          mayChange && (
            <Button variant="filled" onClick={() => setUrl({ rule: 'new' })}>
              Add a rule
            </Button>
          )
        }
      >
        <DataTable
          caption="Rules"
          entries
          rows={found.data}
          rowKey={row => row.id}
          onRow={row => setUrl({ rule: row.id })}
          columns={[
            { key: 'name', label: 'Rule', pinned: true, render: row => row.name },
            { key: 'metric', label: 'Figure', render: row => figure(row.metric) },
            { key: 'by', label: 'Looked at by', render: row => row.by.map(split).join(', ') || 'as a whole' },
            {
              key: 'score',
              label: 'Sensitivity',
              render: row => sensitivities[sensitivityOf(row.score)].label,
            },
            {
              key: 'days',
              label: 'After',
              numeric: true,
              render: row =>
                `${row.persistence} ${row.kind === 'hours' ? 'hour' : 'day'}${row.persistence === 1 ? '' : 's'}`,
            },
            { key: 'told', label: 'Told in 90 days', numeric: true, render: row => row.told },
            {
              key: 'useful',
              label: 'Worth telling',
              numeric: true,
              render: row =>
                row.judged === 0 ? (
                  <span className={css.quiet}>not judged</span>
                ) : (
                  `${row.useful} of ${row.judged}`
                ),
            },
            { key: 'active', label: 'Watched', render: row => (row.active ? 'yes' : 'no') },
          ]}
        />
      </Card>
      {known.data && (edited || (search.rule === 'new' && mayChange)) && (
        <RuleForm
          key={search.rule}
          rule={edited}
          taken={found.data.map(one => one.id)}
          known={known.data}
          readOnly={!mayChange}
          onClose={() => setUrl({ rule: undefined })}
        />
      )}
    </>
  )
}
