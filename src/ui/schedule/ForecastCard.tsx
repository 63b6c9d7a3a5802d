import type { Schedule } from '../../core/schedule.ts';
import type { CategoryBytes, Forecast } from '../../session/forecast.ts';
import { formatBytes, formatChange, formatCount } from '../shared/format.ts';
import { RemedyButton } from '../shared/RemedyButton.tsx';
import { useSession } from '../shared/sessionContext.tsx';
import { useForecast } from './ForecastContext.tsx';
import { MemoryBudget } from './MemoryBudget.tsx';

const CATEGORY_WORDS: Record<string, string> = {
  weights: 'weights',
  optimizer: 'optimizer state',
  gradients: 'gradients',
  membranes: 'membranes',
  history: 'spike history',
  temporaries: 'temporaries',
  input: 'input frames',
  metrics: 'metrics',
  transfer: 'transfer',
  other: 'the rest',
};

/** Peak GPU memory of the choice, by category, beside full backpropagation through time. */
export function ForecastCard({ schedule }: { schedule: Schedule }) {
  const measured = useSession((state) => state.run?.measuredBytes ?? null);
  const batchSize = useSession((state) => state.settings.batchSize);
  const { reply, isPending, knowsAdapter } = useForecast();
  const { truncationInterval: k, blockSize: n } = schedule;
  if (!reply) {
    return (
      <div className="forecast forecast-empty">
        <h3>Forecast of GPU memory</h3>
        <p className="small muted">Planning</p>
      </div>
    );
  }
  const { current, full } = reply;
  if (!current.value) {
    return (
      <div className="forecast" aria-busy={isPending}>
        <h3>Forecast of GPU memory</h3>
        <div className="inline-problem" role="alert">
          <p>
            {current.problem.message} {current.problem.hint}
          </p>
          <RemedyButton problem={current.problem} />
        </div>
        <MemoryBudget />
      </div>
    );
  }
  const { peakBytes, categories, f32Bytes, parameterCount, updatesPerIteration } = current.value;
  const cut = microBatchText(current.value, batchSize);
  const fullBytes = full.value ?? peakBytes;
  const scale = Math.max(peakBytes, fullBytes);
  return (
    <div className="forecast" aria-busy={isPending}>
      <h3>
        Forecast of GPU memory <span className="muted">before anything runs</span>
      </h3>
      <div className="forecast-rows">
        <Bar label={`k = ${k}, n = ${n}`} bytes={peakBytes} scale={scale} categories={categories} />
        <Bar label="full BPTT" bytes={fullBytes} scale={scale} />
      </div>
      <p className="small">
        <b>{formatChange(peakBytes, fullBytes)}</b>
        {peakBytes === fullBytes ? ' as' : ' than'} full backpropagation through time.{' '}
        {formatCount(parameterCount)} parameters, {updatesPerIteration}{' '}
        {updatesPerIteration === 1 ? 'update' : 'updates'} per batch.
        {measured !== null && ` Measured in this run: ${formatBytes(measured)}.`}
        {!knowsAdapter && ' Planned with WebGPU’s default limits.'}
      </p>
      <p className="small muted">
        Spikes and windows are kept as bits. With f32 history, as frameworks keep it (the paper’s Eq. 10),
        this would take {formatBytes(f32Bytes.here)}, and full backpropagation through time{' '}
        {formatBytes(f32Bytes.full)}.
      </p>
      {cut && <p className="small forecast-cut">{cut}</p>}
      <ul className="forecast-legend small numbers">
        {categories.map(({ category, bytes }, index) => (
          <li key={category}>
            <span className={`swatch swatch-${index % 6}`} aria-hidden="true" />
            {CATEGORY_WORDS[category] ?? category} <span className="muted">{formatBytes(bytes)}</span>
          </li>
        ))}
      </ul>
      <MemoryBudget />
    </div>
  );
}

/** How a batch is cut, and what that does to the numbers; null when it runs whole. */
function microBatchText(
  { microBatches, hasBatchNorm, recomputesNormGamma }: Forecast,
  batchSize: number,
): string | null {
  const { count, size } = microBatches;
  if (count === 1) {
    return recomputesNormGamma
      ? 'To fit: what batch norm sends back is made once for its sums and again to be used; same numbers, more time.'
      : null;
  }
  const parts = `batch of ${batchSize} in ${count} micro-batches of ${count * size > batchSize ? 'up to ' : ''}${size}`;
  return hasBatchNorm
    ? `To fit: ${parts}; batch norm takes its statistics over a micro-batch, so numbers differ from the whole batch.`
    : `To fit: ${parts}; same numbers, up to rounding in large layers.`;
}

interface BarProps {
  label: string;
  bytes: number;
  scale: number;
  categories?: CategoryBytes[];
}

function Bar({ label, bytes, scale, categories }: BarProps) {
  const total = categories?.reduce((sum, each) => sum + each.bytes, 0) ?? 1;
  return (
    <div className="forecast-row">
      <span className="forecast-label">{label}</span>
      <span className="forecast-bar" aria-hidden="true">
        <span className="forecast-fill" style={{ width: `${(100 * bytes) / scale}%` }}>
          {categories?.map(({ category, bytes: part }, index) => (
            <span
              key={category}
              className={`swatch-${index % 6}`}
              style={{ width: `${(100 * part) / total}%` }}
            />
          ))}
        </span>
      </span>
      <span className="forecast-bytes numbers">{formatBytes(bytes)}</span>
    </div>
  );
}
