import { Button, CopyButton, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { FormRow } from '#ui/Form.tsx'
import { Row } from '#ui/Page.tsx'
import { ErrorState } from '#ui/State.tsx'

/** What an owner does for somebody who cannot get in: a new password, or the second factor off. */
export function LockedOut({ id, email, twoFactor }: { id: string; email: string; twoFactor: boolean }) {
  const cache = useQueryClient()
  const password = useMutation(api.members.resetPassword.mutationOptions())
  const second = useMutation(
    api.members.resetTwoFactor.mutationOptions({
      onSuccess: () => cache.invalidateQueries({ queryKey: api.members.list.key() }),
    }),
  )
  const failed = password.error ?? second.error
  const [asked, setAsked] = useState<'password' | 'second' | null>(null)
  return (
    <FormRow
      label="Cannot get in?"
      help="A new password ends their sessions; it is shown this once. They should change it after signing in."
    >
      {password.data ? (
        <Row>
          <TextInput readOnly aria-label="New password" value={password.data.password} />
          <CopyButton value={password.data.password}>
            {({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy'}</Button>}
          </CopyButton>
        </Row>
      ) : (
        <Row>
          <Button
            variant="default"
            loading={password.isPending}
            onClick={() => (asked === 'password' ? password.mutate({ email }) : setAsked('password'))}
          >
            {asked === 'password' ? 'Really give a new one' : 'New password'}
          </Button>
          {twoFactor && (
            <Button
              variant="default"
              loading={second.isPending}
              onClick={() => (asked === 'second' ? second.mutate({ id }) : setAsked('second'))}
            >
              {asked === 'second' ? 'Really switch it off' : 'Switch off second factor'}
            </Button>
          )}
        </Row>
      )}
      {failed && <ErrorState compact title="That was not done" {...words(failed)} />}
    </FormRow>
  )
}
