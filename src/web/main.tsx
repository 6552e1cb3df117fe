import '#ui/tokens.css'
import '#ui/base.css'
import '@mantine/core/styles.layer.css'
import '@mantine/spotlight/styles.layer.css'
import { MantineProvider } from '@mantine/core'
import { useNotifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode, useRef } from 'react'
import { createRoot } from 'react-dom/client'
import { api, isSignedOut } from '#features/client.ts'
import { screens } from '#features/screens.tsx'
import { knownOf, readView } from '#kernel/view.ts'
import { later } from '#ui/Later.tsx'
import { theme, variables } from '#ui/theme.ts'
import { queryClient } from './queries.ts'
import { router } from './router.tsx'

/** A session that has ended leads to sign-in and back to the very same place. */
const toSignIn = (error: unknown) => {
  if (
    !isSignedOut(error) ||
    ['/sign-in', '/set-up', '/invitation', '/new-password'].includes(location.pathname)
  )
    return
  const back = location.pathname + location.search
  router.navigate({ to: '/sign-in', search: { ...(back !== '/' && { back }) }, replace: true } as never)
}

const queries = queryClient(toSignIn)

// The screen's code, and what every screen of figures asks before it can ask for them, come while the rest is set up.
const here = screens.find(one => one.path === location.pathname)
if (here) {
  here.load().catch(() => undefined)
  queries.prefetchQuery(api.members.me.queryOptions({ input: {} }))
  queries.prefetchQuery(api.settings.read.queryOptions({ input: {} }))
}
if (here?.view) {
  const view = readView(Object.fromEntries(new URLSearchParams(location.search)))
  queries.prefetchQuery(api.performance.definitions.queryOptions({ input: {} }))
  queries.prefetchQuery(api.performance.query.queryOptions({ input: knownOf(view) }))
}

const Notices = later(() => import('./Notices.tsx').then(module => module.Notices))

/** What draws notices is fetched with the first one. */
function WhenSaid() {
  const { notifications } = useNotifications()
  const said = useRef(false)
  said.current ||= notifications.length > 0
  return said.current && <Notices />
}

const element = document.getElementById('root')
if (element)
  createRoot(element).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
        <QueryClientProvider client={queries}>
          <WhenSaid />
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
