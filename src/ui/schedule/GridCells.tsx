import { type CSSProperties, memo } from 'react';
import { type GridGeometry, type GridRow, stepX } from './gridGeometry.ts';
import { type LayerRate, rateAt } from './layerRates.ts';

interface GridCellsProps {
  geometry: GridGeometry;
  inputShape: string;
  stepCount: number;
  /** How often each row fires: how much of its colour a cell has at its step. */
  rates: readonly LayerRate[];
  narrow: boolean;
}

/** Everything of the diagram that is not a control; the picture around it says it in words. */
export const GridCells = memo(function GridCells(props: GridCellsProps) {
  const { geometry, inputShape, stepCount, rates, narrow } = props;
  const xs = geometry.columns.map((step) => stepX(geometry, step + 0.5, stepCount));
  return (
    <g>
      <ForwardLines geometry={geometry} xs={xs} />
      <BackwardLines geometry={geometry} xs={xs} />
      <Classifiers geometry={geometry} narrow={narrow} />
      <Names geometry={geometry} inputShape={inputShape} narrow={narrow} />
      {geometry.rows.map((row) => (
        <g key={row.index} className="cells">
          {xs.map((x, column) => (
            <circle
              key={x}
              className="cell"
              style={shadeOf(rateAt(rates[row.index], geometry.columns[column]))}
              cx={x}
              cy={row.y}
              r={cellRadius(row)}
            />
          ))}
        </g>
      ))}
      {xs.map((x) => (
        <rect key={x} className="cell-input" x={x - 3} y={geometry.inputY - 3} width={6} height={6} rx={1} />
      ))}
    </g>
  );
});

function cellRadius(row: GridRow): number {
  return row.bodyLayers > 0 ? 4.5 : 3;
}

/** Rates are small: the square root makes 1 % visible; 25 % is full. */
function shadeOf(rate: number | null | undefined): CSSProperties | undefined {
  return rate === undefined || rate === null
    ? undefined
    : ({ '--rate': `${(100 * Math.min(1, 2 * Math.sqrt(rate))).toFixed(0)}%` } as CSSProperties);
}

/** One tile per block and interval: what a single backward pass covers. */
export const GridTiles = memo(function GridTiles({ geometry }: { geometry: GridGeometry }) {
  const columns = geometry.dense ? [{ left: geometry.left, right: geometry.right }] : geometry.intervals;
  return (
    <g>
      {geometry.blocks.flatMap(({ classifierY, bottom }) =>
        columns.map(({ left, right }) => (
          <rect
            key={`${bottom}-${left}`}
            className="tile"
            x={left + 2}
            y={classifierY - 12}
            width={Math.max(1, right - left - 4)}
            height={bottom - classifierY + 11}
            rx={Math.min(9, (right - left) / 4)}
          />
        )),
      )}
    </g>
  );
});

/** Blue: state flows to the right through all borders, spikes flow upwards through all blocks. */
function ForwardLines({ geometry, xs }: { geometry: GridGeometry; xs: number[] }) {
  const top = geometry.rows[geometry.rows.length - 1].y;
  return (
    <g className="line-forward">
      {geometry.rows.map((row) => (
        <line
          key={row.index}
          x1={geometry.left + 2}
          y1={row.y - 2.5}
          x2={geometry.right + 8}
          y2={row.y - 2.5}
          markerEnd="url(#arrow-forward)"
        />
      ))}
      {xs.map((x) => (
        <line key={x} x1={x - 2} y1={geometry.inputY - 4} x2={x - 2} y2={top} />
      ))}
    </g>
  );
}

/** Red: errors flow down from the classifier and back in time, and stop at the borders of their tile. */
function BackwardLines({ geometry, xs }: { geometry: GridGeometry; xs: number[] }) {
  if (geometry.dense) return null;
  return (
    <g className="line-backward">
      {geometry.rows.flatMap((row) =>
        geometry.intervals
          .filter(({ left, right }) => right - left > 16)
          .map(({ left, right }) => (
            <line
              key={`${row.index}-${left}`}
              x1={right - 7}
              y1={row.y + 2.5}
              x2={left + 5}
              y2={row.y + 2.5}
              markerEnd="url(#arrow-backward)"
            />
          )),
      )}
      {geometry.blocks.flatMap(({ classifierY, bottom }) =>
        xs.map((x) => (
          <line
            key={`${bottom}-${x}`}
            x1={x + 2}
            y1={classifierY + 5}
            x2={x + 2}
            y2={bottom - 4}
            markerEnd="url(#arrow-backward)"
          />
        )),
      )}
    </g>
  );
}

/** A bar per block and interval: the local classifier and its loss, where every error starts. */
function Classifiers({ geometry, narrow }: { geometry: GridGeometry; narrow: boolean }) {
  const last = geometry.blocks.length - 1;
  return (
    <g>
      {geometry.blocks.map(({ classifierY }, block) => (
        <g key={classifierY}>
          <text className="grid-classifier-name" x={geometry.left - 8} y={classifierY + 4} textAnchor="end">
            {block === last ? 'output' : narrow ? `loss ${block + 1}` : `classifier ${block + 1}`}
          </text>
          {(geometry.dense ? [{ left: geometry.left, right: geometry.right }] : geometry.intervals).map(
            ({ left, right }) => (
              <g key={left}>
                <rect
                  className="classifier"
                  x={left + 4}
                  y={classifierY - 5}
                  width={Math.max(1, right - left - 8)}
                  height={10}
                  rx={Math.min(5, (right - left) / 4)}
                />
                {right - left > 44 && (
                  <text
                    className="classifier-text"
                    x={(left + right) / 2}
                    y={classifierY + 3}
                    textAnchor="middle"
                  >
                    loss
                  </text>
                )}
              </g>
            ),
          )}
        </g>
      ))}
    </g>
  );
}

function Names({
  geometry,
  inputShape,
  narrow,
}: {
  geometry: GridGeometry;
  inputShape: string;
  narrow: boolean;
}) {
  return (
    <g className="grid-names">
      {geometry.rows.map((row) => (
        <text key={row.index} x={geometry.left - 8} y={row.y + 4} textAnchor="end">
          {row.name}
          {!narrow && <tspan className="grid-shape"> {row.shape}</tspan>}
        </text>
      ))}
      <text x={geometry.left - 8} y={geometry.inputY + 4} textAnchor="end">
        {narrow ? 'events' : 'events '}
        {!narrow && <tspan className="grid-shape">{inputShape}</tspan>}
      </text>
    </g>
  );
}
