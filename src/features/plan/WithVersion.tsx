import { Button, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api, words } from '#features/client.ts'
import { May } from '#features/May.tsx'
import { Page } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import { type Version, versionMeant } from './model.ts'

/** A screen over one version of the plan, which the URL names: the latest that is no scenario when it names none. Says so where there is none. */
export function WithVersion(props: {
  question: string
  /** What will be here once there is a plan. */
  promise: string
  children: (version: Version, select: ReactNode, all: readonly Version[]) => ReactNode
}) {
  const [search, setUrl] = useUrl()
  const versions = useQuery(api.plan.versions.queryOptions({ input: {} }))
  const all = versions.data ?? []
  const version = all.find(one => one.id === search.version) ?? versionMeant(all)
  if (versions.error)
    return (
      <Page question={props.question} title="The plan cannot be shown">
        <ErrorState
          title="The versions of the plan could not be read"
          {...words(versions.error)}
          onRetry={() => versions.refetch()}
        />
      </Page>
    )
  if (!versions.data)
    return (
      <Page question={props.question} title="Opening the plan…">
        <Skeleton height={320} />
      </Page>
    )
  if (!version)
    return (
      <Page question={props.question} title="No plan yet">
        <EmptyState
          title="It begins with a version of the plan"
          action={
            <May atLeast="lead">
              <Button component="a" href="/plan?start=yes" variant="filled">
                Start a plan
              </Button>
            </May>
          }
        >
          {props.promise}
        </EmptyState>
      </Page>
    )
  return props.children(
    version,
    <Select
      aria-label="Version"
      allowDeselect={false}
      data={all.map(one => ({ value: one.id, label: one.name }))}
      value={version.id}
      onChange={value => value && setUrl({ version: value })}
    />,
    all,
  )
}
