/** Properties that a drawing takes from style sheets, which a file of its own does not have. */
const COPIED = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'opacity',
] as const;

function copyStyles(from: Element, to: Element): void {
  const computed = getComputedStyle(from);
  for (const name of COPIED) {
    const value = computed.getPropertyValue(name);
    if (value) to.setAttribute(name, value);
  }
  to.removeAttribute('class');
  to.removeAttribute('style');
  for (const [index, child] of [...from.children].entries()) copyStyles(child, to.children[index]);
}

/**
 * A drawing of the page as the text of an SVG file, in the colours it has now, on the colour behind it.
 * @param svg Drawn: its styles are read from the page.
 */
export function svgText(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  copyStyles(svg, copy);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  const { width, height } = svg.getBoundingClientRect();
  copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  ground.setAttribute('width', '100%');
  ground.setAttribute('height', '100%');
  ground.setAttribute(
    'fill',
    getComputedStyle(document.documentElement).getPropertyValue('--surface').trim(),
  );
  copy.prepend(ground);
  return `${new XMLSerializer().serializeToString(copy)}\n`;
}
