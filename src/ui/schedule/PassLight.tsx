import { useStore } from 'zustand';
import type { PlanWalk } from '../../session/planWalk.ts';
import type { GridGeometry } from './gridGeometry.ts';
import { type LightBox, litPicture } from './walkGeometry.ts';
import type { WalkStore } from './walkPlayer.ts';

interface PassLightProps {
  walk: PlanWalk;
  store: WalkStore;
  geometry: GridGeometry;
  stepCount: number;
}

/** The pass that runs, what its tile holds so far, and what is free again. Drawn under the cells. */
export function PassLight({ walk, store, geometry, stepCount }: PassLightProps) {
  const at = useStore(store, (state) => state.at);
  const picture = at === null ? null : litPicture(walk, at, geometry, stepCount);
  if (!picture) return null;
  const { now, tile, held, freed } = picture;
  return (
    <g className="lights" data-kind={now.kind}>
      {freed.map((box) => (
        <Box key={box.key} box={box} className="light-freed" />
      ))}
      <Box box={tile} className={`light-tile light-tile-${tile.kind}`} />
      {held.map((box) => (
        <Box key={box.key} box={box} className={`light-held light-held-${box.kind}`} />
      ))}
      {now.kind !== 'freed' && <Box box={now} className={`light-now light-now-${now.kind}`} />}
    </g>
  );
}

function Box({ box, className }: { box: LightBox; className: string }) {
  return (
    <rect
      className={className}
      x={box.x}
      y={box.y}
      width={box.width}
      height={box.height}
      rx={Math.min(7, box.height / 2, box.width / 4)}
    />
  );
}
