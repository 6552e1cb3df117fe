import { NewPassword } from './NewPassword.tsx'

/** The first start: whoever holds the one-time link becomes the owner. */
export function SetUp() {
  return (
    <NewPassword
      title="Set up Quarterdeck"
      note="You become its owner: you can invite others, and see and change everything."
      button="Create the owner’s account"
      path="/api/auth/set-up"
      withEmail
      withoutLink="The one-time set-up link was printed in the terminal when Quarterdeck first started."
    />
  )
}
