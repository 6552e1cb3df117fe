/**
 * Where to go after signing in: only ever a place inside. Browsers drop tabs and line ends and read \\ as /, so the address
 * is resolved as they do before it is judged.
 */
export const safeBack = (back: string | undefined): string => {
  const inside = 'http://inside.invalid'
  if (!back?.startsWith('/') || !URL.canParse(back, inside)) return '/'
  const { origin, pathname, search, hash } = new URL(back, inside)
  // A path that begins with two slashes would be a host when it is used as an address again.
  return origin === inside && !pathname.startsWith('//') ? pathname + search + hash : '/'
}
