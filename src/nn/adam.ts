// Constants of Adam (Kingma & Ba 2015) for all backends. The kernels import this file too: it must stay valid AssemblyScript.

/** Decay of the first and of the second moment. */
export const BETA1 = 0.9;
export const BETA2 = 0.999;
export const EPSILON = 1e-8;
