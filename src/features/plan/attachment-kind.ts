import { extname } from 'node:path'
import { invalid } from '#kernel/error.ts'

/** What a file beside a budget line may be. */
export interface Kind {
  type: string
  /** As a name may end, without the point. */
  endings: readonly string[]
  /** In words, for who is refused. */
  label: string
}

const office = (part: string, type: string, ending: string, label: string) => ({
  type: `application/vnd.openxmlformats-officedocument.${type}`,
  endings: [ending],
  label,
  is: (bytes: Buffer) => isZip(bytes) && bytes.includes('[Content_Types].xml') && bytes.includes(part),
})
const begins = (...start: number[]) => {
  const sign = Buffer.from(start)
  return (bytes: Buffer) => bytes.subarray(0, sign.length).equals(sign)
}
const isZip = begins(0x50, 0x4b, 0x03, 0x04)

const kinds: readonly (Kind & { is: (bytes: Buffer) => boolean })[] = [
  {
    type: 'application/pdf',
    endings: ['pdf'],
    label: 'PDF',
    is: bytes => bytes.subarray(0, 5).toString('latin1') === '%PDF-',
  },
  {
    type: 'image/png',
    endings: ['png'],
    label: 'PNG',
    is: begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
  },
  { type: 'image/jpeg', endings: ['jpg', 'jpeg'], label: 'JPEG', is: begins(0xff, 0xd8, 0xff) },
  office('xl/workbook.xml', 'spreadsheetml.sheet', 'xlsx', 'Excel'),
  office('word/document.xml', 'wordprocessingml.document', 'docx', 'Word'),
  office('ppt/presentation.xml', 'presentationml.presentation', 'pptx', 'PowerPoint'),
  { type: 'text/csv', endings: ['csv', 'tsv'], label: 'CSV', is: isText },
  { type: 'text/plain', endings: ['txt', 'md'], label: 'text', is: isText },
]

/** Text that no browser would take for a page. */
function isText(bytes: Buffer): boolean {
  if (bytes.includes(0)) return false
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return false
  }
  return !/<\s*(!doctype|html|head|body|script|svg|iframe|object|embed|style|xml|\?xml)/i.test(text)
}

/** What is said to be taken, in words. */
const taken = `${[...new Set(kinds.map(kind => kind.label))].slice(0, -1).join(', ')} and text`

/**
 * What a file is, by its content; its name must say the same.
 * @throws Failure('invalid') for what is not taken, for a workbook or document with macros, and for a name that says
 * otherwise.
 */
export function kindOf(bytes: Buffer, name: string): Kind {
  const ending = extname(name).slice(1).toLowerCase()
  const fits = kinds.filter(kind => kind.is(bytes))
  if (fits.length === 0) throw invalid(`${name} is none of the kinds that are kept.`, `Send ${taken}.`)
  // Before its ending is looked at: an .xlsm that is only renamed would still hold them.
  if (isZip(bytes) && bytes.includes('vbaProject.bin'))
    throw invalid(
      `${name} holds macros.`,
      `Save it without macros, as .${fits[0]?.endings[0] ?? ''}, then send it again.`,
    )
  // Only among kinds of text is the ending what tells them apart.
  const surest = fits[0]?.type.startsWith('text/') ? fits : fits.slice(0, 1)
  const found = surest.find(kind => kind.endings.includes(ending))
  if (!found)
    throw invalid(
      `${name} says it is ${ending ? `.${ending}` : 'nothing'}, but its content is ${fits[0]?.label ?? 'something else'}.`,
      `Give it its own ending: .${fits[0]?.endings[0] ?? ''}.`,
    )
  return { type: found.type, endings: found.endings, label: found.label }
}
