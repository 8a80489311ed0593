import { createHash } from 'node:crypto';

/** Named typed arrays and JSON in one checked block of bytes: what checkpoints and policies are stored as. */
export interface Content {
  /** Anything that JSON keeps. */
  readonly json: unknown;
  readonly arrays: Readonly<Record<string, TypedArray>>;
}

const TYPES = { Int8Array, Uint8Array, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array };
export type TypedArray =
  Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;
type TypeName = keyof typeof TYPES;

const MAGIC = Buffer.from('KARMA1\r\n'); // The line ending shows a transfer as text, as in PNG.
const HASH_BYTES = 32;
const ALIGNMENT = 8;

/**
 * Layout: magic (8 bytes), length of the header (uint32, little-endian), header as JSON, padding, the arrays (each
 * aligned to 8 bytes, little-endian as on every platform of Node), SHA-256 of all before. Same content, same bytes.
 */
export function pack(content: Content): Uint8Array {
  const arrays = Object.entries(content.arrays);
  const index = arrays.map(([name, array]) => ({
    name,
    type: array.constructor.name as TypeName,
    length: array.length,
  }));
  const header = Buffer.from(JSON.stringify({ json: content.json ?? null, arrays: index }));
  let size = align(MAGIC.length + 4 + header.length);
  for (const [, array] of arrays) size += align(array.byteLength);
  const bytes = new Uint8Array(size + HASH_BYTES);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint32(MAGIC.length, header.length, true);
  bytes.set(header, MAGIC.length + 4);
  let offset = align(MAGIC.length + 4 + header.length);
  for (const [, array] of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset);
    offset += align(array.byteLength);
  }
  bytes.set(sha256(bytes.subarray(0, size)), size);
  return bytes;
}

/** The inverse of `pack`; the arrays are copies. Throws an Error with a sentence where the bytes are not whole. */
export function unpack(bytes: Uint8Array): Content {
  if (bytes.length < MAGIC.length + 4 + HASH_BYTES || MAGIC.compare(bytes, 0, MAGIC.length) !== 0)
    throw new Error('It is cut short, or no file of KARMA MAS.');
  const size = bytes.length - HASH_BYTES;
  if (Buffer.compare(sha256(bytes.subarray(0, size)), bytes.subarray(size)) !== 0)
    throw new Error('Its checksum is wrong: it was damaged, or not written to its end.');
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length, true);
  const header = Buffer.from(bytes.subarray(MAGIC.length + 4, MAGIC.length + 4 + headerLength)).toString('utf8');
  const { json, arrays } = JSON.parse(header) as {
    json: unknown;
    arrays: { name: string; type: TypeName; length: number }[];
  };
  let offset = align(MAGIC.length + 4 + headerLength);
  const result: Record<string, TypedArray> = {};
  for (const { name, type, length } of arrays) {
    const array = new TYPES[type](length);
    new Uint8Array(array.buffer).set(bytes.subarray(offset, offset + array.byteLength));
    result[name] = array;
    offset += align(array.byteLength);
  }
  return { json, arrays: result };
}

function align(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
