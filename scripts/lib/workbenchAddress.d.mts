export interface WorkbenchAddressOptions {
  readonly extensionFolder?: string;
  readonly testsFile?: string;
  readonly environment?: Readonly<Record<string, string>>;
}
export function workbenchAddress(
  serverAddress: string,
  target: string | undefined,
  options?: WorkbenchAddressOptions,
): string;
