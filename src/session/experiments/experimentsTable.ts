import { EXPERIMENTS, type Experiment, type Figures, isTrained } from './experiments.ts';

const percent = (share: number) => (100 * share).toFixed(1);
const count = (value: number) => value.toLocaleString('en-US');
const options = (settings: Record<string, string | number>) =>
  Object.entries(settings)
    .map(([name, value]) => `--set ${name}=${value}`)
    .join(' ');

/** The command that all sessions of an experiment share; each row says what it adds. */
function command({ preset, shared }: Experiment): string {
  const { k, n } = shared;
  const schedule = [k && `--k ${k}`, n && `--n ${n}`].filter(Boolean).join(' ');
  const text = preset ? `npm run cost -- ${preset} ${schedule}` : `npm run train -- ${options(shared)}`;
  return `    ${text.trim()} ...`;
}

const added = ({ preset }: Experiment, settings: Record<string, string | number>) =>
  preset
    ? Object.entries(settings)
        .map(([name, value]) => `--${name} ${value}`)
        .join(' ')
    : options(settings);

/** The figures of docs/experiments.md as Markdown, with the command of every row. */
export function experimentsMarkdown(figures: Figures): string {
  const parts = EXPERIMENTS.map((experiment) => {
    const { question, arms } = experiment;
    const rows = arms.map((arm) => {
      const own = `\`${added(experiment, arm.settings)}\``;
      if (isTrained(experiment)) {
        const { testAccuracy, peakBytes, digest } = figures.runs[arm.id];
        return `| ${arm.label} | ${own} | ${testAccuracy.map(percent).join(', ')} | ${count(peakBytes)} | \`${digest}\` |`;
      }
      const { macs, planBytes, f32Bytes } = figures.plans[arm.id];
      return `| ${arm.label} | ${own} | ${count(macs)} | ${count(planBytes)} | ${count(f32Bytes)} |`;
    });
    const head = isTrained(experiment)
      ? [
          '| session | ... | test accuracy after each epoch, % | peak bytes of GPU memory | weights |',
          '|---|---|---|--:|---|',
        ]
      : [
          '| session | ... | MACs of a batch (equations) | bytes of the plan | the same with f32 history |',
          '|---|---|--:|--:|--:|',
        ];
    const text = [command(experiment), '', ...head, ...rows, '', experiment.finding(figures)];
    return [`### ${question}`, '', ...text].join('\n');
  });
  return `${parts.join('\n\n')}\n`;
}
