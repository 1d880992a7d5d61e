/** The only place that knows Handlebars. Templates hold structure; every expression arrives printed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { packageFile } from './package.js';

/** The templates, by file name without `.hbs`. */
export type TemplateName =
  | 'kernel.cu'
  | 'pair.cu'
  | 'host.cpp'
  | 'reduce.cu'
  | 'reduceHost.cpp'
  | 'oracle.js'
  | 'pipelines.h'
  | 'interface.cpp'
  | 'pipelines.hpp'
  | 'Config.cmake'
  | 'ConfigVersion.cmake'
  | 'package.pc'
  | 'index.js'
  | 'index.d.ts'
  | 'pipelines.py'
  | 'pipelines.pyi'
  | 'explain.html';

// Nothing but explain.html is HTML, whose view is escaped already; a misspelt member must throw rather than print nothing.
const options = { noEscape: true, strict: true } as const;

let templates: Map<string, HandlebarsTemplateDelegate> | undefined;

const load = (): Map<string, HandlebarsTemplateDelegate> => {
  const handlebars = Handlebars.create();
  const directory = packageFile('templates');
  const partials = join(directory, 'partials');
  for (const file of readdirSync(partials)) {
    handlebars.registerPartial(file.replace(/\.hbs$/, ''), readFileSync(join(partials, file), 'utf8'));
  }
  const files = readdirSync(directory).filter(file => file.endsWith('.hbs'));
  return new Map(
    files.map(file => [
      file.replace(/\.hbs$/, ''),
      handlebars.compile(readFileSync(join(directory, file), 'utf8'), options),
    ]),
  );
};

/** Fills a template. Throws on a member that the view lacks, with the template's line and column. */
export const render = (name: TemplateName, view: object): string => {
  templates ??= load();
  const template = templates.get(name);
  if (!template) {
    throw new Error(`templates/${name}.hbs is missing`);
  }
  return template(view);
};
