/** What the executor runs, as data. A training plan is one; a kernel test makes a small one by hand. */

export interface PlacedBuffer {
  name: string;
  heap: string;
  slab: number;
  offset: number;
  bytes: number;
}

export interface CommandPass {
  kernel: string;
  label: string;
  overrides: Readonly<Record<string, number>>;
  params: Readonly<Record<string, number>>;
  /** Binding name -> buffer name. */
  buffers: Readonly<Record<string, string>>;
  /** Invocations with work; 0 = exactly one workgroup. */
  invocations: number;
}

export type CommandStep =
  | { kind: 'clear'; buffers: readonly string[] }
  | { kind: 'run'; pass: number; window: number };

export interface CommandPlan {
  slabs: readonly { heap: string; bytes: number }[];
  buffers: readonly PlacedBuffer[];
  passes: readonly CommandPass[];
  windows: readonly unknown[];
}
