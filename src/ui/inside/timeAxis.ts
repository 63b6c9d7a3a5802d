/** The horizontal axis of all drawings against time: step t fills a column. */
export interface TimeAxis {
  left: number;
  right: number;
  stepCount: number;
}

/** Left border of a step's column. */
export function columnX({ left, right, stepCount }: TimeAxis, step: number): number {
  return left + ((right - left) * step) / stepCount;
}

/** Middle of a step's column. */
export const stepX = (axis: TimeAxis, step: number): number => columnX(axis, step + 0.5);

/** The step under a pixel, kept inside the sample. */
export function stepAt(axis: TimeAxis, x: number): number {
  const share = (x - axis.left) / (axis.right - axis.left);
  return Math.max(0, Math.min(axis.stepCount - 1, Math.floor(share * axis.stepCount)));
}

/** Steps to label, counted from 1: the first, the last, and round ones between that are `px` apart at least. */
export function stepTicks(axis: TimeAxis, px = 40): number[] {
  const most = Math.max(2, Math.floor((axis.right - axis.left) / px));
  const stride =
    [1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000].find((each) => axis.stepCount / each <= most) ?? 2000;
  const ticks = [1];
  for (let t = stride; t < axis.stepCount; t += stride)
    if (t > 1 && axis.stepCount - t >= stride / 2) ticks.push(t);
  if (axis.stepCount > 1) ticks.push(axis.stepCount);
  return ticks;
}
