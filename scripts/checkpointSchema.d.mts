export const schemaFile: string;
export function checkpointSchemaText(): Promise<string>;
