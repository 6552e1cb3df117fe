/** Numbers on the screen are those of mails and exports: the kernel's. */
export { type Measure, type Place, placeOf, show } from '#kernel/format.ts'
export { change } from '#kernel/trend.ts'
