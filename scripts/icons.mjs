// Draws the PNG icons of the web manifest from public/icon.svg: node scripts/icons.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { ensureBrowser } from './browser.mjs';
import { ROOT } from './process.mjs';

const PUBLIC = join(ROOT, 'public');

/** A maskable icon may be cut to a circle: its ground fills the square, its drawing keeps to the middle. */
const ICONS = [
  { file: 'icon-192.png', size: 192, maskable: false },
  { file: 'icon-512.png', size: 512, maskable: false },
  { file: 'icon-maskable-512.png', size: 512, maskable: true },
];

const svg = readFileSync(join(PUBLIC, 'icon.svg'), 'utf8');
const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: ['--no-sandbox'] });
try {
  for (const { file, size, maskable } of ICONS) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const inset = maskable ? Math.round(size * 0.12) : 0;
    const ground = maskable ? '#17202b' : 'transparent';
    await page.setContent(
      `<style>html, body { margin: 0; background: ${ground} } svg { display: block; padding: ${inset}px; width: ${size - 2 * inset}px }</style>${svg}`,
    );
    writeFileSync(join(PUBLIC, file), await page.screenshot({ omitBackground: true }));
    await page.close();
    process.stdout.write(`public/${file}\n`);
  }
} finally {
  await browser.close();
}
