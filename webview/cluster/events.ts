/** What the sections of the view can ask for, and the icon that they share. */
import { html, type TemplateResult } from 'lit';
import type { ClusterAction, Offer } from '../protocol/cluster.ts';

export interface Events {
  readonly act: (action: ClusterAction) => void;
  /** Begins the run that a transfer offers. */
  readonly accept: (job: Offer['job']) => void;
  readonly open: (
    what: 'train' | 'trust' | 'problems' | 'createSample' | 'selectCluster' | 'showLog' | 'reveal' | 'connect',
  ) => void;
  readonly toggle: (section: string, isOpen: boolean) => void;
  readonly isOpen: (section: string) => boolean;
}

export const icon = (name: string, spins = false): TemplateResult =>
  html`<span class="codicon codicon-${name} ${spins ? 'spins' : ''}" aria-hidden="true"></span>`;
