import { posix } from 'node:path';
import type { FileProfile, LoadProfile, Span } from '../model.ts';
import { quoted } from '../schema/phrases.ts';
import type { SourceObject } from '../source-object.ts';
import type { Path } from '../text/locate.ts';
import { parseDuration, parseRate, parseShare } from '../units.ts';
import { checkAscending, checkPositive, type Context } from './context.ts';

type Rate = string | number;
export type ProfileSpec =
  | { readonly type: 'constant'; readonly rate: Rate }
  | { readonly type: 'steps'; readonly steps: readonly { readonly at: string; readonly rate: Rate }[] }
  | { readonly type: 'sine'; readonly mean: Rate; readonly amplitude: Rate; readonly period: string }
  | {
      readonly type: 'bursts';
      readonly base: Rate;
      readonly peak: Rate;
      readonly every: string;
      readonly lasts: string;
    }
  | FileProfileSpec;

interface FileProfileSpec {
  readonly type: 'file';
  readonly path: string;
  readonly scale: number;
  readonly speed: number;
  readonly smooth: string;
  readonly map?: { readonly low: Rate; readonly high: Rate; readonly clip: Rate };
  readonly split?: Readonly<Record<'train' | 'choose' | 'test', readonly [string, string]>>;
}

/** `duration` is that of the episode, seconds. */
export function resolveProfile(
  object: SourceObject,
  path: Path,
  spec: ProfileSpec,
  duration: number,
  context: Context,
): LoadProfile {
  switch (spec.type) {
    case 'constant':
      return { type: 'constant', ...parseRate(spec.rate) };
    case 'steps':
      return resolveSteps(object, path, spec.steps);
    case 'sine': {
      const [mean, amplitude] = [parseRate(spec.mean), parseRate(spec.amplitude)];
      const same = sameUnit(object, path, [
        ['mean', mean],
        ['amplitude', amplitude],
      ]);
      if (same) checkAscending(object, [...path, 'amplitude'], amplitude.rate, mean.rate, ['amplitude', 'mean']);
      const period = parseDuration(spec.period);
      checkPositive(object, [...path, 'period'], period);
      return { type: 'sine', relative: mean.relative, mean: mean.rate, amplitude: amplitude.rate, period };
    }
    case 'bursts': {
      const [base, peak] = [parseRate(spec.base), parseRate(spec.peak)];
      const same = sameUnit(object, path, [
        ['base', base],
        ['peak', peak],
      ]);
      if (same) checkAscending(object, [...path, 'base'], base.rate, peak.rate, ['base', 'peak']);
      const [every, lasts] = [parseDuration(spec.every), parseDuration(spec.lasts)];
      checkPositive(object, [...path, 'every'], every);
      checkPositive(object, [...path, 'lasts'], lasts);
      return { type: 'bursts', relative: base.relative, base: base.rate, peak: peak.rate, every, lasts };
    }
    case 'file':
      return resolveFile(object, path, spec, duration, context);
  }
}

type ParsedRate = ReturnType<typeof parseRate>;

/** Whether all rates are in the unit of the first; reports one that is not. */
function sameUnit(object: SourceObject, path: Path, rates: readonly (readonly [string | Path, ParsedRate])[]): boolean {
  const { relative } = rates[0][1];
  const other = rates.find(([, rate]) => rate.relative !== relative && rate.rate !== 0);
  if (other) {
    const unit = relative ? 'percent, like the first' : 'requests per second, like the first';
    object.report(
      [...path, ...[other[0]].flat()],
      'mixed-units',
      `The rates of one profile must have one unit. Write this in ${unit}.`,
    );
  }
  return !other;
}

function resolveSteps(
  object: SourceObject,
  path: Path,
  specs: readonly { readonly at: string; readonly rate: Rate }[],
): LoadProfile {
  const rates = specs.map(({ rate }) => parseRate(rate));
  sameUnit(
    object,
    path,
    rates.map((rate, index) => [['steps', index, 'rate'], rate] as const),
  );
  const steps = specs.map(({ at }, index) => ({ at: parseDuration(at), rate: rates[index].rate }));
  steps.forEach(({ at }, index) => {
    const before = index === 0 ? -1 : steps[index - 1].at;
    if (index === 0 ? at === 0 : at > before) return;
    const message =
      index === 0
        ? 'The first step must be at 0s: it says how the load starts.'
        : 'Each step must be later than the one before. Order them by time.';
    object.report([...path, 'steps', index, 'at'], 'steps-order', message);
  });
  return { type: 'steps', relative: rates[0].relative, steps };
}

function resolveFile(
  object: SourceObject,
  path: Path,
  spec: FileProfileSpec,
  duration: number,
  context: Context,
): FileProfile {
  const map = spec.map && {
    low: parseShare(spec.map.low),
    high: parseShare(spec.map.high),
    clip: parseShare(spec.map.clip),
  };
  if (map) {
    checkAscending(object, [...path, 'map', 'low'], map.low, map.high, ['map.low', 'map.high'], true);
    checkAscending(object, [...path, 'map', 'high'], map.high, map.clip, ['map.high', 'map.clip']);
  }
  const split = spec.split && resolveSplit(object, [...path, 'split'], spec.split, duration * spec.speed);
  return {
    type: 'file',
    path: resolvePath(object, [...path, 'path'], spec.path, context),
    scale: spec.scale,
    speed: spec.speed,
    smooth: parseDuration(spec.smooth),
    ...(map ? { map } : {}),
    ...(split ? { split } : {}),
  };
}

/** Relative to the specification folder: the spec's own folder, and the path as written from there. */
function resolvePath(object: SourceObject, path: Path, written: string, context: Context): string {
  const resolved = posix.normalize(posix.join(posix.dirname(object.file), written));
  const absolute = posix.isAbsolute(written) || /^[a-zA-Z]:/.test(written) || written.includes('\\');
  if (absolute || resolved === '..' || resolved.startsWith('../')) {
    const message = `The path ${quoted(written)} must stay inside the specification folder, written relative with '/'. Copy the file there.`;
    object.report(path, 'path-outside', message);
  } else if (!context.exists(resolved)) {
    object.report(path, 'file-not-found', `There is no file ${quoted(resolved)}. Correct the path, or add the file.`);
  }
  return resolved;
}

function resolveSplit(
  object: SourceObject,
  path: Path,
  spec: NonNullable<FileProfileSpec['split']>,
  needed: number,
): NonNullable<FileProfile['split']> {
  const span = ([from, to]: readonly [string, string]): Span => [parseDuration(from), parseDuration(to)];
  const split = { train: span(spec.train), choose: span(spec.choose), test: span(spec.test) };
  const parts = Object.entries(split) as ['train' | 'choose' | 'test', Span][];
  parts.forEach(([name, [from, to]], index) => {
    if (!checkAscending(object, [...path, name], from, to, ['The start', 'the end'], true)) return;
    if (to - from < needed) {
      const message = `${name} spans ${to - from}s of the record, but an episode plays ${needed}s of it. Lengthen it.`;
      object.report([...path, name], 'split-too-short', message);
    }
    const other = parts.slice(0, index).find(([, earlier]) => earlier[0] < to && from < earlier[1]);
    if (other) {
      const message = `${name} overlaps ${other[0]}. Keep them apart: policies are judged on load that they never saw.`;
      object.report([...path, name], 'split-overlap', message);
    }
  });
  return split;
}
