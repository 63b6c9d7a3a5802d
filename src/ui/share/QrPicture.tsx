import { useMemo } from 'react';
import { toErrorData } from '../../core/errors.ts';
import { type QrCode, qrCode } from '../../session/qrCode.ts';
import { saveFile } from '../shared/saveFile.ts';

function codeOf(text: string): { code: QrCode; problem: null } | { code: null; problem: string } {
  try {
    return { code: qrCode(text), problem: null };
  } catch (error) {
    const { message, hint } = toErrorData(error);
    return { code: null, problem: `${message} ${hint}` };
  }
}

const svgText = ({ size, path }: QrCode) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">` +
  `<rect width="${size}" height="${size}" fill="#fff"/><path d="${path}" fill="#000"/></svg>\n`;

/** A link as a QR code, dark on light in both themes: scanners expect it so. */
export function QrPicture({ text }: { text: string }) {
  const { code, problem } = useMemo(() => codeOf(text), [text]);
  if (!code) return <p className="inline-problem">{problem}</p>;
  return (
    <div className="share-qr">
      <svg viewBox={`0 0 ${code.size} ${code.size}`} role="img" aria-label="QR code of the link">
        <rect width={code.size} height={code.size} fill="#fff" />
        <path d={code.path} fill="#000" shapeRendering="crispEdges" />
      </svg>
      <button
        type="button"
        className="button small"
        onClick={() => saveFile('spikelet-link.svg', 'image/svg+xml', svgText(code))}
      >
        Save as SVG
      </button>
    </div>
  );
}
