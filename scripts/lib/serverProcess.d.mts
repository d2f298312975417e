export interface VscodeServerOptions {
  readonly dataFolder: string;
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly machineSettings?: object;
  readonly log?: (text: string) => void;
}
export interface VscodeServer {
  readonly port: number;
  readonly address: string;
  readonly dataFolder: string;
  readonly extensionsFolder: string;
  readonly pid: number;
  readonly exited: Promise<number | null>;
  stop(): Promise<void>;
}
export function startVscodeServer(options: VscodeServerOptions): Promise<VscodeServer>;
export function installExtension(dataFolder: string, vsix: string): Promise<void>;
export function cleanEnvironment(extra: Readonly<Record<string, string>>): Record<string, string>;
export function findFreePort(preferred?: number): Promise<number>;
