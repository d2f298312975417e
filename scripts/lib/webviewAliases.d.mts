export const webviewAliases: Record<string, string>;
