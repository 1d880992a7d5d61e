/** How far a peer's result is from ours. */
export type Check = {
  readonly maxError?: number | null;
  /** The share of values beyond the tolerance. */
  readonly share?: number;
  readonly tolerance?: number;
  /** What it gave where that cannot be compared. */
  readonly wrong?: string;
};
/** What a peer prints. */
export type PeerDocument = {
  readonly peer: string;
  readonly version: string;
  readonly rows: readonly {
    readonly case: string;
    readonly n: number;
    readonly micros: number;
    readonly check?: Check;
    readonly waited?: boolean;
  }[];
  readonly skipped: readonly {
    readonly case: string;
    readonly n: number;
    readonly why: string;
    readonly cutOff?: boolean;
  }[];
};
/** What kernels.js prints of a case. */
export type OurRow = {
  readonly case: string;
  readonly label: string;
  readonly n: number;
  readonly micros: number;
  readonly roof: number;
};
export type PeerCell = {
  readonly micros: number;
  /** How many times as long as ours. */
  readonly ratio: number;
  readonly check?: Check;
  readonly differs: boolean;
  readonly waited?: boolean;
};
export type Row = OurRow & { readonly share: number; readonly peers: Readonly<Record<string, PeerCell>> };
export type Column = { readonly id: string; readonly label: string };
export type Report = {
  readonly versions: Readonly<Record<string, string>>;
  readonly method: string;
  readonly tables: readonly {
    readonly kind: 'cuda' | 'cpu';
    readonly rows: readonly Row[];
    readonly columns: readonly Column[];
  }[];
  readonly absent: readonly { readonly what: string; readonly why: string }[];
};
export const agrees: (check: Check | undefined, outliers: number) => boolean;
export const mergeRows: (
  ours: readonly OurRow[],
  documents: Readonly<Record<string, Partial<PeerDocument>>>,
  outliers: number,
) => readonly Row[];
export const formatMicros: (micros: number) => string;
export const formatRatio: (ratio: number) => string;
export const table: (rows: readonly Row[], columns: readonly Column[]) => string;
export const notes: (rows: readonly Row[], columns: readonly Column[]) => readonly string[];
export const markdown: (report: Report) => string;
