import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'

/* The kit's ten shades all point at our tokens, so that a colour is decided in one place: tokens.css. */
const ramp = (...tokens: string[]) => tokens.map(token => `var(--${token})`) as unknown as MantineColorsTuple
const every = (token: string) =>
  Array.from({ length: 10 }, () => `var(${token})`) as unknown as MantineColorsTuple

/* What scrolls in a list of choices is the list itself, which the arrow keys walk through, and no box within it. */
const list = {
  withScrollArea: false,
  styles: { options: { maxHeight: 220, overflowY: 'auto' } },
} as const

export const theme = createTheme({
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, monospace',
  headings: { fontFamily: "'Inter Variable', system-ui, sans-serif", fontWeight: '550' },
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '16px', sm: '18px', md: '20px', lg: '24px', xl: '28px' },
  defaultRadius: 6,
  cursorType: 'pointer',
  respectReducedMotion: true,
  primaryColor: 'accent',
  colors: {
    accent: every('--accent'),
    bad: every('--bad'),
    warn: every('--warn'),
    gray: ramp(
      'surface-2',
      'surface-2',
      'line',
      'line',
      'line-strong',
      'ink-3',
      'ink-3',
      'ink-2',
      'ink',
      'ink',
    ),
    dark: ramp('ink', 'ink-2', 'ink-3', 'ink-3', 'line-strong', 'line', 'surface-2', 'surface', 'bg', 'bg'),
  },
  components: {
    InputWrapper: {
      defaultProps: { withAsterisk: false },
      styles: { label: { fontWeight: 500, marginBottom: 4 } },
    },
    Button: {
      defaultProps: { size: 'xs', variant: 'default' },
      styles: { label: { fontWeight: 500 } },
      // The kit writes white on every filled button; on a pale colour, as in the dark, that cannot be read.
      vars: (_: unknown, props: { variant?: string }) => ({
        root: props.variant === 'filled' ? { '--button-color': 'var(--accent-ink)' } : {},
      }),
    },
    ActionIcon: { defaultProps: { size: 28, variant: 'subtle' } },
    TextInput: { defaultProps: { size: 'xs' } },
    PasswordInput: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs', allowDeselect: false, checkIconPosition: 'right', ...list } },
    MultiSelect: { defaultProps: { size: 'xs', ...list } },
    Autocomplete: { defaultProps: { size: 'xs', ...list } },
    SegmentedControl: {
      defaultProps: { size: 'xs' },
      styles: { root: { backgroundColor: 'var(--surface-2)' } },
    },
    Checkbox: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    Tabs: {
      // In one row that scrolls where there is no room.
      styles: {
        list: { flexWrap: 'nowrap', overflow: 'auto hidden', scrollbarWidth: 'none' },
        tab: { flex: 'none' },
      },
    },
    Tooltip: { defaultProps: { openDelay: 250, withArrow: false } },
    Menu: { defaultProps: { shadow: 'popover', position: 'bottom-end' } },
    Popover: { defaultProps: { shadow: 'popover' } },
  },
  shadows: { popover: 'var(--popover-shadow)' },
})

const shared = {
  '--mantine-color-body': 'var(--surface)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--ink-3)',
  '--mantine-color-placeholder': 'var(--ink-3)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--surface-2)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--line-strong)',
  '--mantine-color-error': 'var(--bad)',
  '--mantine-color-anchor': 'var(--accent)',
  '--mantine-color-disabled': 'var(--surface-2)',
  '--mantine-color-disabled-color': 'var(--ink-3)',
  '--mantine-color-disabled-border': 'var(--line)',
  '--mantine-primary-color-contrast': 'var(--accent-ink)',
  '--mantine-color-accent-filled': 'var(--accent)',
  '--mantine-color-accent-filled-hover': 'color-mix(in srgb, var(--accent) 88%, var(--ink))',
  '--mantine-color-accent-light': 'var(--accent-soft)',
  '--mantine-color-accent-light-hover': 'var(--accent-soft)',
  '--mantine-color-accent-light-color': 'var(--accent)',
  '--mantine-color-accent-outline': 'var(--accent)',
  '--mantine-color-accent-text': 'var(--accent)',
  '--mantine-color-gray-light': 'var(--surface-2)',
  '--mantine-color-gray-light-hover': 'var(--surface-2)',
  '--mantine-color-gray-light-color': 'var(--ink-2)',
  '--mantine-color-bad-light': 'var(--bad-soft)',
  '--mantine-color-bad-light-hover': 'var(--bad-soft)',
  '--mantine-color-bad-light-color': 'var(--bad)',
  '--mantine-color-warn-light': 'var(--warn-soft)',
  '--mantine-color-warn-light-hover': 'var(--warn-soft)',
  '--mantine-color-warn-light-color': 'var(--warn)',
}

/** Points the kit's own variables at the tokens, the same for both schemes. */
export const variables: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared })
