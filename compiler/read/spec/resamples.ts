/** `resample([…], { filter, border })`: its maps as stages. The first samples, and the others hand their points on. */
import type { ts } from 'ts-morph';
import type { Colour } from '../../../ops/spec.js';
import type { FilterRef, Stage } from '../../ir/types.js';
import { type Bag, describeActual, isBag } from './paramValues.js';
import { isOp, readStage, type StagePlace, type StageReader } from './stages.js';

type Inner = { readonly op: Bag & { readonly role: 'map'; readonly params: Bag }; readonly options: Bag };

const isMapStage = (value: unknown): value is Inner =>
  isBag(value) && value.kind === 'stage' && isOp(value.op) && value.op.role === 'map' && isBag(value.options);

/** The stages, or undefined after a diagnostic. */
export const readResample = (
  reader: StageReader,
  maps: unknown,
  sampling: Bag,
  colour: Colour,
  place: StagePlace,
  uniqueName: (name: string) => string,
): readonly Stage[] | undefined => {
  const { session, loaded } = reader;
  const inner: StagePlace = { ...place, chain: ['op resample', ...place.chain], isResampled: true };
  const list: readonly unknown[] = Array.isArray(maps) ? maps : [];
  const odd = list.find(value => !isMapStage(value));
  if (list.length === 0 || odd !== undefined) {
    const actual = isBag(odd) && odd.kind === 'stage' ? 'another operator' : describeActual(odd ?? maps);
    session.report('CW3021', inner.loc, { actual }, inner.chain);
    return undefined;
  }
  const stages: Stage[] = [];
  let filter: FilterRef | undefined;
  for (const [index, value] of list.entries()) {
    if (!isMapStage(value)) {
      return undefined;
    }
    const call: ts.CallExpression | undefined = loaded.placedBy(value);
    const twice = ['filter', 'border'].find(option => value.options[option] !== undefined);
    if (twice !== undefined) {
      session.report('CW3022', call ?? inner.loc, { option: twice }, inner.chain);
      return undefined;
    }
    const options = filter ? value.options : { ...value.options, ...sampling };
    const { stage } = readStage(reader, value.op, options, colour, { ...inner, call }, uniqueName, filter);
    if (!stage) {
      return undefined;
    }
    if (stage.images && index < list.length - 1) {
      session.report('CW3023', call ?? inner.loc, { op: stage.name }, inner.chain);
      return undefined;
    }
    if (stage.role === 'map') {
      filter = stage.filter;
    }
    stages.push(stage);
  }
  return stages;
};
