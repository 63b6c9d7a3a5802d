/** Constants of a Gaussian process with a squared-exponential kernel. */
export interface ProcessConstants {
  /** Distance over which values are alike, in units of the features. */
  length: number;
  /** Standard deviation of the values around their mean. */
  signal: number;
  /** Standard deviation of one measurement around its value. */
  noise: number;
}

/** Mean of `count` measurements at a place. */
export interface Observation {
  features: readonly number[];
  mean: number;
  count: number;
}

export interface Prediction {
  mean: number;
  /** Standard deviation of the value itself, measurement noise not included. */
  deviation: number;
}

export interface FittedProcess {
  constants: ProcessConstants;
  predict(features: readonly number[]): Prediction;
}

/** Lower triangle of A = L L^T. @param matrix Symmetric and positive definite, as noise on the diagonal makes it. */
function cholesky(matrix: readonly (readonly number[])[]): number[][] {
  const lower: number[][] = [];
  for (let i = 0; i < matrix.length; i++) {
    lower.push([]);
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i][j];
      for (let m = 0; m < j; m++) sum -= lower[i][m] * lower[j][m];
      lower[i].push(i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / lower[j][j]);
    }
  }
  return lower;
}

/** x of L x = b. */
function solveLower(lower: readonly (readonly number[])[], b: readonly number[]): number[] {
  const x: number[] = [];
  for (let i = 0; i < b.length; i++) {
    let sum = b[i];
    for (let j = 0; j < i; j++) sum -= lower[i][j] * x[j];
    x.push(sum / lower[i][i]);
  }
  return x;
}

function kernel(a: readonly number[], b: readonly number[], { length, signal }: ProcessConstants): number {
  const squared = a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);
  return signal ** 2 * Math.exp(-squared / (2 * length ** 2));
}

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);

/** The process with given constants, and the log of the probability of what was observed. */
function fitWith(observations: readonly Observation[], constants: ProcessConstants) {
  const covariance = observations.map((row, i) =>
    observations.map(
      (column, j) =>
        kernel(row.features, column.features, constants) + (i === j ? constants.noise ** 2 / row.count : 0),
    ),
  );
  const lower = cholesky(covariance);
  // The mean of the process is the one that makes the observations most probable.
  const ones = solveLower(
    lower,
    observations.map(() => 1),
  );
  const values = solveLower(
    lower,
    observations.map(({ mean }) => mean),
  );
  const mean = dot(ones, values) / dot(ones, ones);
  const residual = values.map((value, i) => value - mean * ones[i]);
  const logDeterminant = lower.reduce((sum, row, i) => sum + Math.log(row[i]), 0);
  return {
    logProbability: -0.5 * dot(residual, residual) - logDeterminant,
    predict(features: readonly number[]): Prediction {
      const across = solveLower(
        lower,
        observations.map((each) => kernel(each.features, features, constants)),
      );
      const variance = constants.signal ** 2 - dot(across, across);
      return { mean: mean + dot(across, residual), deviation: Math.sqrt(Math.max(0, variance)) };
    },
  };
}

/**
 * Fits a process to means of measurements. Its constants are the most probable ones of a small grid around `prior`, each
 * taken to be log-normal with a factor of two: two or three observations alone say little about them.
 * @param observations At least one; places differ.
 */
export function fitProcess(observations: readonly Observation[], prior: ProcessConstants): FittedProcess {
  const factors = [0.25, 0.5, 1, 2, 4];
  const penalty = (factor: number) => -0.5 * Math.log2(factor) ** 2;
  let best: { score: number; fitted: FittedProcess } | null = null;
  for (const onLength of factors)
    for (const onSignal of factors)
      for (const onNoise of factors) {
        const constants = {
          length: prior.length * onLength,
          signal: prior.signal * onSignal,
          noise: prior.noise * onNoise,
        };
        const { logProbability, predict } = fitWith(observations, constants);
        const score = logProbability + penalty(onLength) + penalty(onSignal) + penalty(onNoise);
        if (!best || score > best.score) best = { score, fitted: { constants, predict } };
      }
  if (!best) throw new Error('A process needs constants to choose from.');
  return best.fitted;
}

/** Density of the normal distribution. */
function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

/** Distribution function of the normal distribution; Abramowitz and Stegun 7.1.26, error below 2e-7. */
export function normalShare(z: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(z)) / Math.SQRT2);
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * series * Math.exp(-0.5 * z * z);
  return z > 0 ? 1 - tail : tail;
}

/** Expected amount by which a value with this prediction lies below `best`. */
export function expectedImprovement({ mean, deviation }: Prediction, best: number): number {
  if (deviation <= 0) return Math.max(0, best - mean);
  const z = (best - mean) / deviation;
  return (best - mean) * normalShare(z) + deviation * normalDensity(z);
}
