import type { Column, Row } from './report.js';

export const largestBatches: (rows: readonly Row[]) => readonly Row[];
export const chart: (rows: readonly Row[], columns: readonly Column[], title: string) => string;
