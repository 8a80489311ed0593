// Byte offsets of the records that JavaScript writes and the kernels read. Both sides import this file; it must stay
// valid TypeScript and valid AssemblyScript.

// A network: a header, then one record per layer.
export const NET_LAYERS = 0;
/** ACTIVATION_... of the hidden layers. */
export const NET_ACTIVATION = 4;
/** Pointers to flat packed vectors: weights, gradients (one per thread, in a row), Adam's moments. */
export const NET_WEIGHTS = 8;
export const NET_GRADIENTS = 12;
export const NET_FIRST = 16;
export const NET_SECOND = 20;
/** Pointer to the transposed weights of all layers but the first. */
export const NET_TRANSPOSED = 24;
/** Length of a flat vector in floats, a multiple of 8. */
export const NET_LENGTH = 28;
/** Offset in a thread's scratch memory: the gradient of the loss by the outputs, with the stride of the outputs. */
export const NET_DELTA = 32;
/** Offset in a thread's scratch memory: one row of masked options. */
export const NET_OPTIONS = 36;
export const NET_HEADER = 64;

// A layer.
export const LAYER_INPUTS = 0;
export const LAYER_OUTPUTS = 4;
/** Outputs rounded up to a multiple of 8. */
export const LAYER_COLUMNS = 8;
/** Byte offsets in the flat vectors: weights in panels of 8 columns, [columns / 8][inputs][8], then biases [columns]. */
export const LAYER_WEIGHTS = 12;
export const LAYER_BIAS = 16;
/** Byte offset in NET_TRANSPOSED: [inputs rounded up / 8][outputs][8]. */
export const LAYER_TRANSPOSED = 20;
/** Bytes from one row of activations to the next. */
export const LAYER_STRIDE = 24;
/** Offset of the layer's activations in a thread's scratch memory. */
export const LAYER_ACTIVATIONS = 28;
export const LAYER_SIZE = 32;

export const ACTIVATION_RELU = 1;
export const ACTIVATION_TANH = 2;

/** Rows that go forward and backward together, so that their activations stay in the cache. */
export const CHUNK = 64;

// A job: one call of the seam.
export const JOB_KIND = 0;
export const JOB_NET = 4;
export const JOB_ROWS = 8;
export const JOB_INPUTS = 12;
/** Targets of a regression, outputs of a forward pass. */
export const JOB_TARGETS = 16;
/** Weights of a regression's rows; 0 = none. */
export const JOB_ROW_WEIGHTS = 20;
export const JOB_HEADS = 24;
export const JOB_MASKS = 28;
export const JOB_ACTIONS = 32;
export const JOB_LOG_PROBABILITIES = 36;
export const JOB_ADVANTAGES = 40;
/** Uniforms to sample with; 0 = the most probable option. */
export const JOB_UNIFORMS = 44;
/** Of the first job of an act call: how many jobs follow one another. */
export const JOB_COUNT = 48;
export const JOB_THREADS = 52;
export const JOB_SCRATCH = 56;
/** Bytes of scratch memory per thread. */
export const JOB_SCRATCH_SIZE = 60;
export const JOB_RESULTS = 64;
/** 1 = take an Adam step, 0 = only compute the gradient. */
export const JOB_STEP = 68;
// Doubles.
export const JOB_CLIP = 72;
export const JOB_ENTROPY = 80;
export const JOB_RATE = 88;
export const JOB_MAX_GRADIENT = 96;
/** 1 / (1 - b1^t) and 1 / (1 - b2^t). */
export const JOB_CORRECTION1 = 104;
export const JOB_CORRECTION2 = 112;
export const JOB_SIZE = 128;

export const KIND_FORWARD = 1;
export const KIND_REGRESSION = 2;
export const KIND_POLICY = 3;
export const KIND_ACT = 4;

// What a thread reports, in doubles. After `finish` the first thread's record holds the sums.
export const RESULT_LOSS = 0;
export const RESULT_ENTROPY = 8;
export const RESULT_KL = 16;
export const RESULT_CLIPPED = 24;
/** Norm of the gradient before clipping; only after `finish`. */
export const RESULT_NORM = 32;
/** Rows with a head that allows no option, or whose action is not allowed. */
export const RESULT_INVALID = 40;
export const RESULT_SIZE = 64;
