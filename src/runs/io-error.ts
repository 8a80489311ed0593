/** A failed file operation, in a sentence that says what to do. */
export class IoError extends Error {
  /** The system's code, such as ENOSPC; empty where it gave none. */
  readonly code: string;
  readonly path: string;
  constructor(code: string, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'IoError';
    this.code = code;
    this.path = path;
  }
}

const SENTENCES: Readonly<Record<string, (path: string) => string>> = {
  ENOSPC: (path) =>
    `No space is left on the disk that holds ${path}: free some, then resume; what was written before is whole.`,
  EDQUOT: (path) =>
    `Your disk quota is used up at ${path}: free some space, then resume; what was written before is whole.`,
  EFBIG: (path) => `${path} may not grow further (a limit on file sizes): raise it (ulimit -f), then resume.`,
  EROFS: (path) => `${path} is on a read-only file system: choose a folder that can be written (--out).`,
  EACCES: (path) =>
    `${path} may not be accessed: check the permissions of the file and of its folder, or choose another one (--out).`,
  EPERM: (path) =>
    `${path} may not be changed: check its permissions and attributes, or choose another folder (--out).`,
  ENOENT: (path) => `${path} does not exist: check the path, or whether it was moved or deleted meanwhile.`,
  ENOTDIR: (path) => `A part of ${path} is a file where a folder is needed: move that file or choose another folder.`,
  EISDIR: (path) => `${path} is a folder where a file is needed: move it or choose another path.`,
  EEXIST: (path) => `${path} exists already: choose another name, or move it away first.`,
  EMFILE: (path) =>
    `Too many files are open to open ${path}: close other programs or raise the limit (ulimit -n), then try again.`,
  ENFILE: (path) => `The system has too many open files to open ${path}: close other programs, then try again.`,
  EIO: (path) => `The disk reports an error at ${path}: check the disk, then resume from the last checkpoint.`,
  EBUSY: (path) => `${path} is in use by another program: close it, then try again.`,
};

/** The sentence for a failed operation on `path`. */
export function describeIoError(error: unknown, path: string): string {
  const sentence = SENTENCES[codeOf(error)];
  if (sentence) return sentence(path);
  return `${path} could not be read or written: ${error instanceof Error ? error.message : String(error)}.`;
}

export function toIoError(error: unknown, path: string): IoError {
  if (error instanceof IoError) return error;
  return new IoError(codeOf(error), path, describeIoError(error, path), { cause: error });
}

/** Runs a file operation; what it throws comes out as an IoError about `path`. */
export function withIoErrors<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw toIoError(error, path);
  }
}

/** Whether the error is the system's "no such file or folder". */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}
