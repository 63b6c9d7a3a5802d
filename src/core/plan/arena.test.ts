import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { alignUp, type BufferRequest, type LiveRange, placeBuffers } from './arena.ts';
import { DEFAULT_LIMITS } from './types.ts';

function request(name: string, bytes: number, live: LiveRange[] | 'run'): BufferRequest {
  return {
    name,
    heap: 'arena',
    category: 'temporaries',
    scope: live === 'run' ? 'run' : 'interval',
    bytes,
    live: live === 'run' ? [] : live,
  };
}

const limited = (bytes: number) => ({ maxBufferSize: bytes, maxStorageBufferBindingSize: bytes });

function liveTogether(a: BufferRequest, b: BufferRequest): boolean {
  if (a.scope === 'run' || b.scope === 'run') return true;
  for (const x of a.live) for (const y of b.live) if (x.first <= y.last && y.first <= x.last) return true;
  return false;
}

/** Random requests with one or two lifetimes each, some of them for the whole run. */
function randomRequests(seed: number): BufferRequest[] {
  const random = createRandom(seed, 'test', 0);
  const range = (): LiveRange => {
    const first = random.integer(40);
    return { first, last: first + random.integer(10) };
  };
  return Array.from({ length: 5 + random.integer(40) }, (_, i) => {
    const live = random.integer(6) === 0 ? 'run' : random.integer(4) === 0 ? [range(), range()] : [range()];
    return request(`b${i}`, 4 * (1 + random.integer(1000)), live);
  });
}

describe('placeBuffers', () => {
  it('never lets two buffers overlap that are live at the same time, and stays within its slabs', () => {
    for (let seed = 0; seed < 200; seed++) {
      const requests = randomRequests(seed);
      const limits = seed % 2 === 0 ? DEFAULT_LIMITS : limited(8192);
      const { buffers, slabs } = placeBuffers(requests, limits);
      expect(buffers).toHaveLength(requests.length);
      for (const [i, a] of buffers.entries()) {
        expect(a.offset % 256).toBe(0);
        expect(a.offset + a.bytes).toBeLessThanOrEqual(slabs[a.slab].bytes);
        expect(slabs[a.slab].bytes).toBeLessThanOrEqual(alignUp(limits.maxBufferSize));
        for (const b of buffers.slice(i + 1)) {
          const [first, second] = [a, b].map(({ name }) => requests.find((r) => r.name === name));
          if (!first || !second || a.slab !== b.slab || !liveTogether(first, second)) continue;
          const apart = a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset;
          expect([seed, a.name, b.name, apart]).toEqual([seed, a.name, b.name, true]);
        }
      }
    }
  });

  it('takes no less than what is live at once, and no more than everything side by side', () => {
    let savings = 0;
    for (let seed = 0; seed < 100; seed++) {
      const requests = randomRequests(seed);
      const { slabs } = placeBuffers(requests, DEFAULT_LIMITS);
      const liveAt = (moment: number) =>
        requests
          .filter(
            ({ scope, live }) => scope === 'run' || live.some((r) => r.first <= moment && moment <= r.last),
          )
          .reduce((sum, { bytes }) => sum + bytes, 0);
      const lower = Math.max(...Array.from({ length: 50 }, (_, moment) => liveAt(moment)));
      const upper = requests.reduce((sum, { bytes }) => sum + alignUp(bytes), 0);
      expect(slabs).toHaveLength(1);
      expect(slabs[0].bytes).toBeGreaterThanOrEqual(lower);
      expect(slabs[0].bytes).toBeLessThanOrEqual(upper);
      savings += 1 - slabs[0].bytes / upper;
    }
    expect(savings / 100).toBeGreaterThan(0.2);
  });

  it('gives buffers that follow each other the same bytes, and neighbours in time their own', () => {
    const after = [request('a', 1000, [{ first: 0, last: 3 }]), request('b', 600, [{ first: 4, last: 5 }])];
    expect(placeBuffers(after, DEFAULT_LIMITS).slabs).toEqual([{ heap: 'arena', bytes: 1024 }]);
    // Both ends of a lifetime are included.
    const touching = [after[0], request('b', 600, [{ first: 3, last: 5 }])];
    expect(placeBuffers(touching, DEFAULT_LIMITS).slabs).toEqual([{ heap: 'arena', bytes: 1024 + 768 }]);
  });

  it('fits a buffer into the gap between others', () => {
    const { buffers, slabs } = placeBuffers(
      [
        request('wide', 1024, [{ first: 0, last: 0 }]),
        request('low', 512, [{ first: 1, last: 9 }]),
        request('high', 256, [{ first: 0, last: 9 }]),
        request('gap', 256, [{ first: 1, last: 9 }]),
      ],
      DEFAULT_LIMITS,
    );
    expect(buffers.map(({ name, offset }) => [name, offset])).toEqual([
      ['wide', 0],
      ['low', 0],
      ['high', 1024],
      ['gap', 512],
    ]);
    expect(slabs[0].bytes).toBe(1280);
  });

  it('opens a further slab when one is full, and refuses a buffer that no slab can hold', () => {
    const two = [request('a', 4096, 'run'), request('b', 4096, 'run')];
    expect(placeBuffers(two, limited(8192)).slabs).toHaveLength(1);
    expect(placeBuffers(two, limited(8191)).slabs).toHaveLength(2);
    expect(placeBuffers(two, limited(4096)).slabs).toHaveLength(2);
    expect(() => placeBuffers(two, limited(4095))).toThrow(
      'a needs 4096 bytes, but this device binds at most 4095 bytes at once.',
    );
  });

  it('keeps heaps apart, and its categories add up to its slabs', () => {
    const weights: BufferRequest = { ...request('w', 500, 'run'), heap: 'parameters', category: 'weights' };
    const history: BufferRequest = { ...request('h', 3000, [{ first: 0, last: 9 }]), category: 'history' };
    const rest = randomRequests(3);
    const { slabs, bytesByCategory } = placeBuffers([weights, history, ...rest], DEFAULT_LIMITS);
    expect(slabs.map(({ heap }) => heap).sort()).toEqual(['arena', 'parameters']);
    const total = slabs.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(Object.values(bytesByCategory).reduce((a, b) => a + b, 0)).toBe(total);
    expect(bytesByCategory.weights).toBe(512);
  });
});
