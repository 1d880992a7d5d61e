/** Pixels. */
export type Size = { readonly width: number; readonly height: number };
/** One measured case; cases.json holds them. */
export type Case = {
  readonly id: string;
  readonly label: string;
  /** The pipeline's name in pipelines.ts. */
  readonly pipeline: string;
  readonly source: Size & {
    readonly format: 'gray8' | 'nv12' | 'rgb8' | 'yuv_nchw_u8' | 'rgb_nchw_f32';
    /** Of gray: the values are from the first to below the second; 0 to 256 without. */
    readonly range?: readonly [number, number];
  };
  /** Bytes of one image that must be read. */
  readonly bytesRead: number;
  /** Of several results the largest; of a reduction, which no peer is given, one number. */
  readonly output: Size & { readonly layout: 'nchw' | 'nhwc'; readonly dtype: 'u8' | 'f16' | 'f32' };
  readonly batches: readonly number[];
  /** How far a peer's value may be from ours; for some peers another. */
  readonly tolerance: number;
  readonly tolerances?: Readonly<Record<string, number>>;
  /** The call's parameters. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly crop?: Size & { readonly x: number; readonly y: number };
  readonly crops?: Size & { readonly columns: number; readonly stepX: number; readonly stepY: number };
  /** Set where no peer does the same. */
  readonly peers?: false;
  /** Where it is measured; everywhere without. */
  readonly devices?: readonly ('cuda' | 'cpu')[];
};
export const bench: {
  /** Calls between two events on a GPU. */
  readonly launches: number;
  /** Bytes over which buffers are rotated on a GPU. */
  readonly rotatedBytes: number;
  /** The share of values that may be further from ours than the tolerance: taps on an edge that rounding moves. */
  readonly outliers: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly cases: readonly Case[];
};
export const selectCases: (pattern?: string, cases?: readonly Case[]) => readonly Case[];
export const casesOn: (kind: 'cuda' | 'cpu', cases: readonly Case[]) => readonly Case[];
export const rectangles: (
  crops: NonNullable<Case['crops']>,
  count: number,
) => readonly (Size & { readonly x: number; readonly y: number })[];
export const median: (values: readonly number[]) => number;
