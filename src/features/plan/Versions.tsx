import { Button, Select } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, words } from '#features/client.ts'
import { Card } from '#ui/Card.tsx'
import { Chart, type Drawing } from '#ui/Chart.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { show } from '#ui/number.ts'
import { Page, Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import { bridgeOf, shownCell, stateWords } from './model.ts'

const question = 'What changed between two versions, and who agreed?'

/** Versions side by side: a bridge of the result, lines in all, cells that differ; and the way to approval. */
export function Versions() {
  const [search, setUrl] = useUrl()
  const cache = useQueryClient()
  const versions = useQuery(api.plan.versions.queryOptions({ input: {} }))
  const list = versions.data ?? []
  const b = list.find(one => one.id === search.version) ?? list[0]
  const a =
    list.find(one => one.id === search.base) ??
    list.find(one => one.id === b?.basedOn) ??
    list.find(one => one.id !== b?.id)
  const compared = useQuery(
    api.plan.compare.queryOptions({
      input: { a: a?.id ?? '', b: b?.id ?? '' },
      enabled: a !== undefined && b !== undefined,
    }),
  )
  const trail = useQuery(
    api.plan.trail.queryOptions({ input: { version: b?.id ?? '' }, enabled: b !== undefined }),
  )
  const again = { onSuccess: () => cache.invalidateQueries({ queryKey: api.plan.key() }) }
  const submit = useMutation(api.plan.submit.mutationOptions(again))
  const approve = useMutation(api.plan.approve.mutationOptions(again))
  const lock = useMutation(api.plan.lock.mutationOptions(again))
  const carry = useMutation(api.plan.carry.mutationOptions(again))
  const steps = useMemo(
    () => (compared.data ? bridgeOf(compared.data.lines, a?.name, b?.name) : []),
    [compared.data, a?.name, b?.name],
  )
  const drawing = useMemo<Drawing>(() => bridge(steps), [steps])
  const failed = versions.error ?? compared.error
  if (failed)
    return (
      <Page question={question} title="The versions cannot be shown">
        <ErrorState
          title="The versions could not be read"
          {...words(failed)}
          onRetry={() => versions.refetch()}
        />
      </Page>
    )
  if (versions.data && list.length === 0)
    return (
      <Page question={question} title="No versions yet">
        <EmptyState
          title="Versions will be compared here"
          action={
            <Button component="a" href="/plan" variant="filled">
              Start a plan
            </Button>
          }
        >
          A budget, its reforecasts and scenarios, any two side by side.
        </EmptyState>
      </Page>
    )
  if (!b)
    return (
      <Page question={question} title="Reading the versions…">
        <Skeleton height={320} />
      </Page>
    )
  const act = submit.error ?? approve.error ?? lock.error ?? carry.error
  const choose = (label: string, value: string | undefined, param: string) => (
    <Select
      aria-label={label}
      allowDeselect={false}
      value={value ?? null}
      data={list.map(one => ({ value: one.id, label: one.name }))}
      onChange={id => setUrl({ [param]: id ?? undefined })}
    />
  )
  const changedLines = compared.data?.lines.filter(line => line.a !== line.b || line.changed) ?? []
  return (
    <Page
      question={question}
      title={a ? `${b.name} against ${a.name}` : `${b.name} is the only version`}
      note={`${b.name} is ${stateWords[b.state]}`}
      actions={
        <Row>
          {choose('Compared with', a?.id, 'base')}
          {choose('Version', b.id, 'version')}
          {b.state === 'draft' && (
            <Button
              variant="filled"
              loading={submit.isPending}
              onClick={() => submit.mutate({ version: b.id })}
            >
              Ask for approval
            </Button>
          )}
          {trail.data?.mayApprove && (
            <Button
              variant="filled"
              loading={approve.isPending}
              onClick={() => approve.mutate({ version: b.id })}
            >
              Approve
            </Button>
          )}
          {b.state === 'approved' && (
            <Button variant="default" loading={lock.isPending} onClick={() => lock.mutate({ version: b.id })}>
              Lock
            </Button>
          )}
          <Button variant="default" loading={carry.isPending} onClick={() => carry.mutate({ version: b.id })}>
            Compare with actuals everywhere
          </Button>
        </Row>
      }
    >
      {act && <ErrorState compact title="That was not done" {...words(act)} />}
      {approve.data && approve.data.wanting.length > 0 && (
        <Card title="Still wanting">{approve.data.wanting.join('; ')}</Card>
      )}
      {carry.data && (
        <Card title="Carried">
          {`${carry.data.lines} lines over ${carry.data.days} days stand beside the actuals.`}{' '}
          {carry.data.notes.join(' ')}
        </Card>
      )}
      {steps.length > 0 && (
        <Card title="From one result to the other" note="red takes from it, blue adds to it">
          <Chart
            drawing={drawing}
            height={240}
            label={steps.map(step => `${step.label} ${Math.round(step.value)}`).join(', ')}
          />
        </Card>
      )}
      {compared.data && (
        <Card
          flush
          title="Lines that differ"
          note={`${compared.data.cells.length + compared.data.more} cells differ`}
        >
          <DataTable
            caption="Lines that differ"
            rows={changedLines}
            rowKey={row => row.name}
            empty={
              <EmptyState compact title="The two are the same">
                No line and no cell differs.
              </EmptyState>
            }
            columns={[
              { key: 'label', label: 'Line', pinned: true, render: row => row.label },
              { key: 'a', label: a?.name ?? '', numeric: true, render: row => shownCell(row.a, row.unit) },
              { key: 'b', label: b.name, numeric: true, render: row => shownCell(row.b, row.unit) },
              {
                key: 'delta',
                label: 'Change',
                numeric: true,
                render: row =>
                  row.a !== null && row.b !== null
                    ? shownCell(String(Number(row.b) - Number(row.a)), row.unit)
                    : 'N/A',
              },
            ]}
          />
        </Card>
      )}
      {trail.data && trail.data.steps.length > 0 && (
        <Card title="Approval">
          {trail.data.steps.map(step => (
            <p key={`${step.step}${step.at}`}>
              {new Date(step.at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}{' '}
              {step.step} by {step.byName}
              {step.comment && `: ${step.comment}`}
            </p>
          ))}
        </Card>
      )}
    </Page>
  )
}

const bridge =
  (steps: { label: string; value: number; total: boolean }[]): Drawing =>
  colours => {
    let level = 0
    const bars = steps.map(step => {
      const from = step.total ? 0 : level
      level = step.total ? step.value : level + step.value
      return {
        low: Math.min(from, level),
        size: Math.abs(level - from),
        bad: !step.total && step.value < 0,
        total: step.total,
      }
    })
    return {
      grid: { left: 64, right: 12, top: 12, bottom: 48 },
      xAxis: {
        type: 'category',
        data: steps.map(step => step.label),
        axisLabel: { color: colours.ink2, interval: 0, width: 90, overflow: 'break' },
        axisTick: { show: false },
      },
      yAxis: {
        type: 'value',
        axisLabel: {
          color: colours.ink2,
          formatter: (value: number) => show(String(value), { unit: 'money', currency: null }, 'axis'),
        },
        splitLine: { lineStyle: { color: colours.line } },
      },
      series: [
        {
          type: 'bar',
          stack: 'bridge',
          silent: true,
          itemStyle: { color: 'transparent' },
          data: bars.map(bar => bar.low),
        },
        {
          type: 'bar',
          stack: 'bridge',
          barMaxWidth: 72,
          label: { show: true, position: 'top', color: colours.ink2, formatter: labelOf(steps) },
          data: bars.map(bar => ({
            value: bar.size,
            itemStyle: { color: bar.total ? colours.target : bar.bad ? colours.bad : colours.actual },
          })),
        },
      ],
    }
  }

const labelOf =
  (steps: { value: number; total: boolean }[]) =>
  ({ dataIndex }: { dataIndex: number }) => {
    const step = steps[dataIndex]
    if (!step) return ''
    const text = Math.abs(step.value).toLocaleString('en-GB', { maximumFractionDigits: 0 })
    return step.total ? text : `${step.value < 0 ? '−' : '+'}${text}`
  }
