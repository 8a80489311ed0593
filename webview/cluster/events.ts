/** The requests of the sections of the view, and their common icon. */
import { html, type TemplateResult } from 'lit';
import type { cluster, ClusterAction, Offer } from '../protocol/cluster.ts';
import type { Of } from '../protocol/shape.ts';
import type { ServiceChoice } from './service-choice.ts';

export interface Events {
  readonly act: (action: ClusterAction) => void;
  /** Starts the run that a transfer offers. */
  readonly accept: (job: Offer['job']) => void;
  readonly open: (what: Opened) => void;
  /** Which services are shown. */
  readonly choose: (choice: ServiceChoice) => void;
  readonly toggle: (section: string, isOpen: boolean) => void;
  readonly isOpen: (section: string) => boolean;
}

type Opened = Of<typeof cluster.toHost.open>['what'];

export const icon = (name: string, spins = false): TemplateResult =>
  html`<span class="codicon codicon-${name} ${spins ? 'spins' : ''}" aria-hidden="true"></span>`;
