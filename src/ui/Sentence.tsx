/** An amount with its sign, as "+£12k" or "−£135,400": browsers part a line between the two. */
const amount = /([+−-]?\p{Sc}?\d[\d.,]*(?:k|M)?(?:\s(?:%|pp|bps))?)/u

const Words = ({ of }: { of: string }) => (
  <>
    {of.split(amount).map((part, n) =>
      n % 2 === 1 ? (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text keep their places
        <span key={n} style={{ whiteSpace: 'nowrap' }}>
          {part}
        </span>
      ) : (
        part
      ),
    )}
  </>
)

/** Words with figures, each figure kept on one line; parts of them that lead somewhere are links. */
export function Sentence(props: { of: string; links?: readonly { words: string; href: string }[] }) {
  const [next, ...links] = props.links ?? []
  if (!next) return <Words of={props.of} />
  const at = props.of.indexOf(next.words)
  if (at < 0) return <Sentence of={props.of} links={links} />
  return (
    <>
      <Words of={props.of.slice(0, at)} />
      <a href={next.href}>
        <Words of={next.words} />
      </a>
      <Sentence of={props.of.slice(at + next.words.length)} links={links} />
    </>
  )
}
