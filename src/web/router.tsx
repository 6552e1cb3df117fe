import {
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  Outlet,
  retainSearchParams,
} from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { screens } from '#features/screens.tsx'
import { meant } from '#kernel/nearest.ts'
import { type Search, viewKeys } from '#kernel/view.ts'
import { Lost, later } from '#ui/Later.tsx'
import { Page } from '#ui/Page.tsx'
import { ErrorState, Skeleton } from '#ui/State.tsx'
import { Shell } from './Shell.tsx'

/** Search parameters are plain text, so that a URL can be read, typed and pasted. */
const parse = (text: string): Search => Object.fromEntries(new URLSearchParams(text))
const stringify = (search: Search): string => {
  const pairs = Object.entries(search).filter((pair): pair is [string, string] => !!pair[1])
  const text = new URLSearchParams(pairs)
    .toString()
    .replace(/%2C/g, ',')
    .replace(/%3A/g, ':')
    .replace(/%7C/g, '|')
  return text && `?${text}`
}
const validateSearch = (search: Record<string, unknown>): Search =>
  Object.fromEntries(
    Object.entries(search).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  )

/** A screen or a door, fetched when one goes there. */
const fetched = (load: () => Promise<ComponentType>) =>
  later(
    load,
    <div style={{ padding: 24 }}>
      <Skeleton lines={8} />
    </div>,
    <Lost />,
  )

const root = createRootRoute({ component: Outlet, validateSearch })

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: Shell,
  search: { middlewares: [retainSearchParams<Record<string, string | undefined>>([...viewKeys]) as never] },
})

const rooms = screens.map(screen =>
  createRoute({ getParentRoute: () => shell, path: screen.path, component: fetched(screen.load) }),
)

/** An address that leads nowhere, with the rooms still around it, and the screen that was probably meant, where one is near. */
const nowhere = createRoute({
  getParentRoute: () => shell,
  path: '$',
  component: () => {
    const { pathname } = router.state.location
    const names = screens.flatMap(one => [one.path, one.label])
    // The whole address, or a part of it: /performance/products.
    const name = [pathname, ...pathname.split('/').toReversed()]
      .map(part => meant(part, names))
      .find(found => found !== null)
    const screen = screens.find(one => name === one.path || name === one.label)
    return (
      <Page
        question="Where is this?"
        title={`There is no screen at ${pathname}`}
        note="It may have been renamed. Find (⌘K) knows every screen."
      >
        {screen && (
          <p>
            <Link to={screen.path as never} search={{} as never}>
              Go to {screen.label}
            </Link>
          </p>
        )}
      </Page>
    )
  },
})

const doors = (
  [
    ['/sign-in', () => import('./SignIn.tsx').then(module => module.SignIn)],
    ['/set-up', () => import('./SetUp.tsx').then(module => module.SetUp)],
    ['/new-password', () => import('./ForgottenPassword.tsx').then(module => module.ForgottenPassword)],
    ['/invitation', () => import('./Invitation.tsx').then(module => module.Invitation)],
  ] as const
).map(([path, load]) => createRoute({ getParentRoute: () => root, path, component: fetched(load) }))

export const router = createRouter({
  routeTree: root.addChildren([shell.addChildren([...rooms, nowhere]), ...doors]),
  parseSearch: parse,
  stringifySearch: stringify as never,
  scrollRestoration: true,
  defaultPreload: 'intent',
  // What a fault in the screen’s own code says of itself helps nobody who reads it here: the browser’s console keeps it.
  defaultErrorComponent: ({ reset }) => (
    <ErrorState
      title="This screen could not be shown"
      message="Something in it went wrong. The other screens still work."
      next="If it happens again, reload the page: a newer version may have been installed."
      onRetry={reset}
    />
  ),
})
