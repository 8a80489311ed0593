/** Puts the specs and the packed files into ConfigMaps that are small enough for `kubectl apply`. */
import { packFile, PART_BYTES } from '../controller/packed-files.ts';
import { metadata, NAME } from './labels.ts';

export interface MountedFiles {
  /** Texts by file name. A name has no slash. */
  readonly texts: Readonly<Record<string, string>>;
  /** Contents to pack, by file name. */
  readonly packed: Readonly<Record<string, Uint8Array>>;
}

interface ConfigMap {
  readonly apiVersion: 'v1';
  readonly kind: 'ConfigMap';
  readonly metadata: ReturnType<typeof metadata>;
  data: Record<string, string>;
  binaryData: Record<string, string>;
}

/** Fills as few ConfigMaps as possible with the entries in order: karma-mas-0, karma-mas-1, ... */
export function configMaps({ texts, packed }: MountedFiles, namespace: string): ConfigMap[] {
  const maps: ConfigMap[] = [];
  let room = 0;
  const mapFor = (bytes: number): ConfigMap => {
    if (maps.length === 0 || bytes > room) {
      const name = `${NAME}-${maps.length}`;
      maps.push({ apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(name, namespace), data: {}, binaryData: {} });
      room = PART_BYTES;
    }
    room -= bytes;
    return maps[maps.length - 1];
  };
  for (const [name, text] of Object.entries(texts)) mapFor(Buffer.byteLength(text)).data[name] = text;
  for (const [name, content] of Object.entries(packed))
    for (const [key, bytes] of packFile(name, content)) mapFor(bytes.length).binaryData[key] = bytes.toString('base64');
  return maps;
}
