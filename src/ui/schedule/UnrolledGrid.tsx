import { type ReactNode, useMemo, useRef } from 'react';
import type { Range, Schedule } from '../../core/schedule.ts';
import type { LayerBytes } from '../../session/planWalk.ts';
import { useElementWidth } from '../shared/useElementWidth.ts';
import { CellProbe } from './CellProbe.tsx';
import { GridCells, GridTiles } from './GridCells.tsx';
import { GridHandles } from './GridHandles.tsx';
import {
  describeGrid,
  type GridGeometry,
  type GridLayer,
  gridHeight,
  layOutGrid,
  stepX,
} from './gridGeometry.ts';
import type { LayerRate } from './layerRates.ts';

interface UnrolledGridProps {
  layers: GridLayer[];
  inputShape: string;
  blocks: Range[];
  intervals: Range[];
  stepCount: number;
  schedule: Schedule;
  /** How often each layer fires. */
  rates: readonly LayerRate[];
  layerBytes: readonly LayerBytes[] | undefined;
  /** Draws what is lit, between the tiles and the cells. */
  lights: (geometry: GridGeometry) => ReactNode;
  onChange: (change: Partial<Schedule>) => void;
}

const ARROW = {
  viewBox: '0 0 8 8',
  refX: 6,
  refY: 4,
  markerWidth: 6,
  markerHeight: 6,
  orient: 'auto',
} as const;

/**
 * The network unrolled over time: layers upwards, steps to the right. Blue lines (forward) run through every border;
 * red lines (backward) start at a local classifier and end at the borders. The borders are the controls.
 */
export function UnrolledGrid(props: UnrolledGridProps) {
  const { layers, inputShape, blocks, intervals, stepCount, schedule, rates, layerBytes, lights, onChange } =
    props;
  const box = useRef<HTMLDivElement>(null);
  const width = useElementWidth(box, 640);
  const gutter = width < 480 ? 58 : 124;
  const geometry = useMemo(
    () => layOutGrid(layers, blocks, intervals, stepCount, width, gutter),
    [layers, blocks, intervals, stepCount, width, gutter],
  );
  const layerCount = layers.reduce((sum, layer) => sum + layer.bodyLayers, 0);

  return (
    <div className="grid-box" ref={box} style={{ height: gridHeight(layers) }}>
      <CellProbe geometry={geometry} stepCount={stepCount} rates={rates} layerBytes={layerBytes}>
        <svg
          width={width}
          height={geometry.height}
          role="img"
          aria-label={describeGrid(schedule, stepCount, layerCount)}
        >
          <defs>
            <marker id="arrow-forward" {...ARROW}>
              <path d="M0 0.5 7 4 0 7.5z" className="fill-forward" />
            </marker>
            <marker id="arrow-backward" {...ARROW}>
              <path d="M0 0.5 7 4 0 7.5z" className="fill-backward" />
            </marker>
          </defs>
          <GridTiles geometry={geometry} />
          {lights(geometry)}
          <GridCells
            geometry={geometry}
            inputShape={inputShape}
            stepCount={stepCount}
            rates={rates}
            narrow={width < 480}
          />
          <TimeAxis geometry={geometry} stepCount={stepCount} />
        </svg>
        <GridHandles
          geometry={geometry}
          schedule={schedule}
          stepCount={stepCount}
          layerCount={layerCount}
          onChange={onChange}
        />
      </CellProbe>
    </div>
  );
}

/** A number of the axis that is nearer to the handle of k than this would be half covered by it, pixels. */
const HANDLE_REACH = 32;

function TimeAxis({ geometry, stepCount }: { geometry: ReturnType<typeof layOutGrid>; stepCount: number }) {
  const y = geometry.inputY + 13;
  const handle = geometry.intervals[0].right;
  const marks = [1, Math.round(stepCount / 2), stepCount].filter(
    (step, index, all) =>
      step >= 1 &&
      all.indexOf(step) === index &&
      Math.abs(stepX(geometry, step - 0.5, stepCount) - handle) > HANDLE_REACH,
  );
  return (
    <g className="grid-axis">
      <text x={geometry.left - 8} y={y + 14} textAnchor="end">
        step
      </text>
      {marks.map((step) => (
        <text key={step} x={stepX(geometry, step - 0.5, stepCount)} y={y + 14} textAnchor="middle">
          {step}
        </text>
      ))}
    </g>
  );
}
