/** Lanes below the charts: events, every agent's moves, goals. Rows are plain data; one function draws them anywhere. */
import type { AgentRecord, EpisodeEvent, EpisodeMessage } from '../protocol/episode.ts';
import type { ChartColors } from '../shared/picture.ts';
import type { Pen, Point } from '../shared/pen.ts';
import type { Interval } from '../shared/series.ts';
import { GUTTER } from './charts.ts';
import { eventName } from './sentences.ts';

/** Pixels right of all plots, as uPlot's padding in shared/chart.ts. */
export const RIGHT = 20;
const HEIGHT = { events: 14, moves: 20, goal: 14 };
const TEXT = 11;
/** About the width of a character: pens cannot measure. */
const CHARACTER = TEXT * 0.55;
const WIDEST_BAR = 12;
/** Narrower steps have no dot for a hold (the line says it), and no outlines but a tint. */
const ROOM_FOR_DOT = 5;

export interface Move {
  readonly step: number;
  readonly move: number;
}

export type Row = {
  readonly label: string;
  /** 0 = the first episode, 1 = the second. */
  readonly which: number;
  readonly interval: number;
} & (
  | { readonly kind: 'events'; readonly events: readonly EpisodeEvent[] }
  | {
      readonly kind: 'moves';
      readonly agent: string;
      readonly moves: readonly Move[];
      /** What the policy would have done without the mask and was not allowed to; a move of 0 = hold. */
      readonly masked: readonly Move[];
      readonly holds: readonly number[];
      readonly greatest: number;
    }
  | { readonly kind: 'goal'; readonly satisfied: string }
);

/** Rows of one or two episodes; those of the second stand below those of the first that they belong to. */
export function rowsOf(first: EpisodeMessage, second: EpisodeMessage | undefined): Row[] {
  const both = [first, ...(second ? [second] : [])];
  const mark = (which: number, label: string) => (which === 0 ? label : `2: ${label}`);
  const rows: (Row & { readonly order: string })[] = [];
  for (const [which, episode] of both.entries()) {
    const common = { which, interval: episode.interval };
    // The same events twice say nothing.
    const isSame = which === 1 && JSON.stringify(episode.events) === JSON.stringify(first.events);
    for (const [label, events] of isSame ? [] : eventsByName(episode.events ?? []))
      rows.push({ ...common, order: `0 ${label}`, label: mark(which, label), kind: 'events', events });
    for (const [a, agent] of episode.agents.entries())
      for (const { service, ...moves } of movesOf(agent)) {
        const name = service < 0 ? agent.name : `${agent.name} ${episode.services[service]}`;
        const order = `1 ${String(a).padStart(4, '0')} ${String(service + 1).padStart(4, '0')}`;
        rows.push({ ...common, order, label: mark(which, name), kind: 'moves', agent: agent.name, ...moves });
      }
    for (const [g, { name, satisfied }] of episode.goals.entries())
      rows.push({
        ...common,
        order: `2 ${String(g).padStart(4, '0')}`,
        label: mark(which, name),
        kind: 'goal',
        satisfied,
      });
  }
  return rows.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : a.which - b.which));
}

/** Events that last at one time, such as an attack and the crashes that it brings, have rows of their own. */
function eventsByName(events: readonly EpisodeEvent[]): Map<string, EpisodeEvent[]> {
  const byName = new Map<string, EpisodeEvent[]>();
  for (const event of events) {
    const label = event.service === '' ? eventName(event.type) : `${eventName(event.type)} ${event.service}`;
    byName.set(label, [...(byName.get(label) ?? []), event]);
  }
  return byName;
}

/**
 * An agent's moves by service, of the services that it moved or wanted to; one row (service -1) where there are none. A hold stands in
 * the first row alone.
 */
export function movesOf({ options, actions, free, allowed }: AgentRecord) {
  const greatest = Math.max(1, ...options.map(({ move }) => Math.abs(move)));
  const holds = steps(actions, (action) => options[action]?.service === -1);
  const maskedSteps = steps(
    free,
    (wanted, step) => wanted !== actions[step] && allowed[step * options.length + wanted] !== '1',
  );
  const touched = [...actions, ...maskedSteps.map((step) => free[step])].map(
    (option) => options[option]?.service ?? -1,
  );
  const services = [...new Set(touched)].filter((service) => service >= 0).sort((a, b) => a - b);
  const rowServices = services.length > 0 ? services : [-1];
  return rowServices.map((service, row) => ({
    service,
    greatest,
    moves: steps(actions, (action) => service >= 0 && options[action]?.service === service).map((step) => ({
      step,
      move: options[actions[step]].move,
    })),
    masked: maskedSteps
      .map((step) => ({ step, option: options[free[step]] }))
      .filter(({ option }) => option.service === service || (option.service < 0 && row === 0))
      .map(({ step, option }) => ({ step, move: option.move })),
    holds: row === 0 ? holds : [],
  }));
}

const steps = (values: readonly number[], holds: (value: number, step: number) => boolean): number[] =>
  values.flatMap((value, step) => (holds(value, step) ? [step] : []));

export const heightOf = (rows: readonly Row[]): number => rows.reduce((sum, { kind }) => sum + HEIGHT[kind], 0);

/** The row at a height from the top; undefined below the last. */
export function rowAt(rows: readonly Row[], y: number): Row | undefined {
  let bottom = 0;
  return rows.find(({ kind }) => y < (bottom += HEIGHT[kind]));
}

/** Draws the rows below one another from (x, y) on, as wide as a chart of that width. */
export function drawRows(
  pen: Pen,
  rows: readonly Row[],
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
  range: Interval,
  colors: ChartColors,
  pointedAt = '',
): void {
  const plot = { x: x + GUTTER, width: Math.max(1, width - GUTTER - RIGHT) };
  const at = (seconds: number) => plot.x + ((seconds - range.from) / (range.to - range.from)) * plot.width;
  let top = y;
  for (const row of rows) {
    const height = HEIGHT[row.kind];
    const bold = row.kind === 'moves' && row.agent === pointedAt;
    const label = shortened(row.label, bold ? 0.9 : 1);
    const style = { size: TEXT, anchor: 'end' as const, bold, color: row.which === 0 ? colors.text : colors.muted };
    pen.text(plot.x - 8, top + height / 2 + TEXT * 0.35, label, style);
    pen.clip(plot.x, top, plot.width, height, () => drawRow(pen, row, { top, height }, at, range, colors));
    top += height;
  }
}

function shortened(label: string, share: number): string {
  const room = Math.floor(((GUTTER - 10) / CHARACTER) * share);
  return label.length <= room ? label : `${label.slice(0, room - 1)}…`;
}

function drawRow(
  pen: Pen,
  row: Row,
  { top, height }: Strip,
  at: (seconds: number) => number,
  range: Interval,
  colors: ChartColors,
): void {
  const middle = top + height / 2;
  const line: Point[] = [range.from, range.to].map((seconds) => [at(seconds), middle]);
  pen.line(line, { color: colors.grid, width: 1, dash: [] });
  const block = (from: number, to: number, color: string, opacity: number) =>
    pen.polygon(rectangle(at(from), top + 3, Math.max(3, at(to) - at(from)), height - 6), color, opacity);
  switch (row.kind) {
    case 'events':
      for (const { from, to } of row.events) block(from, to, colors.series[7], 0.6);
      return;
    case 'goal':
      for (const [from, to] of runsOf(row.satisfied))
        block(from * row.interval, to * row.interval, colors.series[2], row.which === 0 ? 0.75 : 0.4);
      return;
    case 'moves':
      drawMoves(pen, row, { top, height }, at, colors);
  }
}

interface Strip {
  readonly top: number;
  readonly height: number;
}

/** Bars up and down from the middle line, as long as the move is large; what the mask prevented as outlines. */
function drawMoves(
  pen: Pen,
  { which, interval, moves, masked, holds, greatest }: Row & { readonly kind: 'moves' },
  { top, height }: Strip,
  at: (seconds: number) => number,
  colors: ChartColors,
): void {
  const middle = top + height / 2;
  const reach = height / 2 - 1;
  const cell = at(interval) - at(0);
  const width = Math.min(WIDEST_BAR, Math.max(1.5, cell - 1));
  const left = (step: number) => at(step * interval) + Math.max(0, (Math.min(cell, WIDEST_BAR + 1) - width) / 2);
  const bar = ({ step, move }: Move) => {
    const length = reach * Math.max(0.35, Math.abs(move) / greatest);
    if (move === 0) return rectangle(left(step), middle - 2, width, 4);
    return rectangle(left(step), move > 0 ? middle - length : middle, width, length);
  };
  const isWide = cell >= ROOM_FOR_DOT;
  if (isWide)
    for (const step of holds) pen.polygon(rectangle(left(step) + width / 2 - 1, middle - 1, 2, 2), colors.muted, 1);
  for (const move of moves) pen.polygon(bar(move), colors.series[which === 0 ? 0 : 1], 1);
  for (const corners of masked.map(bar))
    if (isWide) pen.line([...corners, corners[0]], { color: colors.muted, width: 1, dash: [] });
    else pen.polygon(corners, colors.muted, 0.45);
}

const rectangle = (x: number, y: number, width: number, height: number): Point[] => [
  [x, y],
  [x + width, y],
  [x + width, y + height],
  [x, y + height],
];

/** [from, to) of every stretch of ones. */
export function runsOf(bits: string): [number, number][] {
  return [...bits.matchAll(/1+/g)].map(({ index, 0: run }) => [index, index + run.length]);
}
