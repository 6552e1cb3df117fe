import { Button, PasswordInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, post } from '#features/client.ts'
import { Card } from '#ui/Card.tsx'
import { Drawer } from '#ui/Drawer.tsx'
import { Form, FormActions, FormRow } from '#ui/Form.tsx'
import css from './members.module.css'
import { SecondFactor } from './SecondFactor.tsx'

const shortest = 12

/** How I sign in: my password and my second factor. */
export function SignInSafety({ twoFactor }: { twoFactor: boolean }) {
  const cache = useQueryClient()
  const [open, setOpen] = useState<'password' | 'second' | null>(null)
  const close = () => {
    setOpen(null)
    cache.invalidateQueries({ queryKey: api.members.key() })
  }
  return (
    <Card title="How you sign in">
      <div className={css.ways}>
        <div className={css.way}>
          <div>
            <p className={css.what}>Password</p>
            <p className={css.about}>At least {shortest} characters; a sentence does well.</p>
          </div>
          <Button size="compact-sm" variant="default" onClick={() => setOpen('password')}>
            Change
          </Button>
        </div>
        <div className={css.way}>
          <div>
            <p className={css.what}>Second factor: {twoFactor ? 'on' : 'off'}</p>
            <p className={css.about}>
              {twoFactor
                ? 'A code from your authenticator app is asked for at every sign-in, also through your company’s account.'
                : 'With a code from an app on your phone, a password somebody found opens nothing.'}
            </p>
          </div>
          <Button size="compact-sm" variant="default" onClick={() => setOpen('second')}>
            {twoFactor ? 'Change' : 'Set up'}
          </Button>
        </div>
      </div>
      <Drawer opened={open === 'password'} onClose={close} title="Change your password" size={520}>
        {open === 'password' && <ChangePassword onDone={close} />}
      </Drawer>
      <Drawer opened={open === 'second'} onClose={close} title="Second factor" size={520}>
        {open === 'second' && <SecondFactor on={twoFactor} onDone={close} />}
      </Drawer>
    </Card>
  )
}

function ChangePassword({ onDone }: { onDone: () => void }) {
  const [given, setGiven] = useState({ now: '', new: '', again: '' })
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const submit = async () => {
    if (given.new.length < shortest) return setError(`Use at least ${shortest} characters for the new one.`)
    if (given.new !== given.again) return setError('The two new passwords differ. Type the second again.')
    setBusy(true)
    const outcome = await post('/api/auth/change-password', {
      currentPassword: given.now,
      newPassword: given.new,
      revokeOtherSessions: true,
    })
    setBusy(false)
    if (outcome.ok) onDone()
    else setError(outcome.message)
  }
  const field = (key: keyof typeof given, label: string, complete: string, help?: string) => (
    <FormRow label={label} for={`password-${key}`} help={help}>
      <PasswordInput
        id={`password-${key}`}
        autoComplete={complete}
        value={given[key]}
        onChange={event => setGiven({ ...given, [key]: event.currentTarget.value })}
      />
    </FormRow>
  )
  return (
    <Form onSubmit={submit}>
      {field('now', 'Password now', 'current-password')}
      {field('new', 'New password', 'new-password', 'Everywhere else you are signed out.')}
      {field('again', 'The same again', 'new-password')}
      {error && (
        <p className={css.error} role="alert">
          {error}
        </p>
      )}
      <FormActions>
        <Button type="submit" variant="filled" loading={busy} disabled={!given.now || !given.new}>
          Save the password
        </Button>
      </FormActions>
    </Form>
  )
}
