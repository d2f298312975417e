export const vsixTarget: string;
export const vsixPath: string;
