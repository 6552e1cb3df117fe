import { Page } from '#ui/Page.tsx'
export function Explorer() {
  return (
    <Page question="…" title="Explorer">
      {null}
    </Page>
  )
}
