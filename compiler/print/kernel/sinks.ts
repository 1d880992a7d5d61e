/** How generated code names the sinks of a kernel: what it stores, and where. */

import { freeName, memberName } from '../../ir/names.js';
import type { Format, SinkIr } from '../../ir/types.js';

/** A sink by the names that it has in generated code. */
export type NamedSink = {
  readonly format: Format;
  /** Before the names of its planes. */
  readonly side: string;
  /** The member of `Pixels` that holds its pixel; '' where the kernel has one sink, whose pixel stands alone. */
  readonly member: string;
  /** Its pixel, of what leads to all sinks. */
  readonly pixel: string;
  /** The function that writes its pixel. */
  readonly store: string;
};

/** The names of a kernel's sinks. */
export const namedSinks = (sinks: readonly SinkIr[]): readonly NamedSink[] => {
  const taken = new Set<string>();
  return sinks.map(({ name, format }) => {
    if (name === '') {
      return { format, side: 'dst', member: '', pixel: 'px', store: 'store' };
    }
    const member = freeName(memberName(name), taken);
    return { format, side: `dst_${name}`, member, pixel: `px.${member}`, store: `store_${name}` };
  });
};
