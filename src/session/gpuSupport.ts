import type { ErrorData } from '../core/errors.ts';

/** What the page can find out without asking for an adapter. */
export interface BrowserFacts {
  hasWebGpu: boolean;
  isSecureContext: boolean;
  userAgent: string;
}

const REST = 'Data, plan and forecast work without it.';

/**
 * Says why training cannot run here and what to do about it.
 * @returns Undefined where the browser has WebGPU; whether there is an adapter is the trainer's to find out.
 */
export function missingWebGpu(facts: BrowserFacts): ErrorData | undefined {
  if (facts.hasWebGpu) return undefined;
  if (!facts.isSecureContext) {
    return {
      code: 'insecure-context',
      message:
        'This page was loaded over plain http from another machine, and browsers offer WebGPU only to secure pages.',
      hint: `Open it over https, or on this machine through 127.0.0.1. ${REST}`,
    };
  }
  return {
    code: 'webgpu-missing',
    message: 'This browser does not offer WebGPU, which training needs.',
    hint: `${remedy(facts.userAgent)} ${REST}`,
  };
}

function remedy(userAgent: string): string {
  const linux = /Linux(?!.*Android)/.test(userAgent);
  if (/Firefox\//.test(userAgent))
    return 'Update Firefox (141 or later on Windows, 145 or later on macOS), or open this page in Chrome or Edge.';
  if (/Chrome\//.test(userAgent)) {
    return linux
      ? 'Update Chrome, then switch on "Unsafe WebGPU Support" at chrome://flags and restart it.'
      : 'Update Chrome or Edge to version 113 or later (121 on Android) and switch on hardware acceleration in its settings.';
  }
  if (/Safari\//.test(userAgent))
    return 'Update to Safari 26 (macOS or iOS 26), or open this page in Chrome.';
  return 'Open this page in a current Chrome, Edge, Safari or Firefox.';
}
