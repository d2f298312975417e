/** What a session can be written as. `atmos-*`: the format 1.0 of Atmos; Markdown is for reading alone. */
export const exportFormats = ['yaml', 'json', 'markdown', 'atmos-yaml', 'atmos-json'] as const;
export type ExportFormat = (typeof exportFormats)[number];

const suffixes: Readonly<Record<ExportFormat, string>> = {
  yaml: '.rejoin.yaml',
  json: '.rejoin.json',
  markdown: '.md',
  'atmos-yaml': '.yaml',
  'atmos-json': '.json',
};

/** End of the name of a file in this format. Checkpoints of Atmos do not get the one that our own files have. */
export function suffixOf(format: ExportFormat): string {
  return suffixes[format];
}

/** The format that a file's name stands for; anything unknown is JSON. */
export function formatOfName(path: string): ExportFormat {
  return namedFormat(path) ?? 'json';
}

/**
 * The format of a file that a person named: one who asks for YAML and writes `.json` gets JSON, because nothing could
 * read the file otherwise.
 */
export function formatForName(path: string, chosen: ExportFormat): ExportFormat {
  const named = namedFormat(path);
  if (named === undefined || named === 'markdown' || chosen === 'markdown') {
    return named ?? chosen;
  }
  return chosen.startsWith('atmos-') ? `atmos-${named}` : named;
}

function namedFormat(path: string): 'yaml' | 'json' | 'markdown' | undefined {
  switch (/\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase()) {
    case 'yaml':
    case 'yml':
      return 'yaml';
    case 'json':
      return 'json';
    case 'md':
    case 'markdown':
      return 'markdown';
    default:
      return undefined;
  }
}
