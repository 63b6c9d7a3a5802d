import type { DataSummary } from '../../session/ports.ts';
import { shownSummary } from '../../session/sessionStore.ts';
import { formatCount, formatMicroseconds } from '../shared/format.ts';
import { useSession } from '../shared/sessionContext.tsx';

/** The data set card: what was loaded, in figures. */
export function DataFacts() {
  const summary = useSession(shownSummary);
  const data = useSession((state) => state.settings.data);
  const sum = (split: 'train' | 'test') =>
    summary?.classes.reduce((total, each) => total + each[split], 0) ?? 0;
  const limited = (loaded: number, wanted: number) =>
    data.source === 'files' && wanted < loaded ? `${wanted} of ${loaded}` : String(loaded);
  const facts: [string, string][] = [
    ['classes', summary ? String(summary.classes.length) : String(data.classCount)],
    ['training', summary ? limited(sum('train'), data.trainCount) : String(data.trainCount)],
    ['test', summary ? limited(sum('test'), data.testCount) : String(data.testCount)],
    ...factsOfKind(data.source === 'standIn', summary),
  ];
  return (
    <div className="data-facts">
      <h3>
        {data.name}{' '}
        {(summary?.synthetic || data.source === 'standIn') && <span className="tag">synthetic</span>}
      </h3>
      <dl className="facts numbers">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** What only recordings have, or only images; nothing for patterns that are yet to be made. */
function factsOfKind(isStandIn: boolean, summary: DataSummary | null): [string, string][] {
  if (isStandIn) return [];
  return summary?.kind === 'frames' ? imageFacts(summary) : recordingFacts(summary);
}

const pixelsOf = ({ sensor }: DataSummary) => `${sensor.width} × ${sensor.height}`;

function recordingFacts(summary: DataSummary | null): [string, string][] {
  return [
    ['sensor', summary ? pixelsOf(summary) : '–'],
    ['events', summary ? `${formatCount(summary.eventsPerSecond)}/s` : '–'],
    ['duration', summary ? formatMicroseconds(summary.durationUs) : '–'],
  ];
}

function imageFacts(summary: DataSummary): [string, string][] {
  return [
    ['images', pixelsOf(summary)],
    ['channels', String(summary.channels)],
  ];
}
