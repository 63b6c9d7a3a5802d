import { AppError } from '../core/errors.ts';
import { EngineDevice } from './engine.ts';

/** After a loss the browser may fail other promises first; its own report follows within this time. */
const REPORT_MS = 300;
/**
 * A GPU process that has just ended is back after a moment, on a busy machine after many seconds: times to wait before the
 * adapter is asked for again.
 */
const RETRY_MS = [100, 300, 1000, 2000, 4000, 8000];
/** Time in which a new device that is dead already tells so. */
const BIRTH_MS = 50;
/** Errors that are about what was asked for, not about the device. */
const OWN_CODES = new Set(['not-finite', 'not-configured', 'data-mismatch', 'tensor-mismatch']);

export interface DeviceEvents {
  /** The device is gone; whatever was on it too. */
  lost(): void;
  /** The device reported an error outside of any scope: what it computed since is not to be trusted. */
  fault(error: AppError): void;
}

/** The one device, and what is known of its end. */
export class DeviceHolder {
  readonly #events: DeviceEvents;
  #device: EngineDevice | null = null;
  #isGone = false;
  /** What the browser said when it took the last device away. */
  lastReason = '';

  constructor(events: DeviceEvents) {
    this.#events = events;
  }

  /** True after a loss, until `get` has brought a new device. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /**
   * The device; a new one where there is none or it was lost.
   * @throws AppError of {@link EngineDevice.connect}, for a missing adapter after several tries.
   */
  async get(): Promise<EngineDevice> {
    if (this.#device && !this.#isGone) return this.#device;
    const device = await (this.#isGone ? connectAgain() : connect(RETRY_MS.slice(0, 1)));
    this.#device = device;
    this.#isGone = false;
    void device.gpu.device.lost.then(({ message }) => {
      if (this.#device !== device) return;
      this.lastReason = message;
      this.#isGone = true;
      this.#events.lost();
    });
    device.gpu.device.addEventListener('uncapturederror', ({ error }) => {
      if (this.#device === device && !this.#isGone) this.#events.fault(faultOf(error));
    });
    return device;
  }

  /** Whether an error comes from the loss of the device. It may be known only a moment later, so this may wait. */
  async isLoss(error: unknown): Promise<boolean> {
    const code = error instanceof AppError ? error.code : '';
    if (code === 'device-lost') this.#isGone = true;
    if (this.#isGone) return true;
    if (!this.#device || OWN_CODES.has(code)) return false;
    return Promise.race([this.#device.gpu.device.lost.then(() => true), delay(REPORT_MS).then(() => false)]);
  }

  /** Gives the device back; that is no loss. */
  dispose(): void {
    const device = this.#device;
    this.#device = null;
    this.#isGone = false;
    device?.destroy();
  }
}

/** @param accepts False lets a device go and asks for another one, unless it is the last that may be asked for. */
async function connect(
  waitsMs: readonly number[],
  accepts: (device: EngineDevice) => Promise<boolean> = async () => true,
): Promise<EngineDevice> {
  for (let attempt = 0; ; attempt++) {
    const isLast = attempt === waitsMs.length;
    try {
      const device = await EngineDevice.connect();
      if (isLast || (await accepts(device))) return device;
    } catch (error) {
      const isMissing = error instanceof AppError && error.code !== 'webgpu-missing';
      if (!isMissing || isLast) throw error;
    }
    await delay(waitsMs[attempt]);
  }
}

/** While a GPU process ends and another one starts, devices may be handed out that are gone at once: they are no loss. */
const connectAgain = () => connect(RETRY_MS, isAlive);

async function isAlive({ gpu: { device } }: EngineDevice): Promise<boolean> {
  const lost = device.lost.then(() => false);
  const answered = device.queue.onSubmittedWorkDone().catch(() => {});
  return Promise.race([lost, answered.then(() => delay(BIRTH_MS)).then(() => true)]);
}

function faultOf(error: GPUError): AppError {
  if (error instanceof GPUOutOfMemoryError) {
    return new AppError(
      'out-of-memory',
      `The GPU ran out of memory: ${error.message}`,
      'Choose a smaller batch, k or n, or close other programs that use the GPU.',
    );
  }
  return new AppError(
    'gpu-error',
    `The GPU refused a command: ${error.message}`,
    'Please report this with the name of the adapter.',
  );
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
