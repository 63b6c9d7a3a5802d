/** Counts the bytes of every GPU buffer that is created and destroyed through it: the measured memory. */
export class ByteLedger {
  #live = 0;
  #peak = 0;

  get liveBytes(): number {
    return this.#live;
  }

  get peakBytes(): number {
    return this.#peak;
  }

  /** Starts the peak anew from what is live. */
  resetPeak(): void {
    this.#peak = this.#live;
  }

  create(device: GPUDevice, descriptor: GPUBufferDescriptor): GPUBuffer {
    const buffer = device.createBuffer(descriptor);
    // The buffer's own size, not the request: the ledger says what is there.
    this.#live += buffer.size;
    this.#peak = Math.max(this.#peak, this.#live);
    return buffer;
  }

  destroy(buffer: GPUBuffer): void {
    this.#live -= buffer.size;
    buffer.destroy();
  }
}
