import { Button } from '@mantine/core'

/** The next act where nothing has come in yet. */
export const WayIn = () => (
  <Button component="a" href="/connections" variant="filled">
    Connect a system
  </Button>
)
