import { html, nothing, type TemplateResult } from 'lit';
import { iconButton, slider } from '../shared/controls.ts';
import { t } from '../shared/l10n.ts';
import { duration } from '../shared/numbers.ts';
import { swatch } from '../shared/swatch.ts';
import type { Theme } from '../shared/theme.ts';
import { choice } from './choice.ts';
import { SPEEDS } from './state.ts';

export interface TransportOptions {
  readonly step: number;
  readonly steps: number;
  /** Seconds of a step. */
  readonly interval: number;
  /** Steps per second. */
  readonly speed: number;
  readonly isPlaying: boolean;
  /** Goes to a step and announces it. */
  readonly go: (step: number) => void;
  readonly scrub: (step: number) => void;
  readonly toggle: () => void;
  readonly setSpeed: (speed: number) => void;
  /** What stands beside the controls. */
  readonly services: TemplateResult;
}

/** Plays an episode, and goes from step to step. */
export function transport(options: TransportOptions): TemplateResult {
  const { step, steps, interval, speed, isPlaying, go, scrub, toggle, setSpeed, services } = options;
  const last = steps - 1;
  return html`<div class="transport" role="group" aria-label=${t('Playback')}>
    ${iconButton({ icon: 'debug-reverse-continue', label: t('First Step (Home)'), disabled: step === 0, click: () => go(0) })}
    ${iconButton({ icon: 'debug-step-back', label: t('Step Back (Left Arrow)'), disabled: step === 0, click: () => go(step - 1) })}
    ${iconButton({
      icon: isPlaying ? 'debug-pause' : 'play',
      label: isPlaying ? t('Pause (Space)') : t('Play (Space)'),
      click: toggle,
    })}
    ${iconButton({ icon: 'debug-step-over', label: t('Step Forward (Right Arrow)'), disabled: step >= last, click: () => go(step + 1) })}
    ${iconButton({ icon: 'debug-continue', label: t('Last Step (End)'), disabled: step >= last, click: () => go(last) })}
    ${slider({
      label: t('Step'),
      value: step + 1,
      min: 1,
      max: steps,
      step: 1,
      text: t('{0} of {1}, {2}', step + 1, steps, duration(step * interval)),
      change: (value) => scrub(value - 1),
    })}
    ${choice(
      t('Speed'),
      String(speed),
      SPEEDS.map((each) => [String(each), each === 1 ? t('1 step/s') : t('{0} steps/s', each)] as const),
      (value) => setSpeed(Number(value)),
    )}
    ${services}
  </div>`;
}

export interface ServicesOptions {
  readonly services: readonly string[];
  readonly hidden: readonly string[];
  readonly theme: Theme;
  readonly toggle: (service: string) => void;
}

/** The services as switches; nothing where there is no choice. */
export function serviceSwitches({ services, hidden, theme, toggle }: ServicesOptions): TemplateResult {
  if (services.length < 2) return html`${nothing}`;
  return html`<span class="services" role="group" aria-label=${t('Services shown')}>
    ${services.map((service, i) => {
      const on = !hidden.includes(service);
      return html`<button
        type="button"
        class="service"
        aria-pressed=${String(on)}
        title=${on ? t('Hide {0}', service) : t('Show {0}', service)}
        @click=${() => toggle(service)}
      >
        ${swatch({ color: theme.series[i % theme.series.length], dash: [], marker: i + 1, width: 2 })} ${service}
      </button>`;
    })}
  </span>`;
}
