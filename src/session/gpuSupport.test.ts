import { describe, expect, it } from 'vitest';
import { missingWebGpu } from './gpuSupport.ts';

const facts = (userAgent: string, change = {}) => ({
  hasWebGpu: false,
  isSecureContext: true,
  userAgent,
  ...change,
});
const LINUX_CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36';
const ANDROID_CHROME =
  'Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/100.0 Safari/537.36';

describe('missing WebGPU', () => {
  it('is no problem where it is there', () => {
    expect(missingWebGpu(facts('', { hasWebGpu: true }))).toBeUndefined();
  });

  it('names the insecure page as the cause before the browser', () => {
    const problem = missingWebGpu(facts(LINUX_CHROME, { isSecureContext: false }));
    expect(problem?.code).toBe('insecure-context');
    expect(problem?.hint).toContain('127.0.0.1');
  });

  it.each([
    ['Chrome on Linux', LINUX_CHROME, 'chrome://flags'],
    ['Chrome on Android', ANDROID_CHROME, '121 on Android'],
    ['Firefox', 'Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0', 'Update Firefox'],
    ['Safari', 'Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/17.0 Safari/605.1.15', 'Safari 26'],
    ['something else', 'Lynx', 'current Chrome, Edge, Safari or Firefox'],
  ])('tells %s what to do, and what works without', (_, userAgent, remedy) => {
    const problem = missingWebGpu(facts(userAgent));
    expect(problem?.code).toBe('webgpu-missing');
    expect(problem?.hint).toContain(remedy);
    expect(problem?.hint).toContain('Data, plan and forecast work without it.');
  });
});
