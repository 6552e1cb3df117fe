/** An amount with its sign, as "+£12k" or "−£135,400": browsers part a line between the two. */
const amount = /([+−-]?[£$€]?\d[\d.,]*(?:k|M)?(?:\s(?:%|pp|bps))?)/

/** Words with figures, each figure kept on one line. */
export const Sentence = ({ of }: { of: string }) => (
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
