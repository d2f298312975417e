export function ensureSampleFolder(folder?: string): Promise<string>;
