import { describe, expect, it } from 'vitest';
import { firstLoadFiles } from './firstLoad.mjs';

describe('files of the first load', () => {
  it('are those imported statically, with their styles, and each once', () => {
    const manifest = {
      'index.html': { file: 'a.js', imports: ['_b', '_c'], css: ['a.css'], dynamicImports: ['lazy.tsx'] },
      _b: { file: 'b.js', imports: ['_c'] },
      _c: { file: 'c.js', css: ['c.css'], imports: ['index.html'] },
      'lazy.tsx': { file: 'lazy.js', imports: ['index.html'], css: ['lazy.css'] },
    };
    expect(firstLoadFiles(manifest).sort()).toEqual(['a.css', 'a.js', 'b.js', 'c.css', 'c.js', 'index.html']);
  });
});
