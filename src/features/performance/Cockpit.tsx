import { Page } from '#ui/Page.tsx'
export function Cockpit() {
  return (
    <Page question="…" title="Cockpit">
      {null}
    </Page>
  )
}
