export { type PlanRequest, UNIFORM_STRIDE } from './plan/planBuilder.ts';
export * from './plan/planTraining.ts';
export * from './plan/types.ts';
