import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, type client, words } from '#features/client.ts'
import { May, useMay } from '#features/May.tsx'
import { showDay } from '#kernel/format.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { LongTextRow } from '#ui/Form.tsx'
import { Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton, Unread } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import { ApprovalRules } from './ApprovalRules.tsx'
import { FieldChanges } from './FieldChanges.tsx'
import { shownCell, stateWords, type Version } from './model.ts'
import css from './plan.module.css'

type Proposal = Awaited<ReturnType<typeof client.plan.proposals>>[number]

const stepWords: Record<string, string> = {
  submitted: 'Asked for approval',
  approved: 'Approved',
  refused: 'Given back',
  locked: 'Locked',
  reopened: 'Reopened',
}

/** The way of a version to approval: who said what, what was suggested, kept copies, and the rules. */
export function Approval({ version }: { version: Version }) {
  const [, setUrl] = useUrl()
  const cache = useQueryClient()
  const input = { version: version.id }
  const trail = useQuery(api.plan.trail.queryOptions({ input }))
  const proposals = useQuery(api.plan.proposals.queryOptions({ input }))
  const since = useQuery(api.plan.sinceApproval.queryOptions({ input }))
  const again = { onSuccess: () => cache.invalidateQueries({ queryKey: api.plan.key() }) }
  const [comment, setComment] = useState('')
  const [ruling, setRuling] = useState(false)
  // What was said is of that step: the next one begins without it.
  const said = {
    onSuccess: async () => {
      setComment('')
      await again.onSuccess()
    },
  }
  const submit = useMutation(api.plan.submit.mutationOptions(said))
  const approve = useMutation(api.plan.approve.mutationOptions(said))
  const refuse = useMutation(api.plan.refuse.mutationOptions(said))
  const lock = useMutation(api.plan.lock.mutationOptions(again))
  const freeze = useMutation(api.plan.freeze.mutationOptions(again))
  const remove = useMutation(
    api.plan.removeVersion.mutationOptions({
      onSuccess: async () => {
        // The address names what is gone: the version that is now the latest is shown.
        setUrl({ version: undefined, base: undefined })
        await again.onSuccess()
      },
    }),
  )
  const maySettle = useMay('lead')
  const [removing, setRemoving] = useState(false)
  const settle = useMutation(api.plan.settle.mutationOptions(again))
  const check = useMutation(api.plan.reproduce.mutationOptions())
  if (trail.error)
    return (
      <ErrorState
        title="The approval could not be read"
        {...words(trail.error)}
        onRetry={() => trail.refetch()}
      />
    )
  if (!trail.data) return <Skeleton height={240} />
  const { steps, copies, mayApprove, mayGiveBack, mayRemove, wanting, lapsed } = trail.data
  const failed = [submit, approve, refuse, lock, freeze, settle, check, remove].find(one => one.error)?.error
  return (
    <>
      {failed && <ErrorState compact title="That was not done" {...words(failed)} />}
      <Card
        title={`${version.name} is ${stateWords[version.state]}${lapsed ? ', and the approval lapsed' : ''}`}
        note={!lapsed && wanting.length > 0 ? `still wanting: ${wanting.join('; ')}` : undefined}
      >
        {lapsed && <p className={css.plain}>{lapsed}</p>}
        <May atLeast="lead">
          <LongTextRow label="Comment" value={comment} rows={1} onChange={setComment} />
        </May>
        <div className={css.acts}>
          <Row>
            {version.state === 'draft' && (
              <May atLeast="lead">
                <Button
                  variant="filled"
                  loading={submit.isPending}
                  onClick={() => submit.mutate({ ...input, comment })}
                >
                  Ask for approval
                </Button>
              </May>
            )}
            {mayApprove && (
              <Button
                variant="filled"
                loading={approve.isPending}
                onClick={() => approve.mutate({ ...input, comment })}
              >
                {lapsed ? 'Approve it as it is now' : 'Approve'}
              </Button>
            )}
            {mayGiveBack && (
              <Button
                variant="default"
                disabled={!comment.trim()}
                loading={refuse.isPending}
                onClick={() => refuse.mutate({ ...input, comment })}
              >
                Give back, with the comment
              </Button>
            )}
            {version.state === 'approved' && !lapsed && (
              <May atLeast="director">
                <Button variant="default" loading={lock.isPending} onClick={() => lock.mutate(input)}>
                  Lock
                </Button>
              </May>
            )}
            <May atLeast="contributor">
              <Button variant="default" loading={freeze.isPending} onClick={() => freeze.mutate(input)}>
                Keep a copy
              </Button>
            </May>
            {mayRemove && !removing && (
              <Button variant="default" onClick={() => setRemoving(true)}>
                Delete this draft
              </Button>
            )}
          </Row>
          {mayRemove && removing && (
            <Row>
              <span role="status">
                {version.name} goes for good: its figures, budget lines, comments and copies.
              </span>
              <Button color="bad" loading={remove.isPending} onClick={() => remove.mutate(input)}>
                Really delete it
              </Button>
              <Button variant="default" onClick={() => setRemoving(false)}>
                Keep it
              </Button>
            </Row>
          )}
        </div>
      </Card>
      {since.data && since.data.cells.length + since.data.budget.length > 0 && (
        <Card
          flush
          title="What changed since it was last approved"
          note={`${since.data.byName} approved it on ${showDay(since.data.at.slice(0, 10))}${since.data.more > 0 ? `; ${since.data.more.toLocaleString('en-GB')} more changes` : ''}`}
        >
          {since.data.cells.length > 0 && (
            <DataTable
              caption="Cells changed since the approval"
              compact
              maxHeight={420}
              rows={since.data.cells}
              rowKey={row => row.place}
              columns={[
                { key: 'place', label: 'Cell', pinned: true, render: row => row.place },
                {
                  key: 'before',
                  label: 'Before',
                  numeric: true,
                  render: row => shownCell(row.before, row.unit),
                },
                { key: 'after', label: 'Now', numeric: true, render: row => shownCell(row.after, row.unit) },
                { key: 'by', label: 'Who', render: row => row.byName },
                { key: 'at', label: 'When', render: row => showDay(row.at.slice(0, 10)) },
                { key: 'why', label: 'Why', render: row => row.why || '–' },
              ]}
            />
          )}
          {since.data.budget.length > 0 && (
            <FieldChanges caption="Budget changed since the approval" changes={since.data.budget} />
          )}
        </Card>
      )}
      <Card flush title="Steps">
        <DataTable
          caption="Steps of approval"
          entries
          rows={steps}
          rowKey={row => `${row.step}${row.at}`}
          empty={<EmptyState compact title="Nobody has asked for approval yet" />}
          columns={[
            { key: 'at', label: 'When', render: row => showDay(row.at.slice(0, 10)) },
            {
              key: 'step',
              label: 'What',
              render: row =>
                `${stepWords[row.step] ?? row.step}${row.lapsed ? ': lapsed, it changed since' : ''}`,
            },
            { key: 'by', label: 'Who', render: row => row.byName },
            { key: 'comment', label: 'Comment', render: row => row.comment || '–' },
          ]}
        />
      </Card>
      <Card
        flush
        title="Suggested changes"
        note={
          settle.data && settle.data.conflicts.length > 0
            ? `taken; ${settle.data.conflicts.length} ${settle.data.conflicts.length === 1 ? 'cell was' : 'cells were'} filled in otherwise since: choose in the plan, which keeps both`
            : 'by agents, keys and colleagues; nothing is changed before it is taken'
        }
      >
        <DataTable
          caption="Suggested changes"
          entries
          rows={proposals.data ?? []}
          rowKey={row => row.id}
          empty={
            proposals.data ? (
              <EmptyState compact kind="all_done" title="No suggestion waits" />
            ) : (
              <Unread what="What is suggested" of={proposals} />
            )
          }
          columns={[
            { key: 'why', label: 'Why', pinned: true, render: row => row.why },
            { key: 'by', label: 'Who', render: row => row.byName },
            {
              key: 'edits',
              label: 'Cells',
              render: row =>
                row.edits
                  .slice(0, 3)
                  .map(one => `${one.line} ${one.period}: ${one.value ?? 'empty'}`)
                  .join(', ') + (row.edits.length > 3 ? ` and ${row.edits.length - 3} more` : ''),
            },
            {
              key: 'meanwhile',
              label: 'Changed since',
              render: row =>
                row.meanwhile > 0
                  ? `${row.meanwhile} ${row.meanwhile === 1 ? 'cell' : 'cells'}: taken, both figures are kept`
                  : '–',
            },
            ...(maySettle
              ? [
                  {
                    key: 'act',
                    label: '',
                    acts: true,
                    render: (row: Proposal) => (
                      <Row>
                        <Button
                          size="compact-sm"
                          loading={settle.isPending}
                          onClick={() => settle.mutate({ id: row.id, take: true })}
                        >
                          Take
                        </Button>
                        <Button
                          size="compact-sm"
                          variant="default"
                          loading={settle.isPending}
                          onClick={() => settle.mutate({ id: row.id, take: false })}
                        >
                          Refuse
                        </Button>
                      </Row>
                    ),
                  },
                ]
              : []),
          ]}
        />
      </Card>
      <Card
        flush
        title="Kept copies"
        note={
          check.data
            ? check.data.same
              ? check.data.stands === false
                ? 'worked out again: the copy is the same, and the version is not what was locked'
                : check.data.stands
                  ? 'worked out again: every figure is the same, and the version stands as it was locked'
                  : 'worked out again: every figure is the same'
              : 'worked out again: figures differ from those kept'
            : 'each can be worked out again, figure by figure'
        }
      >
        <DataTable
          caption="Kept copies"
          entries
          rows={copies}
          rowKey={row => row.id}
          onRow={row => check.mutate({ id: row.id })}
          empty={<EmptyState compact title="No copy is kept yet" />}
          columns={[
            { key: 'at', label: 'When', render: row => showDay(row.at.slice(0, 10)) },
            { key: 'reason', label: 'Because it was', render: row => row.reason },
            { key: 'by', label: 'By', render: row => row.byName },
            { key: 'hash', label: 'Seal', render: row => <code>{row.hash.slice(0, 12)}</code> },
            {
              key: 'days',
              label: '',
              render: row => (
                <Button
                  size="compact-sm"
                  variant="default"
                  onClick={event => {
                    event.stopPropagation()
                    setUrl({ tab: 'phasing', copy: row.id, line: undefined, period: undefined })
                  }}
                >
                  Its days and hours
                </Button>
              ),
            },
          ]}
        />
      </Card>
      <Card
        flush
        title="Who must consent"
        note="nobody approves their own request; without a rule one director does; amounts are in the company’s currency"
        actions={
          <May atLeast="owner">
            <Button size="compact-sm" variant="default" onClick={() => setRuling(true)}>
              Change the rules
            </Button>
          </May>
        }
      >
        <DataTable
          caption="Rules of approval"
          entries
          rows={trail.data.rules}
          rowKey={row => row.id}
          empty={<EmptyState compact title="No rule yet: one director approves everything" />}
          columns={[
            { key: 'department', label: 'Department', render: row => row.department || 'Any' },
            {
              key: 'from',
              label: 'From',
              numeric: true,
              render: row => Number(row.fromAmount).toLocaleString('en-GB'),
            },
            { key: 'role', label: 'Approved by', render: row => `${row.people} × ${row.role} or above` },
          ]}
        />
      </Card>
      {ruling && <ApprovalRules rules={trail.data.rules} onClose={() => setRuling(false)} />}
    </>
  )
}
