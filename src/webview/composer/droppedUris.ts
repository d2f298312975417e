/**
 * How VS Code and systems name what is dragged, the fullest first: browsers cut `text/uri-list` to its first line, and
 * folders are missing from VS Code's list of resources.
 */
const vscodeList = 'application/vnd.code.uri-list';
const vscodeResources = 'resourceurls';
const uriList = 'text/uri-list';

/** What browsers hand over of a drag. */
export interface DraggedData {
  readonly types: readonly string[];
  getData(type: string): string;
}

/** Whether something is dragged that may be attached; what it is only shows once it is dropped. */
export function mayHoldUris({ types }: Pick<DraggedData, 'types'>): boolean {
  return [vscodeList, vscodeResources, uriList].some((type) => types.includes(type));
}

/** Addresses of the files, folders and editor tabs that were dropped. Web links are text, not context. */
export function droppedUris(data: DraggedData): readonly string[] {
  const found = [lines(data.getData(vscodeList)), texts(data.getData(vscodeResources)), lines(data.getData(uriList))];
  const uris = found.find(({ length }) => length > 0) ?? [];
  return [...new Set(uris)].filter((uri) => /^[a-z][\w+.-]+:/i.test(uri) && !/^(?:https?|data|javascript):/i.test(uri));
}

function lines(list: string): readonly string[] {
  return list.split(/[\r\n]+/).filter((line) => line !== '' && !line.startsWith('#'));
}

function texts(json: string): readonly string[] {
  try {
    const values: unknown = JSON.parse(json);
    return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [];
  } catch {
    return [];
  }
}
