import { imagePayloads, stylePayloads } from './hostile/imagePayloads';
import { linkPayloads } from './hostile/linkPayloads';
import { scriptPayloads } from './hostile/scriptPayloads';
import { dataPayloads, editorPayloads, invisiblePayloads, terminalPayloads } from './hostile/textPayloads';

const classes = {
  script: scriptPayloads,
  link: linkPayloads,
  image: imagePayloads,
  style: stylePayloads,
  invisible: invisiblePayloads,
  terminal: terminalPayloads,
  editor: editorPayloads,
  data: dataPayloads,
} as const;

export type PayloadClass = keyof typeof classes;
export const payloadClasses = Object.keys(classes) as readonly PayloadClass[];

/** A text that somebody wants to do more than be read. */
export interface HostilePayload {
  /** Class and number, which its canary has as well. */
  readonly name: string;
  readonly kind: PayloadClass;
  readonly text: string;
  /** Address that only this one names: a request for it says who made it. */
  readonly canary: string;
}

/** Where the canaries are. No such host exists. */
export const canaryHost = 'canary.test';

/** All hostile texts. A script that runs calls `ran` of its window with the name of its payload. */
export const hostilePayloads: readonly HostilePayload[] = payloadClasses.flatMap((kind) =>
  classes[kind].map((template, index) => {
    const name = `${kind}-${String(index).padStart(3, '0')}`;
    const canary = `https://${canaryHost}/${name}`;
    return { name, kind, canary, text: template.replaceAll('{url}', canary).replaceAll('{js}', `ran('${name}')`) };
  }),
);
