import colors from './themeColors.json' with { type: 'json' };

/** VS Code's default themes as a webview sees them; the colours were read from VS Code 1.139's own workbench. */
export interface Theme {
  readonly bodyClass: string;
  /** Of the side bar, which shows through the page. */
  readonly background: string;
  readonly variables: Readonly<Record<string, string>>;
}

const fonts = {
  'font-family': 'system-ui, "DejaVu Sans", sans-serif',
  'font-size': '13px',
  'font-weight': 'normal',
  'editor-font-family': '"DejaVu Sans Mono", monospace',
  'editor-font-size': '12px',
  'editor-font-weight': 'normal',
};

export const themes = {
  dark: { bodyClass: 'vscode-dark', background: '#181818', variables: { ...fonts, ...colors.dark } },
  light: { bodyClass: 'vscode-light', background: '#f8f8f8', variables: { ...fonts, ...colors.light } },
  'hc-dark': {
    bodyClass: 'vscode-high-contrast',
    background: '#000000',
    variables: { ...fonts, ...colors['hc-dark'] },
  },
  'hc-light': {
    bodyClass: 'vscode-high-contrast vscode-high-contrast-light',
    background: '#ffffff',
    variables: { ...fonts, ...colors['hc-light'] },
  },
} as const satisfies Readonly<Record<string, Theme>>;
export type ThemeName = keyof typeof themes;
