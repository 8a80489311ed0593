/** The charts of the view as pictures, for SVG and PNG. */
import type { InferredGoal, RolesMessage } from '../protocol/roles.ts';
import type { Drawing } from '../shared/export.ts';
import { t } from '../shared/l10n.ts';
import { compact } from '../shared/numbers.ts';
import type { Pen } from '../shared/pen.ts';
import { percent } from '../shared/sections.ts';
import type { Theme } from '../shared/theme.ts';
import { boundInWords, boundOnRange, confusion } from './figures.ts';

const TEXT = 13;
const MARGIN = 24;
/** About the width of a character: pens cannot measure. */
const CHARACTER = TEXT * 0.58;
const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => text.length)) * CHARACTER;

function title(pen: Pen, text: string, { text: color }: Theme): void {
  pen.text(MARGIN, MARGIN + 12, text, { color, size: 16, bold: true, anchor: 'start' });
}

export function confusionPicture(message: RolesMessage, theme: Theme): Drawing {
  const { columns, rows } = confusion(message);
  const [left, top, high] = [MARGIN + widest(rows.map(({ label }) => label)) + 16, 84, 34];
  const wide = Math.max(60, widest(columns) + 16);
  const name = t('Groups against declared roles');
  return {
    title: name,
    width: left + columns.length * wide + MARGIN,
    height: top + rows.length * high + MARGIN,
    draw(pen) {
      title(pen, name, theme);
      columns.forEach((column, c) =>
        pen.text(left + (c + 0.5) * wide, top - 10, column, { color: theme.muted, size: TEXT, anchor: 'middle' }),
      );
      rows.forEach(({ label, counts, sequences, match }, r) => {
        const y = top + r * high;
        pen.text(left - 10, y + high / 2 + 5, label, { color: theme.text, size: TEXT, anchor: 'end' });
        counts.forEach((count, c) => {
          const [x, w, h] = [left + c * wide + 1, wide - 2, high - 2];
          const box = [
            [x, y],
            [x + w, y],
            [x + w, y + h],
            [x, y + h],
          ] as const;
          pen.polygon(box, theme.series[0], 0.45 * (count / Math.max(1, sequences)));
          pen.line([...box, box[0]], {
            color: c === match ? theme.text : theme.grid,
            width: c === match ? 2 : 1,
            dash: [],
          });
          pen.text(x + w / 2, y + h / 2 + 5, String(count), { color: theme.text, size: TEXT, anchor: 'middle' });
        });
      });
    },
  };
}

export function alignmentPicture({ agents }: RolesMessage, theme: Theme): Drawing {
  const [left, top, wide, high] = [MARGIN + widest(agents.map(({ agent }) => agent)) + 16, 84, 420, 46];
  const name = t('Alignment with the declared role');
  const bars = [
    { label: t('as played'), of: 'alignment', color: theme.series[0] },
    { label: t('without the mask'), of: 'freeAlignment', color: theme.series[1] },
  ] as const;
  return {
    title: name,
    width: left + wide + 90 + MARGIN,
    height: top + agents.length * high + MARGIN,
    draw(pen) {
      title(pen, name, theme);
      bars.forEach(({ label, color }, i) => {
        pen.fillRect(left + i * 140, top - 30, 12, 12, color);
        pen.text(left + i * 140 + 18, top - 20, label, { color: theme.text, size: TEXT, anchor: 'start' });
      });
      agents.forEach((agent, row) => {
        const y = top + row * high;
        pen.text(left - 10, y + 20, agent.agent, { color: theme.text, size: TEXT, anchor: 'end' });
        bars.forEach(({ of, color }, i) => {
          const value = agent[of];
          pen.fillRect(left, y + i * 17, wide, 14, theme.grid);
          if (value !== undefined) pen.fillRect(left, y + i * 17, wide * value, 14, color);
          pen.text(left + wide + 8, y + i * 17 + 12, percent(value), {
            color: theme.text,
            size: TEXT,
            anchor: 'start',
          });
        });
      });
    },
  };
}

export function goalPicture(goal: InferredGoal, theme: Theme): Drawing {
  const { bounds, name, probability } = goal;
  const [left, top, wide, high] = [MARGIN + widest(bounds.map(({ field }) => field)) + 16, 70, 360, 46];
  const right = widest(bounds.map(boundInWords)) + 16;
  const heading = t('Goal {0}: {1} of the states of successful episodes', name, percent(probability));
  return {
    title: heading,
    width: Math.max(left + wide + right + MARGIN, heading.length * 9 + 2 * MARGIN),
    height: top + bounds.length * high + MARGIN,
    draw(pen) {
      title(pen, heading, theme);
      bounds.forEach((bound, row) => {
        const { from, to } = boundOnRange(bound);
        const y = top + row * high;
        pen.text(left - 10, y + 13, bound.field, { color: theme.text, size: TEXT, anchor: 'end' });
        pen.fillRect(left, y, wide, 16, theme.grid);
        pen.fillRect(left + from * wide, y, Math.max(3, (to - from) * wide), 16, theme.series[2]);
        pen.text(left, y + 32, compact(bound.visited[0]), { color: theme.muted, size: TEXT - 2, anchor: 'start' });
        pen.text(left + wide, y + 32, compact(bound.visited[1]), { color: theme.muted, size: TEXT - 2, anchor: 'end' });
        pen.text(left + wide + 10, y + 13, boundInWords(bound), { color: theme.text, size: TEXT, anchor: 'start' });
      });
    },
  };
}
