/** The codecs whose packets are read out of files. */

/** The codecs of containers that are decoded here, in mediabunny's words. */
export const containedCodecs = ['avc', 'hevc', 'vp8', 'vp9', 'av1'] as const;
/** One of {@link containedCodecs}. */
export type ContainedCodec = (typeof containedCodecs)[number];
/** Whether packets of the codec are read out of files. */
export const isContained = (codec: string): codec is ContainedCodec =>
  (containedCodecs as readonly string[]).includes(codec);
