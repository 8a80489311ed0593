/** VS Code's color theme as this view sees it: CSS variables that VS Code changes, and the theme's kind as a class of the body. */
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

/** The theme of this moment, for what CSS cannot reach: canvases and exported pictures. */
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

/** Calls back when the user or the system changes the theme. Returns how to stop. */
export function onThemeChange(changed: () => void): () => void {
  // VS Code sets the class of the body and the variables on the root; both in one task, so one call.
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  return () => observer.disconnect();
}
