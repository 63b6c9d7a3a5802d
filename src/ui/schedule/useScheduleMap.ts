import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { bodyLayerCount } from '../../core/network.ts';
import { type MapCell, type MapRequest, mapChoices } from '../../session/scheduleMap/mapCells.ts';
import {
  cellKey,
  createMapClient,
  type MapClient,
  type MapView,
} from '../../session/scheduleMap/mapClient.ts';
import { expectedMeta, toNetworkSpec } from '../../session/session.ts';
import { useSession } from '../shared/sessionContext.tsx';

/** Settings rest this long before their map is begun: typing and dragging ask for no map of every value. */
const REST_MS = 200;

/** Ascending values of both axes, and the cells that are known by now. */
export interface ScheduleMapView extends MapView {
  ks: number[];
  ns: number[];
  cellAt: (k: number, n: number) => MapCell | undefined;
}

/**
 * The map of the settings shown. Cells are planned in a worker of their own, nearest first, once `element` has been
 * in sight.
 */
export function useScheduleMap(element: RefObject<Element | null>): ScheduleMapView {
  const session = useSession((state) => state.settings);
  const adapter = useSession((state) => state.gpu.adapter);
  const budget = useSession((state) => state.memoryBudget);
  const [view, setView] = useState<MapView>({ cells: new Map(), problem: null });
  const [isSeen, setIsSeen] = useState(false);
  const client = useRef<MapClient | null>(null);

  useEffect(() => {
    const target = element.current;
    if (!target || isSeen) return;
    const observer = new IntersectionObserver(
      (entries) => setIsSeen(entries.some(({ isIntersecting }) => isIntersecting)),
      { rootMargin: '200px' },
    );
    observer.observe(target);
    return () => observer.disconnect();
  }, [element, isSeen]);

  useEffect(() => {
    client.current ??= createMapClient(
      () =>
        new Worker(new URL('../../session/scheduleMap/mapWorker.ts', import.meta.url), { type: 'module' }),
      setView,
    );
    const created = client.current;
    return () => created.stop();
  }, []);

  const { truncationInterval: k, blockSize: n } = session.schedule;
  const { stepCount } = session.encoding;
  const layerCount = useMemo(() => bodyLayerCount(toNetworkSpec(session, expectedMeta(session))), [session]);
  const ks = useMemo(() => mapChoices(stepCount, k), [stepCount, k]);
  const ns = useMemo(() => mapChoices(layerCount, n), [layerCount, n]);

  useEffect(() => {
    if (!isSeen) return;
    const limits = adapter
      ? {
          maxBufferSize: adapter.maxBufferSize,
          maxStorageBufferBindingSize: adapter.maxStorageBufferBindingSize,
        }
      : undefined;
    const request: MapRequest = { session, limits, memoryBudget: budget ?? undefined };
    const timer = setTimeout(() => client.current?.ask(request, ks, ns), REST_MS);
    return () => clearTimeout(timer);
  }, [isSeen, session, adapter, budget, ks, ns]);

  return useMemo(
    () => ({
      ...view,
      ks,
      ns,
      cellAt: (truncationInterval, blockSize) => view.cells.get(cellKey({ truncationInterval, blockSize })),
    }),
    [view, ks, ns],
  );
}
