/** docs/diagnostics.md, printed from the table. */
import { diagnosticTable } from '../diagnostics/index.js';

const sections: readonly (readonly [prefix: string, title: string, text: string])[] = [
  [
    'CW1',
    'The kernel language',
    'In the function of an operator, a filter or a border, and in what it calls. The language is described in [language.md](language.md).',
  ],
  [
    'CW2',
    'Operators and their parameters',
    'In declarations of operators, and in the options with which a pipeline places them.',
  ],
  ['CW3', 'Pipelines', 'In the order of stages, in formats and names.'],
  ['CW9', 'Loading', 'Before anything is read.'],
];

const head = `# Diagnostics

This page lists every error that the compiler reports about your code, by its code. The codes are stable. All errors of a run are
collected and sorted by place; where TypeScript itself refuses a file (\`TS…\`), nothing else is read. In the texts, \`{name}\`
stands for what was found.

This page is printed from the compiler's table.
`;

/** The whole page. */
export const diagnosticsDoc = (): string => {
  const parts = sections.map(([prefix, title, text]) => {
    const entries = Object.entries(diagnosticTable)
      .filter(([name]) => name.startsWith(prefix))
      .map(
        ([name, entry]) =>
          `### ${name}: ${entry.title}\n\n> ${entry.message}\n\n${entry.why}\n\nHint: ${entry.hint}.\n`,
      );
    return `## ${title}\n\n${text}\n\n${entries.join('\n')}`;
  });
  return `${head}\n${parts.join('\n')}\nNext: [language.md](language.md) for the language, [authoring.md](authoring.md) for operators.\n`;
};
