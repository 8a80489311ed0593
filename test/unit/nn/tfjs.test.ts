import { createTfjsBackend } from '../../../src/nn/tfjs/backend.ts';
import { describeBackend } from '../../conformance/backend.ts';

describeBackend('TensorFlow.js on the CPU', () => createTfjsBackend());
