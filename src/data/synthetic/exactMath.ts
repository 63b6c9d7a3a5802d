/**
 * Elementary functions from + - * / and sqrt only, which IEEE 754 rounds in one way. Math.sin, Math.log and the like
 * may differ in the last bit from engine to engine, and a generated data set must not.
 */

const TWO_PI = 6.283185307179586;

/** sin(2 pi x), x in turns. Taylor series to the 15th power on a quarter turn: error below 1e-11. */
export function sinTurns(turns: number): number {
  let x = turns - Math.floor(turns + 0.5);
  if (x > 0.25) x = 0.5 - x;
  else if (x < -0.25) x = -0.5 - x;
  const z = TWO_PI * x;
  const z2 = z * z;
  let series = 1;
  for (let power = 15; power > 1; power -= 2) series = 1 - (z2 / (power * (power - 1))) * series;
  return z * series;
}

/** cos(2 pi x), x in turns. */
export function cosTurns(turns: number): number {
  return sinTurns(turns + 0.25);
}

/** Direction of (x, y) in turns, in (-0.5, 0.5]: atan2(y, x) / 2 pi. Two Newton steps from a rough guess; 0 at the origin. */
export function directionTurns(x: number, y: number): number {
  const radius = Math.sqrt(x * x + y * y);
  if (radius === 0) return 0;
  const absX = Math.abs(x);
  const absY = Math.abs(y);
  const slope = Math.min(absX, absY) / Math.max(absX, absY);
  let turns = slope * (0.125 + 0.0435 * (1 - slope));
  if (absY > absX) turns = 0.25 - turns;
  if (x < 0) turns = 0.5 - turns;
  if (y < 0) turns = -turns;
  for (let step = 0; step < 2; step++) {
    turns += (y * cosTurns(turns) - x * sinTurns(turns)) / (radius * TWO_PI);
  }
  return turns;
}

/** Natural logarithm for 1/8 <= x <= 8, by the series of artanh((x - 1) / (x + 1)): error below 1e-9. */
export function naturalLog(x: number): number {
  const q = (x - 1) / (x + 1);
  const q2 = q * q;
  let sum = 0;
  for (let power = 81; power > 0; power -= 2) sum = sum * q2 + 1 / power;
  return 2 * q * sum;
}

/** 3x^2 - 2x^3 on [0, 1], 0 below, 1 above: a movement that starts and stops at rest. */
export function smoothStep(x: number): number {
  const inside = Math.min(1, Math.max(0, x));
  return inside * inside * (3 - 2 * inside);
}
