/** VS Code's color theme as seen by this view: CSS variables that VS Code sets, and the theme's kind as a class of the body. */
import type { ChartColors } from './picture.ts';

export interface Theme extends ChartColors {
  readonly border: string;
  readonly focus: string;
  readonly fontFamily: string;
  /** Pixels. */
  readonly fontSize: number;
  readonly highContrast: boolean;
}

const SERIES = 8;

/** Returns the current theme, for canvases and exported pictures, which CSS cannot reach. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const color = (name: string) => style.getPropertyValue(name).trim();
  return {
    background: color('--karma-background'),
    text: color('--karma-text'),
    muted: color('--karma-muted'),
    grid: color('--karma-grid'),
    border: color('--karma-border'),
    focus: color('--karma-focus'),
    series: Array.from({ length: SERIES }, (_, i) => color(`--karma-series-${i}`)),
    fontFamily: style.fontFamily || 'sans-serif',
    fontSize: Number.parseFloat(style.fontSize) || 13,
    highContrast: /\bvscode-high-contrast/.test(document.body.className),
  };
}

/** Calls `changed` when the user or the system changes the theme. Returns a function that stops this. */
export function onThemeChange(changed: () => void): () => void {
  // VS Code sets the body's class and the root's variables in one task, so there is only one call.
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  return () => observer.disconnect();
}
