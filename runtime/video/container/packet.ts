/** Which picture a packet holds, and when it is shown. */
export type PacketTiming = {
  /** When it is shown, in seconds. */
  readonly timestamp: number;
  /** Seconds; 0: the container does not say. */
  readonly duration: number;
  /** Grows in decode order, and belongs to no other packet of the video. */
  readonly sequenceNumber: number;
  /** False: its picture is decoded for the sake of others only, and not handed out. */
  readonly shown: boolean;
};

/** A coded picture with its time, as decoders take it. */
export type Packet = PacketTiming & {
  readonly data: Uint8Array;
  readonly type: 'key' | 'delta';
  /** What comes with it: the coded picture of its alpha channel. */
  readonly sideData: { readonly alpha?: Uint8Array };
  /** Where it lies, for the container's reader. */
  readonly place: unknown;
};

/** The timing alone, for as long as the picture is in a decoder. */
export const timingOf = ({ timestamp, duration, sequenceNumber, shown }: PacketTiming): PacketTiming => ({
  timestamp,
  duration,
  sequenceNumber,
  shown,
});
