import { createTfjsBackend } from '../../../src/nn/tfjs/backend.ts';
import { describeConformance } from './conformance.ts';

describeConformance('TensorFlow.js on the CPU', () => createTfjsBackend());
