import { encode } from 'uqr';
import { AppError } from '../core/errors.ts';

/** A QR code of byte mode holds at most so many characters (version 40, lowest correction). */
export const MAX_QR_CHARACTERS = 2953;

/** A QR code as squares to be drawn. */
export interface QrCode {
  /** Modules per side, the quiet zone of {@link QUIET_ZONE} on each side included. */
  size: number;
  /** SVG path of the dark modules; a module is a unit square. */
  path: string;
}

/** Light modules around the code, as the standard asks for. */
const QUIET_ZONE = 4;

/** @throws AppError `qr-too-long`. */
export function qrCode(text: string): QrCode {
  if (text.length > MAX_QR_CHARACTERS) {
    throw new AppError(
      'qr-too-long',
      `The link has ${text.length} characters, a QR code holds at most ${MAX_QR_CHARACTERS}.`,
      'Share the link itself, or the session file.',
    );
  }
  const { size, data } = encode(text, { ecc: 'L', border: QUIET_ZONE });
  let path = '';
  for (const [y, row] of data.entries()) {
    for (let x = 0; x < size; x++) {
      if (!row[x]) continue;
      let stop = x;
      while (stop < size && row[stop]) stop++;
      path += `M${x} ${y}h${stop - x}v1h-${stop - x}z`;
      x = stop;
    }
  }
  return { size, path };
}
