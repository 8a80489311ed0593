// The part of the WebAssembly interface that nn/wasm uses; TypeScript declares it only for browsers.
declare namespace WebAssembly {
  class Module {
    // Makes the class a type of its own.
    // eslint-disable-next-line no-unused-private-class-members
    readonly #brand: 'module';
  }
  class Global {
    readonly value: number;
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: boolean });
    readonly buffer: ArrayBufferLike;
    grow(pages: number): number;
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>);
    readonly exports: object;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}
