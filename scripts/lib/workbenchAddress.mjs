/**
 * Address of a window on VS Code's server.
 *
 * @param {string} serverAddress
 * @param {string | undefined} target folder or `.code-workspace` file; undefined for an empty window
 * @param {{ extensionFolder?: string, testsFile?: string, environment?: Record<string, string> }} options
 *   `environment` reaches the window's extension host. The workbench takes one extension under development.
 * @returns {string}
 */
export function workbenchAddress(serverAddress, target, { extensionFolder, testsFile, environment } = {}) {
  const address = new URL(serverAddress);
  if (target === undefined) address.searchParams.set('ew', 'true');
  else address.searchParams.set(target.endsWith('.code-workspace') ? 'workspace' : 'folder', target);
  const remote = (file) => `vscode-remote://${address.host}${file}`;
  const payload = [['skipWelcome', 'true']];
  if (environment !== undefined) payload.push(['extensionEnvironment', JSON.stringify(environment)]);
  if (extensionFolder !== undefined) payload.push(['extensionDevelopmentPath', remote(extensionFolder)]);
  if (testsFile !== undefined) payload.push(['extensionTestsPath', remote(testsFile)]);
  address.searchParams.set('payload', JSON.stringify(payload));
  return address.href;
}
