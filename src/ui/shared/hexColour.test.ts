import { describe, expect, it } from 'vitest';
import { hexColour } from './hexColour.ts';

describe('colours of the style sheet for canvases', () => {
  it('are read in the spelling of the source and in the short one that the build writes', () => {
    expect(hexColour('#0072b2')).toEqual([0, 114, 178]);
    expect(hexColour(' #FFFFFF ')).toEqual([255, 255, 255]);
    expect(hexColour('#fff')).toEqual([255, 255, 255]);
    expect(hexColour('#0a8')).toEqual([0, 170, 136]);
  });

  it('are grey where there is no such colour', () => {
    for (const text of ['', '#12', '#1234', '#12345g', 'white'])
      expect(hexColour(text)).toEqual([128, 128, 128]);
  });
});
