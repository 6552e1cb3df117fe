import { Button, Select } from '@mantine/core'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, words } from '#features/client.ts'
import { May } from '#features/May.tsx'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { Page, Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { UrlTabs } from '#ui/UrlTabs.tsx'
import { useUrl } from '#ui/url.ts'
import { Approval } from './Approval.tsx'
import { type Bridge, BridgeChart, bridgeDrawing } from './BridgeChart.tsx'
import { BudgetCompare } from './BudgetCompare.tsx'
import { useMembers } from './Members.tsx'
import { shownCell, shownChange, stateWords, versionBeside, versionMeant, versionsTitle } from './model.ts'
import { Overlays } from './Overlays.tsx'
import { Phasing } from './Phasing.tsx'
import css from './plan.module.css'

const question = 'What changed between two versions, and who agreed?'

/** Versions side by side: a bridge of the result, lines in all, cells that differ; and the way to approval. */
export function Versions() {
  const [search, setUrl] = useUrl()
  const cache = useQueryClient()
  const named = useMembers()
  const versions = useQuery(api.plan.versions.queryOptions({ input: {} }))
  const list = versions.data ?? []
  const b = list.find(one => one.id === search.version) ?? versionMeant(list)
  const a = list.find(one => one.id === search.base) ?? (b && versionBeside(b, list))
  const compared = useQuery(
    api.plan.compare.queryOptions({
      input: { a: a?.id ?? '', b: b?.id ?? '', ...(search.result && { result: search.result }) },
      enabled: a !== undefined && b !== undefined,
      placeholderData: keepPreviousData,
    }),
  )
  const carry = useMutation(
    api.plan.carry.mutationOptions({
      onSuccess: () => cache.invalidateQueries({ queryKey: api.plan.key() }),
    }),
  )
  // The figures of two versions never stand under the names of two others.
  const data = compared.isPlaceholderData ? undefined : compared.data
  const told = data?.bridge
  const currency = data?.currency ?? null
  const bridge = useMemo<Bridge | null>(() => {
    if (!told || !a || !b) return null
    const rest = Number(told.rest)
    const steps = told.steps.map(step => ({ name: step.label, value: Number(step.value) }))
    if (Math.abs(rest) >= 0.005) steps.push({ name: 'Worked out differently', value: rest })
    return {
      before: { name: a.name, value: Number(told.before), look: 'target' },
      after: { name: b.name, value: Number(told.after) },
      steps: steps.map(step => ({ ...step, bad: step.value < 0 })),
      currency,
    }
  }, [told, a, b, currency])
  const drawing = useMemo(() => bridge && bridgeDrawing(bridge), [bridge])
  if (versions.error)
    return (
      <Page question={question} title="The versions cannot be shown">
        <ErrorState
          title="The versions could not be read"
          {...words(versions.error)}
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
            <May atLeast="lead">
              <Button component="a" href="/plan?start=yes" variant="filled">
                Start a plan
              </Button>
            </May>
          }
        >
          A budget, its reforecasts and scenarios, any two side by side.
        </EmptyState>
      </Page>
    )
  // At first the title waits for its answer: it may take a line more than the names alone.
  if (!b || (a && compared.isPending))
    return (
      <Page question={question} title="Reading the versions…">
        <Skeleton height={320} />
      </Page>
    )
  const choose = (label: string, value: string | undefined, param: string) => (
    <Select
      aria-label={label}
      placeholder={label}
      allowDeselect={false}
      value={value ?? null}
      data={list.map(one => ({ value: one.id, label: one.name }))}
      onChange={id => setUrl({ [param]: id ?? undefined })}
    />
  )
  // What rounding alone makes of a year in weeks and in months is no difference.
  const differs = (line: { a: string | null; b: string | null; unit: string }) =>
    line.a !== line.b && shownChange(line.a, line.b, line.unit) !== '–'
  const changedLines = data?.lines.filter(line => line.changed || differs(line)) ?? []
  return (
    <Page
      question={question}
      title={
        a
          ? told
            ? versionsTitle(a.name, b.name, told, currency)
            : `${b.name} against ${a.name}`
          : list.length > 1
            ? `${b.name}: nothing else plans these days`
            : `${b.name} is the only version`
      }
      note={`${b.name} is ${stateWords[b.state]}`}
      actions={
        <Row>
          {list.length > 1 && choose('Compared with', a?.id, 'base')}
          {choose('Version', b.id, 'version')}
          <May atLeast="lead">
            <Button
              variant="default"
              loading={carry.isPending}
              onClick={() => carry.mutate({ version: b.id })}
            >
              Compare with actuals everywhere
            </Button>
          </May>
        </Row>
      }
    >
      {carry.error && <ErrorState compact title="That was not done" {...words(carry.error)} />}
      {carry.data && (
        <Card title="Carried">
          {`${carry.data.lines} lines over ${carry.data.days} days stand beside the actuals.`}{' '}
          {carry.data.notes.join(' ')}
        </Card>
      )}
      <UrlTabs
        tabs={[
          {
            name: 'compare',
            label: 'Side by side',
            show: () => (
              <>
                {!a && (
                  <EmptyState
                    compact
                    title="Nothing to stand it beside yet"
                    action={
                      <May atLeast="lead">
                        <Button component="a" href="/plan?start=yes" variant="filled">
                          Begin another version
                        </Button>
                      </May>
                    }
                  >
                    A reforecast or a scenario is compared with it here: a bridge of the result, line by line,
                    and every cell that differs.
                  </EmptyState>
                )}
                {compared.error && (
                  <ErrorState
                    title="They could not be compared"
                    {...words(compared.error)}
                    onRetry={() => compared.refetch()}
                  />
                )}
                {a && !data && !compared.error && <Skeleton height={320} />}
                {data?.notes.map(note => (
                  <p key={note} className={css.plain}>
                    {note}
                  </p>
                ))}
                {data?.span && (
                  <Card
                    title="From one result to the other"
                    note="red takes from it"
                    actions={
                      data.results.length > 1 && (
                        <Select
                          aria-label="Which result"
                          size="xs"
                          allowDeselect={false}
                          value={search.result ?? told?.result.name ?? data.results[0]?.name ?? null}
                          data={data.results.map(one => ({ value: one.name, label: one.label }))}
                          onChange={name => setUrl({ result: name ?? undefined })}
                        />
                      )
                    }
                  >
                    {bridge && drawing ? (
                      <BridgeChart bridge={bridge} drawing={drawing} />
                    ) : (
                      <p className={css.plain}>
                        The result is the same in both, or one of them has none yet: see which line has no
                        figure below.
                      </p>
                    )}
                  </Card>
                )}
                {data?.span && (
                  <Card
                    flush
                    title="Lines that differ"
                    note={`${(data.cells.length + data.more).toLocaleString('en-GB')} cells differ${currency ? `; money in ${currency}` : ''}`}
                  >
                    <DataTable
                      caption="Lines that differ"
                      rows={changedLines}
                      rowKey={row => row.name}
                      empty={
                        <EmptyState compact title="The plans are the same">
                          No line of the plan and no cell differs.
                        </EmptyState>
                      }
                      columns={[
                        { key: 'label', label: 'Line', pinned: true, render: row => row.label },
                        {
                          key: 'a',
                          label: a?.name ?? '',
                          numeric: true,
                          render: row => shownCell(row.a, row.unit),
                        },
                        { key: 'b', label: b.name, numeric: true, render: row => shownCell(row.b, row.unit) },
                        {
                          key: 'delta',
                          label: 'Change',
                          numeric: true,
                          render: row => shownChange(row.a, row.b, row.unit),
                        },
                      ]}
                    />
                  </Card>
                )}
                {data && data.cells.length > 0 && (
                  <Card
                    flush
                    title="Cells that differ"
                    note={
                      data.cells.length > 200
                        ? `the first 200 of ${(data.cells.length + data.more).toLocaleString('en-GB')}`
                        : 'filled in differently; what is worked out from them differs above'
                    }
                  >
                    <DataTable
                      caption="Cells that differ"
                      compact
                      maxHeight={420}
                      rows={data.cells.slice(0, 200)}
                      rowKey={row => `${row.line} ${row.slice.join(' ')} ${row.period}`}
                      columns={[
                        {
                          key: 'label',
                          label: 'Line',
                          pinned: true,
                          render: row => [row.label, ...row.slice.map(named)].join(', '),
                        },
                        { key: 'when', label: 'Period', render: row => row.when },
                        {
                          key: 'before',
                          label: a?.name ?? '',
                          numeric: true,
                          render: row => shownCell(row.before, row.unit),
                        },
                        {
                          key: 'after',
                          label: b.name,
                          numeric: true,
                          render: row => shownCell(row.after, row.unit),
                        },
                      ]}
                    />
                    {data.cells.length > 200 && (
                      <p className={css.inset}>
                        {(data.cells.length + data.more - 200).toLocaleString('en-GB')} more: download both
                        versions to see all of them.
                      </p>
                    )}
                  </Card>
                )}
                {data?.budget && <BudgetCompare budget={data.budget} a={a?.name ?? ''} b={b.name} />}
              </>
            ),
          },
          { name: 'phasing', label: 'Phased to days', show: () => <Phasing version={b} /> },
          { name: 'approval', label: 'Approval', show: () => <Approval version={b} /> },
          { name: 'expected', label: 'Expectations and credit', show: () => <Overlays version={b} /> },
        ]}
      />
    </Page>
  )
}
