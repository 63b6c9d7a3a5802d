import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { unzipSync, zipSync } from 'fflate';
import { buildStages } from '../../src/core/plan/stages.ts';
import { parameterTensors } from '../../src/core/plan/tensors.ts';
import { uniform } from '../../src/core/random.ts';
import { memorySource } from '../../src/data/byteSource.ts';
import { readNir, writeNir } from '../../src/data/nir/nirFile.ts';
import { decodeLink } from '../../src/session/linkCodec.ts';
import { defaultSession, expectedMeta, type Session, toNetworkSpec } from '../../src/session/session.ts';
import { applySetting } from '../../src/session/sessionFields.ts';
import { toNir } from '../../src/session/weights/nirExport.ts';
import {
  addressWith,
  dropFiles,
  expectFinished,
  latestDigest,
  SMALL,
  trainButton,
  watchPage,
} from './support.ts';

const TINY = { ...SMALL, train: 20, test: 10, epochs: 1 };

const SHARED = new URL('../../../shared/data/', import.meta.url);
const SINABS = new URL('nir/cnn_sinabs.nir', SHARED);
const NMNIST = new URL('nmnist_bin/NMNISTsmall_restored_layout.zip', SHARED);

/** A safetensors file, read by the rules of the format alone. */
function independentlyRead(bytes: Buffer) {
  const headerBytes = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + headerBytes).toString('utf8'));
  const { __metadata__: metadata, ...entries } = header as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const body = bytes.subarray(8 + headerBytes);
  const tensors = new Map(
    Object.entries(entries).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [from, to],
        },
      ]) => {
        expect(dtype, name).toBe('F32');
        expect(to - from, name).toBe(4 * shape.reduce((a, b) => a * b, 1));
        return [name, { shape, bytes: body.subarray(from, to) }];
      },
    ),
  );
  return { metadata: metadata as unknown as Record<string, string>, tensors };
}

async function save(page: Page, button: Locator): Promise<{ name: string; bytes: Buffer }> {
  const download = page.waitForEvent('download');
  await button.click();
  const file = await download;
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

const sha256 = (parts: Iterable<Uint8Array>) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

test('every button of the view saves what it says; the weights come back to the same digest', async ({
  page,
}) => {
  const { stray } = watchPage(page);
  await page.goto(addressWith(TINY));
  await trainButton(page).click();
  await expectFinished(page);
  const { digest } = await latestDigest(page);
  await page.getByRole('tab', { name: 'Take away' }).click();
  const panel = page.getByRole('region', { name: 'Take away', exact: true });
  const button = (name: string) => panel.getByRole('button', { name, exact: true });

  const weights = await save(page, button('Save safetensors'));
  const { metadata, tensors } = independentlyRead(weights.bytes);
  expect([...tensors.keys()].sort()).toEqual(metadata.order.split(' ').sort());
  const inOrder = metadata.order.split(' ').map((name) => tensors.get(name)?.bytes ?? new Uint8Array());
  expect(sha256(inOrder)).toBe(digest);
  expect(metadata).toMatchObject({ digest, epoch: '1' });
  expect(decodeLink(metadata.link).session.network).toEqual(
    applySetting(defaultSession(), 'layers', TINY.layers).network,
  );

  const nir = await save(page, button('Save NIR'));
  await expect(panel).toContainText('NIR cannot express the soft reset by a constant of its own');
  const graph = await readNir(memorySource(nir.name, nir.bytes));
  expect(graph.nodes.map(({ type }) => type).sort()).toEqual(
    [
      'Input',
      'Conv2d',
      'LIF',
      'AvgPool2d',
      'LIF',
      'Flatten',
      'Affine',
      'LIF',
      'Affine',
      'LIF',
      'Output',
    ].sort(),
  );

  const csv = await save(page, button('CSV'));
  const [head, ...lines] = csv.bytes.toString().trim().split('\n');
  expect(head.split(',')[0]).toBe('epoch');
  expect(lines.map((line) => line.split(',').at(-1))).toEqual([
    expect.stringMatching(/^[0-9a-f]{64}$/),
    digest,
  ]);
  const json = JSON.parse((await save(page, button('JSON'))).bytes.toString());
  expect(json.epochs.map((each: { digest: string }) => each.digest).at(-1)).toBe(digest);
  expect(json.session.encoding.stepCount).toBe(TINY.T);

  const report = await save(page, button('Save report'));
  const html = report.bytes.toString();
  expect(html).toContain(digest);
  const link = /href="([^"]+)"/.exec(html)?.[1].replaceAll('&amp;', '&') ?? '';
  const shared = decodeLink(new URL(link).hash);
  expect(shared.problems).toEqual([]);
  expect(digest).toMatch(new RegExp(`^${shared.run?.digests.at(-1)?.digest}`));
  const reader = await page.context().newPage();
  await reader.setContent(html);
  await expect(reader.getByRole('heading', { level: 1 })).toContainText('k = 4, n = 1');
  await expect(reader.locator('svg')).toHaveCount(2);
  // A head line and two epochs.
  await expect(reader.getByRole('table').first().getByRole('row')).toHaveCount(3);
  await reader.close();

  const project = await save(page, button('Save Python project'));
  const files = unzipSync(project.bytes);
  const inFolder = (name: string) => files[`spikelet-project/${name}`];
  for (const name of ['README.md', 'train.py', 'sweep.py', 'check.py', 'network.py', 'requirements.txt'])
    expect(inFolder(name)?.length, name).toBeGreaterThan(10);
  expect(JSON.parse(Buffer.from(inFolder('config.json')).toString())).toMatchObject({ stepCount: TINY.T });
  expect(independentlyRead(Buffer.from(inFolder('weights.safetensors'))).metadata.digest).toBe(digest);
  expect(inFolder('data.safetensors').length).toBeGreaterThan(30 * TINY.T * 290);

  // What a simulator that resets to 0 makes of it is measured beside the run, which is left as it is.
  await button('Measure the drift').click();
  await expect(panel).toContainText(/\d+\.\d\s% of 10 test samples are read out as before/, {
    timeout: 30_000,
  });
  const drifted = panel.getByRole('table').getByRole('row');
  await expect(drifted).toHaveCount(1 + json.epochs[1].firingRates.length);
  for (const [i, { layer, rate }] of json.epochs[1].firingRates.entries())
    await expect(drifted.nth(i + 1)).toContainText(`${layer}${(100 * rate).toFixed(1)} %`);
  expect((await save(page, button('Save safetensors'))).bytes).toEqual(weights.bytes);

  // The weights come back: the next run begins with them, to the last bit.
  await page.getByRole('tab', { name: 'Train', exact: true }).click();
  await dropFiles(page, [{ name: 'mine.safetensors', bytes: weights.bytes }], false);
  await page.getByRole('tab', { name: 'Take away' }).click();
  await expect(panel).toContainText('The next run begins with the weights of mine.safetensors');
  await page.getByRole('tab', { name: 'Train', exact: true }).click();
  await trainButton(page).click();
  await expect(page.locator('.run-progress')).not.toContainText('Finished');
  await expectFinished(page);
  await page.getByRole('tab', { name: 'Take away' }).click();
  const again = JSON.parse((await save(page, button('JSON'))).bytes.toString());
  expect(again.epochs[0].digest).toBe(digest);
  expect(again.epochs[1].digest).not.toBe(digest);
  expect(stray).toEqual([]);
});

/** Figures of the run by epoch, from the JSON that the page saves. */
async function figures(page: Page): Promise<{ digest: string; testAccuracyPerBlock: number[] }[]> {
  await page.getByRole('tab', { name: 'Take away' }).click();
  const panel = page.getByRole('region', { name: 'Take away', exact: true });
  const { bytes } = await save(page, panel.getByRole('button', { name: 'JSON', exact: true }));
  return JSON.parse(bytes.toString()).epochs;
}

async function choose(page: Page, name: 'k' | 'n', value: number): Promise<void> {
  const field = page.getByRole('textbox', { name: new RegExp(`^${name} `) });
  await field.fill(String(value));
  await field.press('Enter');
}

/** A network of integrate-and-fire neurons as a NIR file, and its tensors. */
async function ownNir() {
  const settings = { layers: '4C5s2b-AP2plain-16FCb', classifierBias: true, beta: 1, reset: 'hard' };
  let session: Session = defaultSession();
  for (const [name, value] of Object.entries(settings)) session = applySetting(session, name, value);
  const network = toNetworkSpec(session, expectedMeta(session));
  const tensors = parameterTensors(buildStages(network, 2)).map(({ name, shape }, tensor) => ({
    name,
    shape,
    values: Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      (_, i) => 0.4 * (uniform(4, 'test', tensor, i) - 0.4),
    ),
  }));
  return { bytes: await writeNir(toNir(network, 2, tensors, 1e-3).graph), tensors };
}

test('a NIR file that is dropped becomes a network that runs with its weights, and trains on with a chosen (k, n)', async ({
  page,
}) => {
  const { stray } = watchPage(page);
  const { bytes, tensors } = await ownNir();
  await page.goto(addressWith(TINY));
  await dropFiles(page, [{ name: 'other-tool.nir', bytes }], false);
  await expect(page.getByText('A new run begins with the weights of other-tool.nir.')).toBeVisible({
    timeout: 30_000,
  });
  await page.getByText('Network, neuron and optimizer').click();
  await expect(page.getByRole('textbox', { name: 'layers, input first' })).toHaveValue(
    '4C5s2b-AP2plain-16FCb',
  );
  await choose(page, 'k', 5);
  await choose(page, 'n', 2);
  await trainButton(page).click();
  await expectFinished(page);
  const [before, after] = await figures(page);
  // Before training: the file's weights, to the last bit. Afterwards others.
  expect(before.digest).toBe(sha256(tensors.map(({ values }) => new Uint8Array(values.buffer))));
  expect(after.digest).not.toBe(before.digest);
  expect(after.testAccuracyPerBlock).toHaveLength(1);
  expect(stray).toEqual([]);
});

test('the network of Sinabs classifies recordings as its data sheet says, and trains on (needs ../shared)', async ({
  page,
}) => {
  test.skip(
    !existsSync(SINABS) || !existsSync(NMNIST),
    'needs ../shared/data/nir and ../shared/data/nmnist_bin',
  );
  test.setTimeout(240_000);
  let trained = 0;
  const some = unzipSync(new Uint8Array(readFileSync(NMNIST)), {
    filter: ({ name }) => name.includes('/Test/') || (name.includes('/Train/') && trained++ < 20),
  });
  const settings = { T: 30, dt: 10_000, k: 30, n: 1, batch: 10, epochs: 1, binning: 'binary', reset: 'soft' };
  await page.goto(addressWith(settings));
  await dropFiles(page, [{ name: 'nmnist.zip', bytes: zipSync(some, { level: 0 }) }]);
  await dropFiles(page, [{ name: 'cnn_sinabs.nir', bytes: readFileSync(SINABS) }], false);
  await page.getByText('Network, neuron and optimizer').click();
  await expect(page.getByRole('textbox', { name: 'layers, input first' })).toHaveValue(
    '16C5s2p1b-16C3p1b-AP2plain-8C3p1b-AP2plain-256FCb',
  );
  await choose(page, 'k', 10);
  await choose(page, 'n', 2);
  await trainButton(page).click();
  await expectFinished(page);
  const [before, after] = await figures(page);
  // Stated for binary frames of 10 ms, 30 steps, soft reset.
  expect(before.testAccuracyPerBlock.at(-1)).toBe(0.94);
  expect(after.digest).not.toBe(before.digest);
  expect(after.testAccuracyPerBlock.at(-1)).toBeGreaterThan(0.8);
});
