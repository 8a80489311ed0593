import { defaultHpa } from '../../cluster/hpa/controller.ts';
import { fixedBaseline } from './baseline.ts';

export const DEFAULT_HPA_NAME = 'default hpa';

/** The HPA as Kubernetes sets it up. */
export const defaultHpaBaseline = fixedBaseline(() => ({ name: DEFAULT_HPA_NAME, system: defaultHpa }));
