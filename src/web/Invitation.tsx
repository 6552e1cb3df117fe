import { NewPassword } from './NewPassword.tsx'

/** Someone invited chooses a name and a password. */
export function Invitation() {
  return (
    <NewPassword
      title="You are invited"
      note="Choose a name and a password, and you are in."
      button="Accept the invitation"
      path="/api/auth/accept-invitation"
      withEmail={false}
      withoutLink="Ask whoever invited you to send the link again."
    />
  )
}
