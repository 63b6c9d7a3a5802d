/** Time between the frames of a file that holds frames instead of events, microseconds: a round number for dt. */
export const FRAME_US = 1000;
