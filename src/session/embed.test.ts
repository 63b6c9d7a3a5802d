import { describe, expect, it } from 'vitest';
import { EMBED_DEFAULT, embedAddress, embedCode, readEmbed } from './embed.ts';

describe('views to embed', () => {
  it('hide what the address says', () => {
    expect(readEmbed('')).toEqual({ isEmbedded: false, hidden: new Set() });
    expect(readEmbed('?embed')).toEqual({ isEmbedded: true, hidden: new Set(EMBED_DEFAULT) });
    const address = embedAddress('https://x.test/?embed=hide.data#v=2&c=abc', ['tabs', 'presets']);
    expect(address).toBe('https://x.test/?embed=hide.tabs,presets#v=2&c=abc');
    expect(readEmbed(new URL(address).search).hidden).toEqual(new Set(['tabs', 'presets']));
    expect(readEmbed('?embed=hide.').hidden.size).toBe(0);
    expect(readEmbed('?embed=hide.nothing,<script>').hidden.size).toBe(0);
  });

  it('never hide everything', () => {
    expect(readEmbed('?embed=hide.data,schedule,train,header').hidden).toEqual(new Set(EMBED_DEFAULT));
  });

  it('are pasted as HTML that cannot be broken out of', () => {
    const code = embedCode('https://x.test/#v=2&s="><b>', ['tabs']);
    expect(code).toContain('src="https://x.test/?embed=hide.tabs#v=2&amp;s=&quot;><b>"');
    expect(code.match(/"/g)).toHaveLength(12);
  });
});
