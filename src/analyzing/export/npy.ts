/** NumPy's .npy files, format 1.0 (numpy.lib.format): what numpy.load reads. */

const MAGIC = '\x93NUMPY\x01\x00';
const ALIGNMENT = 64;

/** Float64 values [shape], row by row. Throws a RangeError where their number does not fit the shape. */
export function npy(values: Float64Array, shape: readonly number[]): Uint8Array {
  if (values.length !== shape.reduce((product, size) => product * size, 1))
    throw new RangeError(`${values.length} values do not fill the shape ${shape.join(' x ')}.`);
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': ${tuple}, }`;
  const before = MAGIC.length + 2;
  // The data begins at a multiple of 64 bytes; the header ends with a line feed.
  const size = Math.ceil((before + header.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = Buffer.alloc(size + values.byteLength, ' ');
  bytes.write(MAGIC, 0, 'latin1');
  bytes.writeUInt16LE(size - before, MAGIC.length);
  bytes.write(header, before, 'latin1');
  bytes.write('\n', size - 1, 'latin1');
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), size);
  return bytes;
}
