import type { InputKind } from '../encodedDataset.ts';
import type { CostModel } from './costChecks.ts';
import type { Evidence } from './evidence.ts';
import type { PartOutcome } from './verdicts.ts';

/** Which runs a claim about accuracy looks at. */
export interface RunsNeeded {
  /** What the paper's data set is made of. */
  input: InputKind;
  /** Channels of the images: the paper's statements differ between grey (EMNIST) and colour (CIFAR10). */
  channels?: number;
  /** The sweeps that give them: `grid` over (k, n), `random` with random classifiers at a few of its points. */
  sweeps: readonly ('grid' | 'random')[];
}

/** One checkable statement of a claim. */
export type ClaimPart =
  | {
      kind: 'model';
      id: string;
      text: string;
      /** Cheap: a few evaluations of the equations. */
      judge: (model: CostModel) => PartOutcome;
    }
  | {
      kind: 'runs';
      id: string;
      text: string;
      /** What the paper states, in short. */
      stated: string;
      needs: RunsNeeded;
      /** Null where the evidence lacks a run that it takes. */
      judge: (evidence: Evidence) => PartOutcome | null;
    }
  | { kind: 'none'; id: string; text: string; stated: string; reason: string };

/** A row of the list of everything that the paper states as a result. */
export interface Claim {
  /** 1..22. */
  number: number;
  /** The statement in our words. */
  text: string;
  /** Sections and figures of the paper. */
  where: string;
  parts: readonly ClaimPart[];
}
