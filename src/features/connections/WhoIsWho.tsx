import { Button, SegmentedControl, Switch, Textarea, TextInput } from '@mantine/core'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { MayChange, useMay } from '#features/May.tsx'
import { linkRules } from '#kernel/linking.ts'
import { domainsOf, joinedBy, kindWords, linkedWords, ruleWords } from '#kernel/linking-words.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { Form, FormActions, FormRow } from '#ui/Form.tsx'
import { Page, Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { StatTile, TileRow } from '#ui/StatTile.tsx'
import css from './connections.module.css'
import { LinkByHandForm, SaidByHand } from './LinkByHand.tsx'
import type { Entity, LinkingState, Member } from './linking-model.ts'
import { StoreName } from './Names.tsx'

type Kind = 'people' | 'accounts'
/** A record among those it is one with. */
type Shown = { members: Entity['members']; member: Member }

/** Which customers and accounts of several systems are one: how many, by which rules, with examples to judge by. */
export function WhoIsWho() {
  const state = useQuery(api.connections.linking.queryOptions())
  const [kind, setKind] = useState<Kind>('people')
  // The rules stand below the examples, and would be moved by them.
  // They are records of people: who only looks is told how many, not who.
  const mayKnow = useMay('contributor')
  const mayLink = useMay('lead')
  const examples = useQuery(api.connections.linkExamples.queryOptions({ input: { kind }, enabled: mayKnow }))
  return (
    <Page question="Are these the same?" title={state.data ? linkedWords(state.data.counts) : 'Who is who'}>
      {state.error && (
        <ErrorState
          title="The links could not be read"
          {...words(state.error)}
          onRetry={() => state.refetch()}
        />
      )}
      {!state.error && (!state.data || examples.isLoading) && <Skeleton lines={8} />}
      {state.data && !examples.isLoading && (
        <>
          <Counts state={state.data} />
          {mayKnow && <Examples kind={kind} onKind={setKind} />}
          <Rules key={state.data.version} state={state.data} />
          {(mayLink || state.data.byHand.length > 0) && (
            <Card title="By hand" note="Goes before every rule; setting apart goes before everything.">
              {mayLink && <LinkByHandForm />}
              <SaidByHand said={state.data.byHand} />
            </Card>
          )}
        </>
      )}
    </Page>
  )
}

function Counts({ state }: { state: LinkingState }) {
  return (
    <TileRow label="What is linked">
      {state.counts.map(({ kind, records, linked, entities }) => (
        <StatTile
          key={kind}
          label={kindWords(kind, 2)
            .replace(/^\d+ /, '')
            .replace(/^./, letter => letter.toUpperCase())}
          value={records.toLocaleString('en-GB')}
          deltas={
            <span>
              {linked === 0
                ? 'none linked with another'
                : `${linked.toLocaleString('en-GB')} linked, in ${entities.toLocaleString('en-GB')} ${entities === 1 ? 'group' : 'groups'}`}
            </span>
          }
        />
      ))}
    </TileRow>
  )
}

function Examples({ kind, onKind }: { kind: Kind; onKind: (kind: Kind) => void }) {
  const mayLink = useMay('lead')
  const [search, setSearch] = useState('')
  const systems = useQuery(api.connections.systems.queryOptions())
  /** A system by its name; an import stays as it is called. */
  const nameOfSource = (source: string) => systems.data?.find(one => one.id === source)?.vendorName ?? source
  const found = useQuery({
    ...api.connections.linkExamples.queryOptions({ input: { kind, ...(search && { search }) } }),
    placeholderData: keepPreviousData,
  })
  return (
    <Card
      title="Examples"
      note="Those known to the most systems first"
      flush
      stale={found.isPlaceholderData}
      actions={
        <Row>
          <SegmentedControl
            size="xs"
            aria-label="People or accounts"
            value={kind}
            onChange={value => onKind(value === 'accounts' ? 'accounts' : 'people')}
            data={[
              { value: 'people', label: 'People' },
              { value: 'accounts', label: 'Accounts' },
            ]}
          />
          <TextInput
            aria-label="Search linked records"
            placeholder="Name or number"
            value={search}
            onChange={event => setSearch(event.currentTarget.value)}
          />
        </Row>
      }
    >
      {found.error && <ErrorState title="The examples could not be read" {...words(found.error)} />}
      {found.isLoading && <Skeleton lines={5} />}
      {found.data && (
        <DataTable
          caption="Records that are one"
          entries
          rows={found.data.flatMap(({ entity, members }) =>
            members.map((member, index) => ({ entity, members, member, first: index === 0 })),
          )}
          rowKey={({ member }) => `${member.kind} ${member.store} ${member.id}`}
          maxHeight={420}
          empty={
            search ? (
              <EmptyState kind="no_match" title="Nothing linked matches" />
            ) : (
              <EmptyState title="Nothing is linked yet">
                Once two systems tell of the same address or domain, what they mean stands here side by side.
              </EmptyState>
            )
          }
          columns={[
            {
              key: 'who',
              label: 'Who',
              pinned: true,
              // Said once to the eye; a row that is read out says whose it is.
              render: ({ first, members }) =>
                first ? nameOf(members) : <span className="sr-only">{nameOf(members)}</span>,
            },
            { key: 'record', label: 'Known as', render: ({ member }) => recordOf(member) },
            { key: 'store', label: 'Store', render: ({ member }) => <StoreName of={member.store} /> },
            { key: 'source', label: 'From', render: ({ member }) => nameOfSource(member.source) },
            { key: 'by', label: 'Why', render: ({ member }) => joinedBy(member.by) },
            ...(mayLink
              ? [
                  {
                    key: 'apart',
                    label: '',
                    acts: true,
                    render: ({ members, member }: Shown) => <SetApart members={members} member={member} />,
                  },
                ]
              : []),
          ]}
        />
      )}
    </Card>
  )
}

const nameOf = (members: Entity['members']) => members.find(one => one.name !== '')?.name ?? 'Name not kept'
/** Leads are known by their system and its number; the system stands beside. */
const recordOf = ({ kind, id }: Member) =>
  `${kindWords(kind, 1).replace('1 ', '')} ${kind === 'lead' ? id.replace(/^\S+ /, '') : id}`

/** Sets one record apart from each of the others it stands with. */
function SetApart({ members, member }: { members: Entity['members']; member: Member }) {
  const client = useQueryClient()
  const others = members.filter(one => one !== member)
  const apart = useMutation({
    mutationFn: async () => {
      for (const other of others)
        await api.connections.link.call({ a: refOf(member), b: refOf(other), together: false })
    },
    onSettled: () => client.invalidateQueries({ queryKey: api.connections.key() }),
  })
  return (
    <Button
      size="compact-xs"
      variant="subtle"
      loading={apart.isPending}
      aria-label={`Set apart ${recordOf(member)}`}
      onClick={() => apart.mutate()}
    >
      {apart.error ? words(apart.error).message : 'Set apart'}
    </Button>
  )
}

const refOf = ({ kind, store, id }: Member) => ({ kind, store, id })

function Rules({ state }: { state: LinkingState }) {
  const client = useQueryClient()
  const [rules, setRules] = useState(state.rules)
  const [free, setFree] = useState(state.freeMail.join('\n'))
  const save = useMutation({
    ...api.connections.saveLinking.mutationOptions(),
    onSuccess: () => client.invalidateQueries({ queryKey: api.connections.key() }),
  })
  const domains = domainsOf(free)
  const changed = rules.join() !== state.rules.join() || domains.join() !== [...state.freeMail].sort().join()
  return (
    <Card title="Rules" note="What makes two records one">
      <MayChange atLeast="lead">
        <Form onSubmit={() => save.mutate({ rules, freeMail: domains, version: state.version })}>
          {linkRules.map(rule => (
            <FormRow
              key={rule}
              label={ruleWords[rule].label}
              for={`rule-${rule}`}
              help={ruleWords[rule].about}
            >
              <Switch
                id={`rule-${rule}`}
                checked={rules.includes(rule)}
                onChange={event => {
                  const on = event.currentTarget.checked
                  setRules(linkRules.filter(one => (one === rule ? on : rules.includes(one))))
                }}
                label={countOf(state, rule)}
              />
            </FormRow>
          ))}
          <FormRow
            label="Free-mail domains"
            for="free-mail"
            help="Sharing one of these links nobody. One a line."
          >
            <Textarea
              id="free-mail"
              className={css.secret}
              autosize
              minRows={3}
              maxRows={8}
              value={free}
              onChange={event => setFree(event.currentTarget.value)}
            />
          </FormRow>
          <FormActions>
            {save.error && <ErrorState title="Not saved" {...words(save.error)} />}
            <Button type="submit" disabled={!changed} loading={save.isPending}>
              Save and link anew
            </Button>
          </FormActions>
        </Form>
      </MayChange>
    </Card>
  )
}

const countOf = (state: LinkingState, rule: string): string => {
  const records = state.byRule.find(one => one.by === rule)?.records ?? 0
  return `${records.toLocaleString('en-GB')} ${records === 1 ? 'record' : 'records'} joined by it`
}
