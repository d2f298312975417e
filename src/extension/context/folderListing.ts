import * as path from 'node:path';
import * as vscode from 'vscode';

/** Names in one listing: enough to know a project by. */
const maxNames = 1000;
/** Files looked for, so that of a larger folder always the same names are listed. */
const maxFound = 10_000;

/** The names of the files below a folder, sorted, without those that the settings exclude. */
export async function folderListing(folder: vscode.Uri): Promise<string> {
  const { type } = await vscode.workspace.fs.stat(folder);
  if ((type & vscode.FileType.Directory) === 0) {
    throw vscode.FileSystemError.FileNotADirectory(folder);
  }
  const found = await findFiles(new vscode.RelativePattern(folder, '**/*'), maxFound);
  const names = found.map((uri) => path.posix.relative(folder.path, uri.path)).sort();
  const rest = names.length - maxNames;
  return [...names.slice(0, maxNames), ...(rest > 0 ? [`[${rest} more files]`] : [])].join('\n');
}

/** Files of the workspace or of a folder, without those that the settings exclude from the explorer and from searches. */
export function findFiles(include: vscode.GlobPattern, limit: number): Thenable<vscode.Uri[]> {
  return vscode.workspace.findFiles(include, searchExcludes(), limit);
}

/** VS Code adds `files.exclude` by itself. */
function searchExcludes(): string | undefined {
  const excludes = vscode.workspace.getConfiguration('search').get<Readonly<Record<string, unknown>>>('exclude') ?? {};
  const globs = Object.keys(excludes).filter(
    // A group of globs cannot hold another group.
    (glob) => excludes[glob] === true && !/[{},]/.test(glob),
  );
  return globs.length === 0 ? undefined : `{${globs.join(',')}}`;
}
