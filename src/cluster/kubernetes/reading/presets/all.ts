/** The metric presets, the most informative first. An import proposes the first one that fits the namespace. */
import { cadvisor } from './cadvisor.ts';
import { chainedServices } from './chained-services.ts';
import { ingressNginx } from './ingress-nginx.ts';
import { istio } from './istio.ts';
import { linkerd } from './linkerd.ts';
import type { Preset } from './preset.ts';

export const PRESETS: readonly Preset[] = [chainedServices, istio, linkerd, ingressNginx, cadvisor];
