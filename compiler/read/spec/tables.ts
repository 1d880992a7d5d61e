/** A map under a filter by a table, and the point operators that the filter brings with it. */
import type { Colour, TableWindow } from '../../../ops/spec.js';
import { tableFilter } from '../../ir/table.js';
import type { PointStage, Stage } from '../../ir/types.js';
import { isPlainName } from './params.js';
import { type Bag, describeActual, isBag } from './paramValues.js';
import {
  heldInside,
  isOp,
  type PlacedOp,
  readStage,
  refuser,
  type StagePlace,
  type StageReader,
} from './stages.js';
import { stayInPlace } from './stencils.js';

const tableWindows: readonly TableWindow[] = ['box', 'linear', 'hamming', 'cubic', 'lanczos'];

/** Whether a stage's filter is one by a table. */
export const hasTable = (options: Bag): options is Bag & { readonly filter: Bag } =>
  isBag(options.filter) && options.filter.kind === 'tableFilter';

/** The stages that it comes to, or undefined after a diagnostic. */
export const readTabled = (
  reader: StageReader,
  op: PlacedOp,
  options: Bag & { readonly filter: Bag },
  colour: Colour,
  place: StagePlace,
  uniqueName: (name: string) => string,
): readonly Stage[] | undefined => {
  const refuse = refuser(reader, place);
  const { name, window, around } = options.filter;
  const found = tableWindows.find(one => one === window);
  if (!found || !isPlainName(name)) {
    const actual = describeActual(found ? name : window);
    const expected = 'a filter that one call of `tableFilter` made, with one of its windows';
    refuse('filter', 'CW2009', { option: 'filter', expected, actual });
    return undefined;
  }
  // A border is never read.
  const { filter: _, border: __, ...own } = options;
  const points = isBag(around) ? around[colour] : undefined;
  const [before, after] = Array.isArray(points) ? points : [];
  const enters = readAround(reader, before, colour, place, uniqueName);
  const held = enters?.to ?? colour;
  const filter = tableFilter(name, found, 'whole', held, place.loc);
  const { stage } = readStage(reader, op, own, held, place, uniqueName, filter);
  const leaves = readAround(reader, after, held, place, uniqueName);
  if (!stage) {
    return undefined;
  }
  if (stage.role !== 'chainedMap' || stage.images || !stage.size) {
    refuse('filter', 'CW3024', { filter: name, op: stage.name });
    return undefined;
  }
  const { scale: ___, ...map } = stage;
  const { loc } = map;
  const apply = stayInPlace(loc);
  const border = heldInside(loc);
  // The pixels of the result are where the filter's are; where they come from is the map's own word.
  const { geometry = map.apply } = map;
  const resized = { ...map, role: 'map', apply, geometry, border, isInside: true } as const;
  if (!enters || !leaves || !filter.table) {
    return [{ ...resized, filter }];
  }
  const between = { ...filter, table: { ...filter.table, isAround: true } } as const;
  return [enters, { ...resized, filter: between }, leaves];
};

/** A point operator that the filter brings with it. */
const readAround = (
  reader: StageReader,
  value: unknown,
  colour: Colour,
  place: StagePlace,
  uniqueName: (name: string) => string,
): PointStage | undefined => {
  if (!isBag(value) || !isOp(value.op) || value.op.role !== 'point') {
    return undefined;
  }
  const { stage } = readStage(reader, value.op, {}, colour, { ...place, call: undefined }, uniqueName);
  return stage?.role === 'point' ? stage : undefined;
};
