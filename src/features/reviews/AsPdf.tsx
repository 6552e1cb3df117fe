import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconFileTypePdf } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { client, words } from '#features/client.ts'
import { save } from '#ui/download.ts'

type Asked = Parameters<typeof client.reviews.document>[0]

/** What the screen shows as a PDF file, made by the server. */
export function AsPdf({ of }: { of: Asked }) {
  const make = useMutation({
    mutationFn: () => client.reviews.document(of),
    onSuccess: file => save(file.name, file),
    onError: error =>
      notifications.show({ color: 'bad', title: 'The PDF could not be made', message: words(error).message }),
  })
  return (
    <Button
      leftSection={<IconFileTypePdf size={15} />}
      loading={make.isPending}
      onClick={() => make.mutate()}
    >
      PDF
    </Button>
  )
}
