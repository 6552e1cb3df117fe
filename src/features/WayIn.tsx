import { Button } from '@mantine/core'
import { May } from './May.tsx'

/** The next act where nothing has come in yet. */
export const WayIn = () => (
  <May atLeast="director">
    <Button component="a" href="/connections" variant="filled">
      Connect a system
    </Button>
  </May>
)
