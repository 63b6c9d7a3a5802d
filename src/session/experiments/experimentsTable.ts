import { encodeLink } from '../linkCodec.ts';
import { armSession, EXPERIMENTS, type Figures, isTrained } from './experiments.ts';

const percent = (share: number) => (100 * share).toFixed(1);
const count = (value: number) => value.toLocaleString('en-US');

/** The figures of docs/experiments.md as Markdown, with the command of every row. */
export function experimentsMarkdown(figures: Figures): string {
  const parts = EXPERIMENTS.map((experiment) => {
    const { question, arms } = experiment;
    const rows = arms.map((arm) => {
      const link = `\`${encodeLink(armSession(experiment, arm))}\``;
      if (isTrained(experiment)) {
        const { testAccuracy, peakBytes, digest } = figures.runs[arm.id];
        return `| ${arm.label} | ${testAccuracy.map(percent).join(', ')} | ${count(peakBytes)} | \`${digest}\` | ${link} |`;
      }
      const { macs, planBytes, f32Bytes } = figures.plans[arm.id];
      return `| ${arm.label} | ${count(macs)} | ${count(planBytes)} | ${count(f32Bytes)} | ${link} |`;
    });
    const head = isTrained(experiment)
      ? [
          '| session | test accuracy after each epoch, % | peak bytes of GPU memory | weights | link |',
          '|---|---|--:|---|---|',
        ]
      : [
          '| session | MACs of a batch (equations) | bytes of the plan | the same with f32 history | link |',
          '|---|--:|--:|--:|---|',
        ];
    return [`### ${question}`, '', ...head, ...rows, '', experiment.finding(figures)].join('\n');
  });
  return `${parts.join('\n\n')}\n`;
}
