import { createWasmBackend } from '../../../src/nn/wasm/backend.ts';
import { describeConformance } from './conformance.ts';

describeConformance('WASM, 1 thread', () => createWasmBackend());
describeConformance('WASM, 2 threads', () => createWasmBackend({ threads: 2 }));
