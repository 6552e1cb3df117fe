import '@mantine/notifications/styles.layer.css'
import { Notifications } from '@mantine/notifications'

/** Short words in the corner: that something was done, or why it was not. */
export const Notices = () => <Notifications position="bottom-right" autoClose={5000} />
