/** `node test/docs/write-spec-reference.ts`: writes the tables of docs/spec.md anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { SPEC_DOCUMENT, withTables } from './spec-reference.ts';

writeFileSync(SPEC_DOCUMENT, withTables(readFileSync(SPEC_DOCUMENT, 'utf8')));
