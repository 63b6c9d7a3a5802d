import type { ErrorData } from '../../core/errors.ts';
import type {
  SampleInspection,
  SamplePicture,
  StepRates,
  TestPredictions,
  TrainerMessage,
  TrainerRequest,
} from '../../trainer/messages.ts';

export type {
  LayerStepRates,
  SampleInspection,
  SamplePicture,
  StepRates,
  TestPredictions,
} from '../../trainer/messages.ts';

type MessageOf<Type extends TrainerMessage['type']> = Extract<TrainerMessage, { type: Type }>;

/** What to look at: a sample on its way through the network, and a neuron of a layer in it. */
export type InspectRequest = Omit<Extract<TrainerRequest, { type: 'inspectSample' }>, 'type'>;

/** What the page knows of the inside of the run. Plain data; one inspection, one set of predictions, few pictures. */
export interface InsideState {
  inspection: SampleInspection | null;
  /** True between a request and its answer. */
  isLooking: boolean;
  /** Why the last request was not answered. */
  problem: ErrorData | null;
  testPredictions: TestPredictions | null;
  /** When the layers fired, after the epoch that was evaluated last. */
  stepRates: StepRates | null;
  /** By sample; at most {@link MAX_KEPT_PICTURES}. */
  pictures: ReadonlyMap<number, SamplePicture>;
}

/** Pictures that are kept; the oldest leave first. */
export const MAX_KEPT_PICTURES = 256;

export function emptyInside(): InsideState {
  return {
    inspection: null,
    isLooking: false,
    problem: null,
    testPredictions: null,
    stepRates: null,
    pictures: new Map(),
  };
}

/** How an answer of the trainer changes what is known. Pure. */
export function reduceInside(
  state: InsideState,
  message: MessageOf<'testPredictions' | 'stepRates' | 'inspection' | 'pictures' | 'inspectionFailed'>,
): InsideState {
  switch (message.type) {
    case 'testPredictions':
      return { ...state, testPredictions: message.predictions };
    case 'stepRates':
      return { ...state, stepRates: message.stepRates };
    case 'inspection':
      return { ...state, inspection: message.inspection, isLooking: false, problem: null };
    case 'inspectionFailed':
      return { ...state, isLooking: false, problem: message.error };
    case 'pictures': {
      const pictures = new Map(state.pictures);
      for (const picture of message.pictures) {
        pictures.delete(picture.sample);
        pictures.set(picture.sample, picture);
      }
      for (const sample of pictures.keys()) {
        if (pictures.size <= MAX_KEPT_PICTURES) break;
        pictures.delete(sample);
      }
      return { ...state, pictures };
    }
  }
}
