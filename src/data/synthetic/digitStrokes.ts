import type { Random } from '../../core/random.ts';
import { cosTurns, sinTurns } from './exactMath.ts';

/** A point; the glyph box is 0..1 in both directions, y downwards. */
export type Point = [x: number, y: number];
export type Stroke = Point[];

/** Points of an ellipse arc. Turns run clockwise on the screen: 0 right, 0.25 bottom, 0.5 left, 0.75 top. */
function arc(centre: Point, radius: Point, fromTurns: number, toTurns: number): Stroke {
  const count = Math.max(3, Math.ceil(Math.abs(toTurns - fromTurns) * 16));
  return Array.from({ length: count + 1 }, (_, i): Point => {
    const turns = fromTurns + ((toTurns - fromTurns) * i) / count;
    return [centre[0] + radius[0] * cosTurns(turns), centre[1] + radius[1] * sinTurns(turns)];
  });
}

/** Ways to write each digit; one is drawn at random. */
const WRITINGS: readonly (readonly Stroke[])[][] = [
  [[arc([0.5, 0.5], [0.34, 0.46], -0.25, 0.75)], [arc([0.5, 0.5], [0.27, 0.46], -0.2, 0.82)]],
  [
    [
      [
        [0.5, 0.04],
        [0.5, 0.96],
      ],
    ],
    [
      [
        [0.32, 0.24],
        [0.54, 0.04],
        [0.54, 0.96],
      ],
    ],
    [
      [
        [0.34, 0.22],
        [0.54, 0.04],
        [0.54, 0.95],
      ],
      [
        [0.32, 0.95],
        [0.76, 0.95],
      ],
    ],
  ],
  [
    [[...arc([0.5, 0.3], [0.31, 0.26], 0.53, 1.1), [0.17, 0.95], [0.85, 0.95]]],
    [
      [
        ...arc([0.48, 0.28], [0.28, 0.24], 0.55, 1.14),
        [0.3, 0.82],
        ...arc([0.27, 0.86], [0.1, 0.09], 0.6, 0.1),
        [0.84, 0.92],
      ],
    ],
  ],
  [
    [[...arc([0.45, 0.27], [0.31, 0.23], 0.56, 1.22), ...arc([0.45, 0.73], [0.35, 0.23], 0.76, 1.44)]],
    [[[0.2, 0.05], [0.78, 0.05], [0.46, 0.42], ...arc([0.45, 0.69], [0.34, 0.27], 0.77, 1.42)]],
  ],
  [
    [
      [
        [0.63, 0.04],
        [0.14, 0.64],
        [0.9, 0.64],
      ],
      [
        [0.66, 0.34],
        [0.66, 0.97],
      ],
    ],
    [
      [
        [0.2, 0.06],
        [0.18, 0.54],
        [0.84, 0.54],
      ],
      [
        [0.74, 0.06],
        [0.72, 0.97],
      ],
    ],
  ],
  [
    [[[0.82, 0.05], [0.28, 0.05], [0.24, 0.46], ...arc([0.46, 0.68], [0.34, 0.27], 0.68, 1.41)]],
    [
      [[0.3, 0.06], [0.26, 0.44], ...arc([0.44, 0.69], [0.36, 0.27], 0.7, 1.38)],
      [
        [0.29, 0.06],
        [0.84, 0.04],
      ],
    ],
  ],
  [
    [[[0.7, 0.04], [0.44, 0.22], [0.27, 0.48], ...arc([0.5, 0.7], [0.28, 0.25], 0.5, 1.54)]],
    [[[0.56, 0.03], [0.32, 0.3], ...arc([0.5, 0.68], [0.3, 0.27], 0.53, 1.5)]],
  ],
  [
    [
      [
        [0.16, 0.05],
        [0.84, 0.05],
        [0.42, 0.96],
      ],
    ],
    [
      [
        [0.16, 0.06],
        [0.82, 0.06],
        [0.44, 0.96],
      ],
      [
        [0.34, 0.5],
        [0.8, 0.48],
      ],
    ],
  ],
  [
    [arc([0.5, 0.27], [0.25, 0.23], 0.25, 1.25), arc([0.5, 0.73], [0.31, 0.23], -0.25, 0.75)],
    [arc([0.52, 0.26], [0.22, 0.21], 0.22, 1.28), arc([0.48, 0.71], [0.28, 0.25], -0.28, 0.74)],
  ],
  [
    [[...arc([0.5, 0.3], [0.29, 0.26], 0, 1), [0.77, 0.58], [0.6, 0.97]]],
    [[...arc([0.48, 0.29], [0.27, 0.25], 0.02, 1.02), [0.76, 0.97]]],
  ],
];

/** Strokes of a digit as somebody might write it: one of its writings, every point moved a little. */
export function drawDigit(digit: number, random: Random): Stroke[] {
  const writings = WRITINGS[digit];
  const wobble = 0.018;
  return writings[random.integer(writings.length)].map((stroke) =>
    stroke.map(([x, y]): Point => [x + wobble * random.normal(), y + wobble * random.normal()]),
  );
}
