/** Names that Python, and the modules that are printed for it, have for something else. */

const keywords = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global if import in is
  lambda nonlocal not or pass raise return try while with yield`.split(/\s+/),
);

/** Whether Python takes a name for a word of its own. */
export const isPythonWord = (name: string): boolean => keywords.has(name);

/** The author's name as Python takes it; what is no letter of ASCII becomes `_`. */
export const pythonName = (name: string): string => {
  const plain = name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_');
  return isPythonWord(plain) ? `${plain}_` : plain;
};

/** Data as a literal of Python's, a member a line as deep as `depth`. */
export const pythonLiteral = (value: unknown, depth: number, indent = 0): string => {
  if (value === null || value === undefined) {
    return 'None';
  }
  if (typeof value === 'boolean') {
    return value ? 'True' : 'False';
  }
  if (typeof value !== 'object') {
    // JSON's texts and numbers are Python's, too.
    return JSON.stringify(value);
  }
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const inner = ' '.repeat(indent + 4);
  const items = Array.isArray(value)
    ? value.map((item: unknown) => pythonLiteral(item, depth - 1, indent + 4))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => `${JSON.stringify(key)}: ${pythonLiteral(item, depth - 1, indent + 4)}`);
  if (depth <= 0 || items.length === 0) {
    return `${open}${items.join(', ')}${close}`;
  }
  return `${open}\n${items.map(item => `${inner}${item},\n`).join('')}${' '.repeat(indent)}${close}`;
};
