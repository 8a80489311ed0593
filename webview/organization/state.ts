/** The navigation state of the view, which survives a reload. */
import type { Tab, TriedState } from '../protocol/organization.ts';
import { hasShape, number, object, type Of } from '../protocol/shape.ts';

const cameraShape = object({
  /** 1 = all of it. */
  zoom: number,
  /** Shares of the drawing by which its middle is moved. */
  x: number,
  y: number,
});
/** The part of the drawing that is shown. */
export type Camera = Of<typeof cameraShape>;

export interface State {
  /** Key of the organization. */
  readonly key: string;
  readonly tab: Tab;
  readonly asTable: boolean;
  readonly camera: Camera;
  /** Of the playground, and the organization that it is of. */
  readonly tried: { readonly key: string; readonly state: TriedState } | null;
}

export const WHOLE: Camera = { zoom: 1, x: 0, y: 0 };
const MOST_ZOOM = 8;

/** Restores the state that this version or an older one kept. */
export function restore({ key, tab, asTable, camera, tried }: Partial<State>): State {
  return {
    key: typeof key === 'string' ? key : '',
    tab: tab === 'playground' ? 'playground' : 'graph',
    asTable: asTable === true,
    camera: hasShape(cameraShape, camera) ? clamped(camera) : WHOLE,
    tried: typeof tried?.key === 'string' && isTried(tried.state) ? tried : null,
  };
}

/** The view's own state of another version is not worth more than a look. */
function isTried(state: Partial<TriedState> | undefined): boolean {
  const isValues = typeof state?.now === 'object' && state.now !== null && typeof state.before === 'object';
  return isValues && typeof state.elapsed === 'number';
}

export const zoomed = (camera: Camera, factor: number): Camera => clamped({ ...camera, zoom: camera.zoom * factor });

/** By shares of what is shown. */
export const panned = (camera: Camera, x: number, y: number): Camera =>
  clamped({ ...camera, x: camera.x + x / camera.zoom, y: camera.y + y / camera.zoom });

function clamped({ zoom, x, y }: Camera): Camera {
  const within = (value: number): number => Math.max(-0.5, Math.min(0.5, value));
  return { zoom: Math.max(0.5, Math.min(MOST_ZOOM, zoom)), x: within(x), y: within(y) };
}
