/**
 * Colors. People with any common kind of color blindness can distinguish the series (after Okabe and Ito 2008, darkened
 * or lightened until every one has a contrast of 3 to 1 against its background) and never by color alone: lines also
 * differ in dashes, points in shape.
 */

export interface Theme {
  readonly background: string;
  readonly surface: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly grid: string;
  readonly series: readonly string[];
}

export const LIGHT: Theme = {
  background: '#ffffff',
  surface: '#f5f6f8',
  text: '#1b1f24',
  muted: '#57606a',
  line: '#848d97',
  grid: '#e3e6ea',
  series: ['#0067a6', '#b84a00', '#00795c', '#95458a', '#7d6200', '#4b5563', '#1d8ab5', '#c03a3a'],
};

export const DARK: Theme = {
  background: '#14171c',
  surface: '#1d2229',
  text: '#e8ebef',
  muted: '#a3adb8',
  line: '#6f7985',
  grid: '#2b323b',
  series: ['#5fb4f0', '#ff9a57', '#3fcf9f', '#e59bd6', '#e8cc4a', '#b6c0cb', '#8fd8e8', '#ff8f8f'],
};

export const DASHES = ['', '7 4', '2 3', '10 3 2 3', '12 5', '4 2', '1 4', '8 2 2 2'];

const variables = (theme: Theme): string =>
  [
    `--background:${theme.background}`,
    `--surface:${theme.surface}`,
    `--text:${theme.text}`,
    `--muted:${theme.muted}`,
    `--line:${theme.line}`,
    `--grid:${theme.grid}`,
    ...theme.series.map((color, i) => `--s${i}:${color}`),
  ].join(';');

/** Fill or stroke of a series; there are eight, then they repeat. */
export const seriesColor = (index: number): string => `var(--s${index % LIGHT.series.length})`;
export const dashes = (index: number): string => DASHES[index % DASHES.length];

/** Of what is drawn, in a page and in a file of its own. */
const DRAWING_STYLES = `svg text{fill:var(--text)}
svg .tick,svg .small{fill:var(--muted);font-size:12px}
svg .grid-line{stroke:var(--grid)}
svg .axis{stroke:var(--line)}
svg .halo{paint-order:stroke;stroke:var(--background);stroke-width:4px;stroke-linejoin:round}`;

export const STYLES = `
:root{color-scheme:light;${variables(LIGHT)}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${variables(DARK)}}}
:root[data-theme=dark]{color-scheme:dark;${variables(DARK)}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--background);color:var(--text);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
header,main,footer{max-width:66rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2rem}
h1{font-size:1.75rem;line-height:1.25;margin:0 0 .5rem}
h2{font-size:1.35rem;margin:3rem 0 .75rem;padding-top:.75rem;border-top:2px solid var(--grid)}
h3{font-size:1.05rem;margin:2rem 0 .5rem}
p{margin:.5rem 0;max-width:48rem}
a{color:var(--s0)}
:focus-visible{outline:3px solid var(--s0);outline-offset:2px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--background);padding:.5rem}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;padding:0;margin:1rem 0}
.muted,figcaption,.note{color:var(--muted)}
.note{font-size:.9rem}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.25rem;margin:1rem 0}
dl.facts dt{color:var(--muted)}
dl.facts dd{margin:0;overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr));gap:.75rem;margin:1rem 0;padding:0;list-style:none}
.tiles li{background:var(--surface);border-radius:.5rem;padding:.7rem .9rem}
.tiles b{display:block;font-size:1.4rem;font-variant-numeric:tabular-nums;line-height:1.35}
.tiles small{font-size:.95rem;font-weight:400;white-space:nowrap}
.tiles span{color:var(--muted);font-size:.9rem}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;margin:.5rem 0}
caption{text-align:left;white-space:nowrap;font-weight:600;padding:.25rem 0}
th,td{padding:.3rem .8rem .3rem 0;text-align:right;white-space:nowrap;border-bottom:1px solid var(--grid);vertical-align:top}
th{font-weight:600}
thead th{border-bottom:1px solid var(--line)}
th:first-child,td:first-child,.text td,.text th{text-align:left}
th.wide{text-align:left}
td small{color:var(--muted);font-size:.85em}
td.wide{white-space:normal;min-width:13rem;text-align:left}
figure{margin:1.25rem 0}
figcaption{font-size:.9rem;max-width:48rem;margin-top:.25rem}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:.25rem 1.5rem}
.grid figure{min-width:0;margin:.5rem 0}
.grid h3{margin:.75rem 0 .25rem;font-size:1rem}
svg{display:block;max-width:none;font:13px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
${DRAWING_STYLES}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;padding:0;margin:.25rem 0;font-size:.9rem}
.legend svg{display:inline-block;vertical-align:-2px;margin-right:.4rem}
details{margin:.4rem 0}
summary{cursor:pointer;color:var(--muted);font-size:.9rem}
code,pre{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre{background:var(--surface);padding:.75rem;border-radius:.4rem;overflow-x:auto}
.missing{border:1px dashed var(--line);border-radius:.5rem;padding:.8rem 1rem;color:var(--muted)}
.verdict{border-left:4px solid var(--s2);padding:.4rem .9rem;background:var(--surface)}
.verdict.bad{border-color:var(--s1)}
.problems{padding-left:1.25rem}
footer{margin-top:4rem;padding-bottom:3rem;color:var(--muted);font-size:.9rem}
@media print{
:root,:root[data-theme=dark]{color-scheme:light;${variables(LIGHT)}}
body{font-size:10.5pt}header,main,footer{max-width:none;padding:0}
nav,.skip{display:none}h2{break-after:avoid}figure,table,.tiles li{break-inside:avoid}
.scroll{overflow:visible}svg{max-width:100%;height:auto}
}`;

/** For a picture in a file of its own: the light theme, without variables, which not every program knows. */
export const SVG_STYLES = withColors(
  `svg{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}\n${DRAWING_STYLES}`,
);

/** Colors in place of the variables that stand for them. */
export function withColors(text: string): string {
  const { series, ...named } = LIGHT;
  const colors: Readonly<Record<string, string>> = {
    ...named,
    ...Object.fromEntries(series.map((color, i) => [`s${i}`, color])),
  };
  return text.replace(/var\(--([a-z0-9]+)\)/g, (all, name: string) => colors[name] ?? all);
}
