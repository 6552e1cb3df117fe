import '#ui/tokens.css'
import '#ui/base.css'
import '@mantine/core/styles.layer.css'
import '@mantine/spotlight/styles.layer.css'
import '@mantine/notifications/styles.layer.css'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { keepPreviousData, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { isSignedOut } from '#features/client.ts'
import { theme, variables } from '#ui/theme.ts'
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

const queries = new QueryClient({
  queryCache: new QueryCache({ onError: toSignIn }),
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      placeholderData: keepPreviousData,
      refetchOnWindowFocus: true,
      retry: (count, error) => count < 2 && error instanceof TypeError,
    },
    mutations: { onError: toSignIn },
  },
})

const element = document.getElementById('root')
if (element)
  createRoot(element).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
        <QueryClientProvider client={queries}>
          <Notifications position="bottom-right" autoClose={5000} />
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
