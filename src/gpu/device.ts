import { AppError } from '../core/errors.ts';

/** A device and what is known of its adapter. */
export interface GpuDevice {
  device: GPUDevice;
  vendor: string;
  architecture: string;
  description: string;
  /** True when the adapter runs on the CPU. */
  software: boolean;
  features: string[];
  maxBufferSize: number;
  maxStorageBufferBindingSize: number;
}

/**
 * Beside WebGPU's features: neighbouring invocations form quads (`quads.ts` looks). `subgroups` leaves open which invocations do.
 */
export const ORDERED_QUADS = 'ordered-quads';

/** Optional features that are used where they exist; nothing depends on them. */
const OPTIONAL_FEATURES: GPUFeatureName[] = ['timestamp-query', 'subgroups' as GPUFeatureName];

/**
 * Requests an adapter and a device with the adapter's own buffer limits.
 * @throws AppError `webgpu-missing`, `adapter-missing` or `device-refused`, each with what the visitor can do.
 */
export async function requestGpuDevice(): Promise<GpuDevice> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!gpu) {
    throw new AppError(
      'webgpu-missing',
      'This browser does not offer WebGPU.',
      'Use a current Chrome or Edge (Safari 26 and Firefox 141 or later work on many systems), and open the page over https or from 127.0.0.1.',
    );
  }
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new AppError(
      'adapter-missing',
      'WebGPU is here, but no graphics adapter is available to it.',
      'Turn on hardware acceleration in the browser settings and update the graphics driver; chrome://gpu tells what is blocked.',
    );
  }
  // Larger buffers than the WebGPU defaults must be asked for; everything else stays at the defaults.
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const requiredFeatures = OPTIONAL_FEATURES.filter((feature) => adapter.features.has(feature));
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({
      label: 'spikelet',
      requiredFeatures,
      requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
    });
  } catch (error) {
    throw new AppError(
      'device-refused',
      `The graphics adapter refused a device: ${error instanceof Error ? error.message : error}`,
      'Close other tabs that use the GPU, then reload the page.',
    );
  }
  const { vendor, architecture, description } = adapter.info;
  return {
    device,
    vendor,
    architecture,
    description,
    software:
      adapter.info.isFallbackAdapter === true ||
      /swiftshader|llvmpipe|basic render/i.test(`${architecture} ${description}`),
    features: [...device.features].sort(),
    maxBufferSize,
    maxStorageBufferBindingSize,
  };
}
