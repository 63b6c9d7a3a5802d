import { describe, expect, it } from 'vitest';
import { AppError, toErrorData } from '../../core/errors.ts';
import { referenceRun } from '../../testing/referenceRun.ts';
import type { EpochMetrics } from '../../trainer/messages.ts';
import { defaultSession, type Session, toTrainingConfig } from '../session.ts';
import { applySetting } from '../sessionFields.ts';
import { diagnose } from './diagnose.ts';
import { FINDING_CODES, type Finding, type FindingCode, type Patient } from './findings.ts';

// Every finding is provoked by a session that deserves it, trained for real (by the float64 twins: the same mathematics as
// the GPU's), its first remedy is set as the page's button sets it, the session is trained again, and the finding is gone.

const CLASSES = 3;

function sessionWith(values: Record<string, unknown>): Session {
  const base: Record<string, unknown> = {
    height: 6,
    width: 5,
    T: 6,
    layers: '4C3s1-12FC-10FC',
    k: 3,
    n: 1,
    batch: 10,
    epochs: 4,
    classes: CLASSES,
  };
  let session = defaultSession();
  for (const [name, value] of Object.entries({ ...base, ...values }))
    session = applySetting(session, name, value);
  return session;
}

function train(settings: Session): Patient {
  const shape = { channels: 2, height: settings.encoding.height, width: settings.encoding.width };
  const config = toTrainingConfig(settings, { kind: 'events', shape, classCount: CLASSES });
  const { epochs, isBroken, inputDensity } = referenceRun(config);
  const broken = new AppError('not-finite', 'A weight became infinite or NaN in this iteration.');
  return {
    settings,
    classCount: CLASSES,
    inputDensity,
    epochs: epochs.map(
      (figures): EpochMetrics => ({
        ...figures,
        earlyReadout: [],
        loss: figures.lossPerBlock[figures.lossPerBlock.length - 1],
        seconds: 0,
        digest: '',
      }),
    ),
    failure: isBroken ? toErrorData(broken) : null,
  };
}

const codes = (findings: readonly Finding[]) => findings.map(({ code }) => code);

describe('a healthy run', () => {
  const patient = train(sessionWith({}));

  it('has no finding, before and after training', () => {
    expect(diagnose(patient)).toEqual([]);
    expect(diagnose({ ...patient, epochs: patient.epochs.slice(0, 1) })).toEqual([]);
    expect(diagnose({ ...patient, epochs: [] })).toEqual([]);
  });

  it('learns (control: what it is compared with does not guess)', () => {
    const latest = patient.epochs[patient.epochs.length - 1];
    expect(latest.testAccuracyPerBlock[latest.testAccuracyPerBlock.length - 1]).toBeGreaterThan(0.6);
  });
});

interface Case {
  name: string;
  code: FindingCode;
  settings: Record<string, unknown>;
  subjects?: string[];
  /** Settings that the first remedy changes. */
  changes: string[];
}

const CASES: Case[] = [
  {
    name: 'weights far too small in the first layer',
    code: 'silent-layer',
    settings: { firstLayerGain: 0.01 },
    subjects: ['conv1', 'fc2', 'fc3'],
    changes: ['firstLayerGain'],
  },
  {
    name: 'weights far too small above the first layer',
    code: 'silent-layer',
    settings: { gain: 0.01 },
    subjects: ['fc2', 'fc3'],
    changes: ['gain'],
  },
  {
    name: 'a threshold out of reach',
    code: 'silent-layer',
    settings: { threshold: 20, theta: 20 },
    changes: ['threshold', 'theta'],
  },
  {
    name: 'weights far too large',
    code: 'saturated-layer',
    settings: { gain: 8, lr: 0.0001 },
    subjects: ['classifier1', 'classifier3'],
    changes: ['gain'],
  },
  {
    name: 'a slope so steep that nothing comes down',
    code: 'vanishing-gradient',
    settings: { n: 3, surrogate: 'fastSigmoid', surrogateWidth: 50 },
    changes: ['surrogateWidth', 'n'],
  },
  {
    name: 'a classifier that cannot begin to fire',
    code: 'loss-stuck',
    settings: { surrogateWidth: 0.3, gain: 0.25, lr: 0.02 },
    changes: ['surrogateWidth'],
  },
  {
    name: 'a learning rate that does nothing',
    code: 'accuracy-at-chance',
    settings: { lr: 0.000001 },
    changes: ['lr'],
  },
  {
    name: 'a learning rate that explodes',
    code: 'not-finite',
    settings: { lr: 1000, weightDecay: 0.01 },
    changes: ['lr'],
  },
];

describe('every finding is provoked and cured', () => {
  it.each(CASES)('$code: $name', { timeout: 60_000 }, ({ code, settings, subjects, changes }) => {
    const session = sessionWith(settings);
    const sick = diagnose(train(session));
    const finding = sick.find((each) => each.code === code);
    expect(codes(sick)).toContain(code);
    if (!finding) return;
    if (subjects) expect(finding.subjects).toEqual(subjects);
    for (const text of [finding.title, finding.evidence, finding.cause]) expect(text).toMatch(/\S+.*[.]$/);
    const [remedy] = finding.remedies;
    expect(Object.keys(remedy.values)).toEqual(changes);
    let cured = session;
    for (const [name, value] of Object.entries(remedy.values)) cured = applySetting(cured, name, value);
    expect(cured).not.toEqual(session);
    expect(codes(diagnose(train(cured)))).not.toContain(code);
  });

  it('covers every finding that there is', () => {
    expect(new Set(CASES.map(({ code }) => code))).toEqual(new Set(FINDING_CODES));
  });
});
