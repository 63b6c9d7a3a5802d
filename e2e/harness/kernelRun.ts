/** Words of a storage buffer; every array of the kernels is made of 4-byte elements. */
export type Words = Uint32Array | Int32Array | Float32Array;

/** One dispatch of one kernel on given arrays. */
export interface KernelRun {
  /** Stem of the file in shaders/. */
  kernel: string;
  overrides?: Record<string, number>;
  /** Fields of LayerParams and StepWindow by name; those left out are 0. */
  params?: Record<string, number>;
  window?: Record<string, number>;
  /** Start content by binding name. Bindings left out get one zero vector, for kernels that do not touch them. */
  buffers: Record<string, Words>;
  /** Workgroups in x and y. */
  workgroups: readonly [number, number];
  /** Bindings to read back afterwards. */
  outputs: readonly string[];
}

/** Raw words of the outputs, by binding name. */
export type KernelOutputs = Record<string, Uint32Array>;

/** What kernelPage.html offers to the specs. */
export interface KernelPage {
  /** @throws Error with the message of any WebGPU error that the run caused, inside or outside its error scopes. */
  run(request: KernelRun): Promise<KernelOutputs>;
  /** Builds a variant without running it; resolves when the compiler accepted it. */
  compile(kernel: string, overrides: Record<string, number>): Promise<void>;
  kernelNames(): Promise<string[]>;
}
