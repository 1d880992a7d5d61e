import { createHash } from 'node:crypto';

type Planes = {
  readonly format: string;
  readonly height: number;
  readonly planes: readonly {
    readonly data: ArrayBufferView;
    readonly pitch: number;
    readonly offset?: number;
  }[];
};

/** The first 16 digits of the SHA-256 of a picture's planes, whose rows are dense. */
export const digestOf = ({ format, height, planes }: Planes): string => {
  const sum = createHash('sha256');
  for (const [n, { data, pitch, offset = 0 }] of planes.entries()) {
    const halved = n > 0 && /^(nv12|p01)/.test(format);
    const rows = halved ? Math.ceil(height / 2) : height;
    sum.update(new Uint8Array(data.buffer, data.byteOffset + offset, pitch * rows));
  }
  return sum.digest('hex').slice(0, 16);
};
