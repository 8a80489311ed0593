/**
 * Lets other events in between two parts of a long computation. It reads no clock, delays nothing and changes no result: the
 * one function of node:timers that the engine calls.
 */
export { setImmediate as breathe } from 'node:timers/promises';
