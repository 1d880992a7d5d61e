export const processorsIn: (list: string) => readonly number[];
export const onProcessors: (
  threads: number | undefined,
  command: string,
  args: readonly string[],
  processors?: readonly number[],
) => { readonly command: string; readonly args: readonly string[] };
